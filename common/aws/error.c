#include "aws/error.h"

#include "json/scan.h"

#define CODE_MAX 128

/* The text behind '#' and before ':'; absent when that is no name. */
static struct slice plain_code(struct slice text)
{
	const char *at = text.n ? memrchr(text.p, '#', text.n) : NULL;
	struct slice code = text;

	if (at)
		code = (struct slice){at + 1, text.n - (size_t)(at - text.p) - 1};
	at = code.n ? memchr(code.p, ':', code.n) : NULL;
	if (at)
		code.n = (size_t)(at - code.p);
	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '.' || c == '_' || c == '-'))
			return SLICE_NONE;
	}
	return code.n && code.n <= CODE_MAX ? code : SLICE_NONE;
}

void aws_error_parse(struct aws_error *error, struct slice body, struct slice header)
{
	struct json_walk walk;
	struct json_member m;

	*error = (struct aws_error){0};
	if (json_check(body, NULL) == JSON_OBJECT) {
		json_walk(&walk, body);
		while (json_next(&walk, &m)) {
			if (m.type != JSON_STRING)
				continue;
			if (json_is(m.name, SLICE("__type")) ||
			    (!error->code.p && json_is(m.name, SLICE("code"))))
				error->code = plain_code(json_raw(m.value));
			else if (json_is(m.name, SLICE("message")) ||
				 json_is(m.name, SLICE("Message")))
				error->message = json_raw(m.value);
		}
	}
	if (!error->code.p && header.p)
		error->code = plain_code(header);
}
