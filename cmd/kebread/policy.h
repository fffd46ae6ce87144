/*
 * What --on-reject says: for each class of rejected records whether they stop the run,
 * are passed over, or go to a topic of dead letters; and --max-rejects, how many may be
 * rejected before that alone stops it. Pure: the caller brings the time.
 */
#ifndef KEB_KEBREAD_POLICY_H
#define KEB_KEBREAD_POLICY_H

#include "base/err.h"
#include "cli/opt.h"
#include "status/status.h"

enum policy_act { POLICY_STOP, POLICY_SKIP, POLICY_DLQ };

struct policy_rule {
	enum policy_act act;
	const char *topic; /* of dead letters */
};

#define POLICY_RULES (REJECT_CLASSES + 1)

/* Begins as {0}: everything stops, no limit. */
struct policy {
	struct policy_rule rules[POLICY_RULES]; /* the last for statuses that name no class */
	char *text;				/* what the topics point into */
	uint64_t limit;				/* rejected records in span_ms; 0: none */
	int64_t span_ms;
	int64_t *times; /* of the last `limit` of them, a ring */
	uint64_t counted;
};

/*
 * The values of --on-reject: [CLASS=]stop|skip|dlq=TOPIC, apart by commas. The last one
 * for a class wins, one without a class is for all that none names. -1 with err
 * (EXIT_USAGE).
 */
int policy_parse(struct policy *policy, const struct opt_list *values, struct err *err);
/* --max-rejects: N/s, N/min or N/h. -1 with err (EXIT_USAGE). */
int policy_parse_limit(struct policy *policy, const char *text, struct err *err);
void policy_free(struct policy *policy);

const struct policy_rule *policy_rule(const struct policy *policy, bool has_class,
				      enum reject_class class);

/* The topics of dead letters, each once; room for POLICY_RULES. */
size_t policy_topics(const struct policy *policy, const char **topics);
bool policy_names(const struct policy *policy, const char *topic);

/* Whether one more rejected record would be one too many. */
bool policy_is_spent(const struct policy *policy, int64_t now_ms);
void policy_count(struct policy *policy, int64_t now_ms);

#endif
