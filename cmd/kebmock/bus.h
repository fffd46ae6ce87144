/*
 * An event bus, as far as PutEvents and DescribeEventBus can see it. Pure: no file,
 * no clock, no socket. Sources: the EventBridge API reference (PutEvents,
 * DescribeEventBus), "Calculating PutEvents event entry size", the botocore service
 * model for the constraints.
 */
#ifndef KEB_KEBMOCK_BUS_H
#define KEB_KEBMOCK_BUS_H

#include "answer.h"
#include "chance.h"
#include "cli/opt.h"

#include <stdint.h>

#define BUS_ENTRIES_MAX 10

struct bus_conf {
	const char *account;
	const char *region;
	uint64_t max_request;  /* bytes, all entries of a request together */
	struct opt_list names; /* of the buses besides "default" */
};

/* What is injected into one entry: an error code (static) and text, or NULL. */
struct bus_injection {
	const char *code;
	const char *text;
};
typedef struct bus_injection bus_inject_fn(void *ctx);

/* What became of the entries of one request. */
struct bus_result {
	unsigned entries;
	unsigned accepted; /* put on a bus that exists */
	unsigned lost;	   /* answered with an event id, but the bus does not exist */
	unsigned failed;
	uint64_t size; /* as the service counts it */
	bool too_large;
	char ids[BUS_ENTRIES_MAX][37]; /* event ids; empty where the entry failed */
};

struct bus;

struct bus *bus_new(const struct bus_conf *conf, struct chance *ids); /* borrows both */
void bus_free(struct bus *bus);

/*
 * Takes the body of a PutEvents request and fills the answer; events on a bus that
 * exists are appended to `events` as full EventBridge events, a line each. `inject`
 * (may be NULL) is asked once for every entry that would be accepted.
 */
void bus_put_events(struct bus *bus, struct slice body, int64_t now_ms, bus_inject_fn *inject,
		    void *ctx, struct answer *answer, struct buf *events,
		    struct bus_result *result);

void bus_describe(struct bus *bus, struct slice body, struct answer *answer);

#endif
