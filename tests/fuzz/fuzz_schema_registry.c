/* links: kebmock/schema_registry kebmock/schemas kebmock/faults kebmock/form kebmock/answer */
/* links: kebmock/auth kebmock/keyring kebmock/chance registry protobuf connect aws json cli base */
/* links: pkg:libcrypto pkg:libprotobuf-c */
/*
 * A request to kebmock's schema registry: the first line is the path, with a '+' in
 * front for POST, the rest the body. Every answer is JSON, with a status.
 */
#include "../../cmd/kebmock/schema_registry.h"

#include "json/scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct schema_registry_conf conf = {.account = "1", .region = "r"};
	struct slice text = {(const char *)data, size};
	const char *lf = size ? memchr(text.p, '\n', size) : NULL;
	bool post = size && *text.p == '+';
	struct request request = {.method = post ? SLICE("POST") : SLICE("GET")};
	struct schema_registry *r;
	struct answer answer = {0};
	struct buf path = {0};
	const char *call;
	struct err err;

	BUF_LIT(&path, SCHEMA_REGISTRY_PATH "/");
	if (lf) {
		buf_add(&path, text.p + post, (size_t)(lf - text.p) - post);
		request.body = (struct slice){lf + 1, size - (size_t)(lf + 1 - text.p)};
	}
	request.path = buf_slice(&path);
	r = schema_registry_new(&conf, NULL, &err);
	for (int twice = 0; twice < 2; twice++) { /* the second one finds what the first left */
		answer_reset(&answer);
		if (!schema_registry_handle(r, &request, 0, &answer, &call) || !answer.status ||
		    json_check(buf_slice(&answer.body), NULL) == JSON_NONE)
			abort();
	}
	schema_registry_free(r);
	answer_free(&answer);
	buf_free(&path);
	return 0;
}
