#include "answer.h"

#include "json/text.h"

#include <stdarg.h>
#include <stdio.h>

void answer_reset(struct answer *a)
{
	struct buf body = a->body;

	*a = (struct answer){.status = 200, .type = ANSWER_AWS_JSON, .body = body};
	buf_reset(&a->body);
}

void answer_free(struct answer *a)
{
	buf_free(&a->body);
}

void answer_error(struct answer *a, unsigned status, const char *code, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	a->status = status;
	a->code = code;
	buf_reset(&a->body);
	BUF_LIT(&a->body, "{\"__type\":");
	json_add_string(&a->body, slice_of(code));
	BUF_LIT(&a->body, ",\"message\":");
	json_add_string(&a->body, slice_of(text));
	BUF_LIT(&a->body, "}");
}
