/*
 * One line in, its lines out: taken apart (--from), mapped, edited (--set, --jq) and shaped
 * (--to), with the fate of every record said to the stage.
 */
#ifndef KEB_KEBMAP_FLOW_H
#define KEB_KEBMAP_FLOW_H

#include "intake.h"
#include "mapping.h"
#include "outlet.h"
#include "registry/registry.h"
#include "stage/stage.h"

struct flow_conf {
	int from; /* enum from_shape */
	struct outlet_conf outlet;
	uint64_t batch, batch_bytes; /* --to lambda and pipes; batch 0: not said */
	int64_t batch_window;
	const char *jq; /* a program for the whole event; NULL: none */
	size_t max_line;
};

#define FLOW_OPTS(c)                                                                               \
	OPT_CHOICE(0, "from", &(c)->from, FROM_CHOICES, "what the lines are [record]"),            \
		OPT_CHOICE(0, "to", &(c)->outlet.to, TO_CHOICES, "what they become [event]"),      \
		OPT_TEXT(0, "jq", &(c)->jq, "PROGRAM",                                             \
			 "a jq program that the event goes through; its results are the events"),  \
		REGISTRY_OPT_FILE("template", &(c)->outlet.template, "FILE",                       \
				  "input transformer of EventBridge Pipes: what it makes is "      \
				  "the detail"),                                                   \
		OPT_LIST(0, "template-variable", &(c)->outlet.variables, "NAME=TEXT",              \
			 "what a pipe would know, such as aws.pipes.pipe-name; repeatable"),       \
		OPT_TEXT(0, "wrap", &(c)->outlet.wrap, "NAME",                                     \
			 "with --to flat, make {\"NAME\":value} of what is no object"),            \
		OPT_NUMBER(0, "batch", &(c)->batch, "COUNT", 1, 10000,                             \
			   "with --to lambda or pipes, records in one line"),                      \
		OPT_SIZE(0, "batch-bytes", &(c)->batch_bytes, 1, 0,                                \
			 "at most so many bytes [6MiB]"),                                          \
		OPT_DURATION(0, "batch-window", &(c)->batch_window, 0, 300000,                     \
			     "wait so long for a batch to be full [500ms]"),                       \
		OPT_TEXT(0, "event-source-arn", &(c)->outlet.source_arn, "ARN",                    \
			 "eventSourceArn of --to lambda and pipes [none: self-managed]"),          \
		OPT_TEXT(0, "bootstrap-servers", &(c)->outlet.servers, "LIST",                     \
			 "bootstrapServers of --to lambda and pipes [none]")

/*
 * Settles what depends on each other: formats that were not given (-1) are the defaults of
 * the shapes, options that have no use are refused. 0, or -1 with err (EXIT_USAGE).
 */
int flow_settle(struct flow_conf *conf, struct mapping_conf *mapping, struct err *err);

struct flow;

/* NULL with err. Both are borrowed. */
struct flow *flow_new(const struct flow_conf *conf, struct mapping *mapping, struct stage *stage,
		      struct err *err);
void flow_free(struct flow *f); /* NULL is fine */

stage_fn flow_line; /* ctx is the flow */

/* At the end of the input: what is still held back goes out. */
void flow_end(struct flow *f);

#endif
