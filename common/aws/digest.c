#include "aws/digest.h"

#include "base/err.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/msg.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>

struct digest {
	EVP_MD *sha256;
	EVP_MD_CTX *hash;
	EVP_MAC *hmac;
	EVP_MAC_CTX *once;  /* keyed anew at every call */
	EVP_MAC_CTX *keyed; /* holds the key of digest_key */
};

/* A failure here is a broken library or no memory: nothing a caller could do better. */
static void need(bool good)
{
	if (good)
		return;
	msg_error("OpenSSL cannot do SHA-256 (check its providers: openssl list -providers)");
	exit(EXIT_LOCAL);
}

static EVP_MAC_CTX *new_mac(EVP_MAC *hmac)
{
	char name[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(hmac);

	need(ctx && EVP_MAC_CTX_set_params(ctx, params));
	return ctx;
}

struct digest *digest_new(void)
{
	struct digest *d = mem_alloc(sizeof(*d));

	d->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	d->hash = EVP_MD_CTX_new();
	d->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	need(d->sha256 && d->hash && d->hmac);
	d->once = new_mac(d->hmac);
	d->keyed = new_mac(d->hmac);
	return d;
}

void digest_free(struct digest *d)
{
	if (!d)
		return;
	EVP_MAC_CTX_free(d->keyed); /* OpenSSL wipes the key in it */
	EVP_MAC_CTX_free(d->once);
	EVP_MAC_free(d->hmac);
	EVP_MD_CTX_free(d->hash);
	EVP_MD_free(d->sha256);
	free(d);
}

void digest_sha256(struct digest *d, struct slice data, unsigned char to[DIGEST_LEN])
{
	need(EVP_DigestInit_ex2(d->hash, d->sha256, NULL) &&
	     EVP_DigestUpdate(d->hash, data.p, data.n) && EVP_DigestFinal_ex(d->hash, to, NULL));
}

void digest_sha256_hex(struct digest *d, struct slice data, char to[DIGEST_HEX])
{
	unsigned char hash[DIGEST_LEN];

	digest_sha256(d, data, hash);
	hex_put(to, hash, sizeof(hash));
}

static void mac(EVP_MAC_CTX *ctx, struct slice key, struct slice data, unsigned char *to)
{
	size_t n;

	/* An absent key means the one that the context has; an empty one is not wanted here. */
	need(EVP_MAC_init(ctx, (const unsigned char *)key.p, key.n, NULL) &&
	     EVP_MAC_update(ctx, (const unsigned char *)data.p, data.n) &&
	     EVP_MAC_final(ctx, to, &n, DIGEST_LEN));
}

void digest_hmac(struct digest *d, struct slice key, struct slice data,
		 unsigned char to[DIGEST_LEN])
{
	mac(d->once, key, data, to);
}

void digest_key(struct digest *d, struct slice key)
{
	need(EVP_MAC_init(d->keyed, (const unsigned char *)key.p, key.n, NULL));
}

void digest_keyed(struct digest *d, struct slice data, unsigned char to[DIGEST_LEN])
{
	mac(d->keyed, SLICE_NONE, data, to);
}
