#include "schemas.h"

#include "aws/digest.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "protobuf/schema.h"
#include "json/scan.h"
#include "json/text.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#define FILE_MAX (16u << 20)
#define DEEPEST	 16 /* folders within each other */

struct schemas {
	struct mock_schema **p;
	size_t n;
	uint32_t last_id;
	struct digest *digest;
};

struct schemas *schemas_new(void)
{
	struct schemas *s = mem_alloc(sizeof *s);

	s->digest = digest_new();
	return s;
}

void schemas_free(struct schemas *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		buf_free(&s->p[i]->subject);
		buf_free(&s->p[i]->text);
		buf_free(&s->p[i]->references);
		buf_free(&s->p[i]->rules);
		free(s->p[i]);
	}
	free(s->p);
	digest_free(s->digest);
	free(s);
}

/* --- finding ---------------------------------------------------------------------- */

size_t schemas_count(const struct schemas *s)
{
	return s->n;
}

const struct mock_schema *schemas_at(const struct schemas *s, size_t i)
{
	return s->p[i];
}

const struct mock_schema *schemas_by_id(const struct schemas *s, uint64_t id)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->p[i]->id == id)
			return s->p[i];
	return NULL;
}

const struct mock_schema *schemas_by_guid(const struct schemas *s, struct slice guid)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_is(guid, s->p[i]->guid))
			return s->p[i];
	return NULL;
}

const struct mock_schema *schemas_by_version(const struct schemas *s, struct slice subject,
					     uint64_t version)
{
	const struct mock_schema *found = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(buf_slice(&s->p[i]->subject), subject) &&
		    (version == 0 || s->p[i]->version == version))
			found = s->p[i];
	return found;
}

const struct mock_schema *schemas_lookup(const struct schemas *s, struct slice subject,
					 enum schema_type type, struct slice text)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(buf_slice(&s->p[i]->subject), subject) && s->p[i]->type == type &&
		    slice_eq(buf_slice(&s->p[i]->text), text))
			return s->p[i];
	return NULL;
}

/* --- adding ------------------------------------------------------------------------- */

/* Of the text, so that it is the same in every run. */
static void make_guid(struct schemas *s, const struct mock_schema *schema, char to[SCHEMAS_GUID])
{
	char hex[DIGEST_HEX];
	size_t at = 0;

	digest_sha256_hex(s->digest, buf_slice(&schema->text), hex);
	hex[0] = (char)('0' + schema->type); /* one text of two types is two schemas */
	for (size_t i = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			to[at++] = '-';
		to[at++] = hex[i];
	}
	to[at] = '\0';
}

static struct mock_schema *add(struct schemas *s, struct slice subject, enum schema_type type,
			       struct slice text)
{
	const struct mock_schema *last = schemas_by_version(s, subject, 0), *same = NULL;
	struct mock_schema *schema = mem_alloc(sizeof *schema);

	buf_adds(&schema->subject, subject);
	buf_adds(&schema->text, text);
	schema->type = type;
	schema->version = last ? last->version + 1 : 1;
	for (size_t i = 0; i < s->n && !same; i++)
		if (s->p[i]->type == type && slice_eq(buf_slice(&s->p[i]->text), text))
			same = s->p[i];
	schema->id = same ? same->id : ++s->last_id; /* one schema, one id, as in a registry */
	make_guid(s, schema, schema->guid);
	s->p = mem_resize(s->p, s->n + 1, sizeof(struct mock_schema *));
	s->p[s->n++] = schema;
	return schema;
}

const struct mock_schema *schemas_register(struct schemas *s, struct slice subject,
					   enum schema_type type, struct slice text,
					   struct slice references, struct slice rules)
{
	const struct mock_schema *there = schemas_lookup(s, subject, type, text);
	struct mock_schema *schema;

	if (there)
		return there;
	schema = add(s, subject, type, text);
	buf_adds(&schema->references, references);
	buf_adds(&schema->rules, rules);
	return schema;
}

static bool is_guid(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text.p[i] != '-'
			 : !isxdigit((unsigned char)text.p[i]) || isupper((unsigned char)text.p[i]))
			return false;
	}
	return text.n == SCHEMAS_GUID - 1;
}

static bool same_schema(const struct mock_schema *a, const struct mock_schema *b)
{
	return a->type == b->type && slice_eq(buf_slice(&a->text), buf_slice(&b->text));
}

/* Who has the id by chance gets another one. False: somebody else was given it, too. */
static bool set_id(struct schemas *s, struct mock_schema *schema, uint32_t id)
{
	uint32_t next;

	s->last_id = id > s->last_id ? id : s->last_id;
	next = s->last_id + 1;
	for (size_t i = 0; i < s->n; i++) {
		struct mock_schema *other = s->p[i];

		if (other->id != id || same_schema(other, schema))
			continue;
		if (other->numbered)
			return false;
		other->id = s->last_id = next;
	}
	schema->id = id;
	schema->numbered = true;
	return true;
}

/* --- what a registry has ------------------------------------------------------------- */

struct line {
	struct slice schema, subject, guid, references, rules;
	uint64_t id, version;
	enum schema_type type;
};

static bool take_member(void *ctx, const struct json_member *m)
{
	struct line *line = ctx;
	bool text = m->type == JSON_STRING;

	if (json_is(m->name, SLICE("schema")))
		line->schema = json_raw(m->value);
	else if (json_is(m->name, SLICE("subject")))
		line->subject = json_raw(m->value);
	else if (json_is(m->name, SLICE("guid")))
		line->guid = json_raw(m->value);
	else if (json_is(m->name, SLICE("references")))
		line->references = m->type == JSON_ARRAY ? m->value : SLICE_NONE;
	else if (json_is(m->name, SLICE("ruleSet")))
		line->rules = m->type == JSON_OBJECT ? m->value : SLICE_NONE;
	else if (json_is(m->name, SLICE("id")))
		return num_u64(m->value, &line->id) && line->id <= UINT32_MAX;
	else if (json_is(m->name, SLICE("version")))
		return num_u64(m->value, &line->version) && line->version <= UINT32_MAX;
	else if (json_is(m->name, SLICE("schemaType")))
		return m->type == JSON_NULL ||
		       (text && schema_type_read(json_raw(m->value), &line->type));
	return true;
}

static void keep(struct schemas *s, const struct line *line, struct slice subject,
		 struct slice content)
{
	struct mock_schema *schema = add(s, subject, line->type, content);

	if (line->id)
		(void)set_id(s, schema, (uint32_t)line->id);
	if (line->version)
		schema->version = (unsigned)line->version;
	if (line->guid.n)
		memcpy(schema->guid, line->guid.p, line->guid.n);
	if (line->references.p && line->references.n > 2)
		buf_adds(&schema->references, line->references);
	if (line->rules.p)
		buf_adds(&schema->rules, line->rules);
}

static bool add_line(struct schemas *s, struct slice text)
{
	struct buf content = {0}, subject = {0};
	struct line line = {0};
	bool good;

	if (!json_check_object(text, take_member, &line, NULL) || !line.schema.p ||
	    (line.guid.n && !is_guid(line.guid)))
		return false;
	json_unescape(line.schema, &content);
	if (line.subject.n)
		json_unescape(line.subject, &subject);
	good = utf8_valid(content.p, content.len) && utf8_valid(subject.p, subject.len);
	if (good)
		keep(s, &line, buf_slice(&subject), buf_slice(&content));
	buf_free(&content);
	buf_free(&subject);
	return good;
}

static int add_dump(struct schemas *s, const char *path, struct slice text, struct err *err)
{
	for (unsigned number = 1; text.n; number++) {
		const char *lf = memchr(text.p, '\n', text.n);
		struct slice line = {text.p, lf ? (size_t)(lf - text.p) : text.n};

		if (line.n && !add_line(s, line))
			return err_set(err, EXIT_USAGE,
				       "'%s', line %u: no schema as a registry lists them", path,
				       number);
		text.p += line.n + (lf != NULL);
		text.n -= line.n + (lf != NULL);
	}
	return 0;
}

/* --- files -------------------------------------------------------------------------- */

static bool type_of(struct slice path, enum schema_type *type, size_t *ending)
{
	static const struct {
		struct slice ending;
		enum schema_type type;
	} endings[] = {
		{{".avsc", 5}, SCHEMA_AVRO},
		{{".proto", 6}, SCHEMA_PROTOBUF},
		{{".json", 5}, SCHEMA_JSON},
	};

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		if (path.n > endings[i].ending.n && slice_ends(path, endings[i].ending)) {
			*type = endings[i].type;
			*ending = endings[i].ending.n;
			return true;
		}
	}
	return false;
}

static int add_text(struct schemas *s, const char *path, struct slice name, struct slice id,
		    struct slice text, struct err *err)
{
	struct mock_schema *schema;
	enum schema_type type;
	uint64_t number;
	size_t ending;

	if (!type_of(name, &type, &ending))
		return err_set(err, EXIT_USAGE,
			       "--schema '%s' ends in none of .avsc, .proto, .json and .ndjson",
			       path);
	name.n -= ending;
	if (!utf8_valid(text.p, text.n) || !utf8_valid(name.p, name.n))
		return err_set(err, EXIT_USAGE, "--schema '%s' is no text", path);
	schema = add(s, name, type, text);
	if (num_u64(id, &number) && !set_id(s, schema, (uint32_t)number))
		return err_set(err, EXIT_USAGE, "--schema '%s': another schema has the id %llu",
			       path, (unsigned long long)number);
	if (num_u64(id, &number))
		return 0;
	if (id.n)
		memcpy(schema->guid, id.p, id.n);
	return 0;
}

/* `below`: how much of the path is the folder that was given. */
static int add_file(struct schemas *s, const char *path, size_t below, struct slice id,
		    struct err *err)
{
	struct slice name = {path + below, strlen(path) - below};
	struct buf text = {0};
	int result = fd_read_file(path, FILE_MAX, &text, err);

	if (result == 0 && slice_ends(name, SLICE(".ndjson")))
		result = add_dump(s, path, buf_slice(&text), err);
	else if (result == 0)
		result = add_text(s, path, name, id, buf_slice(&text), err);
	buf_free(&text);
	return result;
}

static int add_folder(struct schemas *s, const char *path, size_t below, unsigned depth,
		      struct err *err);

/* One name in a folder. */
static int add_below(struct schemas *s, const char *path, size_t below, unsigned depth,
		     struct err *err)
{
	enum schema_type type;
	struct stat st;
	size_t ending;

	if (stat(path, &st) != 0)
		return err_errno(err, EXIT_USAGE, "cannot read '%s'", path);
	if (S_ISDIR(st.st_mode))
		return depth == DEEPEST ? 0 : add_folder(s, path, below, depth + 1, err);
	if (!S_ISREG(st.st_mode) || !type_of(slice_of(path), &type, &ending))
		return 0;
	return add_file(s, path, below, SLICE_NONE, err);
}

static int add_folder(struct schemas *s, const char *path, size_t below, unsigned depth,
		      struct err *err)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort), result = 0;

	if (n < 0)
		return err_errno(err, EXIT_USAGE, "cannot read the folder '%s'", path);
	for (int i = 0; i < n; i++) {
		struct buf one = {0};

		buf_addf(&one, "%s/%s", path, names[i]->d_name);
		if (result == 0 && names[i]->d_name[0] != '.')
			result = add_below(s, buf_text(&one), below, depth, err);
		buf_free(&one);
		free(names[i]);
	}
	free(names);
	return result;
}

int schemas_add_path(struct schemas *s, const char *spec, struct err *err)
{
	const char *equals = strchr(spec, '='), *path = spec, *slash;
	struct slice id = {spec, equals ? (size_t)(equals - spec) : 0};
	struct stat st;
	uint64_t number;

	if (equals && (is_guid(id) || (num_u64(id, &number) && number <= UINT32_MAX)))
		path = equals + 1;
	else
		id = SLICE_NONE;
	if (stat(path, &st) != 0)
		return err_errno(err, EXIT_USAGE, "cannot read '%s' of --schema", path);
	slash = strrchr(path, '/');
	if (!S_ISDIR(st.st_mode))
		return add_file(s, path, slash ? (size_t)(slash + 1 - path) : 0, id, err);
	if (id.n)
		return err_set(err, EXIT_USAGE, "--schema '%s': a folder has no id", spec);
	return add_folder(s, path, strlen(path) + 1, 0, err);
}

/* --- imports ------------------------------------------------------------------------- */

struct linking {
	const struct schemas *schemas;
	struct mock_schema *schema;
};

static bool link_import(void *ctx, struct slice name)
{
	struct linking *l = ctx;
	struct slice subject = name;
	const struct mock_schema *other;
	struct buf *to = &l->schema->references;

	if (slice_ends(name, SLICE(".proto")))
		subject.n -= 6;
	other = schemas_by_version(l->schemas, subject, 0);
	if (!other || other->type != SCHEMA_PROTOBUF)
		return true;
	buf_adds(to, to->len ? SLICE(",{\"name\":") : SLICE("[{\"name\":"));
	json_add_string(to, name);
	BUF_LIT(to, ",\"subject\":");
	json_add_string(to, subject);
	buf_addf(to, ",\"version\":%u}", other->version);
	return true;
}

void schemas_link(struct schemas *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct linking l = {s, s->p[i]};
		struct codec_fault fault;

		if (s->p[i]->type != SCHEMA_PROTOBUF || s->p[i]->references.len)
			continue;
		(void)proto_imports_of(buf_slice(&s->p[i]->text), link_import, &l, &fault);
		if (s->p[i]->references.len)
			buf_addc(&s->p[i]->references, ']');
	}
}
