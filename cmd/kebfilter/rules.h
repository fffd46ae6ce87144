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
	bool library;
	bool disabled; /* take disabled rules, too */
	bool explain;  /* make explainers */
};

struct rules {
	struct patterns *patterns;
	struct explainer **explainers; /* one a rule if they were asked for; else NULL */
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
