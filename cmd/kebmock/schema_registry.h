/*
 * A schema registry of Confluent's kind, below /registry, and GetSchemaVersion of AWS
 * Glue, both of the same schemas. Sources: Schema Registry API Reference; AWS Glue Web
 * API Reference.
 */
#ifndef KEB_KEBMOCK_SCHEMA_REGISTRY_H
#define KEB_KEBMOCK_SCHEMA_REGISTRY_H

#include "answer.h"
#include "auth.h"
#include "cli/opt.h"
#include "request.h"

#define SCHEMA_REGISTRY_PATH "/registry"
#define SCHEMA_REGISTRY_GLUE "kebmock" /* the name of Glue's registry */

struct schema_registry_conf {
	struct opt_list schemas;  /* [ID=]FILE or a folder: see schemas.h */
	const char *user, *token; /* USER:PASSWORD, a bearer token; NULL: nobody is asked */
	const char *account, *region;
	uint64_t seed;
};

struct schema_registry;

/* Borrows all. NULL with err (EXIT_USAGE). */
struct schema_registry *schema_registry_new(const struct schema_registry_conf *conf,
					    struct auth *auth, struct err *err);
void schema_registry_free(struct schema_registry *r); /* NULL is fine */

/* Faults of both, apart from those of the other services: as faults_set and faults_show. */
int schema_registry_set_fault(struct schema_registry *r, struct slice key, struct slice value,
			      struct err *err);
void schema_registry_show_faults(const struct schema_registry *r, struct buf *to);

/* False when the request is for another service; else the answer is filled and *call set. */
bool schema_registry_handle(struct schema_registry *r, const struct request *request,
			    int64_t now_ms, struct answer *answer, const char **call);

#endif
