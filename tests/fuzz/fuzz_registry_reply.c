/* links: registry connect aws json base pkg:libcrypto */
/*
 * What a registry, or whoever answers in its place, says; and what a file of the schema
 * cache holds whose sum is right all the same.
 */
#include "aws/digest.h"
#include "registry/reply.h"
#include "registry/store.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct store *open_store(void)
{
	static struct store *store;
	struct err err;

	if (!store && !(store = store_new("/tmp", &err)))
		abort();
	return store;
}

/* As a file of the cache: the sum of whatever is before it. */
static void decode_file(struct slice body)
{
	static const struct schema_id id = {.kind = SCHEMA_NUMBER, .number = 7};
	static struct digest *digest;
	struct schema_text text = {0};
	char sum[DIGEST_HEX];
	struct buf file = {0};

	if (!digest)
		digest = digest_new();
	digest_sha256_hex(digest, body, sum);
	buf_adds(&file, body);
	BUF_LIT(&file, ",\"sha256\":\"");
	buf_add(&file, sum, sizeof sum);
	BUF_LIT(&file, "\"}\n");
	(void)store_decode(open_store(), &id, buf_slice(&file), &text);
	schema_text_free(&text);
	buf_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice body = {(const char *)data, size};
	struct schema_reply reply = {0};
	struct reply_error error;

	(void)schema_reply_read(&reply, body);
	if (reply.n_refs > REPLY_REFERENCES_MAX)
		abort();
	schema_reply_free(&reply);
	(void)schema_reply_read_glue(&reply, body);
	schema_reply_free(&reply);
	reply_error_read(&error, body);
	(void)reply_is_html(body);
	decode_file(body);
	return 0;
}
