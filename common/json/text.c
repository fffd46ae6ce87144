#include "json/text.h"

#include "base/utf8.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static bool must_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

/* How many bytes at p go out as they are. */
static size_t plain_run(const char *p, size_t n)
{
	size_t i = 0;

#if defined(__SSE2__)
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
	const __m128i last_control = _mm_set1_epi8(0x1f);

	for (; n - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		/* Unsigned v <= 0x1f: the minimum of both is v. */
		__m128i stop = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
			_mm_cmpeq_epi8(_mm_min_epu8(v, last_control), v));
		unsigned mask = (unsigned)_mm_movemask_epi8(stop);

		if (mask)
			return i + (size_t)__builtin_ctz(mask);
	}
#endif
	while (i < n && !must_escape((unsigned char)p[i]))
		i++;
	return i;
}

void json_add_escape(struct buf *to, unsigned char c, const char *hex)
{
	static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
				       ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};

	if (letters[c]) {
		buf_addc(to, '\\');
		buf_addc(to, letters[c]);
		return;
	}
	BUF_LIT(to, "\\u00");
	buf_addc(to, hex[c >> 4]);
	buf_addc(to, hex[c & 15]);
}

void json_add_escaped(struct buf *to, struct slice text)
{
	const char *p = text.p, *end = text.p + text.n;

	buf_room(to, text.n + 8);
	while (p < end) {
		size_t run = plain_run(p, (size_t)(end - p));

		buf_add(to, p, run);
		p += run;
		if (p < end)
			json_add_escape(to, (unsigned char)*p++, "0123456789abcdef");
	}
}

void json_add_string(struct buf *to, struct slice text)
{
	buf_addc(to, '"');
	json_add_escaped(to, text);
	buf_addc(to, '"');
}

static uint32_t hex4(const char *p)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i];

		v = v << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

/* What the escape at p stands for; returns how many bytes of p it takes, puts *n bytes to out. */
static size_t unescape_one(const char *p, const char *end, char out[4], unsigned *n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	uint32_t high, low;

	if (end - p < 2) {
		*n = 0;
		return (size_t)(end - p);
	}
	if (p[1] != 'u' || end - p < 6) {
		const char *at = p[1] ? strchr(from, p[1]) : NULL;

		out[0] = at ? to[at - from] : p[1];
		*n = 1;
		return 2;
	}
	high = hex4(p + 2);
	if (high >= 0xd800 && high < 0xdc00 && end - p >= 12 && p[6] == '\\' && p[7] == 'u') {
		low = hex4(p + 8);
		if (low >= 0xdc00 && low < 0xe000) {
			*n = utf8_put(out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
			return 12;
		}
	}
	*n = utf8_put(out, high);
	return 6;
}

void json_unescape(struct slice raw, struct buf *to)
{
	const char *p = raw.p, *end = raw.p + raw.n;

	buf_room(to, raw.n + 1);
	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p));
		char out[4];
		unsigned n;

		buf_add(to, p, (size_t)((slash ? slash : end) - p));
		if (!slash)
			return;
		p = slash + unescape_one(slash, end, out, &n);
		buf_add(to, out, n);
	}
}

size_t json_unescaped_len(struct slice raw)
{
	const char *p = raw.p, *end = raw.p + raw.n;
	size_t len = 0;

	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p));
		char out[4];
		unsigned n;

		len += (size_t)((slash ? slash : end) - p);
		if (!slash)
			break;
		p = slash + unescape_one(slash, end, out, &n);
		len += n;
	}
	return len;
}

bool json_unescaped_is(struct slice raw, struct slice text)
{
	const char *p = raw.p, *end = raw.p + raw.n;
	size_t at = 0;

	while (p < end) {
		char out[4] = {*p};
		unsigned n = 1;

		p += *p == '\\' ? unescape_one(p, end, out, &n) : 1;
		if (text.n - at < n || memcmp(text.p + at, out, n) != 0)
			return false;
		at += n;
	}
	return at == text.n;
}
