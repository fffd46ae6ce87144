/*
 * What Kafka Connect makes of a parsed schema: logical types, connect.* attributes,
 * unions as structs, arrays of entries as maps, defaults in the place of nulls, and the
 * schemas that its converters refuse (AvroData.toConnectSchema of either converter).
 */
#ifndef KEB_AVRO_CONVERT_H
#define KEB_AVRO_CONVERT_H

#include "parse.h"

/* Finishes all nodes that the root reaches. False with the fault. */
bool convert_plan(struct parse *parse, uint32_t root);

#endif
