/*
 * Environment variables.
 */
#ifndef KEB_BASE_ENV_H
#define KEB_BASE_ENV_H

#include <stdlib.h>

/* The value; NULL where it is not set or empty, which mean the same everywhere. */
static inline const char *env_text(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

#endif
