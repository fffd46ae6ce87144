/*
 * Faults on demand of the AWS endpoint: which there are, and what they decide for a
 * request or an entry. Pure: chance comes from a seed, time from the caller, so the
 * same requests in the same order meet the same faults.
 */
#ifndef KEB_KEBMOCK_FAULTS_H
#define KEB_KEBMOCK_FAULTS_H

#include "base/buf.h"
#include "base/err.h"
#include "chance.h"

#include <stdint.h>

struct faults;

struct faults *faults_new(uint64_t seed);
void faults_free(struct faults *f);

/*
 * Sets one by its text form (kebmock(1), FAULTS); "off" or an empty value ends it. 0,
 * or -1 with err (EXIT_USAGE) and nothing changed.
 */
int faults_set(struct faults *f, struct slice key, struct slice value, struct err *err);

/* Appends the faults that are set as members `"prefix" "key":"value"`, apart by commas. */
void faults_show(const struct faults *f, const char *prefix, struct buf *to);

enum fault_kind {
	FAULT_NONE,
	FAULT_HTTP,	   /* answer with `status` */
	FAULT_HTML,	   /* answer with `status` and a page, as a proxy does */
	FAULT_THROTTLE,	   /* ThrottlingException */
	FAULT_DENY,	   /* AccessDeniedException */
	FAULT_EXPIRED,	   /* ExpiredTokenException */
	FAULT_RESET,	   /* reset the connection, nothing is done */
	FAULT_RESET_AFTER, /* do it, then reset the connection instead of answering */
	FAULT_GARBLE,	   /* do it, then answer 200 with a body cut short */
};

struct fault_verdict {
	enum fault_kind kind;
	unsigned status;
	int64_t delay_us; /* before the answer, whatever it is */
};

enum fault_call { FAULT_CALL_PUT, FAULT_CALL_DESCRIBE };

/* Asked once for every request with a good signature. */
struct fault_verdict faults_request(struct faults *f, enum fault_call call, int64_t now_us);

/* Asked once for every good entry: an error code (lives as long as f is not set), or NULL. */
const char *faults_entry(struct faults *f, int64_t now_us);

/* The text of which every request that holds it is refused as invalid; absent if none. */
struct slice faults_refused_text(const struct faults *f);

/* Whether what is over the size limit is answered with a bare 413. */
bool faults_bare_413(const struct faults *f);

#endif
