/*
 * A record line (the shape that Pipes and Lambda use for a Kafka record, plus the
 * token), validated and located in one pass.
 */
#ifndef KEB_EVENT_RECORD_H
#define KEB_EVENT_RECORD_H

#include "event/marks.h"

#include <stdint.h>

struct record {
	struct slice line;
	struct marks marks;
	struct slice topic; /* content of the string, still escaped; absent where missing */
	struct slice timestamp_type; /* likewise: CREATE_TIME, LOG_APPEND_TIME, NO_TIMESTAMP_TYPE */
	bool has_partition, has_offset, has_timestamp;
	int32_t partition;
	int64_t offset;
	int64_t timestamp;	   /* ms since the epoch */
	bool key_null, value_null; /* also where the member is missing */
	struct slice key, value;   /* base64 text without quotes, not yet decoded */
	struct slice headers;	   /* the array; absent where missing or null */
};

/*
 * False with fault when the line is no JSON object or one of these members has a
 * type it cannot have (partition 1.5, key 7, ...).
 */
bool record_parse(struct record *record, struct slice line, struct json_fault *fault);

/* Walks the headers: each a raw name and base64 text, or null. */
struct record_headers {
	struct json_walk array;
};
void record_headers(struct record_headers *walk, const struct record *record);
/*
 * 1 and the next header; 0 at the end; -1 when an element is no object of exactly one
 * member, a string or null.
 */
int record_next_header(struct record_headers *walk, struct slice *raw_name, struct slice *base64,
		       bool *null);

#endif
