/*
 * One pass over JSON text: strict RFC 8259 validation with positions, and the
 * members of an object as slices of the text. Nothing is copied, nothing is
 * allocated, no number is converted, no string is unescaped.
 *
 * Strict means: valid UTF-8, no control bytes in strings, no NUL, no BOM, no
 * trailing comma, nothing behind the value but white space; at most
 * JSON_DEPTH_MAX nested arrays and objects. Lone surrogate escapes are grammar and
 * accepted.
 */
#ifndef KEB_JSON_SCAN_H
#define KEB_JSON_SCAN_H

#include "base/slice.h"

#define JSON_DEPTH_MAX 1024

enum json_type {
	JSON_NONE, /* no value there */
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* Where and why text is not JSON: "expected ',' or '}'" at byte 17 (from 0). */
struct json_fault {
	size_t at;
	const char *what;
};

struct json_member {
	struct slice name;  /* what stands between the quotes, still escaped */
	struct slice value; /* the whole value, quotes and brackets included */
	enum json_type type;
	struct slice whole; /* from the quote of the name to the end of the value */
};

/* Whether text is exactly one JSON value of any type (JSON_NONE if not; fault may be NULL). */
enum json_type json_check(struct slice text, struct json_fault *fault);
/* The same for text that will stand within `depth` open brackets: they count as nesting. */
enum json_type json_check_within(struct slice text, unsigned depth, struct json_fault *fault);
/* The same; *breaks is false only if neither tabs nor line breaks stand between the tokens. */
enum json_type json_check_breaks(struct slice text, unsigned depth, bool *breaks,
				 struct json_fault *fault);

/*
 * Validates text as one JSON object and hands every top-level member to `each`, in
 * order, in the same pass. Members seen before a fault have been handed out: the
 * caller throws them away. `each` returns false to say that the object is not what
 * it wants (fault gets that member's position and "a value that this member cannot have").
 */
typedef bool json_member_fn(void *ctx, const struct json_member *member);
bool json_check_object(struct slice text, json_member_fn *each, void *ctx,
		       struct json_fault *fault);

/*
 * The rest is for text that was checked before; on other text the results are
 * meaningless, members without a name among them, though memory outside of it is never
 * touched.
 */
static inline bool json_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
enum json_type json_type_of(struct slice value); /* by its first byte */
struct slice json_trim(struct slice text);	 /* without white space around */

struct json_walk {
	const char *p, *end;
};
/* Walks the members of an object, or the elements of an array (name and whole are then absent). */
void json_walk(struct json_walk *w, struct slice value);
bool json_next(struct json_walk *w, struct json_member *member);

/* Whether a raw name or string content (escaped, no quotes) spells `text`. */
bool json_spells(struct slice raw, struct slice text);
/* The same: most names differ in length or first byte, and need no call. */
static inline bool json_is(struct slice raw, struct slice text)
{
	return raw.n >= text.n && (text.n == 0 || raw.p[0] == text.p[0] || raw.p[0] == '\\') &&
	       json_spells(raw, text);
}

/* The content of a string value, still escaped; absent if it is no string. */
struct slice json_raw(struct slice string_value);

#endif
