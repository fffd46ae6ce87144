#include "aws/ecdsa.h"

#include "base/hex.h"
#include "base/mem.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <stdlib.h>

#define LABEL	      "AWS4-ECDSA-P256-SHA256"
#define SIGNATURE_MAX 80 /* DER of two numbers of 33 bytes at most */
#define POINT	      65 /* uncompressed */

struct ecdsa_key {
	EVP_PKEY *pkey;
};

/* --- the private number ---------------------------------------------------- */

/* The order of the curve less two. */
static const unsigned char most[ECDSA_PRIVATE] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
	0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x4f,
};

/* Whether k > most, without a branch on what is in k: the borrow of most - k. */
static unsigned above(const unsigned char k[ECDSA_PRIVATE])
{
	unsigned borrow = 0;

	for (size_t i = ECDSA_PRIVATE; i-- > 0;)
		borrow = (((unsigned)most[i] - k[i] - borrow) >> 8) & 1;
	return borrow;
}

static void add_one(unsigned char k[ECDSA_PRIVATE])
{
	unsigned carry = 1;

	for (size_t i = ECDSA_PRIVATE; i-- > 0;) {
		carry += k[i];
		k[i] = (unsigned char)carry;
		carry >>= 8;
	}
}

/* The first counter gives a number in range but for one secret in 2^32. */
void ecdsa_private(struct digest *digest, struct slice key_id, struct slice secret,
		   unsigned char to[ECDSA_PRIVATE])
{
	struct buf key = {0}, message = {0};

	buf_room(&key, secret.n + 5);
	BUF_LIT(&key, "AWS4A");
	buf_adds(&key, secret);
	for (int counter = 1; counter <= 254; counter++) {
		buf_reset(&message);
		BUF_LIT(&message, "\0\0\0\1" LABEL "\0");
		buf_adds(&message, key_id);
		buf_addc(&message, (char)counter);
		BUF_LIT(&message, "\0\0\1\0");
		digest_hmac(digest, buf_slice(&key), buf_slice(&message), to);
		if (!above(to))
			break;
	}
	add_one(to);
	buf_wipe(&key);
	buf_free(&message);
}

/* --- keys ------------------------------------------------------------------ */

static bool public_point(const BIGNUM *d, unsigned char to[POINT])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *point = group ? EC_POINT_new(group) : NULL;
	bool good = point && EC_POINT_mul(group, point, d, NULL, NULL, NULL) == 1 &&
		    EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, to, POINT,
				       NULL) == POINT;

	EC_POINT_free(point);
	EC_GROUP_free(group);
	return good;
}

static EVP_PKEY *make(const OSSL_PARAM *params, int selection)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *pkey = NULL;

	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, selection, (OSSL_PARAM *)params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static EVP_PKEY *build(const BIGNUM *d, bool verify)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	unsigned char point[POINT];
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	bool good = bld && OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME,
							   "prime256v1", 0);

	if (good && verify)
		good = public_point(d, point) &&
		       OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, POINT);
	if (good && !verify)
		good = OSSL_PARAM_BLD_push_BN_pad(bld, OSSL_PKEY_PARAM_PRIV_KEY, d, ECDSA_PRIVATE);
	if (good)
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params)
		pkey = make(params, verify ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR);
	OSSL_PARAM_free(params); /* of a number in secure memory it wipes the copy */
	OSSL_PARAM_BLD_free(bld);
	return pkey;
}

struct ecdsa_key *ecdsa_key_derive(struct digest *digest, struct slice key_id, struct slice secret,
				   bool verify)
{
	unsigned char number[ECDSA_PRIVATE];
	struct ecdsa_key *key = NULL;
	EVP_PKEY *pkey = NULL;
	BIGNUM *d = BN_secure_new();

	ecdsa_private(digest, key_id, secret, number);
	if (d && BN_bin2bn(number, sizeof(number), d)) {
		BN_set_flags(d, BN_FLG_CONSTTIME);
		pkey = build(d, verify);
	}
	mem_wipe(number, sizeof(number));
	BN_clear_free(d);
	if (pkey) {
		key = mem_alloc(sizeof(*key));
		key->pkey = pkey;
	}
	return key;
}

void ecdsa_key_free(struct ecdsa_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

/* --- signing --------------------------------------------------------------- */

bool ecdsa_sign(struct ecdsa_key *key, struct slice text, struct buf *to)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char der[SIGNATURE_MAX];
	size_t n = sizeof(der);
	bool good = ctx &&
		    EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key->pkey, NULL) == 1 &&
		    EVP_DigestSign(ctx, der, &n, (const unsigned char *)text.p, text.n) == 1;

	EVP_MD_CTX_free(ctx);
	if (!good)
		return false;
	buf_room(to, 2 * n);
	hex_put(to->p + to->len, der, n);
	to->len += 2 * n;
	return true;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool ecdsa_verify(struct ecdsa_key *key, struct slice text, struct slice signature)
{
	unsigned char der[SIGNATURE_MAX];
	EVP_MD_CTX *ctx;
	bool good;

	if (signature.n % 2 || signature.n > 2 * sizeof(der))
		return false;
	for (size_t i = 0; i < signature.n; i += 2) {
		int high = nibble(signature.p[i]), low = nibble(signature.p[i + 1]);

		if (high < 0 || low < 0)
			return false;
		der[i / 2] = (unsigned char)(high << 4 | low);
	}
	ctx = EVP_MD_CTX_new();
	good = ctx &&
	       EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, key->pkey, NULL) == 1 &&
	       EVP_DigestVerify(ctx, der, signature.n / 2, (const unsigned char *)text.p, text.n) ==
		       1;
	EVP_MD_CTX_free(ctx);
	return good;
}
