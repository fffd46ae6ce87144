#include "rejects.h"

#include "base/mem.h"
#include "base/msg.h"

#include <stdlib.h>

#define TELL_MS 10000 /* between two messages of records that were passed over */

struct rejects {
	struct rejects_conf conf;
	bool decided;
	struct err verdict;
	uint64_t counts[POLICY_RULES];
	struct msg_gate gate;
};

struct rejects *rejects_new(const struct rejects_conf *conf)
{
	struct rejects *r = mem_alloc(sizeof *r);

	r->conf = *conf;
	return r;
}

void rejects_free(struct rejects *r)
{
	free(r);
}

enum ledger_fate rejects_fate(const struct rejects *r, bool has_class, enum reject_class class,
			      int64_t now)
{
	static const enum ledger_fate fates[] = {
		[POLICY_STOP] = FATE_HELD,
		[POLICY_SKIP] = FATE_SETTLED,
		[POLICY_DLQ] = FATE_LETTER,
	};

	if (policy_is_spent(r->conf.policy, now))
		return FATE_HELD;
	return fates[policy_rule(r->conf.policy, has_class, class)->act];
}

static void decide(struct rejects *r, const struct policy_rule *rule, const char *text)
{
	if (r->decided)
		return;
	r->decided = true;
	if (rule->act == POLICY_STOP)
		err_set(&r->verdict, EXIT_NEGATIVE,
			"%.700s (it was not committed; --on-reject skip goes on)", text);
	else
		err_set(&r->verdict, EXIT_NEGATIVE,
			"more than %llu %s rejected in %lld s (--max-rejects), at last: "
			"%.700s (it was not committed)",
			(unsigned long long)r->conf.policy->limit,
			msg_plural(r->conf.policy->limit, "record was", "records were"),
			(long long)(r->conf.policy->span_ms / 1000), text);
}

static void tell(struct rejects *r, const struct policy_rule *rule, const char *text)
{
	if (!msg_due(&r->gate, TELL_MS))
		return;
	if (rule->act == POLICY_DLQ)
		msg_warning("%s: goes to '%s'", text, rule->topic);
	else
		msg_warning("%s: skipped", text);
}

void rejects_take(struct rejects *r, const struct rejected *rejected, enum ledger_got got,
		  const struct ledger_status *status, int64_t now)
{
	const struct context *why = rejected->why;

	if (why) {
		const struct policy_rule *rule =
			policy_rule(r->conf.policy, why->has_class, why->class);

		if (rule->act == POLICY_STOP || policy_is_spent(r->conf.policy, now))
			decide(r, rule, rejected->text);
		else
			tell(r, rule, rejected->text);
		if (rule->act == POLICY_DLQ && status->copy)
			letters_note(status->copy, why, rule->topic);
		if (got == LEDGER_SETTLED)
			r->counts[why->has_class ? why->class : REJECT_CLASSES]++;
	}
	if (got != LEDGER_SETTLED)
		return;
	policy_count(r->conf.policy, now);
	if (status->fate == FATE_LETTER)
		letters_send(r->conf.letters, status->copy, status->epoch, status->offset);
}

const struct err *rejects_verdict(const struct rejects *r)
{
	return r->decided ? &r->verdict : NULL;
}

const uint64_t *rejects_counts(const struct rejects *r)
{
	return r->counts;
}
