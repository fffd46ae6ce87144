/* links: kebread/ledger kebread/parts kebread/token status event lines json base */
/*
 * Statuses as they may come: whatever the bytes, the ledger keeps its counts, and a record is
 * settled at most once.
 */
#include "../../cmd/kebread/ledger.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ledger *l = ledger_new(&(struct ledger_conf){.run = "r", .window = 9});
	struct tenure *t = ledger_begin(l, "t", 0, 0);
	const char *p = (const char *)data, *end = p + size;
	uint64_t settled = 0;

	for (int i = 0; i < 4; i++)
		assert(ledger_hand_out(l, t, i * 3, 1));
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		struct slice line = {p, (size_t)((lf ? lf : end) - p)};
		struct json_fault fault;
		struct status_line s;
		struct ledger_status status = {.outcome = OUTCOME_DELIVERED};

		if (status_parse(&s, line, &fault)) {
			status.outcome = s.outcome;
			line = s.ack;
		}
		if (status.outcome != OUTCOME_UNKNOWN)
			settled += ledger_settle(l, line, &status) == LEDGER_SETTLED;
		p = lf ? lf + 1 : end;
	}
	assert(ledger_counts(l)->records + settled == 4);
	assert(ledger_counts(l)->bytes + settled == 4);
	ledger_free(l);
	return 0;
}
