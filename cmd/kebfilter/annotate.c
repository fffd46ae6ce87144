#include "annotate.h"

#include "json/text.h"

static void add_names(struct buf *to, struct slice name, const struct patterns *all,
		      const uint32_t *rules, size_t n)
{
	json_add_string(to, name);
	BUF_LIT(to, ":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(to, ',');
		json_add_string(to, patterns_name(all, rules[i]));
	}
	buf_addc(to, ']');
}

void annotate_add(struct buf *to, struct slice line, struct slice name, const struct patterns *all,
		  const uint32_t *rules, size_t n)
{
	const char *from, *end = line.p + line.n;
	struct json_member m;
	struct json_walk walk;
	bool any = false;

	from = (const char *)memchr(line.p, '{', line.n) + 1;
	buf_add(to, line.p, (size_t)(from - line.p));
	add_names(to, name, all, rules, n);
	for (json_walk(&walk, json_trim(line)); json_next(&walk, &m);) {
		const char *behind = m.whole.p + m.whole.n;

		/* What stands between members goes with the one that follows. */
		if (!json_is(m.name, name)) {
			if (!any)
				buf_addc(to, ',');
			if (!any && memchr(from, ',', (size_t)(m.whole.p - from)))
				from = m.whole.p;
			buf_add(to, from, (size_t)(behind - from));
			any = true;
		}
		from = behind;
	}
	buf_add(to, from, (size_t)(end - from));
}
