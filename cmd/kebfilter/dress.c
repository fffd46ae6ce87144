#include "dress.h"

#include "json/text.h"

/* What nobody knows before the bus has made it. */
#define SOME_ID	  "00000000-0000-0000-0000-000000000000"
#define SOME_TIME "1970-01-01T00:00:00Z"

static const char *const added[] = {"version", "id", "account", "region", "time", "resources"};
enum { VERSION, ID, ACCOUNT, REGION, TIME, RESOURCES, ADDED };

struct seen {
	bool has[ADDED];
	bool any;
};

static bool note(void *ctx, const struct json_member *m)
{
	struct seen *seen = ctx;

	seen->any = true;
	for (int i = 0; i < ADDED; i++)
		if (json_is(m->name, slice_of(added[i])))
			seen->has[i] = true;
	return true;
}

static void add_value(struct buf *to, int member, const struct bus *bus)
{
	switch (member) {
	case VERSION:
		BUF_LIT(to, "\"0\"");
		break;
	case ID:
		BUF_LIT(to, "\"" SOME_ID "\"");
		break;
	case ACCOUNT:
		json_add_string(to, bus->account);
		break;
	case REGION:
		json_add_string(to, bus->region);
		break;
	case TIME:
		BUF_LIT(to, "\"" SOME_TIME "\"");
		break;
	default:
		BUF_LIT(to, "[]");
		break;
	}
}

bool dress_add(struct buf *to, struct slice line, const struct bus *bus, struct json_fault *fault)
{
	struct seen seen = {0};
	const char *open;
	bool first = true;

	if (!json_check_object(line, note, &seen, fault))
		return false;
	open = (const char *)memchr(line.p, '{', line.n) + 1;
	buf_addc(to, '{');
	for (int i = 0; i < ADDED; i++) {
		if (seen.has[i])
			continue;
		if (!first)
			buf_addc(to, ',');
		first = false;
		json_add_string(to, slice_of(added[i]));
		buf_addc(to, ':');
		add_value(to, i, bus);
	}
	if (!first && seen.any)
		buf_addc(to, ',');
	buf_add(to, open, (size_t)(line.p + line.n - open));
	return true;
}
