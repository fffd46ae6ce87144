/*
 * Why bytes could not be decoded: what a rejected status of class decode says.
 *
 *	framing		the bytes in front, or the header, that name the schema
 *	unknown-schema	the registry knows no schema of that id
 *	schema		the schema itself cannot be used
 *	data		the bytes do not fit the schema
 *
 * A registry that does not answer is none of these: it is asked again, and no record
 * is rejected for it.
 */
#ifndef KEB_CONNECT_FAULT_H
#define KEB_CONNECT_FAULT_H

#include <stdbool.h>

enum codec_code { CODEC_FRAMING, CODEC_UNKNOWN_SCHEMA, CODEC_SCHEMA, CODEC_DATA };

struct codec_fault {
	enum codec_code code;
	char text[256]; /* no payload in it */
};

/* "framing", "unknown-schema", "schema", "data". */
const char *codec_code_name(enum codec_code code);

/* Fills it and returns false, so that a function can end with `return codec_fail(...)`. */
bool codec_fail(struct codec_fault *fault, enum codec_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
