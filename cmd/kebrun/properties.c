#include "properties.h"

#include "base/buf.h"
#include "base/hex.h"
#include "base/utf8.h"

struct reader {
	const char *p, *end;
	const char *file;
	size_t line;
	struct buf name, value;
	struct err *err;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\f';
}

static bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

static void skip_blanks(struct reader *r)
{
	while (r->p < r->end && is_blank(*r->p))
		r->p++;
}

/* One line break; \r\n is one. */
static void skip_break(struct reader *r)
{
	if (r->p < r->end && *r->p == '\r' && r->p + 1 < r->end && r->p[1] == '\n')
		r->p++;
	if (r->p < r->end)
		r->p++;
	r->line++;
}

static int add_code(struct reader *r, struct buf *to)
{
	uint32_t code = 0;
	char text[4];

	for (int i = 0; i < 4; i++, r->p++) {
		int digit = r->p < r->end ? hex_digit(*r->p) : -1;

		if (digit < 0)
			return err_set(r->err, EXIT_USAGE,
				       "%s: line %zu: \\u is not followed by four hexadecimal "
				       "digits",
				       r->file, r->line);
		code = code << 4 | (uint32_t)digit;
	}
	buf_add(to, text, utf8_put(text, code));
	return 0;
}

/* What stands behind a backslash. */
static int add_escaped(struct reader *r, struct buf *to)
{
	char c;

	if (r->p == r->end)
		return 0;
	if (is_break(*r->p)) {
		skip_break(r);
		skip_blanks(r);
		return 0;
	}
	c = *r->p++;
	if (c == 'u')
		return add_code(r, to);
	buf_addc(to, c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c == 'f' ? '\f' : c);
	return 0;
}

/* Up to the end of the line or, of a name, to what separates it from the value. */
static int add_part(struct reader *r, bool is_name, struct buf *to)
{
	while (r->p < r->end && !is_break(*r->p)) {
		char c = *r->p;

		if (is_name && (c == '=' || c == ':' || is_blank(c)))
			break;
		r->p++;
		if (!c)
			return err_set(r->err, EXIT_USAGE, "%s: line %zu holds a NUL byte", r->file,
				       r->line);
		if (c != '\\')
			buf_addc(to, c);
		else if (add_escaped(r, to) != 0)
			return -1;
	}
	return 0;
}

static int read_property(struct reader *r, property_fn *each, void *ctx)
{
	buf_reset(&r->name);
	buf_reset(&r->value);
	if (add_part(r, true, &r->name) != 0)
		return -1;
	skip_blanks(r);
	if (r->p < r->end && (*r->p == '=' || *r->p == ':'))
		r->p++;
	skip_blanks(r);
	if (add_part(r, false, &r->value) != 0)
		return -1;
	/* Connect trims what it parses as a number, a list or a class. */
	while (r->value.len > 0 && is_blank(r->value.p[r->value.len - 1]))
		r->value.len--;
	each(ctx, buf_text(&r->name), buf_text(&r->value));
	return 0;
}

int properties_parse(const char *text, size_t n, const char *name, property_fn *each, void *ctx,
		     struct err *err)
{
	struct reader r = {.p = text, .end = text + n, .file = name, .line = 1, .err = err};
	int result = 0;

	while (result == 0 && r.p < r.end) {
		skip_blanks(&r);
		if (r.p < r.end && (*r.p == '#' || *r.p == '!'))
			while (r.p < r.end && !is_break(*r.p))
				r.p++;
		else if (r.p < r.end && !is_break(*r.p))
			result = read_property(&r, each, ctx);
		if (result == 0 && r.p < r.end)
			skip_break(&r);
	}
	buf_wipe(&r.name);
	buf_wipe(&r.value);
	return result;
}
