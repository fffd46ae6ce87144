#include "claim.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "cut.h"
#include "event/size.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BELOW_DETAIL 1 /* the step of a path that looks into the detail */

struct claim {
	struct claim_conf conf;
	struct digest *digest;
	struct buf detail, next; /* before and after a step */
	struct buf refs;	 /* the elements of datarefs */
	struct buf scratch;
};

struct claim *claim_new(const struct claim_conf *conf)
{
	struct claim *c = mem_alloc(sizeof(*c));

	c->conf = *conf;
	c->digest = digest_new();
	return c;
}

void claim_free(struct claim *c)
{
	if (!c)
		return;
	digest_free(c->digest);
	buf_free(&c->detail);
	buf_free(&c->next);
	buf_free(&c->refs);
	buf_free(&c->scratch);
	free(c);
}

struct json_path *claim_path(const char *text, struct err *err)
{
	struct json_path *path = json_path_new(text, err);

	if (!path)
		return NULL;
	if (json_path_len(path) > BELOW_DETAIL && slice_is(json_path_name(path, 0), "detail"))
		return path;
	json_path_free(path);
	err_set(err, EXIT_USAGE, "path '%s' is not below $.detail", text);
	return NULL;
}

static void swap(struct buf *a, struct buf *b)
{
	struct buf x = *a;

	*a = *b;
	*b = x;
}

/* The member of that name of a checked object; absent if there is none. */
static struct slice member(struct slice object, const char *name)
{
	struct slice found = SLICE_NONE;
	struct json_member m;
	struct json_walk walk;

	for (json_walk(&walk, object); json_next(&walk, &m);) {
		if (json_is(m.name, slice_of(name)))
			found = m.value;
	}
	return found;
}

/* --- out ------------------------------------------------------------------- */

static void store_value(struct claim *c, struct claim_object *o, struct slice value)
{
	o->text = c->conf.as_text && json_type_of(value) == JSON_STRING;
	buf_reset(&o->body);
	if (o->text)
		json_unescape(json_raw(value), &o->body);
	else
		buf_adds(&o->body, value);
	digest_sha256_hex(c->digest, buf_slice(&o->body), o->sha256);
}

/* By content: equal values share an object. By record: the same event makes the same name again. */
static void make_name(struct claim *c, struct claim_object *o, const struct event *event,
		      size_t field)
{
	char hex[DIGEST_HEX];

	memcpy(hex, o->sha256, sizeof(hex));
	if (c->conf.by_record) {
		digest_sha256_hex(c->digest, event->detail, hex);
		buf_reset(&c->scratch);
		buf_add(&c->scratch, hex, sizeof(hex));
		buf_adds(&c->scratch, event->source);
		buf_adds(&c->scratch, event->detail_type);
		buf_adds(&c->scratch, event->time);
		buf_adds(&c->scratch, event->id);
		buf_adds(&c->scratch, slice_of(c->conf.fields[field]));
		digest_sha256_hex(c->digest, buf_slice(&c->scratch), hex);
	}
	buf_reset(&o->name);
	buf_adds(&o->name, c->conf.prefix);
	buf_add(&o->name, hex, sizeof(hex));
}

static void add_arn(struct claim *c, const struct claim_object *o, struct buf *to)
{
	buf_addc(to, '"');
	json_add_escaped(to, c->conf.arn);
	json_add_escaped(to, buf_slice(&o->name));
	buf_addc(to, '"');
}

static void add_ref(struct claim *c, const struct claim_object *o, const struct cut *cut,
		    size_t field)
{
	struct buf *to = &c->refs;

	if (to->len)
		buf_addc(to, ',');
	BUF_LIT(to, "{\"ref\":");
	add_arn(c, o, to);
	BUF_LIT(to, ",\"path\":");
	json_add_string(to, slice_of(c->conf.fields[field]));
	buf_addf(to, ",\"sha256\":\"%.*s\",\"size\":%zu,\"at\":%llu", DIGEST_HEX, o->sha256,
		 o->body.len, (unsigned long long)cut->at);
	if (!cut_plain(cut, c->conf.paths[field])) {
		BUF_LIT(to, ",\"before\":");
		json_add_string(to, cut->before);
		BUF_LIT(to, ",\"after\":");
		json_add_string(to, cut->after);
	}
	if (o->text)
		BUF_LIT(to, ",\"as\":\"text\"");
	buf_addc(to, '}');
}

/* The detail with the members that stand for what left it, before all others. */
static void add_detail(struct claim *c, const struct claim_object *first, size_t first_field,
		       struct slice detail, struct buf *to)
{
	const char *place = detail.p + 1;
	struct json_member m;
	struct json_walk walk;
	bool others;

	json_walk(&walk, detail);
	others = json_next(&walk, &m);
	if (others)
		place = m.whole.p;
	buf_add(to, detail.p, (size_t)(place - detail.p));
	BUF_LIT(to, "\"dataref\":");
	add_arn(c, first, to);
	BUF_LIT(to, ",\"datarefJsonPath\":");
	json_add_string(to, slice_of(c->conf.fields[first_field]));
	BUF_LIT(to, ",\"datarefs\":[");
	buf_adds(to, buf_slice(&c->refs));
	buf_addc(to, ']');
	if (others)
		buf_addc(to, ',');
	buf_add(to, place, detail.n - (size_t)(place - detail.p));
}

static void add_line(const struct event *event, struct slice detail, struct buf *line)
{
	const char *end = event->detail.p + event->detail.n;

	buf_reset(line);
	buf_add(line, event->line.p, (size_t)(event->detail.p - event->line.p));
	buf_adds(line, detail);
	buf_add(line, end, event->line.n - (size_t)(end - event->line.p));
}

static bool has_refs(struct slice detail)
{
	return member(detail, "dataref").p || member(detail, "datarefs").p ||
	       member(detail, "datarefJsonPath").p;
}

size_t claim_move(struct claim *c, const struct event *event,
		  struct claim_object objects[CLAIM_FIELDS_MAX], struct buf *line)
{
	uint64_t size = event_size(event), others = size - event->detail.n;
	size_t n = 0, first = 0;

	if (!event->detail.p || json_type_of(event->detail) != JSON_OBJECT ||
	    (c->conf.threshold && size <= c->conf.threshold) || has_refs(event->detail))
		return 0;
	buf_reset(&c->detail);
	buf_reset(&c->refs);
	buf_adds(&c->detail, event->detail);
	for (size_t i = 0; i < c->conf.n_fields && n < CLAIM_FIELDS_MAX; i++) {
		struct slice detail = buf_slice(&c->detail);
		struct claim_object *o = &objects[n];
		struct cut cut;

		if (!cut_find(&cut, c->conf.paths[i], BELOW_DETAIL, detail) ||
		    json_type_of(cut.value) == JSON_NULL)
			continue;
		store_value(c, o, cut.value);
		make_name(c, o, event, i);
		add_ref(c, o, &cut, i);
		if (n++ == 0)
			first = i;
		buf_reset(&c->next);
		cut_out(&c->next, detail, &cut);
		swap(&c->detail, &c->next);
		buf_reset(&c->next);
		add_detail(c, objects, first, buf_slice(&c->detail), &c->next);
		if (c->conf.threshold && others + c->next.len <= c->conf.threshold)
			break;
	}
	if (n)
		add_line(event, buf_slice(&c->next), line);
	return n;
}

/* --- the way back ------------------------------------------------------------ */

__attribute__((format(printf, 2, 3))) static bool refuse(struct claim_fault *fault,
							 const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
	return false;
}

static struct slice text_of(struct slice object, const char *name)
{
	struct slice value = member(object, name);

	return value.p ? json_raw(value) : SLICE_NONE;
}

static bool read_ref(struct slice object, struct claim_ref *ref, struct claim_fault *fault)
{
	*ref = (struct claim_ref){
		.arn = text_of(object, "ref"),
		.path = text_of(object, "path"),
		.sha256 = text_of(object, "sha256"),
		.before = text_of(object, "before"),
		.after = text_of(object, "after"),
		.text = slice_is(text_of(object, "as"), "text"),
		.has_size = true,
	};
	if (ref->arn.p && ref->path.p && ref->sha256.n == DIGEST_HEX &&
	    (ref->before.p != NULL) == (ref->after.p != NULL) &&
	    num_u64(member(object, "size"), &ref->size) && num_u64(member(object, "at"), &ref->at))
		return true;
	return refuse(fault, "an element of detail.datarefs lacks ref, path, sha256, size or at");
}

static int read_refs(struct slice array, struct claim_ref *refs, struct claim_fault *fault)
{
	struct json_member m;
	struct json_walk walk;
	int n = 0;

	for (json_walk(&walk, array); json_next(&walk, &m);) {
		if (m.type != JSON_OBJECT || n == CLAIM_FIELDS_MAX) {
			refuse(fault, "detail.datarefs is no array of at most %d objects",
			       CLAIM_FIELDS_MAX);
			return -1;
		}
		if (!read_ref(m.value, &refs[n++], fault))
			return -1;
	}
	return n;
}

int claim_refs(const struct event *event, struct claim_ref refs[CLAIM_FIELDS_MAX],
	       struct claim_fault *fault)
{
	struct slice array;

	if (!event->detail.p || json_type_of(event->detail) != JSON_OBJECT)
		return 0;
	array = member(event->detail, "datarefs");
	if (array.p && json_type_of(array) == JSON_ARRAY)
		return read_refs(array, refs, fault);
	refs[0] = (struct claim_ref){.arn = text_of(event->detail, "dataref"),
				     .path = text_of(event->detail, "datarefJsonPath"),
				     .at = UINT64_MAX,
				     .foreign = true};
	return refs[0].arn.p && refs[0].path.p;
}

bool claim_locate(struct slice arn, struct slice *bucket, struct slice *name)
{
	const char *p = arn.p, *end = p + arn.n, *slash;

	if (!slice_starts(arn, SLICE("arn:aws")))
		return false;
	p = memchr(p + 4, ':', arn.n - 4);
	if (!p || (size_t)(end - p) < 6 || memcmp(p, ":s3:::", 6) != 0)
		return false;
	p += 6;
	slash = memchr(p, '/', (size_t)(end - p));
	if (!slash || slash == p || slash + 1 == end)
		return false;
	*bucket = (struct slice){p, (size_t)(slash - p)};
	*name = (struct slice){slash + 1, (size_t)(end - slash) - 1};
	return true;
}

/* What stands in the line for the body. The connector stores strings without quotes, too. */
static bool add_value(const struct claim_ref *ref, struct slice body, struct buf *to,
		      struct claim_fault *fault)
{
	enum json_type type = ref->text ? JSON_NONE : json_check(body, NULL);

	if (ref->foreign ? type == JSON_OBJECT || type == JSON_ARRAY : type != JSON_NONE) {
		buf_adds(to, body);
		return true;
	}
	if (!ref->foreign && !ref->text)
		return refuse(fault, "the object is no JSON");
	if (!utf8_valid(body.p, body.n))
		return refuse(fault, "the object is no UTF-8 text");
	json_add_string(to, body);
	return true;
}

static bool verify(struct claim *c, const struct claim_ref *ref, struct slice body,
		   struct claim_fault *fault)
{
	char hex[DIGEST_HEX];

	if (ref->foreign)
		return true;
	if (ref->size != body.n)
		return refuse(fault, "the object has %zu bytes, its reference says %llu", body.n,
			      (unsigned long long)ref->size);
	digest_sha256_hex(c->digest, body, hex);
	if (memcmp(hex, ref->sha256.p, sizeof(hex)) == 0)
		return true;
	return refuse(fault, "the object's SHA-256 is not that of its reference");
}

static struct json_path *path_of(struct claim *c, struct slice raw, struct claim_fault *fault)
{
	struct json_path *path = NULL;
	struct err err;

	buf_reset(&c->scratch);
	json_unescape(raw, &c->scratch);
	if (!memchr(buf_text(&c->scratch), '\0', c->scratch.len))
		path = claim_path(c->scratch.p, &err);
	if (!path)
		refuse(fault, "the reference's path is no path below $.detail");
	return path;
}

/* One value back into c->detail. */
static bool put_back(struct claim *c, const struct claim_ref *ref, struct slice body,
		     struct claim_fault *fault)
{
	struct json_path *path;
	struct buf value = {0}, before = {0}, after = {0};
	struct cut cut = {.at = ref->at};
	bool done = false;

	if (!verify(c, ref, body, fault))
		return false;
	path = path_of(c, ref->path, fault);
	if (!path)
		return false;
	if (ref->before.p) {
		json_unescape(ref->before, &before);
		json_unescape(ref->after, &after);
		cut.before = buf_slice(&before);
		cut.after = buf_slice(&after);
	}
	if (add_value(ref, body, &value, fault)) {
		cut.value = buf_slice(&value);
		buf_reset(&c->next);
		done = cut_put(&c->next, buf_slice(&c->detail), path, BELOW_DETAIL, &cut);
		if (!done)
			refuse(fault, "the place of the reference's path is not in the event");
		else if (ref->before.p && json_check(buf_slice(&c->next), NULL) == JSON_NONE)
			done = refuse(fault, "what stands around the value is no JSON");
	}
	swap(&c->detail, &c->next);
	json_path_free(path);
	buf_free(&value);
	buf_free(&before);
	buf_free(&after);
	return done;
}

static void drop(struct claim *c, const char *path_text)
{
	struct err err;
	struct json_path *path = json_path_new(path_text, &err);
	struct cut cut;

	if (path && cut_find(&cut, path, 0, buf_slice(&c->detail))) {
		buf_reset(&c->next);
		cut_out(&c->next, buf_slice(&c->detail), &cut);
		swap(&c->detail, &c->next);
	}
	json_path_free(path);
}

bool claim_restore(struct claim *c, const struct event *event, const struct claim_ref *refs,
		   const struct slice *bodies, size_t n, struct buf *line,
		   struct claim_fault *fault)
{
	buf_reset(&c->detail);
	buf_adds(&c->detail, event->detail);
	drop(c, "$.dataref");
	drop(c, "$.datarefJsonPath");
	drop(c, "$.datarefs");
	while (n-- > 0) {
		if (!put_back(c, &refs[n], bodies[n], fault))
			return false;
	}
	add_line(event, buf_slice(&c->detail), line);
	return true;
}
