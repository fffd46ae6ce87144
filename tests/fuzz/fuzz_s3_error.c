/* links: keboffload/verdict aws http json base pkg:libcrypto pkg:libcurl */
/*
 * What a server answers instead of S3: it is never taken for success, and what was
 * read of it is bounded by it.
 */
#include "../../cmd/keboffload/verdict.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {301, 307, 400, 403, 404, 503};
	struct slice body = {(const char *)data, size};
	struct verdict_said said = {0};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		struct http_answer answer = {.status = statuses[i], .body = body};

		if (verdict_of(&answer, &said) == VERDICT_DONE || said.code.len > size)
			abort();
	}
	verdict_free(&said);
	return 0;
}
