#include "answer.h"

#include "json/text.h"

#include <stdarg.h>
#include <stdio.h>

void answer_reset(struct answer *a)
{
	struct buf body = a->body, headers = a->headers;

	*a = (struct answer){
		.status = 200, .type = ANSWER_AWS_JSON, .body = body, .headers = headers};
	buf_reset(&a->body);
	buf_reset(&a->headers);
}

void answer_free(struct answer *a)
{
	buf_free(&a->body);
	buf_free(&a->headers);
}

void answer_header(struct answer *a, const char *name, struct slice value)
{
	buf_addf(&a->headers, "%s: %.*s\n", name, SLICE_ARG(value));
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

void answer_html(struct answer *a, unsigned status)
{
	a->status = status;
	a->type = "text/html";
	a->code = "HTML";
	buf_reset(&a->body);
	buf_addf(&a->body,
		 "<!DOCTYPE html>\n<html><head><title>%u</title></head><body><h1>%u</h1>"
		 "<p>made by kebmock on demand</p></body></html>\n",
		 status, status);
}
