/*
 * A schema made ready for decoding, whichever of the codecs reads it.
 */
#ifndef KEB_KEBMAP_SCHEMA_PLAN_H
#define KEB_KEBMAP_SCHEMA_PLAN_H

#include "base/err.h"
#include "connect/fault.h"
#include "connect/form.h"
#include "protobuf/reader.h"
#include "registry/framing.h"
#include "registry/text.h"

struct schema_plan;

/* Of a registry's schema, Avro or Protobuf. Keeps nothing of it. NULL with the fault. */
struct schema_plan *schema_plan_new(const struct schema_text *text, const struct connect_form *form,
				    struct codec_fault *fault);
/*
 * Of a file, for data without a frame. `type`: Avro: the schema is in the file. Protobuf:
 * .proto text, its imports beside it, or else a descriptor set; `message` names the type
 * of the records, NULL: the only one there is. NULL with err (EXIT_USAGE).
 */
struct schema_plan *schema_plan_of_file(enum schema_type type, const char *path,
					const char *message, const struct connect_form *form,
					struct err *err);
void schema_plan_free(void *plan); /* NULL is fine */

/*
 * Appends the JSON text of a payload that was framed (frame.id says by whose serializer;
 * the payload is inflated). False with the fault; `to` is then as long as it was.
 */
bool schema_plan_add(struct schema_plan *plan, const struct frame *frame,
		     struct proto_reader *reader, struct buf *to, struct codec_fault *fault);
/* The same for bytes without a frame, by a plan of a file. */
bool schema_plan_add_bare(struct schema_plan *plan, struct slice bytes, struct proto_reader *reader,
			  struct buf *to, struct codec_fault *fault);

#endif
