/*
 * Schemas of AWS Glue's registry: GetSchemaVersion (AWS Glue Web API Reference), signed
 * with the keys of any source. A schema version belongs to one registry; the name given
 * to --registry keeps schemas of others out.
 */
#ifndef KEB_REGISTRY_GLUE_H
#define KEB_REGISTRY_GLUE_H

#include "aws/session.h"
#include "exchange.h"
#include "result.h"
#include "text.h"

struct glue_conf {
	const char *registry; /* its name; "": any */
	const struct aws_options *aws;
	const char *user_agent;
	int stop_fd;
	const struct registry_wait *wait; /* borrowed, as all of it */
	struct outage *outage;
};

struct glue;

/* Chooses profile, region and endpoint; sends nothing. NULL with err (EXIT_USAGE). */
struct glue *glue_new(const struct glue_conf *conf, struct err *err);
void glue_free(struct glue *g); /* NULL is fine */

/* Opens the HTTP client and waits for the first keys, which glue_fetch does else. 0, or -1. */
int glue_open(struct glue *g, struct err *err);

/* `text` is zero before, and to be freed in any case. */
enum registry_result glue_fetch(struct glue *g, const struct schema_id *id,
				struct schema_text *text, struct codec_fault *fault,
				struct err *err);

#endif
