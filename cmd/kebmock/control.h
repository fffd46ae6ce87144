/*
 * The paths below /_mock/: what a test or a person asks of kebmock itself. They need
 * no signature, as the endpoint listens on the loopback interface only.
 */
#ifndef KEB_KEBMOCK_CONTROL_H
#define KEB_KEBMOCK_CONTROL_H

#include "answer.h"
#include "base/err.h"
#include "request.h"

#include <stdint.h>

/* What happened since the start. */
struct counts {
	uint64_t requests;	    /* to AWS, whatever became of them */
	uint64_t failed_requests;   /* answered with an error as a whole */
	uint64_t unsigned_requests; /* of those, refused for the signature */
	uint64_t throttled;	    /* of those, with ThrottlingException */
	uint64_t reset;		    /* connections */
	uint64_t entries;
	uint64_t accepted;
	uint64_t lost;	 /* put on a bus that does not exist */
	uint64_t failed; /* entries */
	uint64_t bytes;	 /* of bodies */
};

enum control { CONTROL_UNKNOWN, CONTROL_STATS, CONTROL_FAULTS, CONTROL_SET_FAULTS };

enum control control_of(const struct request *request);

void control_show_counts(const struct counts *counts, struct buf *to);

/*
 * Hands every member of a JSON object to `set`: strings as their text, numbers as
 * written, null as "". False with the answer filled at the first that is refused;
 * those before it stay set.
 */
typedef int control_set_fn(void *ctx, struct slice key, struct slice value, struct err *err);
bool control_set_faults(struct slice body, control_set_fn *set, void *ctx, struct answer *answer);

#endif
