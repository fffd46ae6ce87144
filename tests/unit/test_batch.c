/* links: kebexec/batch base */
/*
 * Batches with any set of bad lines: each line is settled once, the good ones as taken,
 * the bad ones as refused, in their order, and the command never sees a line again that
 * it has taken.
 */
#include "../../cmd/kebexec/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MOST 9

struct log {
	unsigned taken, refused; /* bits of lines */
	unsigned next;		 /* the line that has to be settled now */
};

static void settle(struct log *log, unsigned *set, const struct batch_line *line)
{
	char text[40];

	snprintf(text, sizeof text, "{\"_ack\":\"t/%u\"}", log->next);
	assert_int_equal(line->number, log->next);
	assert_true(slice_is(line->text, text));
	assert_true(line->marks.acks.p == NULL);
	snprintf(text, sizeof text, "t/%u", log->next);
	assert_true(slice_is(line->marks.ack, text));
	*set |= 1u << log->next++;
}

static void taken(void *ctx, const struct batch_line *line)
{
	settle(ctx, &((struct log *)ctx)->taken, line);
}

static void refused(void *ctx, const struct batch_line *line)
{
	settle(ctx, &((struct log *)ctx)->refused, line);
}

static void fill(struct batch *b, unsigned n)
{
	batch_reset(b);
	for (unsigned i = 0; i < n; i++) {
		char text[40];
		struct marks marks = {0};

		snprintf(text, sizeof text, "{\"_ack\":\"t/%u\"}", i);
		marks.ack = (struct slice){text + 9, strlen(text) - 11};
		batch_add(b, slice_of(text), &marks, i);
	}
}

/* The lines of the turn as bits; they follow one another from the first unsettled one. */
static unsigned turn(const struct batch *b, unsigned next)
{
	struct slice text = batch_turn(b);
	unsigned set = 0;
	char line[40];

	for (; text.n > 0; next++) {
		int n = snprintf(line, sizeof line, "{\"_ack\":\"t/%u\"}\n", next);

		assert_true(slice_starts(text, slice_of(line)));
		text.p += n;
		text.n -= (size_t)n;
		set |= 1u << next;
	}
	return set;
}

static void every_set_of_bad_lines(void **unused)
{
	struct batch *b = batch_new();

	(void)unused;
	for (unsigned n = 0; n <= MOST; n++) {
		for (unsigned bad = 0; bad < 1u << n; bad++) {
			struct log log = {0};
			unsigned turns = 0;

			fill(b, n);
			assert_int_equal(batch_lines(b), n);
			while (batch_turn(b).p) {
				if (turn(b, log.next) & bad)
					batch_refused(b, refused, &log);
				else
					batch_taken(b, taken, &log);
				turns++;
			}
			assert_int_equal(log.refused, bad);
			assert_int_equal(log.taken, ((1u << n) - 1) & ~bad);
			assert_true(turns <= 2 * n);
			assert_true(bad || turns <= 1);
		}
	}
	batch_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_set_of_bad_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
