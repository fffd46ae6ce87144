/*
 * No form of a character is the beginning or the end of another form of it
 * (casing_table.py checks that), so at any place at most one form fits and matching
 * needs no going back.
 */
#include "pattern/casing.h"

#include "base/utf8.h"
#include "pattern/casing_table.h"

static const struct casing_row *find_row(uint32_t code)
{
	size_t low = 0, high = CASING_ROWS;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (casing_rows[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < CASING_ROWS && casing_rows[low].code == code ? &casing_rows[low] : NULL;
}

static struct slice pooled(uint16_t at)
{
	return (struct slice){(const char *)casing_pool + at + 1, casing_pool[at]};
}

/* The character at p: its length and, if it has case, its row. Other bytes stand for themselves. */
static unsigned take_char(const char *p, size_t n, const struct casing_row **row)
{
	const unsigned char *u = (const unsigned char *)p;
	unsigned length = utf8_char(p, n);

	*row = NULL;
	if (length == 2)
		*row = find_row((u[0] & 0x1fu) << 6 | (u[1] & 0x3fu));
	else if (length == 3)
		*row = find_row((u[0] & 0x0fu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu));
	else if (length == 4)
		*row = find_row((u[0] & 0x07u) << 18 | (u[1] & 0x3fu) << 12 | (u[2] & 0x3fu) << 6 |
				(u[3] & 0x3fu));
	return length ? length : 1;
}

static bool is_letter(unsigned char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static bool fits(struct slice value, struct slice form, bool at_end)
{
	return at_end ? slice_ends(value, form) : slice_starts(value, form);
}

/* How many bytes at the edge of value the character c accepts, 0 if none. */
static size_t accepts(struct slice c, const struct casing_row *row, struct slice value, bool at_end)
{
	struct slice form;

	if (fits(value, c, at_end))
		return c.n;
	if (row == NULL)
		return 0;
	form = pooled(row->lower);
	if (fits(value, form, at_end))
		return form.n;
	form = pooled(row->upper);
	return fits(value, form, at_end) ? form.n : 0;
}

/*
 * A character that has case accepts itself only as one of its forms; the characters
 * that are none of their forms (title case) accept themselves all the same.
 */
static bool match_forward(struct slice pattern, struct slice value, bool whole)
{
	while (pattern.n) {
		unsigned char c = (unsigned char)pattern.p[0];
		const struct casing_row *row = NULL;
		size_t length = 1, used;

		if (value.n && c < 0x80) {
			unsigned char v = (unsigned char)value.p[0];

			used = v == c || ((v ^ c) == 0x20 && is_letter(c));
		} else {
			length = take_char(pattern.p, pattern.n, &row);
			used = accepts((struct slice){pattern.p, length}, row, value, false);
		}
		if (used == 0)
			return false;
		pattern.p += length;
		pattern.n -= length;
		value.p += used;
		value.n -= used;
	}
	return !whole || value.n == 0;
}

static bool match_backward(struct slice pattern, struct slice value)
{
	while (pattern.n) {
		unsigned char c = (unsigned char)pattern.p[pattern.n - 1];
		const struct casing_row *row = NULL;
		size_t length = 1, used;

		if (value.n && c < 0x80) {
			unsigned char v = (unsigned char)value.p[value.n - 1];

			used = v == c || ((v ^ c) == 0x20 && is_letter(c));
		} else {
			while (length < pattern.n && length < 4 &&
			       (pattern.p[pattern.n - length] & 0xc0) == 0x80)
				length++;
			take_char(pattern.p + pattern.n - length, length, &row);
			used = accepts((struct slice){pattern.p + pattern.n - length, length}, row,
				       value, true);
		}
		if (used == 0)
			return false;
		pattern.n -= length;
		value.n -= used;
	}
	return true;
}

bool casing_match(struct slice pattern, struct slice value, enum casing_place place)
{
	if (place == CASING_SUFFIX)
		return match_backward(pattern, value);
	return match_forward(pattern, value, place == CASING_WHOLE);
}

static uint64_t mix(uint64_t h, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * UINT64_C(0x100000001b3);
	return h;
}

uint64_t casing_hash(struct slice text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < text.n;) {
		unsigned char c = (unsigned char)text.p[i];
		const struct casing_row *row;
		unsigned length;

		if (c < 0x80) {
			char low = (char)(is_letter(c) ? c | 0x20 : c);

			h = mix(h, &low, 1);
			i++;
			continue;
		}
		length = take_char(text.p + i, text.n - i, &row);
		if (row) {
			struct slice key = pooled(row->key);

			h = mix(h, key.p, key.n);
		} else {
			h = mix(h, text.p + i, length);
		}
		i += length;
	}
	return h ^ h >> 29;
}
