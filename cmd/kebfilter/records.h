/*
 * Records matched as EventBridge Pipes and Lambda's event source mappings filter those
 * of Kafka: key and value decoded; where the form of a record's key or value is not the
 * one that a pattern asks for, a pipe ignores that part of the pattern, Lambda, which
 * looks at the value only, drops the record. (User guides: Pipes event filtering, Lambda
 * event filtering with Kafka.)
 */
#ifndef KEB_KEBFILTER_RECORDS_H
#define KEB_KEBFILTER_RECORDS_H

#include "event/marks.h"
#include "rules.h"

struct records;

/* Whether a pattern, a valid one, names only what is filtered by; else -1 with fault. */
int records_check_pipe(struct slice pattern, struct pattern_fault *fault);
int records_check_lambda(struct slice pattern, struct pattern_fault *fault);

/* Borrows the rules, which have their texts; flags are those that they were read with. */
struct records *records_new(const struct rules *rules, unsigned flags, bool lambda);
void records_free(struct records *r);

/* How many rules match the record, or -1 with fault if it is none; takes its marks. */
int records_match(struct records *r, struct slice line, struct marks *marks,
		  struct json_fault *fault);

/* The rules that matched last, in order. */
const uint32_t *records_rules(const struct records *r, size_t *n);

#endif
