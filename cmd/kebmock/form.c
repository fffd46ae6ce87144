#include "form.h"

#include "base/hex.h"

struct slice form_decode(struct slice text, struct buf *store)
{
	size_t from = store->len;

	for (size_t i = 0; i < text.n; i++) {
		int byte = hex_percent(text.p + i, text.n - i);

		buf_addc(store, byte >= 0 ? (char)byte : text.p[i] == '+' ? ' ' : text.p[i]);
		if (byte >= 0)
			i += 2;
	}
	return (struct slice){store->p + from, store->len - from};
}

void form_read(struct form *form, struct slice text, struct buf *store)
{
	form->n = 0;
	buf_reset(store);
	buf_room(store, text.n + 1); /* for all of it, so nothing moves */
	while (text.n && form->n < FORM_MAX) {
		const char *end = memchr(text.p, '&', text.n);
		struct slice field = {text.p, end ? (size_t)(end - text.p) : text.n};
		const char *equals = field.n ? memchr(field.p, '=', field.n) : NULL;
		struct slice name = {field.p, equals ? (size_t)(equals - field.p) : field.n};
		struct slice value = {equals ? equals + 1 : "", equals ? field.n - name.n - 1 : 0};

		form->fields[form->n].name = form_decode(name, store);
		form->fields[form->n++].value = form_decode(value, store);
		text = (struct slice){text.p + field.n + (end != NULL),
				      text.n - field.n - (end != NULL)};
	}
}

struct slice form_get(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->n; i++)
		if (slice_is(form->fields[i].name, name))
			return form->fields[i].value;
	return SLICE_NONE;
}
