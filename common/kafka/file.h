/*
 * A file of properties in kcat's format (-F): PROP=VALUE a line, blank lines and
 * lines that begin with # skipped, white space around both sides dropped, \: and \=
 * stand for : and = (as in Java property files). Values are literal otherwise. A Java
 * sasl.jaas.config for PLAIN or SCRAM gives sasl.username and sasl.password.
 */
#ifndef KEB_KAFKA_FILE_H
#define KEB_KAFKA_FILE_H

#include "base/err.h"
#include "base/slice.h"

/* 0 to go on; anything else ends the reading with that value, err set. */
typedef int kafka_property_fn(void *ctx, const char *property, const char *value, struct err *err);

/* 0, or -1 with err (EXIT_USAGE) naming file and line. What was read is wiped from memory. */
int kafka_file_read(const char *path, kafka_property_fn *each, void *ctx, struct err *err);

/* The same for text at hand; `name` stands for it in messages. The text is overwritten. */
int kafka_file_parse(char *text, size_t n, const char *name, kafka_property_fn *each, void *ctx,
		     struct err *err);

/* Whether users other than owner and group may read it. */
bool kafka_file_is_public(const char *path);

#endif
