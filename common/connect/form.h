/*
 * How decoded data is written where Kafka Connect leaves a choice. All zeros is what
 * the connector prints with Confluent's converters and their defaults.
 */
#ifndef KEB_CONNECT_FORM_H
#define KEB_CONNECT_FORM_H

#include <stdbool.h>

/* Whose converter the output equals; by default that of the registry the schema is from. */
enum connect_profile { CONNECT_CONFLUENT, CONNECT_GLUE };

/* --decimal */
enum connect_decimal {
	DECIMAL_BASE64,	 /* the unscaled number's bytes, as the connector */
	DECIMAL_NUMERIC, /* a number with all its digits */
	DECIMAL_STRING,	 /* the same digits in a string */
};
#define DECIMAL_CHOICES "base64|numeric|string"

/* --union: an Avro union of several types */
enum connect_union {
	UNION_MEMBER, /* an object with a member for each branch, unset ones null */
	UNION_VALUE,  /* the value itself */
};
#define UNION_CHOICES "member|value"

/* --oneof: a Protobuf oneof */
enum connect_oneof {
	ONEOF_BOXED, /* an object with a member for each field, unset ones null */
	ONEOF_FLAT,  /* the fields beside all others, unset ones null */
};
#define ONEOF_CHOICES "boxed|flat"

struct connect_form {
	enum connect_profile profile;
	enum connect_decimal decimal;
	enum connect_union union_form;
	enum connect_oneof oneof;
};

#endif
