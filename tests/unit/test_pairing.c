/* links: kebexec/pairing kebexec/line status event lines json base */
/*
 * What a filter may do with lines, in random histories, against the promises of
 * pairing.h: every line that was sent is settled once, by the parts that came of it or as
 * filtered, and nothing is settled by a filter that breaks the rules. KEB_HISTORIES sets
 * how many.
 */
#include "../../cmd/kebexec/pairing.h"

#include "../../cmd/kebexec/line.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define LINES 12

/* What went on and what was filtered, a line each. */
static void goes_on(void *ctx, struct slice line, const struct marks *marks)
{
	struct marks found;

	assert_true(line_parse(&found, line, NULL));
	assert_true(slice_eq(found.ack, marks->ack) && slice_eq(found.acks, marks->acks));
	buf_adds(ctx, line);
	buf_addc(ctx, '\n');
}

static void filtered(void *ctx, const struct marks *marks)
{
	BUF_LIT((struct buf *)ctx, "filtered ");
	buf_adds(ctx, marks->ack.p ? marks->ack : marks->acks);
	buf_addc(ctx, '\n');
}

static struct pairing *new_pairing(struct buf *log, size_t max_held)
{
	return pairing_new(&(struct pairing_to){.line = goes_on, .filtered = filtered, .ctx = log},
			   max_held);
}

static void sent(struct pairing *p, const char *line)
{
	struct marks marks;

	assert_true(line_parse(&marks, slice_of(line), NULL));
	assert_true(pairing_fits(p, &marks));
	pairing_sent(p, &marks);
}

static enum pairing_came came(struct pairing *p, const char *line)
{
	struct marks marks;

	assert_true(line_parse(&marks, slice_of(line), NULL));
	return pairing_came(p, slice_of(line), &marks);
}

/* --- by example --------------------------------------------------------------- */

#define A "{\"_ack\":\"t/0/1/e\",\"n\":1}"
#define B "{\"_ack\":\"t/0/2/e\",\"n\":2}"
#define C "{\"n\":3,\"_acks\":[\"t/0/3/e\",\"t/0/4/e\"],\"m\":1.50}"

static void lines_go_on_become_parts_or_are_filtered(void **unused)
{
	static const struct {
		const char *answers[4];
		const char *log;
	} cases[] = {
		{{A, B, C}, A "\n" B "\n" C "\n"},
		{{NULL},
		 "filtered t/0/1/e\nfiltered t/0/2/e\nfiltered [\"t/0/3/e\",\"t/0/4/e\"]\n"},
		{{C}, C "\nfiltered t/0/1/e\nfiltered t/0/2/e\n"},
		{{B, B},
		 "{\"_ack\":\"t/0/2/e~1/2\",\"n\":2}\n{\"_ack\":\"t/0/2/e~2/2\",\"n\":2}\n"
		 "filtered t/0/1/e\nfiltered [\"t/0/3/e\",\"t/0/4/e\"]\n"},
		{{A, B, C, C},
		 A "\n" B "\n{\"n\":3,\"_acks\":[\"t/0/3/e~1/2\",\"t/0/4/e~1/2\"],\"m\":1.50}\n"
		   "{\"n\":3,\"_acks\":[\"t/0/3/e~2/2\",\"t/0/4/e~2/2\"],\"m\":1.50}\n"},
		/* another spelling of the same tokens: what goes on has the one that came in */
		{{"{\"x\":0,\"_ack\":\"t\\/0\\/1\\/e\"}", B,
		  "{\"_acks\": [ \"t/0/3/e\" ,\"t\\u002f0/4/e\"]}"},
		 "{\"x\":0,\"_ack\":\"t/0/1/e\"}\n" B "\n{\"_acks\": [\"t/0/3/e\",\"t/0/4/e\"]}\n"},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf log = {0};
		struct pairing *p = new_pairing(&log, 1000);

		sent(p, A);
		sent(p, B);
		sent(p, C);
		assert_int_equal(pairing_count(p), 3);
		for (size_t j = 0; j < 4 && cases[i].answers[j]; j++)
			assert_int_equal(came(p, cases[i].answers[j]), PAIRING_GOOD);
		pairing_end(p);
		assert_int_equal(pairing_count(p), 0);
		assert_string_equal(buf_text(&log), cases[i].log);
		pairing_free(p);
		buf_free(&log);
	}
}

static void a_filter_that_breaks_the_rules_settles_nothing_by_it(void **unused)
{
	struct buf log = {0};
	struct pairing *p = new_pairing(&log, 60);

	(void)unused;
	sent(p, A);
	sent(p, B);
	sent(p, C);
	assert_int_equal(came(p, "{\"n\":1}"), PAIRING_NO_TOKEN);
	assert_int_equal(came(p, "{\"_ack\":\"t/0/9/e\"}"), PAIRING_UNKNOWN);
	assert_int_equal(came(p, "{\"_acks\":[\"t/0/3/e\"]}"), PAIRING_UNKNOWN);
	assert_int_equal(came(p, "{\"_acks\":[\"t/0/1/e\"]}"), PAIRING_UNKNOWN);
	assert_int_equal(came(p, B), PAIRING_GOOD);
	assert_int_equal(came(p, A), PAIRING_TOO_LATE);
	assert_int_equal(came(p, B), PAIRING_GOOD);
	assert_int_equal(came(p, B), PAIRING_TOO_MUCH);
	assert_int_equal(log.len, 0);
	pairing_free(p);
	buf_free(&log);
}

static void lines_without_a_token_go_on_as_they_come(void **unused)
{
	struct buf log = {0};
	struct pairing *p = new_pairing(&log, 1000);
	struct marks marks;

	(void)unused;
	sent(p, "{\"n\":1}");
	assert_true(line_parse(&marks, SLICE(A), NULL));
	assert_false(pairing_fits(p, &marks));
	assert_int_equal(came(p, "{\"m\":1}"), PAIRING_GOOD);
	assert_string_equal(buf_text(&log), "{\"m\":1}\n");
	assert_int_equal(came(p, A), PAIRING_GOOD);
	pairing_end(p);
	assert_string_equal(buf_text(&log), "{\"m\":1}\n" A "\n");
	assert_true(pairing_fits(p, &marks));
	sent(p, A);
	assert_true(line_parse(&marks, SLICE("{}"), NULL));
	assert_false(pairing_fits(p, &marks));
	pairing_free(p);
	buf_free(&log);
}

/* --- by chance ---------------------------------------------------------------- */

struct history {
	struct pairing *p;
	struct buf log, expected, dropped;
	unsigned number, first, last; /* of the lines sent in this run */
};

static void line_of(char *to, size_t n, unsigned number, const char *part)
{
	if (number % 3 == 2)
		snprintf(to, n, "{\"n\":%u,\"_acks\":[\"a/%u%s\",\"b/%u%s\"],\"_ack\":\"c/%u%s\"}",
			 number, number, part, number, part, number, part);
	else
		snprintf(to, n, "{\"_ack\":\"a/%u%s\",\"n\":%u}", number, part, number);
}

static void expect(struct history *h, unsigned number, unsigned answers)
{
	char line[120], part[16];

	for (unsigned i = 1; i <= answers; i++) {
		snprintf(part, sizeof part, answers > 1 ? "~%u/%u" : "", i, answers);
		line_of(line, sizeof line, number, part);
		buf_addf(&h->expected, "%s\n", line);
	}
	if (answers == 0)
		buf_addf(&h->dropped, "filtered %c/%u\n", number % 3 == 2 ? 'c' : 'a', number);
}

/* Lines are sent and answered as a filter with a buffer would, in one run. */
static void run(struct history *h)
{
	unsigned n = random_below(LINES), at = h->number, end = h->number + n;
	char line[120];

	while (at < end) {
		bool send = h->number < end && (h->number == at || random_below(2));
		unsigned number = send ? h->number++ : at++, answers = send ? 0 : random_below(4);

		line_of(line, sizeof line, number, "");
		if (send)
			sent(h->p, line);
		else
			expect(h, number, answers);
		for (unsigned i = 0; i < answers; i++)
			assert_int_equal(came(h->p, line), PAIRING_GOOD);
	}
	assert_int_equal(pairing_count(h->p), n);
	pairing_end(h->p);
	buf_adds(&h->expected, buf_slice(&h->dropped));
	buf_reset(&h->dropped);
}

/* A run of 1 to 4 lines, answered in every order, each once: only one order passes. */
static void disorder(struct history *h)
{
	unsigned n = 1 + random_below(4), order[4] = {0, 1, 2, 3};
	bool sorted = true;
	char line[120];

	for (unsigned i = 0; i < n; i++) {
		unsigned j = i + random_below(n - i), other = order[j];

		order[j] = order[i];
		order[i] = other;
		line_of(line, sizeof line, h->number + i, "");
		sent(h->p, line);
	}
	for (unsigned i = 0; i < n && sorted; i++) {
		size_t before = h->log.len;

		line_of(line, sizeof line, h->number + order[i], "");
		sorted = i == 0 || order[i] > order[i - 1];
		assert_int_equal(came(h->p, line), sorted ? PAIRING_GOOD : PAIRING_TOO_LATE);
		assert_true(sorted || h->log.len == before);
		/* whatever has gone on, nothing was called filtered */
		assert_null(memmem(h->log.p + before, h->log.len - before, "filtered", 8));
	}
}

static void histories(void **unused)
{
	const char *env = getenv("KEB_HISTORIES");
	unsigned long n = env ? strtoul(env, NULL, 10) : 20000;

	(void)unused;
	for (unsigned long i = 0; i < n; i++) {
		struct history h = {0};

		random_state = i * 2654435761u + 88172645463325252u;
		h.p = new_pairing(&h.log, 10000);
		for (unsigned runs = random_below(4); runs > 0; runs--)
			run(&h);
		if (strcmp(buf_text(&h.log), buf_text(&h.expected)) != 0)
			fail_msg("history %lu:\n%s\nexpected:\n%s", i, h.log.p, h.expected.p);
		disorder(&h);
		pairing_free(h.p);
		buf_free(&h.log);
		buf_free(&h.expected);
		buf_free(&h.dropped);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_go_on_become_parts_or_are_filtered),
		cmocka_unit_test(a_filter_that_breaks_the_rules_settles_nothing_by_it),
		cmocka_unit_test(lines_without_a_token_go_on_as_they_come),
		cmocka_unit_test(histories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
