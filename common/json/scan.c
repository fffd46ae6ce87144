#include "json/scan.h"

#include "base/utf8.h"
#include "json/text.h"

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

struct scan {
	const char *start, *p, *end;
	struct json_fault fault;
};

static bool fault(struct scan *s, const char *at, const char *what)
{
	s->fault = (struct json_fault){(size_t)(at - s->start), what};
	return false;
}

static void skip_space(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r'))
		s->p++;
}

/* Moves over bytes of a string that need no look: printable ASCII but '"' and '\\'. */
static const char *skip_plain(const char *p, const char *end)
{
#if defined(__SSE2__)
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
	const __m128i blank = _mm_set1_epi8(0x20);

	while (end - p >= 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		/* Signed: bytes of 0x80 and more are below 0x20, too. */
		__m128i stop = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
			_mm_cmplt_epi8(v, blank));
		unsigned mask = (unsigned)_mm_movemask_epi8(stop);

		if (mask)
			return p + __builtin_ctz(mask);
		p += 16;
	}
#endif
	while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' &&
	       *p != '\\')
		p++;
	return p;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* s->p is at a backslash. */
static bool scan_escape(struct scan *s)
{
	const char *at = s->p;

	if (s->end - at < 2)
		return fault(s, s->end, "string is not closed");
	if (at[1] != 'u') {
		if (!at[1] || !strchr("\"\\/bfnrt", at[1]))
			return fault(s, at, "unknown escape in a string");
		s->p = at + 2;
		return true;
	}
	for (int i = 2; i < 6; i++)
		if (at + i >= s->end || !is_hex(at[i]))
			return fault(s, at, "\\u needs four hexadecimal digits");
	s->p = at + 6;
	return true;
}

/* s->p is at the opening quote; ends behind the closing one. */
static bool scan_string(struct scan *s)
{
	s->p++;
	for (;;) {
		unsigned len;

		s->p = skip_plain(s->p, s->end);
		if (s->p == s->end)
			return fault(s, s->p, "string is not closed");
		if (*s->p == '"') {
			s->p++;
			return true;
		}
		if (*s->p == '\\') {
			if (!scan_escape(s))
				return false;
			continue;
		}
		if ((unsigned char)*s->p < 0x20)
			return fault(s, s->p, "control byte in a string");
		len = utf8_char(s->p, (size_t)(s->end - s->p));
		if (!len)
			return fault(s, s->p, "invalid UTF-8");
		s->p += len;
	}
}

static bool scan_digits(struct scan *s)
{
	const char *first = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > first || fault(s, s->p, "expected a digit");
}

static bool scan_number(struct scan *s)
{
	if (*s->p == '-')
		s->p++;
	if (s->p < s->end && *s->p == '0') {
		s->p++;
		if (s->p < s->end && *s->p >= '0' && *s->p <= '9')
			return fault(s, s->p, "number with a leading zero");
	} else if (!scan_digits(s)) {
		return false;
	}
	if (s->p < s->end && *s->p == '.') {
		s->p++;
		if (!scan_digits(s))
			return false;
	}
	if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
		s->p++;
		if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
			s->p++;
		return scan_digits(s);
	}
	return true;
}

static bool scan_word(struct scan *s, const char *word, size_t n)
{
	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return fault(s, s->p, "expected a value");
	s->p += n;
	return true;
}

/* A value that is no array or object; s->p is at its first byte. */
static bool scan_scalar(struct scan *s)
{
	if (s->p == s->end)
		return fault(s, s->p, "expected a value");
	switch (*s->p) {
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true", 4);
	case 'f':
		return scan_word(s, "false", 5);
	case 'n':
		return scan_word(s, "null", 4);
	default:
		if (*s->p == '-' || (*s->p >= '0' && *s->p <= '9'))
			return scan_number(s);
		return fault(s, s->p, "expected a value");
	}
}

/* Name and colon of a member, white space around them included. */
static bool scan_name(struct scan *s)
{
	skip_space(s);
	if (s->p == s->end || *s->p != '"')
		return fault(s, s->p, "expected a member name");
	if (!scan_string(s))
		return false;
	skip_space(s);
	if (s->p == s->end || *s->p != ':')
		return fault(s, s->p, "expected ':'");
	s->p++;
	return true;
}

/*
 * One value of any depth, without recursion: a bit per open bracket says whether it
 * is an object. s->p is before the value (white space allowed), then behind it.
 * `depth` brackets are already open around it.
 */
static bool scan_value(struct scan *s, unsigned depth)
{
	uint64_t objects[JSON_DEPTH_MAX / 64];
	const unsigned floor = depth;

value:
	skip_space(s);
	if (s->p < s->end && (*s->p == '{' || *s->p == '[')) {
		bool object = *s->p == '{';

		if (depth == JSON_DEPTH_MAX)
			return fault(s, s->p, "nested too deeply");
		objects[depth / 64] &= ~(UINT64_C(1) << depth % 64);
		objects[depth / 64] |= (uint64_t)object << depth % 64;
		depth++;
		s->p++;
		skip_space(s);
		if (s->p < s->end && *s->p == (object ? '}' : ']'))
			goto close;
		if (object && !scan_name(s))
			return false;
		goto value;
	}
	if (!scan_scalar(s))
		return false;
after:
	if (depth == floor)
		return true;
	skip_space(s);
	if (s->p < s->end && *s->p == ',') {
		s->p++;
		if ((objects[(depth - 1) / 64] >> (depth - 1) % 64 & 1) && !scan_name(s))
			return false;
		goto value;
	}
	if (objects[(depth - 1) / 64] >> (depth - 1) % 64 & 1) {
		if (s->p == s->end || *s->p != '}')
			return fault(s, s->p, "expected ',' or '}'");
	} else if (s->p == s->end || *s->p != ']') {
		return fault(s, s->p, "expected ',' or ']'");
	}
close:
	s->p++;
	depth--;
	goto after;
}

static bool at_end(struct scan *s)
{
	skip_space(s);
	return s->p == s->end || fault(s, s->p, "text behind the value");
}

enum json_type json_check(struct slice text, struct json_fault *where)
{
	struct scan s = {.start = text.p, .p = text.p, .end = text.p + text.n};
	const char *first;

	skip_space(&s);
	first = s.p;
	if (scan_value(&s, 0) && at_end(&s))
		return json_type_of((struct slice){first, (size_t)(s.p - first)});
	if (where)
		*where = s.fault;
	return JSON_NONE;
}

/* One member of the outermost object; s->p is before its name, then behind its value. */
static bool scan_member(struct scan *s, struct json_member *m)
{
	const char *name;

	skip_space(s);
	name = s->p;
	if (s->p == s->end || *s->p != '"')
		return fault(s, s->p, "expected a member name");
	if (!scan_string(s))
		return false;
	m->name = (struct slice){name + 1, (size_t)(s->p - name) - 2};
	skip_space(s);
	if (s->p == s->end || *s->p != ':')
		return fault(s, s->p, "expected ':'");
	s->p++;
	skip_space(s);
	m->value.p = s->p;
	if (!scan_value(s, 1))
		return false;
	m->value.n = (size_t)(s->p - m->value.p);
	m->whole = (struct slice){name, (size_t)(s->p - name)};
	m->type = json_type_of(m->value);
	return true;
}

static bool scan_object(struct scan *s, json_member_fn *each, void *ctx)
{
	skip_space(s);
	if (s->p == s->end || *s->p != '{')
		return fault(s, s->p, "expected an object");
	s->p++;
	skip_space(s);
	if (s->p < s->end && *s->p == '}') {
		s->p++;
		return at_end(s);
	}
	for (;;) {
		struct json_member m;

		if (!scan_member(s, &m))
			return false;
		if (!each(ctx, &m))
			return fault(s, m.value.p, "unexpected value");
		skip_space(s);
		if (s->p == s->end || (*s->p != ',' && *s->p != '}'))
			return fault(s, s->p, "expected ',' or '}'");
		if (*s->p++ == '}')
			return at_end(s);
	}
}

bool json_check_object(struct slice text, json_member_fn *each, void *ctx, struct json_fault *where)
{
	struct scan s = {.start = text.p, .p = text.p, .end = text.p + text.n};

	if (scan_object(&s, each, ctx))
		return true;
	if (where)
		*where = s.fault;
	return false;
}

enum json_type json_type_of(struct slice value)
{
	switch (value.n ? value.p[0] : '\0') {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	case 't':
		return JSON_TRUE;
	case 'f':
		return JSON_FALSE;
	case 'n':
		return JSON_NULL;
	case '\0':
		return JSON_NONE;
	default:
		return JSON_NUMBER;
	}
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

struct slice json_trim(struct slice text)
{
	while (text.n && is_space(text.p[0]))
		text = (struct slice){text.p + 1, text.n - 1};
	while (text.n && is_space(text.p[text.n - 1]))
		text.n--;
	return text;
}

/* Behind the string whose opening quote is at p. */
static const char *walk_string(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		p = skip_plain(p, end);
		if (p == end)
			return end;
		if (*p == '"')
			return p + 1;
		if (*p == '\\')
			p++;
	}
	return end;
}

/* Behind the value at p. */
static const char *walk_value(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		char c = *p;

		if (c == '"') {
			p = walk_string(p, end);
			if (!depth)
				return p;
			continue;
		}
		if (depth == 0 && (c == ',' || c == '}' || c == ']' || is_space(c)))
			return p;
		p++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return p;
	}
	return end;
}

static void walk_space(struct json_walk *w)
{
	while (w->p < w->end && is_space(*w->p))
		w->p++;
}

void json_walk(struct json_walk *w, struct slice value)
{
	*w = (struct json_walk){value.p, value.p + value.n};
	if (value.n >= 2 && (value.p[0] == '{' || value.p[0] == '[')) {
		w->p++;
		w->end--;
	} else {
		w->p = w->end;
	}
}

bool json_next(struct json_walk *w, struct json_member *m)
{
	const char *first;

	walk_space(w);
	if (w->p < w->end && *w->p == ',')
		w->p++;
	walk_space(w);
	if (w->p >= w->end)
		return false;
	first = w->p;
	m->name = m->whole = SLICE_NONE;
	if (*w->p == '"') {
		const char *behind = walk_string(w->p, w->end);

		w->p = behind;
		walk_space(w);
		if (w->p < w->end && *w->p == ':') {
			m->name = (struct slice){first + 1, (size_t)(behind - first) - 2};
			w->p++;
			walk_space(w);
		} else {
			m->value = (struct slice){first, (size_t)(behind - first)};
			m->type = JSON_STRING;
			return true;
		}
	}
	m->value.p = w->p;
	w->p = walk_value(w->p, w->end);
	m->value.n = (size_t)(w->p - m->value.p);
	m->type = json_type_of(m->value);
	if (m->name.p)
		m->whole = (struct slice){first, (size_t)(w->p - first)};
	return true;
}

/* Escapes are rare in names. */
bool json_is(struct slice raw, struct slice text)
{
	if (!memchr(raw.p ? raw.p : "", '\\', raw.n))
		return slice_eq(raw, text);
	return json_unescaped_is(raw, text);
}

struct slice json_raw(struct slice value)
{
	if (value.n < 2 || value.p[0] != '"')
		return SLICE_NONE;
	return (struct slice){value.p + 1, value.n - 2};
}
