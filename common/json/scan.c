#include "json/scan.h"

#include "base/utf8.h"
#include "json/text.h"

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Positions are passed and returned, not kept here: so they stay in registers. */
struct scan {
	const char *start, *end;
	struct json_fault fault;
};

/* Returns NULL, as all scan_ functions do after a fault. */
static const char *fault(struct scan *s, const char *at, const char *what)
{
	s->fault = (struct json_fault){(size_t)(at - s->start), what};
	return NULL;
}

static inline bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline const char *skip_space(const char *p, const char *end)
{
	while (p < end && (unsigned char)*p <= ' ' && is_space(*p))
		p++;
	return p;
}

#if defined(__SSE2__)
/* Which of the sixteen bytes at p are '"', '\\', a control byte or not ASCII. */
static inline __m128i special(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
	__m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));

	/* Signed: bytes of 0x80 and more are below 0x20, too. */
	return _mm_or_si128(_mm_or_si128(quote, slash), _mm_cmplt_epi8(v, _mm_set1_epi8(0x20)));
}

/* The rest of a long string, such as base64. */
static const char *skip_long(const char *p, const char *end)
{
	for (; end - p >= 64; p += 64)
		if (_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(special(p), special(p + 16)),
						   _mm_or_si128(special(p + 32), special(p + 48)))))
			break;
	for (; end - p >= 16; p += 16) {
		unsigned mask = (unsigned)_mm_movemask_epi8(special(p));

		if (mask)
			return p + __builtin_ctz(mask);
	}
	return p;
}
#endif

/* Moves over bytes of a string that need no look: printable ASCII but '"' and '\\'. */
static inline const char *skip_plain(const char *p, const char *end)
{
#if defined(__SSE2__)
	if (end - p >= 16) {
		unsigned mask = (unsigned)_mm_movemask_epi8(special(p));

		if (mask)
			return p + __builtin_ctz(mask);
		p = skip_long(p + 16, end);
	}
#endif
	while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' &&
	       *p != '\\')
		p++;
	return p;
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline const char *skip_digits(const char *p, const char *end)
{
#if defined(__SSE2__)
	while (end - p >= 16) {
		__m128i v = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)p),
					 _mm_set1_epi8('0'));
		__m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(9)), v);
		unsigned others = ~(unsigned)_mm_movemask_epi8(digit) & 0xffff;

		if (others)
			return p + __builtin_ctz(others);
		p += 16;
	}
#endif
	while (p < end && is_digit(*p))
		p++;
	return p;
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* at is a backslash. */
static const char *scan_escape(struct scan *s, const char *at)
{
	if (s->end - at < 2)
		return fault(s, s->end, "string is not closed");
	switch (at[1]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return at + 2;
	case 'u':
		break;
	default:
		return fault(s, at, "unknown escape in a string");
	}
	for (int i = 2; i < 6; i++)
		if (at + i >= s->end || !is_hex(at[i]))
			return fault(s, at, "\\u needs four hexadecimal digits");
	return at + 6;
}

/* p is at the opening quote; returns what is behind the closing one. */
static const char *scan_string(struct scan *s, const char *p)
{
	const char *end = s->end;

	for (p++;;) {
		unsigned len;

		p = skip_plain(p, end);
		if (p == end)
			return fault(s, p, "string is not closed");
		if (*p == '"')
			return p + 1;
		if (*p == '\\') {
			p = scan_escape(s, p);
			if (!p)
				return NULL;
			continue;
		}
		if ((unsigned char)*p < 0x20)
			return fault(s, p, "control byte in a string");
		len = utf8_char(p, (size_t)(end - p));
		if (!len)
			return fault(s, p, "invalid UTF-8");
		p += len;
	}
}

static inline const char *scan_digits(struct scan *s, const char *p)
{
	const char *behind = skip_digits(p, s->end);

	return behind > p ? behind : fault(s, p, "expected a digit");
}

static const char *scan_number(struct scan *s, const char *p)
{
	const char *end = s->end;

	if (*p == '-')
		p++;
	if (p < end && *p == '0') {
		p++;
		if (p < end && is_digit(*p))
			return fault(s, p, "number with a leading zero");
	} else if (p < end && is_digit(*p)) {
		for (p++; p < end && is_digit(*p); p++)
			; /* few, mostly, and often as many as before */
	} else {
		return fault(s, p, "expected a digit");
	}
	if (p < end && *p == '.')
		p = scan_digits(s, p + 1);
	if (p && p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		p = scan_digits(s, p);
	}
	return p;
}

static const char *scan_word(struct scan *s, const char *p, const char *word, size_t n)
{
	if ((size_t)(s->end - p) < n || memcmp(p, word, n) != 0)
		return fault(s, p, "expected a value");
	return p + n;
}

/* A value that is no array or object; p is at its first byte. */
static inline const char *scan_scalar(struct scan *s, const char *p)
{
	if (p == s->end)
		return fault(s, p, "expected a value");
	switch (*p) {
	case '"':
		return scan_string(s, p);
	case 't':
		return scan_word(s, p, "true", 4);
	case 'f':
		return scan_word(s, p, "false", 5);
	case 'n':
		return scan_word(s, p, "null", 4);
	default:
		if (*p == '-' || is_digit(*p))
			return scan_number(s, p);
		return fault(s, p, "expected a value");
	}
}

/* The name of a member and its colon, white space around them included. */
static inline const char *scan_name(struct scan *s, const char *p)
{
	p = skip_space(p, s->end);
	if (p == s->end || *p != '"')
		return fault(s, p, "expected a member name");
	p = scan_string(s, p);
	if (!p)
		return NULL;
	p = skip_space(p, s->end);
	if (p == s->end || *p != ':')
		return fault(s, p, "expected ':'");
	return p + 1;
}

/*
 * One value of any depth, without recursion: a bit per open bracket says whether it
 * is an object. p is before the value (white space allowed); returns what is behind
 * it. `depth` brackets are already open around it.
 */
static const char *scan_value(struct scan *s, const char *p, unsigned depth)
{
	uint64_t objects[JSON_DEPTH_MAX / 64];
	const unsigned floor = depth;
	const char *const end = s->end;
	bool object = false; /* whether the innermost open bracket is one */

value:
	p = skip_space(p, end);
	if (p < end && (*p == '{' || *p == '[')) {
		object = *p == '{';
		if (depth == JSON_DEPTH_MAX)
			return fault(s, p, "nested too deeply");
		objects[depth / 64] &= ~(UINT64_C(1) << depth % 64);
		objects[depth / 64] |= (uint64_t)object << depth % 64;
		depth++;
		p = skip_space(p + 1, end);
		if (p < end && *p == (object ? '}' : ']'))
			goto close;
		if (object && !(p = scan_name(s, p)))
			return NULL;
		goto value;
	}
	p = scan_scalar(s, p);
	if (!p)
		return NULL;
after:
	if (depth == floor)
		return p;
	p = skip_space(p, end);
	if (p < end && *p == ',') {
		p++;
		if (object && !(p = scan_name(s, p)))
			return NULL;
		goto value;
	}
	if (p == end || *p != (object ? '}' : ']'))
		return fault(s, p, object ? "expected ',' or '}'" : "expected ',' or ']'");
close:
	p++;
	depth--;
	object = depth > floor && (objects[(depth - 1) / 64] >> (depth - 1) % 64 & 1);
	goto after;
}

static bool at_end(struct scan *s, const char *p)
{
	p = skip_space(p, s->end);
	return p == s->end || fault(s, p, "text behind the value");
}

enum json_type json_check_within(struct slice text, unsigned depth, struct json_fault *where)
{
	struct scan s = {.start = text.p, .end = text.p + text.n};
	const char *first = skip_space(text.p, s.end);
	const char *behind = scan_value(&s, first, depth);

	if (behind && at_end(&s, behind))
		return json_type_of((struct slice){first, (size_t)(behind - first)});
	if (where)
		*where = s.fault;
	return JSON_NONE;
}

enum json_type json_check(struct slice text, struct json_fault *where)
{
	return json_check_within(text, 0, where);
}

/* One member of the outermost object; p is before its name. */
static const char *scan_member(struct scan *s, const char *p, struct json_member *m)
{
	const char *name = skip_space(p, s->end);

	p = name;
	if (p == s->end || *p != '"')
		return fault(s, p, "expected a member name");
	p = scan_string(s, p);
	if (!p)
		return NULL;
	m->name = (struct slice){name + 1, (size_t)(p - name) - 2};
	p = skip_space(p, s->end);
	if (p == s->end || *p != ':')
		return fault(s, p, "expected ':'");
	m->value.p = skip_space(p + 1, s->end);
	p = scan_value(s, m->value.p, 1);
	if (!p)
		return NULL;
	m->value.n = (size_t)(p - m->value.p);
	m->whole = (struct slice){name, (size_t)(p - name)};
	m->type = json_type_of(m->value);
	return p;
}

static bool scan_object(struct scan *s, const char *p, json_member_fn *each, void *ctx)
{
	p = skip_space(p, s->end);
	if (p == s->end || *p != '{')
		return fault(s, p, "expected an object");
	p = skip_space(p + 1, s->end);
	if (p < s->end && *p == '}')
		return at_end(s, p + 1);
	for (;;) {
		struct json_member m;

		p = scan_member(s, p, &m);
		if (!p)
			return false;
		if (!each(ctx, &m))
			return fault(s, m.value.p, "unexpected value");
		p = skip_space(p, s->end);
		if (p == s->end || (*p != ',' && *p != '}'))
			return fault(s, p, "expected ',' or '}'");
		if (*p++ == '}')
			return at_end(s, p);
	}
}

bool json_check_object(struct slice text, json_member_fn *each, void *ctx, struct json_fault *where)
{
	struct scan s = {.start = text.p, .end = text.p + text.n};

	if (scan_object(&s, text.p, each, ctx))
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
	if (m->value.n == 0) /* unchecked text: there is no way on */
		return false;
	m->type = json_type_of(m->value);
	if (m->name.p)
		m->whole = (struct slice){first, (size_t)(w->p - first)};
	return true;
}

/* Every escape is longer than what it stands for. */
bool json_spells(struct slice raw, struct slice text)
{
	if (!memchr(raw.p ? raw.p : "", '\\', raw.n))
		return slice_eq(raw, text);
	return raw.n > text.n && json_unescaped_is(raw, text);
}

struct slice json_raw(struct slice value)
{
	if (value.n < 2 || value.p[0] != '"')
		return SLICE_NONE;
	return (struct slice){value.p + 1, value.n - 2};
}
