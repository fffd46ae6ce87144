/* links: kebmock/bus kebmock/entry kebmock/answer kebmock/chance json base */
/*
 * The body of a PutEvents or DescribeEventBus request: whatever comes in, the answer
 * is JSON with as many results as entries, and every event is one line of JSON.
 */
#include "../../cmd/kebmock/bus.h"
#include "json/scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_object(struct slice text)
{
	return json_check(text, NULL) == JSON_OBJECT;
}

static unsigned results_of(struct slice answer)
{
	struct json_walk members, entries;
	struct json_member m, entry;
	unsigned n = 0;

	for (json_walk(&members, answer); json_next(&members, &m);)
		if (json_is(m.name, SLICE("Entries")))
			for (json_walk(&entries, m.value); json_next(&entries, &entry);)
				n++;
	return n;
}

static void check_events(struct slice lines, unsigned expected)
{
	for (; expected; expected--) {
		const char *lf = lines.n ? memchr(lines.p, '\n', lines.n) : NULL;
		size_t n = lf ? (size_t)(lf - lines.p) : 0;

		if (!is_object((struct slice){lines.p, n}))
			abort();
		lines = (struct slice){lines.p + n + 1, lines.n - n - 1};
	}
	if (lines.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *names[] = {"orders"};
	static const struct bus_conf conf = {.account = "123456789012",
					     .region = "us-east-1",
					     .max_request = 4096,
					     .names = {names, 1}};
	static struct chance ids;
	static struct bus *bus;
	static struct answer answer;
	static struct buf events;
	struct slice body = {(const char *)data, size};
	struct bus_result result;

	if (!bus)
		bus = bus_new(&conf, &ids);
	buf_reset(&events);
	answer_reset(&answer);
	bus_put_events(bus, body, 1545084650987, NULL, NULL, &answer, &events, &result);
	if (!is_object(buf_slice(&answer.body)))
		abort();
	if (answer.status == 200 && results_of(buf_slice(&answer.body)) != result.entries)
		abort();
	if (answer.status == 200 && result.accepted + result.lost + result.failed != result.entries)
		abort();
	check_events(buf_slice(&events), result.accepted);
	answer_reset(&answer);
	bus_describe(bus, body, &answer);
	if (!is_object(buf_slice(&answer.body)))
		abort();
	return 0;
}
