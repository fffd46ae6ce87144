/*
 * Records of Kafka as AWS hands them to a target, as the record lines that kebread
 * writes:
 *
 *	pipes	one record, an array of them, or {"records":[..]} with their tokens
 *	lambda	{"eventSource":..,"records":{"TOPIC-PARTITION":[..]}}
 *
 * Keys and values are base64 in both; headers are arrays of bytes, signed or not; a
 * partition may be a string. What else there is (eventSource, ...) is dropped.
 * Sources: EventBridge Pipes user guide, "Apache Kafka topic as a source"; Lambda
 * developer guide, "Using Lambda with Apache Kafka".
 */
#ifndef KEB_KEBMAP_INTAKE_H
#define KEB_KEBMAP_INTAKE_H

#include "event/record.h"

/* As in the choices of --from. */
enum from_shape { FROM_RECORD, FROM_PIPES, FROM_LAMBDA, FROM_EVENT };
#define FROM_CHOICES "record|pipes|lambda|event"

struct intake;

struct intake *intake_new(enum from_shape from);
void intake_free(struct intake *in); /* NULL is fine */

/*
 * Takes a line apart; returns how many records it has, or -1 with fault. *marks are those
 * of the line.
 */
int64_t intake_line(struct intake *in, struct slice line, struct marks *marks,
		    struct json_fault *fault);

/* The i-th of them, until the next call; false with fault if it is none. */
bool intake_record(struct intake *in, size_t i, struct record *record, struct json_fault *fault);

#endif
