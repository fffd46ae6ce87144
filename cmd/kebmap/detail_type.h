/*
 * The detail type of an event, by three rules; the first that applies wins:
 *
 *	a path into the value, if a string that is not blank stands there
 *	the type given for the record's topic
 *	the text for all topics
 */
#ifndef KEB_KEBMAP_DETAIL_TYPE_H
#define KEB_KEBMAP_DETAIL_TYPE_H

#include "base/buf.h"
#include "base/err.h"
#include "cli/opt.h"

#define DETAIL_TYPE_MAX 128 /* characters: PutEvents */

struct detail_type_conf {
	const char *text;	    /* with {topic} */
	struct opt_list for_topics; /* "TOPIC=TYPE", TYPE with {topic} */
	const char *path;	    /* from the value; NULL: none */
};

struct detail_type;

/* NULL with err (EXIT_USAGE). */
struct detail_type *detail_type_new(const struct detail_type_conf *conf, struct err *err);
void detail_type_free(struct detail_type *t);

/*
 * Appends the content of a JSON string, without quotes. value is the record's value as
 * checked JSON, absent for a tombstone, which has no type and is not missed.
 */
void detail_type_add(struct detail_type *t, struct buf *to, struct slice raw_topic,
		     struct slice value);

/* How many values had no usable string at the path. The first was warned of. */
uint64_t detail_type_missed(const struct detail_type *t);

#endif
