#include "control.h"

#include "json/scan.h"
#include "json/text.h"

enum control control_of(const struct request *request)
{
	bool post = slice_is(request->method, "POST") || slice_is(request->method, "PUT");

	if (slice_is(request->path, "/_mock/stats") && !post)
		return CONTROL_STATS;
	if (slice_is(request->path, "/_mock/faults"))
		return post ? CONTROL_SET_FAULTS : CONTROL_FAULTS;
	return CONTROL_UNKNOWN;
}

void control_show_counts(const struct counts *c, struct buf *to)
{
	const struct {
		const char *name;
		uint64_t n;
	} all[] = {
		{"requests", c->requests},
		{"failed_requests", c->failed_requests},
		{"unsigned_requests", c->unsigned_requests},
		{"throttled", c->throttled},
		{"reset", c->reset},
		{"entries", c->entries},
		{"accepted", c->accepted},
		{"lost", c->lost},
		{"failed", c->failed},
		{"bytes", c->bytes},
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		buf_addf(to, "%c\"%s\":%llu", i ? ',' : '{', all[i].name,
			 (unsigned long long)all[i].n);
	BUF_LIT(to, "}\n");
}

static bool any_member(void *ctx, const struct json_member *member)
{
	(void)ctx;
	return member->type == JSON_STRING || member->type == JSON_NUMBER ||
	       member->type == JSON_NULL;
}

bool control_set_faults(struct slice body, control_set_fn *set, void *ctx, struct answer *answer)
{
	struct buf key = {0}, value = {0};
	struct json_fault fault;
	struct json_member member;
	struct json_walk walk;
	struct err err;
	bool good = true;

	if (!json_check_object(body, any_member, NULL, &fault)) {
		answer_error(answer, 400, "BadFaults",
			     "the body is not a JSON object of strings: %s at byte %zu", fault.what,
			     fault.at);
		return false;
	}
	for (json_walk(&walk, json_trim(body)); good && json_next(&walk, &member);) {
		buf_reset(&key);
		buf_reset(&value);
		json_unescape(member.name, &key);
		if (member.type == JSON_STRING)
			json_unescape(json_raw(member.value), &value);
		else if (member.type == JSON_NUMBER)
			buf_adds(&value, member.value);
		good = set(ctx, buf_slice(&key), buf_slice(&value), &err) == 0;
	}
	if (!good)
		answer_error(answer, 400, "BadFaults", "%s", err.text);
	buf_free(&key);
	buf_free(&value);
	return good;
}
