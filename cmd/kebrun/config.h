/*
 * The configuration of a connector while a pipeline is made of it: properties, each marked
 * once it was asked for, and the text to which options are appended.
 */
#ifndef KEB_KEBRUN_CONFIG_H
#define KEB_KEBRUN_CONFIG_H

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"

struct property {
	char *name, *value;
	bool used;
};

struct config {
	const char *file; /* for messages */
	LIST_OF(struct property) all;
	struct buf *out;
	struct err *err; /* of whatever fails (EXIT_USAGE) */
};

/* Properties, or JSON as Connect's REST interface takes it. 0 or -1. */
int config_parse(struct config *c, char *text, size_t n);
void config_free(struct config *c); /* wipes the values */

/* The value of a property, the last one as Connect takes it; NULL if it is missing or empty. */
const char *config_get(struct config *c, const char *name);
/* The same; NULL is an error. */
const char *config_need(struct config *c, const char *name);
/* -1 if there is one: it has no counterpart, `instead` says what to do. */
int config_refuse(struct config *c, const char *name, const char *instead);
/* Warns of those that nobody has asked for. */
void config_warn_unused(const struct config *c);

/* Appends an option with its argument, quoted for the shell; none if value is NULL. */
void config_option(struct config *c, const char *name, const char *value);
/* One for each item of a list as Kafka writes it. */
void config_options(struct config *c, const char *name, const char *list);

#endif
