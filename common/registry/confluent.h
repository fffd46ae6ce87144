/*
 * Schemas of Confluent's registry, and of what speaks its protocol: Karapace, Redpanda,
 * Apicurio's ccompat. Source: Schema Registry API Reference.
 *
 * A schema is asked for by its id alone: neither subject nor version is needed to
 * decode. References are followed, each by subject and version, deleted ones too.
 * Protobuf comes as a descriptor where the registry can (format=serialized).
 */
#ifndef KEB_REGISTRY_CONFLUENT_H
#define KEB_REGISTRY_CONFLUENT_H

#include "confluent_http.h"
#include "result.h"
#include "text.h"

/* `text` is zero before, and to be freed in any case. */
enum registry_result confluent_fetch(struct confluent_http *c, const struct schema_id *id,
				     struct schema_text *text, struct codec_fault *fault,
				     struct err *err);

#endif
