/*
 * One set of keys that belong together, owned and wiped, and how they are read from
 * the JSON that credential endpoints and processes answer with.
 */
#ifndef KEB_AWS_KEYS_H
#define KEB_AWS_KEYS_H

#include "base/err.h"
#include "base/slice.h"

#include <stdint.h>

/* As it is signed with: slices of somebody's text. */
struct credential_keys {
	struct slice key_id;
	struct slice secret;
	struct slice token; /* absent if there is none */
};

struct keys {
	char *key_id, *secret, *token; /* token may be NULL */
	int64_t expires_ms;	       /* since the epoch; 0: never */
};

void keys_wipe(struct keys *keys); /* and releases */
void keys_set(struct keys *keys, struct slice key_id, struct slice secret, struct slice token);
struct credential_keys keys_view(const struct keys *keys);

/* What the members are called. */
struct keys_names {
	const char *key_id, *secret, *token, *expires;
	bool milliseconds; /* expires is a number of them, else RFC 3339 text */
};
extern const struct keys_names keys_of_metadata; /* container, IMDS */
extern const struct keys_names keys_of_process;
extern const struct keys_names keys_of_sso;

/* Fills keys from a JSON object. -1 with err (EXIT_REFUSED), which quotes nothing of it. */
int keys_read(struct keys *keys, struct slice json, const struct keys_names *names,
	      const char *from, struct err *err);

/* A member of a checked JSON object as text (NUL-terminated, to be freed and wiped); NULL if it is
 * no string, or holds a NUL. */
char *keys_member(struct slice json, const char *name);

#endif
