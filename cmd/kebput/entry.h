/*
 * An event line as an entry of PutEvents. Source: PutEventsRequestEntry, and
 * "Calculating PutEvents event entry size" of the EventBridge user guide.
 */
#ifndef KEB_KEBPUT_ENTRY_H
#define KEB_KEBPUT_ENTRY_H

#include "event/event.h"
#include "report/report.h"
#include "window.h"

#define ENTRY_SOURCE_MAX      256  /* characters */
#define ENTRY_DETAIL_TYPE_MAX 128  /* characters */
#define ENTRY_RESOURCE_MAX    2048 /* characters */
#define ENTRY_TRACE_MAX	      500  /* characters */

struct entry {
	struct window_item item; /* size: as PutEvents counts it */
	struct buf buf;		 /* the entry's JSON, behind it what marks point to */
	size_t json_n;
	struct report_origin origin; /* of its marks ack, acks and group only */
	int64_t read_ms;
	unsigned tries;	    /* requests with it that were answered */
	unsigned failures;  /* that were answered with a failure for it, throttling not counted */
	unsigned in_row;    /* failures of any kind since the last success around it: for backoff */
	int64_t failing_ms; /* since when the service names it as failed; 0: it does not */
	bool blocked;	    /* so long that its group is counted as blocked */
	bool maybe;	    /* a request with it got no answer: it may have arrived */
	struct entry *next; /* unused ones */
};

static inline struct slice entry_json(const struct entry *e)
{
	return (struct slice){e->buf.p, e->json_n};
}

/* Why a line is no entry. */
struct entry_fault {
	enum reject_class class;
	const char *code;
	char text[256];
};

struct entry_conf {
	struct slice bus;	     /* EventBusName; absent: the account's default bus */
	uint64_t max_size;	     /* of one entry */
	const char *const *map_from; /* --map-source: prefixes, and what stands in their place */
	const char *const *map_to;
	size_t n_maps;
	bool keep_lines; /* the line stays with its entry, for --reject-file */
};

struct entry_maker;

struct entry_maker *entry_maker_new(const struct entry_conf *conf); /* borrows what it points to */
void entry_maker_free(struct entry_maker *m);

/* Fills in e from an event; e->buf is reused. False with the fault: the record is to be rejected.
 */
bool entry_make(struct entry_maker *m, struct entry *e, const struct event *event,
		struct entry_fault *fault);

/* The prefix pair of "aws.=replay.aws.": both are copied into one allocation, `from` is it. */
bool entry_map_parse(const char *text, char **from, const char **to);

/* --- a pool of them ---------------------------------------------------------- */

struct entry_pool;

struct entry_pool *entry_pool_new(size_t n);
void entry_pool_free(struct entry_pool *pool);
struct entry *entry_pool_take(struct entry_pool *pool); /* NULL: all are taken */
void entry_pool_give(struct entry_pool *pool, struct entry *e);

#endif
