/*
 * Where reading begins and ends: what -o says, resolved against what the brokers and
 * the group know of one partition. Pure, no I/O.
 */
#ifndef KEB_KEBREAD_START_H
#define KEB_KEBREAD_START_H

#include "base/err.h"
#include "cli/opt.h"

#include <stdbool.h>
#include <stdint.h>

enum start_kind {
	START_BEGINNING,
	START_END,
	START_STORED,
	START_OFFSET, /* N */
	START_TAIL,   /* -N: the last N records */
	START_TIME,   /* s@ms: the first record of that time or later */
};

struct start {
	enum start_kind kind;
	int64_t value; /* N, or ms since the epoch */
	bool given;    /* some -o said where to begin */
	bool to_time;  /* e@ms */
	int64_t end_ms;
	bool to_end; /* -e */
	bool reset;  /* --reset: over what is committed */
};

/* Reads the values of -o: one beginning and one e@ at most. -1 with err (EXIT_USAGE). */
int start_parse(struct start *start, const struct opt_list *values, struct err *err);

#define START_NONE (-1)

/* What is known of a partition. Offsets as Kafka counts: high is one past the last record. */
struct start_facts {
	int64_t committed;   /* START_NONE: nothing */
	int64_t low, high;   /* the records that are there */
	int64_t at_time;     /* first offset at START_TIME's value; START_NONE: no such record */
	int64_t at_end_time; /* likewise for e@ */
	bool later;	     /* the partition appeared after the group had begun */
};

enum start_gap {
	START_FITS,
	START_LOST,  /* the records from offset to low are gone (retention) */
	START_AHEAD, /* offset lies beyond the end: the topic was cut or made anew */
};

struct start_position {
	int64_t offset;
	int64_t end;	/* the first offset not to be read; START_NONE: none */
	bool committed; /* offset is what was committed: nothing to commit before reading */
	enum start_gap gap;
};

struct start_position start_resolve(const struct start *start, const struct start_facts *facts);

#endif
