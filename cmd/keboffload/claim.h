/*
 * The claim check on one event, without any I/O: which values leave the line, what
 * stands for them, and the way back.
 *
 * For each value that is moved, detail.datarefs gets
 *	{"ref":ARN,"path":PATH,"sha256":HEX,"size":N,"at":I}
 * where I is the place, from 0, that the member (or element) had in its object (or
 * array) when it was moved. Where the JSON around it was not written in the shortest
 * way, "before" and "after" hold what was removed with it, so that the way back gives
 * the same bytes. "as":"text" says that a string was stored without its quotes. The
 * values are put back from the last to the first. Before datarefs stand dataref and
 * datarefJsonPath of the first value, as the EventBridge sink connector writes them.
 */
#ifndef KEB_KEBOFFLOAD_CLAIM_H
#define KEB_KEBOFFLOAD_CLAIM_H

#include "aws/digest.h"
#include "base/err.h"
#include "event/event.h"
#include "json/path.h"

#include <stdint.h>

#define CLAIM_FIELDS_MAX 16 /* values of one event */

/* A definite path below $.detail; NULL with err (EXIT_USAGE) when the text is none. */
struct json_path *claim_path(const char *text, struct err *err);

struct claim_conf {
	const char *const *fields; /* the texts, for datarefs */
	struct json_path *const *paths;
	size_t n_fields;
	uint64_t threshold; /* entries up to this size stay; 0: all are moved */
	struct slice arn;   /* what stands before the object's name: "arn:aws:s3:::bucket/" */
	struct slice prefix;
	bool by_record; /* names are made of the event, not of the value alone */
	bool as_text;	/* strings are stored without quotes, as the connector does */
};

/* A value that has left the line. */
struct claim_object {
	struct buf body;
	struct buf name; /* prefix and 64 hex digits */
	char sha256[DIGEST_HEX];
	bool text; /* stored as text */
};

struct claim;

struct claim *claim_new(const struct claim_conf *conf); /* borrows what conf points to */
void claim_free(struct claim *c);

/*
 * Takes values out of the event until its entry fits. Returns how many went into objects (buffers
 * are reused); 0: the line stays as it is. Otherwise `line` gets the new line, without LF.
 */
size_t claim_move(struct claim *c, const struct event *event,
		  struct claim_object objects[CLAIM_FIELDS_MAX], struct buf *line);

/* --- the way back ------------------------------------------------------------ */

/* Where a value is, as the line says it. Slices of the line, still escaped. */
struct claim_ref {
	struct slice arn, path, sha256, before, after;
	bool has_size, text;
	bool foreign; /* the connector wrote it: neither hash nor place are known */
	uint64_t size, at;
};

struct claim_fault {
	char text[200];
};

/*
 * The references of an event: how many, 0 when it has none; -1 with the fault when they are none
 * that can be followed.
 */
int claim_refs(const struct event *event, struct claim_ref refs[CLAIM_FIELDS_MAX],
	       struct claim_fault *fault);

/* "arn:aws:s3:::bucket/name" taken apart, after unescaping; false when it is no such ARN. */
bool claim_locate(struct slice arn, struct slice *bucket, struct slice *name);

/*
 * The line as it was, with bodies[i] where refs[i] says. False with the fault when a body is not
 * what was stored, or its place is not there.
 */
bool claim_restore(struct claim *c, const struct event *event, const struct claim_ref *refs,
		   const struct slice *bodies, size_t n, struct buf *line,
		   struct claim_fault *fault);

#endif
