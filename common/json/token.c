#include "json/token.h"

#include "base/utf8.h"
#include "json/simd.h"

const char *token_fault(struct text *t, const char *at, const char *what)
{
	t->fault = (struct json_fault){(size_t)(at - t->start), what};
	return NULL;
}

/* --- strings ---------------------------------------------------------------- */

static bool is_hex(unsigned char c)
{
	return (unsigned char)(c - '0') < 10 || (unsigned char)((c | 0x20) - 'a') < 6;
}

static const char *pass_escape(struct text *t, const char *p)
{
	switch (token_peek(t, p + 1)) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return p + 2;
	case 'u':
		for (int i = 2; i < 6; i++)
			if (!is_hex(token_peek(t, p + i)))
				return token_fault(t, p, "\\u needs four hexadecimal digits");
		return p + 6;
	default:
		if (p + 1 == t->end)
			return token_fault(t, t->end, "string is not closed");
		return token_fault(t, p, "unknown escape in a string");
	}
}

const char *token_string(struct text *t, const char *p, bool *escaped)
{
	*escaped = false;
	for (p++;;) {
		unsigned n;

		p = simd_plain(p, t->end);
		if (p == t->end)
			return token_fault(t, p, "string is not closed");
		if (*p == '"')
			return p + 1;
		if (*p == '\\') {
			*escaped = true;
			if (!(p = pass_escape(t, p)))
				return NULL;
			continue;
		}
		if ((unsigned char)*p < ' ')
			return token_fault(t, p, "control byte in a string");
		n = utf8_char(p, (size_t)(t->end - p));
		if (n == 0)
			return token_fault(t, p, "invalid UTF-8");
		p += n;
	}
}

/* --- numbers and words ------------------------------------------------------ */

/* One digit or more. */
static inline const char *need_digits(struct text *t, const char *p)
{
	if ((unsigned char)(token_peek(t, p) - '0') >= 10)
		return token_fault(t, p, "expected a digit");
	return simd_digits(p + 1, t->end);
}

const char *token_number(struct text *t, const char *p)
{
	if (*p == '-')
		p++;
	if (token_peek(t, p) == '0') {
		p++;
		if ((unsigned char)(token_peek(t, p) - '0') < 10)
			return token_fault(t, p, "number with a leading zero");
	} else {
		if (!(p = need_digits(t, p)))
			return NULL;
	}
	if (token_peek(t, p) == '.' && !(p = need_digits(t, p + 1)))
		return NULL;
	if ((token_peek(t, p) | 0x20) == 'e') {
		p++;
		if (token_peek(t, p) == '+' || token_peek(t, p) == '-')
			p++;
		p = need_digits(t, p);
	}
	return p;
}

const char *token_word(struct text *t, const char *p)
{
	size_t left = (size_t)(t->end - p);

	if (left >= 4 && (memcmp(p, "true", 4) == 0 || memcmp(p, "null", 4) == 0))
		return p + 4;
	if (left >= 5 && memcmp(p, "false", 5) == 0)
		return p + 5;
	return token_fault(t, p, "expected a value");
}

/* --- what nobody asks for ---------------------------------------------------- */

static const char *skip_scalar(struct text *t, const char *p)
{
	unsigned char c = token_peek(t, p);
	bool escaped;

	if (c == '"')
		return token_string(t, p, &escaped);
	if (c == '-' || (unsigned char)(c - '0') < 10)
		return token_number(t, p);
	return token_word(t, p);
}

/* The name of a member and the colon behind it. */
static const char *skip_name(struct text *t, const char *p)
{
	bool escaped;

	if (token_peek(t, p) != '"')
		return token_fault(t, p, "expected a member name");
	if (!(p = token_string(t, p, &escaped)))
		return NULL;
	p = token_space(t, p);
	if (token_peek(t, p) != ':')
		return token_fault(t, p, "expected ':'");
	return token_space(t, p + 1);
}

const char *token_skip(struct text *t, const char *p, unsigned depth)
{
	uint64_t objects[JSON_DEPTH_MAX / 64]; /* a bit a level: object or array */
	unsigned level = 0;
	bool object = false;
	unsigned char c;

	for (;;) {
		c = token_peek(t, p);
		if (c == '{' || c == '[') {
			if (depth + level >= JSON_DEPTH_MAX)
				return token_fault(t, p, "nested too deeply");
			if (level % 64 == 0)
				objects[level / 64] = 0;
			else
				objects[level / 64] &= ~(UINT64_C(1) << level % 64);
			object = c == '{';
			objects[level / 64] |= (uint64_t)object << level % 64;
			level++;
			p = token_space(t, p + 1);
			if (token_peek(t, p) != (object ? '}' : ']')) {
				if (object && !(p = skip_name(t, p)))
					return NULL;
				continue;
			}
		} else if (!(p = skip_scalar(t, p))) {
			return NULL;
		} else if (level == 0) {
			return p;
		} else {
			p = token_space(t, p);
		}
		/* Behind a value, or at the end of an empty array or object. */
		while ((c = token_peek(t, p)) == (object ? '}' : ']')) {
			p++;
			if (--level == 0)
				return p;
			object = objects[(level - 1) / 64] >> (level - 1) % 64 & 1;
			p = token_space(t, p);
		}
		if (c != ',')
			return token_fault(t, p,
					   object ? "expected ',' or '}'" : "expected ',' or ']'");
		p = token_space(t, p + 1);
		if (object && !(p = skip_name(t, p)))
			return NULL;
	}
}
