#include "parser.h"

#include <stdio.h>
#include <string.h>

bool parser_expected(const struct parser *p, const char *what)
{
	struct slice seen = p->lex.text;

	if (p->lex.kind == TOKEN_END)
		return codec_fail(p->fault, CODEC_SCHEMA, "%.*s:%u: expected %s, not the end",
				  SLICE_ARG(p->name), p->lex.line, what);
	if (seen.n > 40)
		seen.n = 40;
	return codec_fail(p->fault, CODEC_SCHEMA, "%.*s:%u: expected %s, not '%.*s'",
			  SLICE_ARG(p->name), p->lex.line, what, SLICE_ARG(seen));
}

bool parser_take(struct parser *p, const char *text)
{
	if (!lex_is(&p->lex, text))
		return false;
	lex_next(&p->lex);
	return true;
}

bool parser_want(struct parser *p, const char *text)
{
	char what[24];

	if (parser_take(p, text))
		return true;
	snprintf(what, sizeof(what), "'%s'", text);
	return parser_expected(p, what);
}

bool parser_skip_brackets(struct parser *p)
{
	unsigned depth = 0;

	do {
		if (p->lex.kind == TOKEN_END || p->lex.kind == TOKEN_BAD)
			return parser_expected(p, "a closing bracket");
		if (lex_is(&p->lex, "{") || lex_is(&p->lex, "[") || lex_is(&p->lex, "("))
			depth++;
		if (lex_is(&p->lex, "}") || lex_is(&p->lex, "]") || lex_is(&p->lex, ")"))
			depth--;
		lex_next(&p->lex);
	} while (depth > 0);
	return true;
}

size_t parser_append(struct parser *p, void ***array, size_t n, void *item)
{
	if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
		void **grown = arena_take(p->arena, (n ? 2 * n : 4) * sizeof(*grown));

		if (n)
			memcpy(grown, *array, n * sizeof(*grown));
		*array = grown;
	}
	(*array)[n] = item;
	return n + 1;
}
