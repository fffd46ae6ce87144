#include "aws/msk.h"

#include "aws/endpoint.h"
#include "aws/sigv4.h"
#include "base/b64.h"

static void add_param(struct buf *query, const char *name, struct slice value)
{
	if (query->len)
		buf_addc(query, '&');
	buf_adds(query, slice_of(name));
	buf_addc(query, '=');
	canonical_encode(query, value, false);
}

static void add_query(struct buf *query, const struct credential_keys *keys,
		      const struct sigv4_scope *scope)
{
	struct buf credential = {0};

	buf_adds(&credential, keys->key_id);
	buf_addc(&credential, '/');
	sigv4_add_scope(&credential, scope);
	add_param(query, "Action", SLICE("kafka-cluster:Connect"));
	add_param(query, "X-Amz-Algorithm", SLICE(SIGV4_ALGORITHM));
	add_param(query, "X-Amz-Credential", buf_slice(&credential));
	add_param(query, "X-Amz-Date", scope->date);
	add_param(query, "X-Amz-Expires", SLICE("900"));
	if (keys->token.p)
		add_param(query, "X-Amz-Security-Token", keys->token);
	add_param(query, "X-Amz-SignedHeaders", SLICE("host"));
	buf_free(&credential);
}

/* Base64url without padding. */
static void add_base64url(struct buf *to, struct slice text)
{
	size_t from = to->len;

	buf_room(to, B64_ENCODED(text.n));
	to->len += b64_encode(to->p + from, text.p, text.n);
	while (to->len > from && to->p[to->len - 1] == '=')
		to->len--;
	for (size_t i = from; i < to->len; i++) {
		if (to->p[i] == '+')
			to->p[i] = '-';
		else if (to->p[i] == '/')
			to->p[i] = '_';
	}
}

bool msk_token(const struct credential_keys *keys, const char *region, const char *user_agent,
	       int64_t now_ms, struct buf *to)
{
	struct sigv4 *sigv4 = sigv4_new();
	struct buf host = {0}, query = {0}, url = {0};
	char date[SIGV4_DATE_LEN], hash[SIGV4_HEX];
	struct canonical_header header = {.name = SLICE("host")};
	struct canonical_request request = {
		.method = SLICE("GET"),
		.path = SLICE("/"),
		.headers = &header,
		.n_headers = 1,
		.body_hash = {hash, sizeof(hash)},
	};
	struct sigv4_scope scope = {
		.key_id = keys->key_id,
		.secret = keys->secret,
		.region = slice_of(region),
		.service = SLICE("kafka-cluster"),
		.date = {date, sizeof(date)},
	};
	bool good;

	sigv4_put_date(date, now_ms);
	sigv4_hash(sigv4, SLICE(""), hash);
	buf_addf(&host, "kafka.%s.%s", region, region_suffix(region, false));
	header.value = buf_slice(&host);
	add_query(&query, keys, &scope);
	request.query = buf_slice(&query);
	buf_addf(&url, "https://%.*s/?%.*s&X-Amz-Signature=", SLICE_ARG(buf_slice(&host)),
		 SLICE_ARG(buf_slice(&query)));
	good = sigv4_signature(sigv4, &scope, &request, &url);
	add_param(&url, "User-Agent", slice_of(user_agent)); /* behind what is signed */
	if (good)
		add_base64url(to, buf_slice(&url));
	buf_wipe(&url); /* who has it is us for a while */
	buf_wipe(&query);
	buf_free(&host);
	sigv4_free(sigv4);
	return good;
}

struct slice msk_region(struct slice brokers)
{
	static const char *const marks[] = {".kafka.", ".kafka-serverless."};
	const char *comma = brokers.n ? memchr(brokers.p, ',', brokers.n) : NULL;
	struct slice first = {brokers.p, comma ? (size_t)(comma - brokers.p) : brokers.n};

	for (size_t i = 0; i < 2 && first.n; i++) {
		const char *mark = memmem(first.p, first.n, marks[i], strlen(marks[i]));
		const char *from = mark ? mark + strlen(marks[i]) : NULL, *dot;
		size_t left = mark ? first.n - (size_t)(from - first.p) : 0;

		dot = left ? memchr(from, '.', left) : NULL;
		if (dot && memmem(dot, left - (size_t)(dot - from), ".amazonaws.", 11) == dot &&
		    region_valid((struct slice){from, (size_t)(dot - from)}))
			return (struct slice){from, (size_t)(dot - from)};
	}
	return SLICE_NONE;
}
