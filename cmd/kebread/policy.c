#include "policy.h"

#include "base/mem.h"
#include "base/num.h"
#include "place.h"

#include <stdlib.h>

#define LIMIT_MAX 1000000

static bool parse_act(const char *text, struct policy_rule *rule)
{
	*rule = (struct policy_rule){.act = POLICY_STOP};
	if (strcmp(text, "stop") == 0)
		return true;
	rule->act = POLICY_SKIP;
	if (strcmp(text, "skip") == 0)
		return true;
	rule->act = POLICY_DLQ;
	rule->topic = text + 4;
	return strncmp(text, "dlq=", 4) == 0 && place_is_topic(slice_of(rule->topic));
}

/* "decode=dlq=T": the act behind the class; the class that is no class stands for all. */
static const char *cut_class(const char *item, enum reject_class *class)
{
	const char *equals = strchr(item, '=');

	if (equals && reject_class_parse((struct slice){item, (size_t)(equals - item)}, class))
		return equals + 1;
	*class = REJECT_CLASSES;
	return item;
}

struct parsing {
	struct policy *policy;
	bool named[POLICY_RULES];
	struct policy_rule others;
};

static int parse_item(struct parsing *p, const char *item, struct err *err)
{
	enum reject_class class;
	struct policy_rule rule;

	if (!parse_act(cut_class(item, &class), &rule))
		return err_set(err, EXIT_USAGE,
			       "--on-reject takes stop, skip or dlq=TOPIC, with decode=, invalid=, "
			       "too-large=, expired= or refused= in front for one class, not '%s'",
			       item);
	if (class == REJECT_CLASSES) {
		p->others = rule;
	} else {
		p->policy->rules[class] = rule;
		p->named[class] = true;
	}
	return 0;
}

/* All values in one text, that the topics can point into. */
static char *join(const struct opt_list *values)
{
	size_t n = 1;
	char *text, *at;

	for (size_t i = 0; i < values->n; i++)
		n += strlen(values->items[i]) + 1;
	text = at = mem_alloc(n);
	for (size_t i = 0; i < values->n; i++) {
		size_t len = strlen(values->items[i]);

		memcpy(at, values->items[i], len);
		at += len;
		*at++ = ',';
	}
	return text;
}

int policy_parse(struct policy *policy, const struct opt_list *values, struct err *err)
{
	struct parsing p = {.policy = policy};
	char *rest;

	if (values->n == 0)
		return 0;
	policy->text = rest = join(values);
	while (*rest) {
		char *item = rest, *comma = strchr(rest, ',');

		*comma = '\0';
		rest = comma + 1;
		if (parse_item(&p, item, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < POLICY_RULES; i++)
		if (!p.named[i])
			policy->rules[i] = p.others;
	return 0;
}

int policy_parse_limit(struct policy *policy, const char *text, struct err *err)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} spans[] = {{"s", 1000}, {"min", 60000}, {"h", 3600000}};
	const char *slash = text ? strchr(text, '/') : NULL;

	if (!text)
		return 0;
	for (size_t i = 0; slash && i < sizeof spans / sizeof *spans; i++)
		if (strcmp(slash + 1, spans[i].unit) == 0)
			policy->span_ms = spans[i].ms;
	if (!policy->span_ms ||
	    !num_u64((struct slice){text, (size_t)(slash - text)}, &policy->limit) ||
	    policy->limit < 1 || policy->limit > LIMIT_MAX)
		return err_set(err, EXIT_USAGE,
			       "--max-rejects takes N/s, N/min or N/h, N from 1 to %d, not '%s'",
			       LIMIT_MAX, text);
	policy->times = mem_array(policy->limit, sizeof *policy->times);
	return 0;
}

void policy_free(struct policy *policy)
{
	free(policy->text);
	free(policy->times);
	*policy = (struct policy){0};
}

const struct policy_rule *policy_rule(const struct policy *policy, bool has_class,
				      enum reject_class class)
{
	return &policy->rules[has_class ? class : REJECT_CLASSES];
}

size_t policy_topics(const struct policy *policy, const char **topics)
{
	size_t n = 0;

	for (size_t i = 0; i < POLICY_RULES; i++) {
		const char *topic = policy->rules[i].topic;
		size_t at = 0;

		while (topic && at < n && strcmp(topics[at], topic) != 0)
			at++;
		if (topic && at == n)
			topics[n++] = topic;
	}
	return n;
}

bool policy_names(const struct policy *policy, const char *topic)
{
	for (size_t i = 0; i < POLICY_RULES; i++)
		if (policy->rules[i].topic && strcmp(policy->rules[i].topic, topic) == 0)
			return true;
	return false;
}

bool policy_is_spent(const struct policy *policy, int64_t now_ms)
{
	return policy->limit && policy->counted >= policy->limit &&
	       now_ms - policy->times[policy->counted % policy->limit] < policy->span_ms;
}

void policy_count(struct policy *policy, int64_t now_ms)
{
	if (policy->limit)
		policy->times[policy->counted++ % policy->limit] = now_ms;
}
