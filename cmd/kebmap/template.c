#include "template.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "json/text.h"

#include <stdlib.h>

/* The text, escaped, is cut at each {topic}: n parts have n - 1 topics between them. */
struct template
{
	struct buf text;
	size_t *ends;
	size_t n;
};

static const struct slice place = {"{topic}", 7};

static bool is_blank(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!strchr(" \t\r\n", text.p[i]))
			return false;
	return true;
}

/* "{word}" other than {topic}: a placeholder that somebody expects to work. */
static bool is_unknown_place(struct slice rest)
{
	size_t n = 1;

	while (n < rest.n && ((rest.p[n] >= 'a' && rest.p[n] <= 'z') || rest.p[n] == '_'))
		n++;
	return n > 1 && n < rest.n && rest.p[n] == '}' && !slice_starts(rest, place);
}

static int check(struct slice text, const char *option, size_t max, struct err *err)
{
	bool constant = true;

	if (!utf8_valid(text.p, text.n))
		return err_set(err, EXIT_USAGE, "%s is not UTF-8", option);
	if (is_blank(text))
		return err_set(err, EXIT_USAGE, "%s is blank (give it a text)", option);
	for (size_t i = 0; i < text.n; i++) {
		struct slice rest = {text.p + i, text.n - i};

		if (rest.p[0] == '$' && slice_starts((struct slice){rest.p + 1, rest.n - 1}, place))
			return err_set(err, EXIT_USAGE,
				       "%s has '${topic}' (write {topic}, without the '$')",
				       option);
		if (rest.p[0] != '{')
			continue;
		if (is_unknown_place(rest))
			return err_set(err, EXIT_USAGE,
				       "%s has an unknown placeholder at position %zu (known: "
				       "{topic})",
				       option, i + 1);
		constant = constant && !slice_starts(rest, place);
	}
	if (constant && max && utf8_count(text.p, text.n) > max)
		return err_set(err, EXIT_USAGE,
			       "%s is too long: %zu characters, EventBridge takes %zu", option,
			       utf8_count(text.p, text.n), max);
	return 0;
}

static void end_part(struct template *t)
{
	t->ends = mem_resize(t->ends, t->n + 1, sizeof *t->ends);
	t->ends[t->n++] = t->text.len;
}

struct template *template_new(const char *text, const char *option, size_t max, struct err *err)
{
	struct slice rest = slice_of(text);
	struct template *t;
	const char *at;

	if (check(rest, option, max, err) != 0)
		return NULL;
	t = mem_alloc(sizeof *t);
	while ((at = memmem(rest.p, rest.n, place.p, place.n)) != NULL) {
		size_t n = (size_t)(at - rest.p);

		json_add_escaped(&t->text, (struct slice){rest.p, n});
		end_part(t);
		rest = (struct slice){at + place.n, rest.n - n - place.n};
	}
	json_add_escaped(&t->text, rest);
	end_part(t);
	return t;
}

void template_free(struct template *t)
{
	if (!t)
		return;
	buf_free(&t->text);
	free(t->ends);
	free(t);
}

void template_add(const struct template *t, struct buf *to, struct slice raw_topic)
{
	size_t begin = 0;

	for (size_t i = 0; i < t->n; begin = t->ends[i++]) {
		if (i)
			buf_adds(to, raw_topic);
		buf_add(to, t->text.p + begin, t->ends[i] - begin);
	}
}
