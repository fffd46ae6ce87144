#include "lex.h"

#include "base/utf8.h"

#include <stdlib.h>

static bool starts_name(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* Behind the comment at p; NULL if it does not end. */
static const char *skip_comment(struct lexer *l, const char *p)
{
	if (p[1] == '/') {
		while (p < l->end && *p != '\n')
			p++;
		return p;
	}
	for (p += 2; p + 1 < l->end; p++) {
		if (p[0] == '*' && p[1] == '/')
			return p + 2;
		l->line += *p == '\n';
	}
	return NULL;
}

static const char *skip_space(struct lexer *l, const char *p)
{
	while (p && p < l->end) {
		if (*p == '\n')
			l->line++;
		else if (*p == '/' && p + 1 < l->end && (p[1] == '/' || p[1] == '*')) {
			p = skip_comment(l, p);
			continue;
		} else if (*p != ' ' && *p != '\t' && *p != '\r' && *p != '\f' && *p != '\v')
			break;
		p++;
	}
	return p;
}

static const char *string_end(const struct lexer *l, const char *p)
{
	char quote = *p++;

	for (; p < l->end && *p != '\n'; p++) {
		if (*p == quote)
			return p;
		if (*p == '\\' && p + 1 < l->end)
			p++;
	}
	return NULL;
}

static const char *number_end(const struct lexer *l, const char *p)
{
	bool hex = *p == '0' && p + 1 < l->end && (p[1] == 'x' || p[1] == 'X');

	for (p++; p < l->end; p++) {
		bool sign = (*p == '+' || *p == '-') && !hex && (p[-1] == 'e' || p[-1] == 'E');

		if (!is_digit((unsigned char)*p) && !starts_name((unsigned char)*p) && *p != '.' &&
		    !sign)
			break;
	}
	return p;
}

static void take(struct lexer *l, enum token_kind kind, const char *from, const char *to)
{
	l->kind = kind;
	l->text = (struct slice){from, (size_t)(to - from)};
	l->p = to;
}

void lex_next(struct lexer *l)
{
	const char *p = skip_space(l, l->p), *end;

	if (!p || p == l->end) {
		take(l, p ? TOKEN_END : TOKEN_BAD, l->end, l->end);
	} else if (starts_name((unsigned char)*p)) {
		for (end = p; end < l->end &&
			      (starts_name((unsigned char)*end) || is_digit((unsigned char)*end));)
			end++;
		take(l, TOKEN_NAME, p, end);
	} else if (is_digit((unsigned char)*p) ||
		   (*p == '.' && p + 1 < l->end && is_digit((unsigned char)p[1]))) {
		take(l, TOKEN_NUMBER, p, number_end(l, p));
	} else if (*p == '"' || *p == '\'') {
		end = string_end(l, p);
		take(l, end ? TOKEN_STRING : TOKEN_BAD, p + 1, end ? end : p + 1);
		l->p += end != NULL;
	} else {
		take(l, *p > ' ' && *p < 0x7f ? TOKEN_SYMBOL : TOKEN_BAD, p, p + 1);
	}
}

void lex_start(struct lexer *l, struct slice content)
{
	if (slice_starts(content, SLICE("\xef\xbb\xbf")))
		content = (struct slice){content.p + 3, content.n - 3};
	*l = (struct lexer){.p = content.p, .end = content.p + content.n, .line = 1};
	lex_next(l);
}

bool lex_is(const struct lexer *l, const char *text)
{
	return (l->kind == TOKEN_NAME || l->kind == TOKEN_SYMBOL) && slice_is(l->text, text);
}

bool lex_integer(const struct lexer *l, uint64_t *value)
{
	char digits[32], *end;

	if (l->kind != TOKEN_NUMBER || l->text.n >= sizeof(digits))
		return false;
	memcpy(digits, l->text.p, l->text.n);
	digits[l->text.n] = '\0';
	*value = strtoull(digits, &end, 0);
	return *end == '\0';
}

static unsigned digit_of(char c)
{
	return is_digit((unsigned char)c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
}

/* A number of at most `most` digits of `base` at p; where it ends. */
static const char *escaped_number(const char *p, const char *end, unsigned base, int most,
				  uint32_t *value)
{
	for (*value = 0; most-- && p < end && digit_of(*p) < base; p++)
		*value = *value * base + digit_of(*p);
	return p;
}

/* What the escape behind the backslash stands for, at `to`; *p moves behind it. */
static size_t unescape(const char **p, const char *end, char *to)
{
	static const char letters[] = "abfnrtv", codes[] = "\a\b\f\n\r\t\v";
	const char *known = strchr(letters, **p);
	uint32_t value;

	if (**p && known) {
		*to = codes[known - letters];
		++*p;
	} else if (**p == 'x' || **p == 'X') {
		*p = escaped_number(*p + 1, end, 16, 2, &value);
		*to = (char)value;
	} else if (**p == 'u' || **p == 'U') {
		*p = escaped_number(*p + 1, end, 16, **p == 'u' ? 4 : 8, &value);
		return utf8_put(to, value > 0x10ffff ? 0xfffd : value);
	} else if (**p >= '0' && **p <= '7') {
		*p = escaped_number(*p, end, 8, 3, &value);
		*to = (char)value;
	} else {
		*to = *(*p)++;
	}
	return 1;
}

char *lex_take_strings(struct lexer *l, struct arena *arena)
{
	struct lexer ahead = *l;
	size_t room = 1, n = 0;
	char *to;

	for (; ahead.kind == TOKEN_STRING; lex_next(&ahead))
		room += ahead.text.n + 4;
	to = arena_take(arena, room);
	for (; l->kind == TOKEN_STRING; lex_next(l)) {
		const char *p = l->text.p, *end = p + l->text.n;

		while (p < end) {
			if (*p == '\\' && p + 1 < end) {
				p++;
				n += unescape(&p, end, to + n);
			} else {
				to[n++] = *p++;
			}
		}
	}
	return to;
}
