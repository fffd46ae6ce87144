#include "unwrap.h"

#include "base/buf.h"
#include "base/mem.h"
#include "json/path.h"
#include "json/text.h"

#include <stdlib.h>

struct unwrap {
	struct json_path *each, *field;
	struct buf text; /* what a string holds */
};

struct unwrap *unwrap_new(const char *each, const char *field, struct err *err)
{
	struct unwrap *u = mem_alloc(sizeof *u);

	u->each = each ? json_path_new(each, err) : NULL;
	u->field = field && (u->each || !each) ? json_path_new(field, err) : NULL;
	if ((u->each || !each) && (u->field || !field))
		return u;
	unwrap_free(u);
	return NULL;
}

void unwrap_free(struct unwrap *u)
{
	if (u == NULL)
		return;
	json_path_free(u->each);
	json_path_free(u->field);
	buf_free(&u->text);
	free(u);
}

/* An object, or a string that holds one. */
static bool read_event(struct unwrap *u, struct slice value, struct slice *event)
{
	enum json_type type = json_type_of(value);

	*event = value;
	if (type != JSON_STRING)
		return type == JSON_OBJECT;
	buf_reset(&u->text);
	json_unescape(json_raw(value), &u->text);
	*event = buf_slice(&u->text);
	return json_check(*event, NULL) == JSON_OBJECT;
}

static int give(struct unwrap *u, struct slice value, unwrap_fn *fn, void *ctx, uint64_t *none)
{
	struct slice event;

	if (u->field && !json_path_find(u->field, value, &value)) {
		++*none;
		return 1;
	}
	if (!read_event(u, value, &event)) {
		++*none;
		return 1;
	}
	return fn(ctx, event);
}

int unwrap_line(struct unwrap *u, struct slice line, unwrap_fn *fn, void *ctx, uint64_t *none,
		struct json_fault *fault)
{
	enum json_type type = json_check(line, fault);
	struct slice value = json_trim(line);
	struct json_member m;
	struct json_walk walk;
	int more = 1;

	if (type == JSON_NONE)
		return -1;
	if (type != JSON_OBJECT) {
		*fault = (struct json_fault){(size_t)(value.p - line.p), "expected an object"};
		return -1;
	}
	if (u->each == NULL)
		return give(u, value, fn, ctx, none);
	if (!json_path_find(u->each, value, &value) || json_type_of(value) != JSON_ARRAY) {
		++*none;
		return 1;
	}
	for (json_walk(&walk, value); more > 0 && json_next(&walk, &m);)
		more = give(u, m.value, fn, ctx, none);
	return more;
}
