/* links: json base */
/*
 * The scanner, the walker, escapes and paths on any bytes. What was checked can be
 * walked to its leaves and put together again; every string comes back from being
 * unescaped and escaped; a path made of the names on the way finds the value. An
 * index is there for arrays and objects exactly.
 */
#include "json/index.h"
#include "json/path.h"
#include "json/scan.h"
#include "json/text.h"
#include "json/token.h"

#include "base/utf8.h"
#include "must.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* raw -> text -> raw' -> text': the texts are the same. */
static void check_string(struct slice raw)
{
	struct buf text = {0}, again = {0}, back = {0};

	json_unescape(raw, &text);
	MUST(text.len == json_unescaped_len(raw));
	MUST(json_is(raw, buf_slice(&text)) && json_unescaped_is(raw, buf_slice(&text)));
	MUST(text.len <= raw.n);
	if (utf8_valid(text.p, text.len)) {
		json_add_string(&again, buf_slice(&text));
		MUST(json_check(buf_slice(&again), NULL) == JSON_STRING);
		json_unescape(json_raw(buf_slice(&again)), &back);
		MUST(slice_eq(buf_slice(&text), buf_slice(&back)));
	}
	buf_free(&text);
	buf_free(&again);
	buf_free(&back);
}

/* Without recursion in the depth of the input: only the first members are gone into. */
static void check_value(struct slice value)
{
	for (size_t depth = 0; depth < 64; depth++) {
		struct slice inner = SLICE_NONE;
		struct json_member m;
		struct json_walk w;

		if (json_type_of(value) == JSON_STRING)
			check_string(json_raw(value));
		for (json_walk(&w, value); json_next(&w, &m);) {
			MUST(json_check(m.value, NULL) == m.type);
			MUST(m.value.p >= value.p && m.value.p + m.value.n < value.p + value.n);
			if (m.name.p)
				check_string(m.name);
			if (!inner.p || m.type >= JSON_ARRAY)
				inner = m.value;
		}
		if (!inner.p)
			return;
		value = inner;
	}
}

struct members {
	struct slice value;
	bool checked; /* of other text the walk tells nothing */
	struct json_walk walk;
	bool walked;
};

/* The walk sees the same members at the same places. */
static bool compare(void *ctx, const struct json_member *m)
{
	struct members *all = ctx;
	struct json_member other;

	if (!all->checked)
		return true;
	if (!all->walked)
		json_walk(&all->walk, all->value);
	all->walked = true;
	MUST(json_next(&all->walk, &other));
	MUST(m->name.p == other.name.p && m->name.n == other.name.n && m->type == other.type);
	MUST(m->value.p == other.value.p && m->value.n == other.value.n);
	MUST(m->whole.p == other.whole.p && m->whole.n == other.whole.n);
	return true;
}

static void check_path(struct slice text, struct slice value)
{
	struct err err;
	struct slice found;
	struct buf copy = {0};
	struct json_path *path;

	buf_adds(&copy, text);
	path = json_path_new(buf_text(&copy), &err);
	if (path && json_path_find(path, value, &found))
		MUST(found.p >= value.p && found.p + found.n <= value.p + value.n &&
		     json_check(found, NULL) != JSON_NONE);
	json_path_free(path);
	buf_free(&copy);
}

/* All ways to find strings and brackets agree, and with the scanner. */
static void check_index(struct slice text, bool valid)
{
	struct index index = {0}, first = {0};
	index_fn *build;

	for (int trust = 0; trust < 2; trust++) {
		bool good = index_nth(0)(&first, text, trust);

		MUST(good == valid || (good && trust));
		for (size_t i = 1; (build = index_nth(i)) != NULL; i++) {
			MUST(build(&index, text, trust) == good);
			MUST(!good ||
			     (index.n == first.n && index.escapes == first.escapes &&
			      index.text == first.text &&
			      memcmp(index.block, first.block,
				     (first.n + BLOCK - 1) / BLOCK * sizeof *first.block) == 0));
		}
		for (uint32_t at = 0; good && at < first.n; at++)
			if (first.block[at / BLOCK].open >> at % BLOCK & 1)
				MUST(index_leap(&first, at) <= first.n &&
				     index_leap(&first, at) == index_leap(&index, at));
	}
	index_free(&index);
	index_free(&first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size}, value = json_trim(text);
	const char *lf = memchr(data, '\n', size);
	struct members all = {.value = value};
	struct json_member m;
	struct json_fault fault = {SIZE_MAX, NULL};
	enum json_type type = token_check(text, 0, &fault);

	MUST(json_check(text, NULL) == type);
	MUST(json_check_within(text, 1020, NULL) == token_check(text, 1020, NULL));
	check_index(text, type >= JSON_ARRAY);
	if (type != JSON_NONE) {
		MUST(utf8_valid(text.p, text.n) && type == json_type_of(value));
		check_value(value);
	} else {
		MUST(fault.at <= size && fault.what);
	}
	all.checked = type == JSON_OBJECT;
	MUST(json_check_object(text, compare, &all, NULL) == (type == JSON_OBJECT));
	for (json_walk(&all.walk, value); json_next(&all.walk, &m);)
		; /* unchecked text, too: only inside of it */
	if (lf)	  /* a path, then the text it is for */
		value = json_trim((struct slice){lf + 1, size - (size_t)(lf + 1 - text.p)});
	if (lf && json_check(value, NULL) != JSON_NONE)
		check_path((struct slice){text.p, (size_t)(lf - text.p)}, value);
	return 0;
}
