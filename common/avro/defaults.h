/*
 * Defaults in a schema: JSON in the form of the Avro specification, where bytes are a
 * string of U+0000 to U+00FF.
 */
#ifndef KEB_AVRO_DEFAULTS_H
#define KEB_AVRO_DEFAULTS_H

#include "parse.h"

/* Whether a field of this type may have that default, as Avro's parser in Java checks it. */
bool default_fits(struct parse *parse, uint32_t node, struct slice json);

/*
 * Appends what Connect prints for the default of a type; false if it does not fit, when
 * what was appended so far is the caller's to drop.
 */
bool default_add(struct parse *parse, uint32_t node, struct slice json, struct buf *to);

#endif
