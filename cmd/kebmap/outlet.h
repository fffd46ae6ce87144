/*
 * What an event becomes on its way out: --to. The event has the connector's shape, as the
 * mapping made it or as it came in (--from event), and every --set is done.
 */
#ifndef KEB_KEBMAP_OUTLET_H
#define KEB_KEBMAP_OUTLET_H

#include "base/buf.h"
#include "base/err.h"
#include "cli/opt.h"
#include "refusal.h"

/* As in the choices of --to. */
enum to_shape { TO_EVENT, TO_FLAT, TO_RECORD, TO_PIPES, TO_LAMBDA, TO_CLOUDEVENTS };
#define TO_CHOICES "event|flat|record|pipes|lambda|cloudevents"

struct outlet_conf {
	int to;			      /* enum to_shape */
	const char *wrap;	      /* flat: name for a value that is no object; NULL: refuse */
	int key_format, value_format; /* enum payload_format, by which the event was made */
	int headers;		      /* enum headers_form: the same */
	const char *source_arn;	      /* pipes, lambda: eventSourceArn; NULL: self-managed */
	const char *servers;	      /* bootstrapServers; NULL: not said */
	const char *template;	      /* event, pipes: a file for transformer.h; NULL: none */
	struct opt_list variables;    /* of it */
	bool own_type;		      /* cloudevents: the detail type stays what the options say */
};

struct outlet;

/* NULL with err (EXIT_USAGE). */
struct outlet *outlet_new(const struct outlet_conf *conf, struct err *err);
void outlet_free(struct outlet *o); /* NULL is fine */

/* Whether its lines are made of several records: what outlet_add makes is a part of one. */
bool outlet_batches(const struct outlet *o);

/* What a batch of Lambda has in front of its records, with a comma; lives as long as o. */
struct slice outlet_origin(const struct outlet *o);

/*
 * Appends the members and the closing brace of what the event, a checked object without keb's
 * own members, becomes. False with why: something may have been appended. *partition: where
 * the record is from, "TOPIC-PARTITION", if it is for a batch.
 */
bool outlet_add(struct outlet *o, struct slice event, struct buf *to, struct slice *partition,
		struct refusal *why);

#endif
