/*
 * How much may be in flight: at most so many records and bytes, and no more than what
 * was settled in the last five seconds, so that a slow sink does not make a long
 * drain. Pure: the caller brings the time.
 */
#ifndef KEB_KEBREAD_FLOW_H
#define KEB_KEBREAD_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#define FLOW_SPAN_MS 5000
#define FLOW_LEAST   500 /* records, whatever was settled */
#define FLOW_BUCKETS 10

struct flow {
	uint64_t max_records, max_bytes;
	uint64_t buckets[FLOW_BUCKETS]; /* settled records, by half seconds */
	uint64_t sum;
	int64_t step; /* number of the half second at hand */
};

void flow_settled(struct flow *flow, int64_t now_ms, uint64_t records);
/* The most records that may be in flight now. */
uint64_t flow_limit(struct flow *flow, int64_t now_ms);
bool flow_has_room(struct flow *flow, int64_t now_ms, uint64_t records, uint64_t bytes);

#endif
