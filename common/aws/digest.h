/*
 * SHA-256 and HMAC-SHA-256 on OpenSSL, with the algorithms fetched once and the
 * contexts reused: EVP_sha256() and HMAC() look both up at every call, which costs
 * more than hashing a small message does.
 */
#ifndef KEB_AWS_DIGEST_H
#define KEB_AWS_DIGEST_H

#include "base/slice.h"

#define DIGEST_LEN 32
#define DIGEST_HEX (2 * DIGEST_LEN)

struct digest;

/* Ends the program (status 6) when the library has no SHA-256. One thread at a time. */
struct digest *digest_new(void);
void digest_free(struct digest *d); /* wipes */

void digest_sha256(struct digest *d, struct slice data, unsigned char to[DIGEST_LEN]);
/* Lower-case hex of the SHA-256, no NUL. */
void digest_sha256_hex(struct digest *d, struct slice data, char to[DIGEST_HEX]);

/* One HMAC with a key of its own. `to` may be where the key is. */
void digest_hmac(struct digest *d, struct slice key, struct slice data,
		 unsigned char to[DIGEST_LEN]);

/* Keeps a key for many HMACs (inside the context only); digest_keyed uses it. */
void digest_key(struct digest *d, struct slice key);
void digest_keyed(struct digest *d, struct slice data, unsigned char to[DIGEST_LEN]);

#endif
