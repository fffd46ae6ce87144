#include "store.h"

#include "aws/canonical.h"
#include "aws/digest.h"
#include "base/b64.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "json/scan.h"
#include "json/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (64u << 20)
#define SUM	 ",\"sha256\":\""
#define SUM_LEN	 (sizeof(SUM) - 1 + DIGEST_HEX + sizeof("\"}\n") - 1)

struct store {
	char *dir;
	struct digest *digest;
	struct buf path, file;
	bool told; /* that it cannot be written */
};

struct store *store_new(const char *dir, struct err *err)
{
	struct store *s;

	if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
		err_errno(err, EXIT_USAGE, "cannot create the folder '%s' of --schema-cache", dir);
		return NULL;
	}
	if (access(dir, R_OK | X_OK) != 0) {
		err_errno(err, EXIT_USAGE, "cannot use the folder '%s' of --schema-cache", dir);
		return NULL;
	}
	s = mem_alloc(sizeof(*s));
	s->dir = mem_dup(dir);
	s->digest = digest_new();
	return s;
}

void store_free(struct store *s)
{
	if (!s)
		return;
	free(s->dir);
	digest_free(s->digest);
	buf_free(&s->path);
	buf_free(&s->file);
	free(s);
}

/* --- a file's content ----------------------------------------------------------- */

static void add_member(struct buf *to, const char *name, const struct buf *value)
{
	if (!value->len)
		return;
	buf_addf(to, ",\"%s\":", name);
	json_add_string(to, buf_slice(value));
}

static void add_content(struct buf *to, const struct buf *content)
{
	if (utf8_valid(content->p, content->len)) {
		BUF_LIT(to, ",\"schema\":");
		json_add_string(to, buf_slice(content));
		return;
	}
	BUF_LIT(to, ",\"schema64\":\"");
	buf_room(to, B64_ENCODED(content->len));
	to->len += b64_encode(to->p + to->len, content->p, content->len);
	buf_addc(to, '"');
}

void store_encode(struct store *s, const struct schema_id *id, const struct schema_text *text,
		  struct buf *to)
{
	char name[SCHEMA_ID_TEXT], sum[DIGEST_HEX];

	schema_id_put(name, id);
	buf_reset(to);
	buf_addf(to, "{\"id\":\"%s\",\"type\":\"%s\"", name, schema_type_name(text->type));
	add_member(to, "name", &text->own.name);
	add_member(to, "registry", &text->registry);
	add_member(to, "rule", &text->rule);
	add_content(to, &text->own.content);
	BUF_LIT(to, ",\"references\":[");
	for (size_t i = 0; i < text->n_refs; i++) {
		buf_adds(to, i ? SLICE(",{\"name\":") : SLICE("{\"name\":"));
		json_add_string(to, buf_slice(&text->refs[i].name));
		add_content(to, &text->refs[i].content);
		buf_addc(to, '}');
	}
	buf_addc(to, ']');
	digest_sha256_hex(s->digest, buf_slice(to), sum);
	BUF_LIT(to, SUM);
	buf_add(to, sum, sizeof(sum));
	BUF_LIT(to, "\"}\n");
}

static void take(struct buf *to, const struct json_member *m)
{
	buf_reset(to);
	json_unescape(json_raw(m->value), to);
}

/* "schema" or "schema64". */
static bool take_content(const struct json_member *m, struct buf *to)
{
	ssize_t n;

	if (json_is(m->name, SLICE("schema"))) {
		take(to, m);
		return true;
	}
	if (!json_is(m->name, SLICE("schema64")))
		return false;
	take(to, m);
	n = to->len ? b64_decode(to->p, to->p, to->len) : 0;
	to->len = n < 0 ? 0 : (size_t)n;
	return true;
}

static void take_references(struct schema_text *text, struct slice list)
{
	struct json_member object, m;
	struct json_walk walk, inner;

	for (json_walk(&walk, list); json_next(&walk, &object);) {
		struct schema_part *part = schema_text_add(text);

		for (json_walk(&inner, object.value); json_next(&inner, &m);) {
			if (!take_content(&m, &part->content))
				take(&part->name, &m);
		}
	}
}

static bool whole(struct store *s, struct slice content)
{
	struct slice body = {content.p, content.n - SUM_LEN};
	char sum[DIGEST_HEX];

	if (content.n < SUM_LEN || memcmp(body.p + body.n, SUM, sizeof(SUM) - 1) != 0)
		return false;
	digest_sha256_hex(s->digest, body, sum);
	return memcmp(body.p + body.n + sizeof(SUM) - 1, sum, sizeof(sum)) == 0;
}

bool store_decode(struct store *s, const struct schema_id *id, struct slice content,
		  struct schema_text *text)
{
	bool same = false, type = false;
	char name[SCHEMA_ID_TEXT];
	struct json_member m;
	struct json_walk walk;

	/* Nobody else writes these sums, so what has one is well formed. */
	if (!whole(s, content) || json_check(content, NULL) != JSON_OBJECT)
		return false;
	schema_id_put(name, id);
	for (json_walk(&walk, json_trim(content)); json_next(&walk, &m);) {
		if (json_is(m.name, SLICE("id")))
			same = json_is(json_raw(m.value), slice_of(name));
		else if (json_is(m.name, SLICE("type")))
			type = schema_type_read(json_raw(m.value), &text->type);
		else if (json_is(m.name, SLICE("name")))
			take(&text->own.name, &m);
		else if (json_is(m.name, SLICE("registry")))
			take(&text->registry, &m);
		else if (json_is(m.name, SLICE("rule")))
			take(&text->rule, &m);
		else if (json_is(m.name, SLICE("references")))
			take_references(text, m.value);
		else
			(void)take_content(&m, &text->own.content);
	}
	return same && type;
}

/* --- files ------------------------------------------------------------------------- */

/* The path of the file, or with `folders` that of the folder it is in, which is made. */
static void set_path(struct store *s, struct slice place, const struct schema_id *id, bool folders)
{
	char name[SCHEMA_ID_TEXT];

	buf_reset(&s->path);
	buf_addf(&s->path, "%s/%s", s->dir, id->kind == SCHEMA_VERSION ? "glue" : "confluent");
	if (folders)
		(void)mkdir(buf_text(&s->path), 0777);
	if (id->kind != SCHEMA_VERSION) {
		buf_addc(&s->path, '/');
		canonical_encode(&s->path, place, false);
		if (folders)
			(void)mkdir(buf_text(&s->path), 0777);
	}
	schema_id_put(name, id);
	buf_addf(&s->path, "/%s.json", name);
}

bool store_read(struct store *s, struct slice place, const struct schema_id *id,
		struct schema_text *text)
{
	struct err err;

	set_path(s, place, id, false);
	if (access(buf_text(&s->path), F_OK) != 0)
		return false;
	buf_reset(&s->file);
	if (fd_read_file(s->path.p, FILE_MAX, &s->file, &err) == 0 &&
	    store_decode(s, id, buf_slice(&s->file), text))
		return true;
	schema_text_free(text);
	msg_warning("'%s' of the schema cache is damaged: asking the registry", s->path.p);
	return false;
}

static int write_file(struct store *s)
{
	struct buf temp = {0};
	int fd, result = -1;

	buf_addf(&temp, "%s.%ld", buf_text(&s->path), (long)getpid());
	fd = open(buf_text(&temp), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd >= 0) {
		result = fd_write_all(fd, s->file.p, s->file.len);
		if (close(fd) != 0 || (result == 0 && rename(temp.p, s->path.p) != 0))
			result = -1;
		if (result != 0)
			(void)unlink(temp.p);
	}
	buf_free(&temp);
	return result;
}

void store_write(struct store *s, struct slice place, const struct schema_id *id,
		 const struct schema_text *text)
{
	set_path(s, place, id, true);
	store_encode(s, id, text, &s->file);
	if (write_file(s) == 0 || s->told)
		return;
	s->told = true;
	msg_warning("cannot write '%s' of the schema cache: %s", s->path.p, strerror(errno));
}
