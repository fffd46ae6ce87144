/*
 * The patterns that the options name, read, compiled, and complained about.
 */
#ifndef KEB_KEBFILTER_RULES_H
#define KEB_KEBFILTER_RULES_H

#include "base/err.h"
#include "cli/opt.h"
#include "pattern/explain.h"
#include "pattern/pattern.h"

struct rules_conf {
	struct opt_list texts; /* -p: the patterns themselves */
	struct opt_list files; /* -f: files with a pattern each */
	struct opt_list many;  /* --rules: folders of such files, or files of many rules */
	unsigned flags;	       /* PATTERN_... */
	bool disabled;	       /* take disabled rules, too */
	bool explain;	       /* make explainers */
	bool keep;	       /* keep the patterns' texts */
	/* What else a valid pattern has to be: 0, or -1 with fault; NULL: nothing. */
	int (*check)(struct slice pattern, struct pattern_fault *fault);
};

/* A rule as it was read: the pattern is a part of the file's text, or was a string in it. */
struct rule_text {
	const char *path; /* "-p" for one on the command line */
	struct slice file;
	struct slice name;
	struct slice pattern;
	struct slice function; /* in it, known when it is deployed: see collection.h; or absent */
	bool doubtful;	       /* its file may be a single pattern: see collection.h */
	struct pattern_place *place; /* the last one in the text that the pattern stands in */
};

/* Whether the pattern is written within a larger text, not a text of its own. */
bool rule_text_is_part(const struct rule_text *rule);

/* What there is to say of a rule that is doubtful. */
#define RULE_TEXT_DOUBT                                                                            \
	"the rules are named as the members of an event are: is this a single pattern? use -f"

/* What is wrong with a rule that has a `function`; returns -1. */
int rule_text_unresolved(const struct rule_text *rule, struct pattern_fault *fault);

/*
 * Hands out the rules that the options name, in order. 0, or -1 with err: there is none,
 * a file cannot be read or is none of the forms, or fn returned -1.
 * For a place in a file, what is to be shown below the message is appended to `excerpt`.
 */
typedef int rule_text_fn(void *ctx, const struct rule_text *rule, struct err *err);
int rules_each(const struct rules_conf *conf, rule_text_fn *fn, void *ctx, struct buf *excerpt,
	       struct err *err);

/*
 * Where a pattern's fault is, in the file if the pattern stands there as it is: appends
 * "path:line:column" to `where` and the place in the text, with carets below, to
 * `excerpt`; all of it is fit for a terminal. Asked in the order of the text, all places
 * in it cost one pass.
 */
void rule_text_place(const struct rule_text *rule, const struct pattern_fault *fault,
		     struct buf *where, struct buf *excerpt);

/* As memcmp does, for sorting. */
int rule_name_order(struct slice x, struct slice y);

struct rules {
	struct patterns *patterns;
	struct explainer **explainers; /* one a rule if they were asked for; else NULL */
	struct buf *texts;	       /* the same */
};

/*
 * -1 with err (EXIT_USAGE) when there is no pattern, a file cannot be read, a name
 * comes twice or a pattern is refused; then the place in its text, with carets below
 * it, is appended to `excerpt`, to be shown below the message.
 */
int rules_read(struct rules *rules, const struct rules_conf *conf, struct buf *excerpt,
	       struct err *err);
void rules_free(struct rules *rules);

#endif
