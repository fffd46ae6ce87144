#include "kafka/file.h"

#include "base/fd.h"
#include "base/mem.h"

#include <sys/stat.h>

#define FILE_MAX (4u << 20)

struct parse {
	const char *name;
	size_t line;
	kafka_property_fn *each;
	void *ctx;
	struct err *err;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

/* Both ends; the result ends with a NUL inside the text, which has room for one. */
static char *trim(char *p, char *end)
{
	while (p < end && is_space(*p))
		p++;
	while (end > p && is_space(end[-1]))
		end--;
	*end = '\0';
	return p;
}

static void unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p; p++) {
		if (*p == '\\' && (p[1] == ':' || p[1] == '='))
			p++;
		*to++ = *p;
	}
	*to = '\0';
}

/* The first = that no backslash stands before. */
static char *find_equals(char *p)
{
	for (; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '=')
			return p;
	}
	return NULL;
}

/* name="value" of a JAAS line, cut out in place; NULL if it is not there. */
static char *jaas_value(char *text, const char *name, char **end)
{
	char *p = strstr(text, name);
	char *close;

	if (!p)
		return NULL;
	p += strlen(name);
	while (is_space(*p))
		p++;
	if (*p++ != '=')
		return NULL;
	while (is_space(*p))
		p++;
	if (*p++ != '"')
		return NULL;
	close = strchr(p, '"');
	if (!close)
		return NULL;
	*end = close;
	return p;
}

static int take_jaas(struct parse *parse, char *value)
{
	char *user_end, *password_end;
	char *user = jaas_value(value, "username", &user_end);
	char *password = jaas_value(value, "password", &password_end);

	if (!user || !password ||
	    !(strstr(value, "PlainLoginModule") || strstr(value, "ScramLoginModule")))
		return err_set(
			parse->err, EXIT_USAGE,
			"%s: line %zu: sasl.jaas.config is understood for PlainLoginModule "
			"and ScramLoginModule with username=\"\" and password=\"\" only (set "
			"sasl.username and sasl.password)",
			parse->name, parse->line);
	*user_end = *password_end = '\0';
	if (parse->each(parse->ctx, "sasl.username", user, parse->err) != 0)
		return -1;
	return parse->each(parse->ctx, "sasl.password", password, parse->err);
}

static int take_line(struct parse *parse, char *p, char *end)
{
	char *property = trim(p, end);
	char *equals, *value;

	if (*property == '\0' || *property == '#')
		return 0;
	equals = find_equals(property);
	if (!equals || equals == property)
		return err_set(parse->err, EXIT_USAGE, "%s: line %zu is not PROP=VALUE",
			       parse->name, parse->line);
	value = trim(equals + 1, equals + 1 + strlen(equals + 1));
	property = trim(property, equals);
	unescape(property);
	unescape(value);
	if (strcmp(property, "sasl.jaas.config") == 0)
		return take_jaas(parse, value);
	return parse->each(parse->ctx, property, value, parse->err);
}

int kafka_file_parse(char *text, size_t n, const char *name, kafka_property_fn *each, void *ctx,
		     struct err *err)
{
	struct parse parse = {.name = name, .each = each, .ctx = ctx, .err = err};
	char *end = text + n;

	while (text < end) {
		char *lf = memchr(text, '\n', (size_t)(end - text));
		char *stop = lf ? lf : end;
		struct buf last = {0};
		int result;

		parse.line++;
		if (memchr(text, '\0', (size_t)(stop - text)))
			return err_set(err, EXIT_USAGE, "%s: line %zu holds a NUL byte", name,
				       parse.line);
		/* The last line has no LF whose place the NUL could take. */
		if (!lf) {
			buf_add(&last, text, (size_t)(stop - text));
			buf_text(&last);
		}
		result = lf ? take_line(&parse, text, stop)
			    : take_line(&parse, last.p, last.p + last.len);
		if (last.p)
			mem_wipe(last.p, last.cap);
		buf_free(&last);
		if (result != 0)
			return -1;
		text = stop + 1;
	}
	return 0;
}

int kafka_file_read(const char *path, kafka_property_fn *each, void *ctx, struct err *err)
{
	struct buf text = {0};
	int result = fd_read_file(path, FILE_MAX, &text, err);

	if (result == 0)
		result = kafka_file_parse(text.p, text.len, path, each, ctx, err);
	if (text.p)
		mem_wipe(text.p, text.cap);
	buf_free(&text);
	return result;
}

bool kafka_file_is_public(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & S_IROTH);
}
