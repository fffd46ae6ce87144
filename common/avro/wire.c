#include "wire.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Java's longest array. */
#define ITEMS_MAX (INT32_MAX - 8)

bool wire_fail(struct wire *w, const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return codec_fail(w->fault, CODEC_DATA, "byte %zu of %zu: %s", (size_t)(w->p - w->start),
			  (size_t)(w->end - w->start), text);
}

bool wire_number(struct wire *w, int most, uint64_t *value)
{
	*value = 0;
	for (int i = 0; i < most; i++) {
		if (w->p + i == w->end)
			return wire_fail(w, "a number is cut off");
		*value |= (uint64_t)(w->p[i] & 0x7f) << 7 * i;
		if (w->p[i] < 0x80) {
			w->p += i + 1;
			return true;
		}
	}
	return wire_fail(w, "a number of more than %d bytes", most);
}

bool wire_take(struct wire *w, size_t n, struct slice *bytes)
{
	size_t left = (size_t)(w->end - w->p);

	if (n > left)
		return wire_fail(w, "%zu bytes are wanted, %zu are left", n, left);
	*bytes = (struct slice){(const char *)w->p, n};
	w->p += n;
	return true;
}

bool wire_block(struct wire *w, int64_t *items)
{
	int64_t bytes;

	if (!wire_long(w, items))
		return false;
	if (*items < 0) {
		if (*items == INT64_MIN)
			return wire_fail(w, "a block of %" PRId64 " items", *items);
		*items = -*items;
		if (!wire_long(w, &bytes))
			return false;
	}
	return *items <= ITEMS_MAX || wire_fail(w, "a block of %" PRId64 " items", *items);
}
