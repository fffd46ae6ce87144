/*
 * What the attributes of one type mean to Kafka Connect: logicalType and connect.*.
 */
#ifndef KEB_AVRO_MEANING_H
#define KEB_AVRO_MEANING_H

#include "parse.h"

/* Sets meaning, scale and refused of a node; false with the fault if Connect refuses the schema. */
bool meaning_of(struct parse *parse, uint32_t node);

#endif
