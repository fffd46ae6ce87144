#include "fault.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *codec_code_name(enum codec_code code)
{
	static const char *const names[] = {
		[CODEC_FRAMING] = "framing",
		[CODEC_UNKNOWN_SCHEMA] = "unknown-schema",
		[CODEC_SCHEMA] = "schema",
		[CODEC_DATA] = "data",
	};

	return names[code];
}

bool codec_fail(struct codec_fault *fault, enum codec_code code, const char *format, ...)
{
	va_list args;

	fault->code = code;
	va_start(args, format);
	vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
	utf8_mend(fault->text, strlen(fault->text));
	return false;
}
