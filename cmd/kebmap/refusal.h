/*
 * Why a record is not mapped: what its rejected status says, or, alone, the
 * message. The text has no payload in it.
 */
#ifndef KEB_KEBMAP_REFUSAL_H
#define KEB_KEBMAP_REFUSAL_H

#include "status/status.h"

struct refusal {
	enum reject_class class;
	char text[320];
};

/* Fills it and returns false, so that a function can end with `return refuse(...)`. */
bool refuse(struct refusal *why, enum reject_class class, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
