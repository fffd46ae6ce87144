#include "jackson.h"

#include "base/utf8.h"
#include "json/token.h"

enum encoding { UTF8, UTF16_BE, UTF16_LE, UTF32_BE, UTF32_LE };

void jackson_free(struct jackson *j)
{
	buf_free(&j->utf8);
	buf_free(&j->plain);
}

/* --- encodings -------------------------------------------------------------------- */

static uint32_t unit_at(const unsigned char *p, enum encoding encoding)
{
	switch (encoding) {
	case UTF16_BE:
		return (uint32_t)p[0] << 8 | p[1];
	case UTF16_LE:
		return (uint32_t)p[1] << 8 | p[0];
	case UTF32_BE:
		return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	case UTF32_LE:
		return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
	case UTF8:
		break;
	}
	return p[0];
}

/* By a byte order mark, else by where the zeros of the first characters stand; RFC 4627, 3. */
static enum encoding detect(struct slice *bytes)
{
	const unsigned char *p = (const unsigned char *)bytes->p;
	size_t n = bytes->n, mark = 0;
	enum encoding found = UTF8;

	if (n >= 4 && unit_at(p, UTF32_BE) == 0xfeff)
		found = UTF32_BE, mark = 4;
	else if (n >= 4 && unit_at(p, UTF32_LE) == 0xfeff)
		found = UTF32_LE, mark = 4;
	else if (n >= 2 && unit_at(p, UTF16_BE) == 0xfeff)
		found = UTF16_BE, mark = 2;
	else if (n >= 2 && unit_at(p, UTF16_LE) == 0xfeff)
		found = UTF16_LE, mark = 2;
	else if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		mark = 3;
	else if (n >= 4 && unit_at(p, UTF32_BE) < 0x100)
		found = UTF32_BE;
	else if (n >= 4 && unit_at(p, UTF32_LE) < 0x100)
		found = UTF32_LE;
	else if (n >= 2 && p[0] == 0)
		found = UTF16_BE;
	else if (n >= 2 && p[1] == 0)
		found = UTF16_LE;
	bytes->p += mark;
	bytes->n -= mark;
	return found;
}

static bool transcode(struct slice bytes, enum encoding encoding, struct buf *to)
{
	const unsigned char *p = (const unsigned char *)bytes.p, *end = p + bytes.n;
	size_t size = encoding == UTF16_BE || encoding == UTF16_LE ? 2 : 4;

	buf_reset(to);
	for (; p < end; p += size) {
		uint32_t code;

		if ((size_t)(end - p) < size)
			return false;
		code = unit_at(p, encoding);
		if (size == 2 && (code & 0xfc00) == 0xd800) {
			uint32_t low = (size_t)(end - p) < 4 ? 0 : unit_at(p + 2, encoding);

			if ((low & 0xfc00) != 0xdc00)
				return false;
			code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
			p += 2;
		}
		if (code > 0x10ffff || (code & 0xfffff800) == 0xd800)
			return false;
		buf_room(to, 4);
		to->len += utf8_put(to->p + to->len, code);
	}
	return true;
}

/* --- numbers ---------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A digit that follows is part of the same number, not its first. */
static bool within_number(const char *p, const char *start)
{
	if (p == start)
		return false;
	if (p[-1] == '+' || p[-1] == '-')
		return p - start > 1 && (p[-2] | 0x20) == 'e';
	return is_digit(p[-1]) || p[-1] == '.' || (p[-1] | 0x20) == 'e';
}

/* Copies the text without the zeros that numbers begin with. */
static void drop_zeros(struct slice text, struct buf *to)
{
	const char *p = text.p, *end = p + text.n;
	bool string = false;

	buf_reset(to);
	buf_room(to, text.n);
	while (p < end) {
		if (!string && *p == '0' && !within_number(p, text.p))
			while (end - p > 1 && *p == '0' && is_digit(p[1]))
				p++;
		if (*p == '"')
			string = !string;
		if (string && *p == '\\' && end - p > 1)
			buf_addc(to, *p++);
		buf_addc(to, *p++);
	}
}

/* --- one value -------------------------------------------------------------------- */

/* Behind a number or a word, which have no end of their own. */
static bool ends(const struct text *t, const char *start, const char *p)
{
	unsigned char c = token_peek(t, p);

	if (p == t->end || *start == '{' || *start == '[' || *start == '"')
		return true;
	if (*start == '-' || is_digit(*start))
		return json_is_space((char)c);
	return !(is_digit((char)c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
		 c == '$' || c >= 0x80);
}

static bool read_first(struct slice text, unsigned depth, struct slice *value,
		       struct codec_fault *fault)
{
	struct text t = {.start = text.p, .end = text.p + text.n};
	const char *start = token_space(&t, text.p), *p;

	*value = SLICE_NONE;
	if (start == t.end)
		return true;
	p = token_skip(&t, start, depth);
	if (p && !ends(&t, start, p))
		p = token_fault(&t, p, "text behind the value");
	if (!p)
		return codec_fail(fault, CODEC_DATA, "not JSON: %s at byte %zu", t.fault.what,
				  t.fault.at);
	*value = (struct slice){start, (size_t)(p - start)};
	return true;
}

bool jackson_read(struct jackson *j, struct slice bytes, unsigned depth, struct slice *value,
		  struct codec_fault *fault)
{
	enum encoding encoding = detect(&bytes);

	if (encoding != UTF8) {
		if (!transcode(bytes, encoding, &j->utf8))
			return codec_fail(fault, CODEC_DATA, "not JSON: invalid UTF-%d",
					  encoding >= UTF32_BE ? 32 : 16);
		bytes = buf_slice(&j->utf8);
	}
	if (json_check_within(bytes, depth, NULL) != JSON_NONE) {
		*value = json_trim(bytes);
		return true;
	}
	drop_zeros(bytes, &j->plain);
	return read_first(buf_slice(&j->plain), depth, value, fault);
}
