/*
 * The key pair of Signature Version 4A: derived from access key id and secret by
 * NIST SP 800-108 in counter mode, on the curve P-256. Source: aws-c-auth, key
 * derivation.
 */
#ifndef KEB_AWS_ECDSA_H
#define KEB_AWS_ECDSA_H

#include "aws/digest.h"
#include "base/buf.h"

#define ECDSA_PRIVATE 32

struct ecdsa_key;

/* NULL only when the library cannot do it. `verify`: with the public point, which costs more. */
struct ecdsa_key *ecdsa_key_derive(struct digest *digest, struct slice key_id, struct slice secret,
				   bool verify);
void ecdsa_key_free(struct ecdsa_key *key); /* wipes; NULL is fine */

/* The private number, for tests: big endian. */
void ecdsa_private(struct digest *digest, struct slice key_id, struct slice secret,
		   unsigned char to[ECDSA_PRIVATE]);

/* Appends the hex of the DER signature of SHA-256(text). */
bool ecdsa_sign(struct ecdsa_key *key, struct slice text, struct buf *to);
/* `signature` is hex of DER. Needs a key derived with `verify`. */
bool ecdsa_verify(struct ecdsa_key *key, struct slice text, struct slice signature);

#endif
