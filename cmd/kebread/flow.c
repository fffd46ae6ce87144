#include "flow.h"

static void move_to(struct flow *flow, int64_t now_ms)
{
	int64_t step = now_ms / (FLOW_SPAN_MS / FLOW_BUCKETS);
	int64_t passed = step - flow->step;

	if (passed <= 0)
		return;
	if (passed > FLOW_BUCKETS)
		passed = FLOW_BUCKETS;
	for (int64_t i = 0; i < passed; i++) {
		uint64_t *oldest = &flow->buckets[(step - i) % FLOW_BUCKETS];

		flow->sum -= *oldest;
		*oldest = 0;
	}
	flow->step = step;
}

void flow_settled(struct flow *flow, int64_t now_ms, uint64_t records)
{
	move_to(flow, now_ms);
	flow->buckets[flow->step % FLOW_BUCKETS] += records;
	flow->sum += records;
}

uint64_t flow_limit(struct flow *flow, int64_t now_ms)
{
	uint64_t limit;

	move_to(flow, now_ms);
	limit = flow->sum > FLOW_LEAST ? flow->sum : FLOW_LEAST;
	return limit < flow->max_records ? limit : flow->max_records;
}

bool flow_has_room(struct flow *flow, int64_t now_ms, uint64_t records, uint64_t bytes)
{
	/* One record always goes, however large it is. */
	return records == 0 || (records < flow_limit(flow, now_ms) && bytes < flow->max_bytes);
}
