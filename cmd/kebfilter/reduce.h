/*
 * What is left of a pattern for records whose key and value have a certain form.
 */
#ifndef KEB_KEBFILTER_REDUCE_H
#define KEB_KEBFILTER_REDUCE_H

#include "base/buf.h"

/* What a key or value is, decoded. */
enum form {
	FORM_NULL,
	FORM_TEXT,  /* UTF-8, but neither a JSON object nor an array */
	FORM_JSON,  /* an object or an array */
	FORM_BYTES, /* no UTF-8 */
	FORMS,
};

enum reduced {
	REDUCED_SOME,	/* the pattern that was appended */
	REDUCED_ALWAYS, /* nothing is left: the record matches */
	REDUCED_NEVER,	/* the record does not match */
};

/*
 * Appends the valid pattern without what does not count. A list of tests for key or
 * value counts where that is a text (or null), fields below it count where it is JSON;
 * for Lambda what does not count never matches.
 */
enum reduced reduce_add(struct buf *to, struct slice pattern, enum form key, enum form value,
			bool lambda);

/* 0, or -1 with the raw name of a member that records are not filtered by. */
int reduce_check(struct slice pattern, bool lambda, struct slice *name);

#endif
