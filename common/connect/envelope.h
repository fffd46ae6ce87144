/*
 * JSON with its schema in front, {"schema":..,"payload":..}: JsonConverter with
 * schemas.enable=true. Printed is the payload as the schema types it: undeclared members
 * dropped, defaults for what is null or missing, numbers cast, logical types as the
 * connector writes them. {"schema":null,..} is JSON without a schema.
 */
#ifndef KEB_CONNECT_ENVELOPE_H
#define KEB_CONNECT_ENVELOPE_H

#include "base/buf.h"
#include "fault.h"
#include "form.h"

struct connect_envelope;

struct connect_envelope *connect_envelope_new(enum connect_decimal decimal);
void connect_envelope_free(struct connect_envelope *e); /* NULL is fine */

/*
 * Appends the value of the bytes, `depth` brackets around it; false with fault (framing: no
 * envelope; schema: one that Connect refuses; data), then nothing was appended. Schemas
 * are compiled once: most topics have one, or few.
 */
bool connect_envelope_add(struct connect_envelope *e, struct slice bytes, unsigned depth,
			  struct buf *to, struct codec_fault *fault);

#endif
