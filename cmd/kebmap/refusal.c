#include "refusal.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HEAD_MAX 8 /* bytes of a payload that a message shows */

bool refuse(struct refusal *why, enum reject_class class, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why->text, sizeof why->text, format, args);
	va_end(args);
	utf8_mend(why->text, strlen(why->text));
	why->class = class;
	why->code = NULL;
	why->fatal = NULL;
	return false;
}

/* "00 00 00 01": enough to see a frame by, and nothing of a secret. */
static void put_head(char to[3 * HEAD_MAX + 4], struct slice bytes)
{
	size_t n = bytes.n < HEAD_MAX ? bytes.n : HEAD_MAX, at = 0;

	to[0] = '\0';
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(to + at, 4, "%s%02x", i ? " " : "",
				       (unsigned char)bytes.p[i]);
	if (n < bytes.n)
		memcpy(to + at, " ..", 4);
}

bool refuse_payload(struct refusal *why, const struct record *record, bool is_key,
		    struct slice bytes, const struct codec_fault *fault, const char *hint)
{
	char head[3 * HEAD_MAX + 4];
	char at[48] = "";

	put_head(head, bytes);
	if (record->has_partition && record->has_offset)
		snprintf(at, sizeof at, "/%d/%lld", (int)record->partition,
			 (long long)record->offset);
	refuse(why, REJECT_DECODE, "%s of %.*s%s (%s%s%zu byte%s): %.250s%s",
	       is_key ? "key" : "value", (int)utf8_cut(record->topic.p, record->topic.n, 60),
	       record->topic.p, at, head, *head ? ", " : "", bytes.n, bytes.n == 1 ? "" : "s",
	       fault->text, hint);
	why->code = codec_code_name(fault->code);
	return false;
}
