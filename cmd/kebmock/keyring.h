/*
 * The keys that kebmock knows: one pair for ever, and those that it has given out for
 * a while. Only the newest are kept.
 */
#ifndef KEB_KEBMOCK_KEYRING_H
#define KEB_KEBMOCK_KEYRING_H

#include "base/slice.h"
#include "chance.h"

/* AWS's own published example. */
#define AUTH_KEY_ID "AKIAIOSFODNN7EXAMPLE"
#define AUTH_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

struct issued {
	char key_id[21], secret[41], token[65];
	char arn[160];	    /* whose they are */
	int64_t expires_ms; /* since the epoch; 0: never */
};

struct keyring;

/* `chance` is borrowed; live_ms: how long keys live; 0: what is asked for. */
struct keyring *keyring_new(const char *account, struct chance *chance, int64_t live_ms);
void keyring_free(struct keyring *k);

/* Keys for asked_ms, or as long as keyring_new said. Valid until many more were given out. */
const struct issued *keyring_issue(struct keyring *k, const char *arn, int64_t asked_ms,
				   int64_t now_ms);
/* NULL if nobody has that key. */
const struct issued *keyring_find(const struct keyring *k, struct slice key_id);

#endif
