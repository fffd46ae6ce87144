/*
 * What the parts of the reader share: the memory between records, and one record's
 * state. A message is read in two steps: where each field occurs in its bytes (scan.c),
 * and then its fields in the order in which they are printed (reader.c).
 */
#ifndef KEB_PROTOBUF_READING_H
#define KEB_PROTOBUF_READING_H

#include "base/list.h"
#include "plan.h"
#include "reader.h"
#include "wire.h"

/*
 * One value in the wire bytes. A number is itself; packed numbers, strings, bytes and
 * messages are a run of bytes.
 */
struct occurrence {
	const char *p; /* NULL: n is a number */
	uint64_t n;
	uint32_t next; /* of the same field: index + 1, or 0 */
};

/* A field of the message being read. */
struct place {
	struct occurrence last; /* of a field that is neither repeated nor a message, if set */
	uint32_t first, end;	/* the others' list: index + 1 of its first and last */
	bool set;
};

/* Where a message's bytes are: one run, or the list of all that were sent of it. */
struct source {
	struct slice bytes;
	uint32_t first; /* not 0: the list instead */
};

/* A message being read: where its places begin. */
struct frame {
	const struct proto_message *message;
	uint32_t places, occurrences; /* what the stacks held before */
	unsigned depth;
};

struct map_key {
	struct occurrence key;
	uint64_t bucket;
	uint32_t entry; /* index + 1 of the occurrence */
	uint32_t order;
};

struct proto_reader {
	LIST_OF(struct place) places;
	LIST_OF(struct occurrence) occurrences;
	LIST_OF(struct map_key) keys;
	const struct proto_message *path[WIRE_DEPTH_MAX + 1]; /* the types of the fields around */
	size_t max_output;

	/* of the record */
	const struct connect_form *form;
	struct codec_fault *fault;
	struct buf *to;
	size_t start;  /* how long it was */
	size_t wasted; /* bytes printed and taken back */
	bool whole;    /* only read, to see if it is right: nothing is cut, nothing made of it */
};

static inline struct place *frame_place(struct proto_reader *r, const struct frame *f,
					uint32_t field)
{
	return &r->places.p[f->places + field];
}

/* false with CODEC_DATA */
bool read_fault(struct proto_reader *r, const struct proto_message *message, const char *what);
bool read_field_fault(struct proto_reader *r, const struct proto_message *message,
		      const struct proto_field *field, const char *what);

/* Whether what was printed is still within the limit; else a fault. */
static inline bool read_fits(const struct proto_reader *r)
{
	return r->to->len - r->start + r->wasted <= r->max_output;
}

/*
 * Finds the fields of a message; absent: it was never sent and requires nothing.
 * scan_leave gives the places back, also after a fault.
 */
bool scan_message(struct proto_reader *r, struct frame *f, const struct proto_message *message,
		  struct source source, unsigned depth, bool absent);
void scan_leave(struct proto_reader *r, const struct frame *f);

/* An integer as its type counts it: sign, zigzag, 32 bits. */
int64_t scalar_integer(const struct proto_field *field, uint64_t n);
/* One value that is no message. */
bool add_scalar(struct proto_reader *r, const struct proto_field *field,
		const struct occurrence *value);
/* What an unset field stands for. */
struct occurrence scalar_default(const struct proto_field *field);
/* Whether the next number of packed ones is taken off the run. */
bool scalar_take(const struct proto_field *field, struct wire *in, uint64_t *n);

/* A message that is the value of `field`, in the form it has there. */
bool add_message_value(struct proto_reader *r, const struct proto_field *field,
		       struct source source, unsigned depth, bool absent);
/* Read, and what it printed taken back. */
bool check_message(struct proto_reader *r, const struct proto_message *message,
		   struct source source, unsigned depth);

/* A Timestamp, Date, TimeOfDay or decimal whose fields were found. */
bool add_special(struct proto_reader *r, const struct proto_field *field, const struct frame *f);

/* A map field, as object or as pairs. */
bool add_map(struct proto_reader *r, const struct proto_field *field, uint32_t first,
	     unsigned depth);

#endif
