#include "hidden.h"

#include "base/buf.h"
#include "base/mem.h"

#include <regex.h>
#include <stdlib.h>

struct hidden {
	regex_t *list;
	size_t n;
};

/* The client has compiled it before: one that is no expression does not come here. */
static void add(struct hidden *h, const char *expression)
{
	h->list = mem_resize(h->list, h->n + 1, sizeof *h->list);
	if (*expression && regcomp(&h->list[h->n], expression, REG_EXTENDED | REG_NOSUB) == 0)
		h->n++;
}

struct hidden *hidden_new(const char *list)
{
	struct hidden *h = mem_alloc(sizeof *h);
	struct buf one = {0};

	for (const char *p = list; *p; p++) {
		if (*p != ',') {
			buf_addc(&one, *p);
		} else if (p[1] == ',') {
			buf_addc(&one, *p++);
		} else {
			add(h, buf_text(&one));
			buf_reset(&one);
		}
	}
	add(h, buf_text(&one));
	buf_free(&one);
	return h;
}

void hidden_free(struct hidden *h)
{
	if (!h)
		return;
	while (h->n)
		regfree(&h->list[--h->n]);
	free(h->list);
	free(h);
}

bool hidden_has(const struct hidden *h, const char *topic)
{
	for (size_t i = 0; i < h->n; i++)
		if (regexec(&h->list[i], topic, 0, NULL, 0) == 0)
			return true;
	return false;
}
