#include "aws/sigv4.h"

#include "aws/ecdsa.h"
#include "base/hex.h"
#include "base/mem.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <time.h>

struct sigv4 {
	struct digest *digest; /* its kept key is the derived one */
	struct buf canonical;
	struct buf names;
	struct buf string;
	struct buf scratch;
	struct buf key_of;		      /* what the derived key was derived from */
	unsigned char key_secret[DIGEST_LEN]; /* and the hash of its secret */
	struct ecdsa_key *pair;		      /* of version 4A, or NULL */
	struct buf pair_of;		      /* hash of secret, key id, and what it is for */
};

struct sigv4 *sigv4_new(void)
{
	struct sigv4 *s = mem_alloc(sizeof(*s));

	s->digest = digest_new();
	return s;
}

void sigv4_free(struct sigv4 *s)
{
	if (!s)
		return;
	digest_free(s->digest);
	ecdsa_key_free(s->pair);
	buf_free(&s->pair_of);
	buf_wipe(&s->canonical); /* it holds the session token */
	buf_free(&s->names);
	buf_free(&s->string);
	buf_free(&s->scratch);
	buf_free(&s->key_of);
	mem_wipe(s, sizeof(*s));
	free(s);
}

/* --- dates ----------------------------------------------------------------- */

void sigv4_put_date(char to[SIGV4_DATE_LEN], int64_t real_ms)
{
	char text[32];
	time_t seconds = (time_t)(real_ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &tm);
	memcpy(to, text, SIGV4_DATE_LEN);
}

bool sigv4_parse_date(struct slice text, int64_t *real_ms)
{
	char copy[SIGV4_DATE_LEN + 1];
	struct tm tm = {0};
	const char *end;

	if (text.n != SIGV4_DATE_LEN)
		return false;
	memcpy(copy, text.p, SIGV4_DATE_LEN);
	copy[SIGV4_DATE_LEN] = '\0';
	end = strptime(copy, "%Y%m%dT%H%M%SZ", &tm);
	if (!end || end != copy + SIGV4_DATE_LEN)
		return false;
	*real_ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

/* --- the derived key ------------------------------------------------------- */

static struct slice bytes(const unsigned char *p)
{
	return (struct slice){(const char *)p, DIGEST_LEN};
}

static void derive(struct sigv4 *s, const struct sigv4_scope *scope)
{
	unsigned char key[DIGEST_LEN];
	struct buf first = {0};

	buf_room(&first, scope->secret.n + 4); /* at once: a growing buffer would leave copies */
	BUF_LIT(&first, "AWS4");
	buf_adds(&first, scope->secret);
	digest_hmac(s->digest, buf_slice(&first), (struct slice){scope->date.p, SIGV4_DAY_LEN},
		    key);
	buf_wipe(&first);
	digest_hmac(s->digest, bytes(key), scope->region, key);
	digest_hmac(s->digest, bytes(key), scope->service, key);
	digest_hmac(s->digest, bytes(key), SLICE("aws4_request"), key);
	digest_key(s->digest, bytes(key));
	mem_wipe(key, sizeof(key));
}

void sigv4_add_scope(struct buf *to, const struct sigv4_scope *scope)
{
	buf_add(to, scope->date.p, SIGV4_DAY_LEN);
	buf_addc(to, '/');
	if (!scope->asymmetric) {
		buf_adds(to, scope->region);
		buf_addc(to, '/');
	}
	buf_adds(to, scope->service);
	BUF_LIT(to, "/aws4_request");
}

/* Derives the key unless the kept one was made for the same secret, day, region and service. */
static void use_key(struct sigv4 *s, const struct sigv4_scope *scope)
{
	unsigned char secret[DIGEST_LEN];

	digest_sha256(s->digest, scope->secret, secret);
	buf_reset(&s->scratch);
	sigv4_add_scope(&s->scratch, scope);
	if (memcmp(secret, s->key_secret, sizeof(secret)) != 0 ||
	    !slice_eq(buf_slice(&s->scratch), buf_slice(&s->key_of))) {
		derive(s, scope);
		memcpy(s->key_secret, secret, sizeof(secret));
		buf_reset(&s->key_of);
		buf_adds(&s->key_of, buf_slice(&s->scratch));
	}
	mem_wipe(secret, sizeof(secret));
}

/* The pair of version 4A: it depends on the credentials only. NULL if it cannot be made. */
static struct ecdsa_key *use_pair(struct sigv4 *s, const struct sigv4_scope *scope, bool verify)
{
	unsigned char secret[DIGEST_LEN];

	digest_sha256(s->digest, scope->secret, secret);
	buf_reset(&s->scratch);
	buf_add(&s->scratch, secret, sizeof(secret));
	buf_addc(&s->scratch, verify ? 'v' : 's');
	buf_adds(&s->scratch, scope->key_id);
	mem_wipe(secret, sizeof(secret));
	if (s->pair && slice_eq(buf_slice(&s->scratch), buf_slice(&s->pair_of)))
		return s->pair;
	ecdsa_key_free(s->pair);
	s->pair = ecdsa_key_derive(s->digest, scope->key_id, scope->secret, verify);
	buf_reset(&s->pair_of);
	buf_adds(&s->pair_of, buf_slice(&s->scratch));
	return s->pair;
}

/* --- signing --------------------------------------------------------------- */

void sigv4_hash(struct sigv4 *s, struct slice body, char to[SIGV4_HEX])
{
	digest_sha256_hex(s->digest, body, to);
}

static struct slice algorithm(const struct sigv4_scope *scope)
{
	return scope->asymmetric ? SLICE(SIGV4A_ALGORITHM) : SLICE(SIGV4_ALGORITHM);
}

static void string_to_sign(struct sigv4 *s, const struct sigv4_scope *scope)
{
	char hash[DIGEST_HEX];

	digest_sha256_hex(s->digest, buf_slice(&s->canonical), hash);
	buf_reset(&s->string);
	buf_adds(&s->string, algorithm(scope));
	buf_addc(&s->string, '\n');
	buf_adds(&s->string, scope->date);
	buf_addc(&s->string, '\n');
	sigv4_add_scope(&s->string, scope);
	buf_addc(&s->string, '\n');
	buf_add(&s->string, hash, sizeof(hash));
}

static bool prepare(struct sigv4 *s, const struct sigv4_scope *scope,
		    const struct canonical_request *request)
{
	buf_reset(&s->canonical);
	buf_reset(&s->names);
	if (scope->date.n != SIGV4_DATE_LEN ||
	    !canonical_add(&s->canonical, &s->names, &s->scratch, request))
		return false;
	string_to_sign(s, scope);
	return true;
}

bool sigv4_sign(struct sigv4 *s, const struct sigv4_scope *scope,
		const struct canonical_request *request, char to[SIGV4_HEX])
{
	unsigned char mac[DIGEST_LEN];

	if (!prepare(s, scope, request))
		return false;
	use_key(s, scope);
	digest_keyed(s->digest, buf_slice(&s->string), mac);
	hex_put(to, mac, sizeof(mac));
	return true;
}

bool sigv4_signature(struct sigv4 *s, const struct sigv4_scope *scope,
		     const struct canonical_request *request, struct buf *to)
{
	char signature[SIGV4_HEX];
	struct ecdsa_key *pair;

	if (!scope->asymmetric) {
		if (!sigv4_sign(s, scope, request, signature))
			return false;
		buf_add(to, signature, sizeof(signature));
		return true;
	}
	if (!prepare(s, scope, request))
		return false;
	pair = use_pair(s, scope, false);
	return pair && ecdsa_sign(pair, buf_slice(&s->string), to);
}

bool sigv4_authorization(struct sigv4 *s, const struct sigv4_scope *scope,
			 const struct canonical_request *request, struct buf *to)
{
	struct buf signature = {0};
	bool good = sigv4_signature(s, scope, request, &signature);

	if (good) {
		buf_adds(to, algorithm(scope));
		BUF_LIT(to, " Credential=");
		buf_adds(to, scope->key_id);
		buf_addc(to, '/');
		sigv4_add_scope(to, scope);
		BUF_LIT(to, ", SignedHeaders=");
		buf_adds(to, buf_slice(&s->names));
		BUF_LIT(to, ", Signature=");
		buf_adds(to, buf_slice(&signature));
	}
	buf_free(&signature);
	return good;
}

bool sigv4_verify(struct sigv4 *s, const struct sigv4_scope *scope,
		  const struct canonical_request *request, struct slice signature)
{
	char computed[SIGV4_HEX];
	struct ecdsa_key *pair;

	if (!scope->asymmetric)
		return sigv4_sign(s, scope, request, computed) && sigv4_equal(signature, computed);
	if (!prepare(s, scope, request))
		return false;
	pair = use_pair(s, scope, true);
	return pair && ecdsa_verify(pair, buf_slice(&s->string), signature);
}

struct slice sigv4_last_canonical(const struct sigv4 *s)
{
	return buf_slice(&s->canonical);
}

struct slice sigv4_last_string(const struct sigv4 *s)
{
	return buf_slice(&s->string);
}

/* --- verifying ------------------------------------------------------------- */

/* Splits text at the first `at`; false if it is not there. */
static bool split(struct slice text, char at, struct slice *before, struct slice *after)
{
	const char *found = text.n ? memchr(text.p, at, text.n) : NULL;

	if (!found)
		return false;
	*before = (struct slice){text.p, (size_t)(found - text.p)};
	*after = (struct slice){found + 1, text.n - before->n - 1};
	return true;
}

static struct slice trim(struct slice text)
{
	while (text.n && (text.p[0] == ' ' || text.p[0] == '\t'))
		text = (struct slice){text.p + 1, text.n - 1};
	while (text.n && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t'))
		text.n--;
	return text;
}

/* "AKID/20150830/us-east-1/events/aws4_request"; a key id may hold a slash, the rest may not; in
 * version 4A there is no region. */
static bool parse_credential(struct slice value, struct sigv4_parts *parts)
{
	struct slice *into[] = {&parts->service, &parts->region, &parts->day};

	if (!slice_ends(value, SLICE("/aws4_request")))
		return false;
	value.n -= sizeof("/aws4_request") - 1;
	for (size_t i = 0; i < 3; i++) {
		const char *slash;

		if (i == 1 && parts->asymmetric)
			continue;
		slash = memrchr(value.p, '/', value.n);
		if (!slash)
			return false;
		*into[i] = (struct slice){slash + 1, value.n - (size_t)(slash - value.p) - 1};
		value.n = (size_t)(slash - value.p);
	}
	parts->key_id = value;
	return parts->key_id.n && parts->day.n == SIGV4_DAY_LEN;
}

bool sigv4_parse(struct slice authorization, struct sigv4_parts *parts)
{
	struct slice algorithm, rest, item, name, value;

	*parts = (struct sigv4_parts){0};
	if (!split(trim(authorization), ' ', &algorithm, &rest) ||
	    (!slice_is(algorithm, SIGV4_ALGORITHM) && !slice_is(algorithm, SIGV4A_ALGORITHM)))
		return false;
	parts->asymmetric = slice_is(algorithm, SIGV4A_ALGORITHM);
	for (bool more = true; more;) {
		more = split(rest, ',', &item, &rest);
		if (!split(trim(more ? item : rest), '=', &name, &value))
			return false;
		if (slice_is(name, "Credential")) {
			if (!parse_credential(value, parts))
				return false;
		} else if (slice_is(name, "SignedHeaders")) {
			parts->names = value;
		} else if (slice_is(name, "Signature")) {
			parts->signature = value;
		}
	}
	return parts->key_id.n && parts->names.n &&
	       (parts->asymmetric ? parts->signature.n > 0 : parts->signature.n == SIGV4_HEX);
}

bool sigv4_next_name(struct slice *names, struct slice *name)
{
	if (names->n == 0)
		return false;
	if (!split(*names, ';', name, names)) {
		*name = *names;
		names->n = 0;
	}
	return true;
}

bool sigv4_equal(struct slice signature, const char computed[SIGV4_HEX])
{
	return signature.n == SIGV4_HEX && CRYPTO_memcmp(signature.p, computed, SIGV4_HEX) == 0;
}
