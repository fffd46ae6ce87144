#include "refusal.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

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
