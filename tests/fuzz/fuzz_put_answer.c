/* links: kebput/outcome aws json base pkg:libcrypto */
/*
 * What a server answers to PutEvents: whatever it is, it is read as the outcomes of
 * all entries or of none, and an error code is a short name or absent.
 */
#include "../../cmd/kebput/outcome.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct slice part, struct slice body)
{
	if (part.p && part.n && (part.p < body.p || part.p + part.n > body.p + body.n))
		abort();
}

static void check_call(struct slice body, int status)
{
	struct http_answer answer = {.status = status, .body = body};
	struct call_outcome outcome;

	outcome_of_call(&outcome, &answer);
	inside(outcome.error.code, body);
	inside(outcome.error.message, body);
	if (outcome.error.code.n > 128 || (status == 200) != (outcome.verdict == CALL_ANSWERED))
		abort();
}

/* The first byte says how many entries were sent. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct entry_outcome outcomes[10];
	struct slice body;
	size_t n;

	if (size == 0)
		return 0;
	n = 1 + data[0] % 10;
	body = (struct slice){(const char *)data + 1, size - 1};
	check_call(body, 200);
	check_call(body, 400);
	check_call(body, 503);
	if (!outcome_of_entries(outcomes, n, body))
		return 0;
	for (size_t i = 0; i < n; i++) {
		inside(outcomes[i].id, body);
		inside(outcomes[i].code, body);
		inside(outcomes[i].message, body);
		if ((outcomes[i].verdict == ENTRY_DELIVERED) != (outcomes[i].code.n == 0))
			abort();
	}
	return 0;
}
