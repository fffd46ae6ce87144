#include "aws/xml.h"

#include "base/hex.h"

#include <stdint.h>

struct reader {
	const char *p, *end;
	struct slice names[XML_DEPTH_MAX]; /* the open elements */
	size_t depth;
	struct slice path;
	struct buf *to;
	size_t found_depth; /* of the element that is wanted; 0: not in it */
	bool done;
};

static bool name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.' || c == ':' || (unsigned char)c >= 0x80;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice local_name(struct slice name)
{
	const char *colon = memrchr(name.p, ':', name.n);

	if (!colon)
		return name;
	return (struct slice){colon + 1, name.n - (size_t)(colon - name.p) - 1};
}

/* Whether the open elements are the path. */
static bool at_path(const struct reader *r)
{
	struct slice rest = r->path;

	for (size_t i = 0; i < r->depth; i++) {
		const char *slash = rest.n ? memchr(rest.p, '/', rest.n) : NULL;
		struct slice part = {rest.p, slash ? (size_t)(slash - rest.p) : rest.n};

		if (!slice_eq(part, local_name(r->names[i])))
			return false;
		rest = (struct slice){part.p + part.n + (slash != NULL),
				      rest.n - part.n - (slash != NULL)};
	}
	return rest.n == 0 && r->depth > 0;
}

/* --- text ------------------------------------------------------------------ */

static void add_code_point(struct buf *to, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(to, (char)c);
	} else if (c < 0x800) {
		buf_addc(to, (char)(0xc0 | c >> 6));
		buf_addc(to, (char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		buf_addc(to, (char)(0xe0 | c >> 12));
		buf_addc(to, (char)(0x80 | (c >> 6 & 63)));
		buf_addc(to, (char)(0x80 | (c & 63)));
	} else {
		buf_addc(to, (char)(0xf0 | c >> 18));
		buf_addc(to, (char)(0x80 | (c >> 12 & 63)));
		buf_addc(to, (char)(0x80 | (c >> 6 & 63)));
		buf_addc(to, (char)(0x80 | (c & 63)));
	}
}

/* "#10", "#x1F600"; never a NUL or half a surrogate pair. */
static bool numeric(struct slice text, uint32_t *value)
{
	uint32_t base = 10, v = 0;
	size_t i = 1;

	if (text.n > 1 && text.p[1] == 'x') {
		base = 16;
		i = 2;
	}
	if (i == text.n || text.n > 9)
		return false;
	for (; i < text.n; i++) {
		int digit = hex_digit(text.p[i]);

		if (digit < 0 || (uint32_t)digit >= base)
			return false;
		v = v * base + (uint32_t)digit;
	}
	*value = v;
	return v > 0 && v <= 0x10ffff && !(v >= 0xd800 && v <= 0xdfff);
}

static bool add_entity(struct buf *to, struct slice name)
{
	static const struct {
		const char *name;
		char c;
	} known[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
	uint32_t c;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (slice_is(name, known[i].name)) {
			buf_addc(to, known[i].c);
			return true;
		}
	}
	if (name.n < 2 || name.p[0] != '#' || !numeric(name, &c))
		return false;
	add_code_point(to, c);
	return true;
}

static bool take_text(struct reader *r)
{
	bool wanted = r->found_depth && r->depth == r->found_depth;

	while (r->p < r->end && *r->p != '<') {
		const char *semicolon;

		if (*r->p != '&') {
			if (wanted)
				buf_addc(r->to, *r->p);
			r->p++;
			continue;
		}
		semicolon = memchr(r->p, ';', (size_t)(r->end - r->p));
		if (!semicolon)
			return false;
		if (wanted &&
		    !add_entity(r->to, (struct slice){r->p + 1, (size_t)(semicolon - r->p) - 1}))
			return false;
		r->p = semicolon + 1;
	}
	return true;
}

/* --- tags ------------------------------------------------------------------ */

static struct slice take_name(struct reader *r)
{
	struct slice name = {r->p, 0};

	while (r->p < r->end && name_char(*r->p))
		r->p++;
	name.n = (size_t)(r->p - name.p);
	return name;
}

/* Skips attributes; values are quoted, so a '>' may be in them. */
static bool skip_attributes(struct reader *r, bool *empty)
{
	char quote = 0;

	*empty = false;
	for (; r->p < r->end; r->p++) {
		if (quote) {
			quote = *r->p == quote ? 0 : quote;
		} else if (*r->p == '"' || *r->p == '\'') {
			quote = *r->p;
		} else if (*r->p == '<') {
			return false;
		} else if (*r->p == '>') {
			*empty = r->p[-1] == '/';
			r->p++;
			return true;
		}
	}
	return false;
}

static bool close_tag(struct reader *r)
{
	struct slice name;

	r->p++;
	name = take_name(r);
	while (r->p < r->end && blank(*r->p))
		r->p++;
	if (r->p == r->end || *r->p++ != '>' || r->depth == 0 ||
	    !slice_eq(name, r->names[r->depth - 1]))
		return false;
	if (r->found_depth == r->depth && r->found_depth) {
		r->done = true;
		r->found_depth = 0;
	}
	r->depth--;
	return true;
}

static bool open_tag(struct reader *r)
{
	struct slice name = take_name(r);
	bool empty;

	if (name.n == 0 || r->depth == XML_DEPTH_MAX || !skip_attributes(r, &empty))
		return false;
	r->names[r->depth++] = name;
	if (!r->done && !r->found_depth && at_path(r))
		r->found_depth = r->depth;
	if (empty) {
		if (r->found_depth == r->depth) {
			r->done = true;
			r->found_depth = 0;
		}
		r->depth--;
	}
	return true;
}

/* Behind what ends with `end`: a comment, a processing instruction. */
static bool skip_to(struct reader *r, struct slice end)
{
	const char *at = memmem(r->p, (size_t)(r->end - r->p), end.p, end.n);

	if (!at)
		return false;
	r->p = at + end.n;
	return true;
}

static bool take_tag(struct reader *r)
{
	struct slice rest;

	r->p++;
	rest = (struct slice){r->p, (size_t)(r->end - r->p)};
	if (slice_starts(rest, SLICE("!--")))
		return skip_to(r, SLICE("-->"));
	if (slice_starts(rest, SLICE("?")))
		return skip_to(r, SLICE("?>"));
	if (slice_starts(rest, SLICE("/")))
		return close_tag(r);
	return open_tag(r); /* not "<!": no name begins so */
}

int xml_text(struct slice xml, const char *path, struct buf *to)
{
	struct reader r = {.p = xml.p, .end = xml.p + xml.n, .path = slice_of(path), .to = to};
	bool any = false;

	while (r.p < r.end) {
		if (*r.p == '<') {
			if (!take_tag(&r))
				return -1;
			any = true;
		} else if (!take_text(&r)) {
			return -1;
		}
	}
	return !any || r.depth ? -1 : r.done;
}
