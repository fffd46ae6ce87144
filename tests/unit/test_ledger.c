/* links: kebread/ledger kebread/parts kebread/token status event json base */
#include "../../cmd/kebread/ledger.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* What is kept of records in flight: how many copies there are. */
static int copies;

static void drop_copy(void *copy)
{
	copies--;
	free(copy);
}

static void *new_copy(void)
{
	copies++;
	return malloc(1);
}

static const struct ledger_conf conf = {.run = "run1", .window = 100000, .release = drop_copy};

static enum ledger_got settle_as(struct ledger *l, const char *token, enum outcome outcome,
				 enum ledger_fate fate)
{
	struct ledger_status status = {.outcome = outcome, .fate = fate};
	enum ledger_got got = ledger_settle(l, slice_of(token), &status);

	if (got == LEDGER_SETTLED && status.fate == FATE_LETTER && status.copy)
		drop_copy(status.copy); /* it is ours now */
	else if (got == LEDGER_SETTLED)
		assert_null(status.copy); /* it was released */
	return got;
}

/* As under --on-reject stop. */
static enum ledger_got settle(struct ledger *l, const char *token, enum outcome outcome)
{
	return settle_as(l, token, outcome,
			 outcome == OUTCOME_REJECTED || outcome == OUTCOME_DISCARDED
				 ? FATE_HELD
				 : FATE_SETTLED);
}

static void watermark_waits_for_the_oldest(void **state)
{
	struct ledger *l = ledger_new(&conf);
	struct tenure *t = ledger_begin(l, "orders", 0, 10);
	struct buf oldest = {0};

	(void)state;
	assert_int_equal(tenure_watermark(t), 10);
	for (int i = 10; i < 13; i++)
		assert_true(ledger_hand_out(l, t, i, 100));
	assert_int_equal(settle(l, "orders/0/12/run1.1", OUTCOME_DELIVERED), LEDGER_SETTLED);
	assert_int_equal(settle(l, "orders/0/11/run1.1", OUTCOME_FILTERED), LEDGER_SETTLED);
	assert_int_equal(tenure_watermark(t), 10);
	assert_true(ledger_oldest(l, &oldest));
	assert_string_equal(buf_text(&oldest), "orders/0/10/run1.1");
	assert_int_equal(settle(l, "orders/0/10/run1.1", OUTCOME_DELIVERED), LEDGER_SETTLED);
	assert_int_equal(tenure_watermark(t), 13);
	assert_int_equal(ledger_counts(l)->records, 0);
	assert_int_equal(ledger_counts(l)->bytes, 0);
	assert_false(ledger_hand_out(l, t, 12, 1));
	buf_free(&oldest);
	ledger_free(l);
}

static void offsets_have_gaps(void **state)
{
	struct ledger *l = ledger_new(&conf);
	struct tenure *t = ledger_begin(l, "a.b", 3, 0);

	(void)state;
	assert_true(ledger_hand_out(l, t, 5, 1));
	assert_true(ledger_hand_out(l, t, 900, 1));
	assert_true(ledger_hand_out(l, t, 901, 1));
	assert_int_equal(tenure_watermark(t), 5);
	assert_int_equal(settle(l, "a.b/3/7/run1.1", OUTCOME_DELIVERED), LEDGER_UNKNOWN);
	assert_int_equal(settle(l, "a.b/3/5/run1.1", OUTCOME_DELIVERED), LEDGER_SETTLED);
	assert_int_equal(tenure_watermark(t), 900);
	assert_int_equal(settle(l, "a.b/3/901/run1.1", OUTCOME_DELIVERED), LEDGER_SETTLED);
	assert_int_equal(settle(l, "a.b/3/900/run1.1", OUTCOME_DELIVERED), LEDGER_SETTLED);
	assert_int_equal(tenure_watermark(t), 902);
	ledger_free(l);
}

static void stale_and_unknown_tokens_change_nothing(void **state)
{
	struct ledger *l = ledger_new(&conf);
	struct tenure *t = ledger_begin(l, "orders", 0, 0);

	(void)state;
	assert_true(ledger_hand_out(l, t, 0, 1));
	ledger_end(l, t);
	assert_int_equal(ledger_counts(l)->records, 0);
	assert_int_equal(ledger_counts(l)->abandoned, 1);
	t = ledger_begin(l, "orders", 0, 0);
	assert_true(ledger_hand_out(l, t, 0, 1));
	assert_int_equal(settle(l, "orders/0/0/run1.1", OUTCOME_REJECTED), LEDGER_STALE);
	assert_int_equal(settle(l, "orders/0/0/run9.2", OUTCOME_DELIVERED), LEDGER_STALE);
	assert_int_equal(settle(l, "orders/1/0/run1.2", OUTCOME_DELIVERED), LEDGER_STALE);
	assert_int_equal(settle(l, "orders/0/0/run1.3", OUTCOME_DELIVERED), LEDGER_UNKNOWN);
	assert_int_equal(settle(l, "orders/0/1/run1.2", OUTCOME_DELIVERED), LEDGER_UNKNOWN);
	assert_int_equal(settle(l, "nonsense", OUTCOME_DELIVERED), LEDGER_UNKNOWN);
	assert_int_equal(settle(l, "", OUTCOME_DELIVERED), LEDGER_UNKNOWN);
	assert_int_equal(ledger_counts(l)->records, 1);
	assert_int_equal(settle(l, "orders/0/0/run1.2", OUTCOME_DELIVERED), LEDGER_SETTLED);
	assert_int_equal(settle(l, "orders/0/0/run1.2", OUTCOME_REJECTED), LEDGER_AGAIN);
	assert_int_equal(tenure_watermark(t), 1);
	ledger_free(l);
}

static void rejected_and_discarded_hold_the_watermark(void **state)
{
	struct ledger *l = ledger_new(&conf);
	struct tenure *t = ledger_begin(l, "t", 0, 0);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(ledger_hand_out(l, t, i, 1));
	assert_int_equal(settle(l, "t/0/1/run1.1", OUTCOME_REJECTED), LEDGER_SETTLED);
	assert_int_equal(settle(l, "t/0/0/run1.1", OUTCOME_DELIVERED), LEDGER_SETTLED);
	assert_int_equal(settle(l, "t/0/2/run1.1", OUTCOME_DELIVERED), LEDGER_SETTLED);
	assert_int_equal(tenure_watermark(t), 1);
	assert_int_equal(ledger_held(l), 1);
	assert_int_equal(ledger_counts(l)->records, 0);
	ledger_free(l);

	l = ledger_new(&conf);
	t = ledger_begin(l, "t", 0, 0);
	assert_true(ledger_hand_out(l, t, 0, 1));
	assert_true(ledger_hand_out(l, t, 1, 1));
	assert_int_equal(settle_as(l, "t/0/0/run1.1", OUTCOME_REJECTED, FATE_SETTLED),
			 LEDGER_SETTLED);
	assert_int_equal(settle_as(l, "t/0/1/run1.1", OUTCOME_DISCARDED, FATE_SETTLED),
			 LEDGER_SETTLED);
	assert_int_equal(tenure_watermark(t), 2);
	ledger_free(l);
}

static void a_dead_letter_settles_once_it_is_confirmed(void **state)
{
	struct ledger_status status = {.outcome = OUTCOME_REJECTED, .fate = FATE_LETTER};
	struct ledger *l = ledger_new(&conf);
	struct tenure *t = ledger_begin(l, "t", 0, 0);
	char *copy = new_copy();

	(void)state;
	assert_true(ledger_hand_out(l, t, 0, 7));
	ledger_attach(t, copy);
	assert_int_equal(ledger_settle(l, SLICE("t/0/0/run1.1"), &status), LEDGER_SETTLED);
	assert_ptr_equal(status.copy, copy);
	assert_int_equal(status.epoch, 1);
	assert_int_equal(status.offset, 0);
	assert_int_equal(tenure_watermark(t), 0);
	assert_int_equal(tenure_in_flight(t), 1);
	assert_int_equal(ledger_counts(l)->settled[OUTCOME_REJECTED], 0);
	assert_int_equal(settle(l, "t/0/0/run1.1", OUTCOME_DELIVERED), LEDGER_AGAIN);
	assert_false(ledger_take_back(l, SLICE("t/0/0/run1.1")));
	assert_false(ledger_confirm(l, 1, 1));
	assert_false(ledger_confirm(l, 2, 0));
	assert_true(ledger_confirm(l, 1, 0));
	assert_false(ledger_confirm(l, 1, 0));
	assert_int_equal(tenure_watermark(t), 1);
	assert_int_equal(ledger_counts(l)->settled[OUTCOME_REJECTED], 1);
	assert_int_equal(ledger_counts(l)->records, 0);
	drop_copy(copy);
	ledger_free(l);
}

static void the_worst_part_decides_what_becomes_of_the_record(void **state)
{
	static const struct {
		enum ledger_fate first, second;
		int64_t watermark;
	} cases[] = {
		{FATE_LETTER, FATE_SETTLED, 0},
		{FATE_SETTLED, FATE_LETTER, 0},
		{FATE_HELD, FATE_LETTER, 0},
		{FATE_SETTLED, FATE_SETTLED, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ledger *l = ledger_new(&conf);
		struct tenure *t = ledger_begin(l, "t", 0, 0);

		assert_true(ledger_hand_out(l, t, 0, 1));
		ledger_attach(t, new_copy());
		assert_int_equal(settle_as(l, "t/0/0/run1.1~1/2", OUTCOME_REJECTED, cases[i].first),
				 LEDGER_PART);
		assert_int_equal(
			settle_as(l, "t/0/0/run1.1~2/2", OUTCOME_REJECTED, cases[i].second),
			LEDGER_SETTLED);
		assert_int_equal(tenure_watermark(t), cases[i].watermark);
		ledger_free(l);
	}
	assert_int_equal(copies, 0);
}

static void parts_make_a_whole(void **state)
{
	struct ledger *l = ledger_new(&conf);
	struct tenure *t = ledger_begin(l, "t", 0, 0);
	struct ledger_status last = {.outcome = OUTCOME_DELIVERED};

	(void)state;
	assert_true(ledger_hand_out(l, t, 0, 1));
	assert_int_equal(settle(l, "t/0/0/run1.1~1/2", OUTCOME_DELIVERED), LEDGER_PART);
	assert_int_equal(settle(l, "t/0/0/run1.1~1/2", OUTCOME_DELIVERED), LEDGER_AGAIN);
	assert_int_equal(settle(l, "t/0/0/run1.1~1/3", OUTCOME_DELIVERED), LEDGER_UNKNOWN);
	assert_int_equal(settle(l, "t/0/0/run1.1~2/2~3/3", OUTCOME_FILTERED), LEDGER_PART);
	assert_int_equal(settle(l, "t/0/0/run1.1~2/2~1/3", OUTCOME_REJECTED), LEDGER_PART);
	assert_int_equal(settle(l, "t/0/0/run1.1~2/2~0/3", OUTCOME_REJECTED), LEDGER_UNKNOWN);
	assert_int_equal(ledger_settle(l, SLICE("t/0/0/run1.1~2/2~2/3"), &last), LEDGER_SETTLED);
	assert_int_equal(last.outcome, OUTCOME_REJECTED);
	assert_int_equal(ledger_counts(l)->settled[OUTCOME_REJECTED], 1);
	assert_int_equal(settle(l, "t/0/0/run1.1~2/2~2/3", OUTCOME_DELIVERED), LEDGER_AGAIN);
	ledger_free(l);
}

static void unsent_lines_are_taken_back(void **state)
{
	struct ledger *l = ledger_new(&conf);
	struct tenure *t = ledger_begin(l, "t", 0, 0);

	(void)state;
	assert_true(ledger_hand_out(l, t, 0, 7));
	assert_true(ledger_hand_out(l, t, 1, 7));
	assert_true(ledger_take_back(l, SLICE("t/0/1/run1.1")));
	assert_false(ledger_take_back(l, SLICE("t/0/1/run1.1")));
	assert_int_equal(settle(l, "t/0/0/run1.1", OUTCOME_DELIVERED), LEDGER_SETTLED);
	assert_int_equal(ledger_counts(l)->records, 0);
	assert_int_equal(tenure_watermark(t), 1);
	ledger_free(l);
}

static void window_bounds_what_lies_behind_a_stuck_record(void **state)
{
	struct ledger_conf narrow = {.run = "r", .window = 4};
	struct ledger *l = ledger_new(&narrow);
	struct tenure *t = ledger_begin(l, "t", 0, 0);
	char token[32];

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_false(tenure_full(t));
		assert_true(ledger_hand_out(l, t, i, 1));
	}
	for (int i = 1; i < 4; i++) {
		snprintf(token, sizeof token, "t/0/%d/r.1", i);
		assert_int_equal(settle(l, token, OUTCOME_DELIVERED), LEDGER_SETTLED);
	}
	assert_true(tenure_full(t));
	assert_false(tenure_roomy(t));
	assert_int_equal(settle(l, "t/0/0/r.1", OUTCOME_DELIVERED), LEDGER_SETTLED);
	assert_true(tenure_roomy(t));
	ledger_free(l);
}

/* --- a million steps beside a model that is too simple to be wrong ------------------- */

#define TENURES 4
#define RECORDS 400

struct naive {
	struct tenure *tenure;
	unsigned epoch;
	int partition, n;
	int64_t start;
	struct {
		int64_t offset;
		enum { FLYING, LETTER, GOOD, BAD } state;
		unsigned seen; /* parts of three */
		bool parts;
		enum ledger_fate worst;
	} records[RECORDS];
};

static int64_t naive_watermark(const struct naive *m)
{
	for (int i = 0; i < m->n; i++)
		if (m->records[i].state != GOOD)
			return m->records[i].offset;
	return m->n ? m->records[m->n - 1].offset + 1 : m->start;
}

static int naive_flying(const struct naive *m)
{
	int n = 0;

	for (int i = 0; i < m->n; i++)
		n += m->records[i].state == FLYING || m->records[i].state == LETTER;
	return n;
}

static void naive_begin(struct ledger *l, struct naive *m, unsigned *epochs)
{
	int64_t start = random_below(1000);

	*m = (struct naive){.epoch = ++*epochs, .partition = (int)random_below(3), .start = start};
	m->tenure = ledger_begin(l, "topic", m->partition, start);
}

static void step_hand_out(struct ledger *l, struct naive *m)
{
	int64_t next = m->n ? m->records[m->n - 1].offset + 1 : m->start;
	int64_t offset = next + (random_below(4) ? 0 : random_below(20));

	if (m->n == RECORDS)
		return;
	assert_true(ledger_hand_out(l, m->tenure, offset, 10));
	ledger_attach(m->tenure, new_copy());
	memset(&m->records[m->n], 0, sizeof m->records[0]);
	m->records[m->n++].offset = offset;
}

static void step_settle(struct ledger *l, struct naive *m)
{
	enum ledger_fate fate = (enum ledger_fate)(random_below(50) ? 0 : random_below(3));
	unsigned i = m->n ? random_below((unsigned)m->n) : 0, part = random_below(3);
	enum ledger_got got, wanted = LEDGER_SETTLED;
	char token[80];
	bool split;
	int n;

	if (!m->n)
		return;
	split = m->records[i].parts || (!m->records[i].seen && random_below(5) == 0);
	n = snprintf(token, sizeof token, "topic/%d/%lld/run1.%u", m->partition,
		     (long long)m->records[i].offset, m->epoch);
	if (split)
		snprintf(token + n, sizeof token - (size_t)n, "~%u/3", part + 1);
	got = settle_as(l, token, fate ? OUTCOME_REJECTED : OUTCOME_DELIVERED, fate);
	if (m->records[i].state != FLYING) {
		wanted = LEDGER_AGAIN;
	} else if (split && (m->records[i].seen & 1u << part)) {
		wanted = LEDGER_AGAIN;
	} else if (split) {
		m->records[i].parts = true;
		m->records[i].seen |= 1u << part;
		if (fate > m->records[i].worst)
			m->records[i].worst = fate;
		if (m->records[i].seen != 7)
			wanted = LEDGER_PART;
		fate = m->records[i].worst;
	}
	assert_int_equal(got, wanted);
	if (wanted == LEDGER_SETTLED)
		m->records[i].state = fate == FATE_HELD ? BAD : fate == FATE_LETTER ? LETTER : GOOD;
}

/* A broker confirms what may be a dead letter on its way. */
static void step_confirm(struct ledger *l, struct naive *m)
{
	unsigned i = m->n ? random_below((unsigned)m->n) : 0;

	if (!m->n)
		return;
	assert_int_equal(ledger_confirm(l, m->epoch, m->records[i].offset),
			 m->records[i].state == LETTER);
	if (m->records[i].state == LETTER)
		m->records[i].state = GOOD;
}

static void step_stale(struct ledger *l, const struct naive *m, const struct naive *ended)
{
	char token[80];

	snprintf(token, sizeof token, "topic/%d/%lld/run1.%u", ended->partition,
		 (long long)ended->start, ended->epoch);
	assert_int_equal(settle(l, token, OUTCOME_DELIVERED), LEDGER_STALE);
	snprintf(token, sizeof token, "topic/%d/%lld/run2.%u", m->partition, (long long)m->start,
		 m->epoch);
	assert_int_equal(settle(l, token, OUTCOME_DELIVERED), LEDGER_STALE);
}

static void random_histories_agree_with_a_naive_model(void **state)
{
	struct ledger *l = ledger_new(&conf);
	static struct naive models[TENURES], ended;
	unsigned epochs = 0;

	(void)state;
	for (int i = 0; i < TENURES; i++)
		naive_begin(l, &models[i], &epochs);
	for (int step = 0; step < 1000000; step++) {
		struct naive *m = &models[random_below(TENURES)];
		unsigned dice = random_below(1000);

		if (dice < 450)
			step_hand_out(l, m);
		else if (dice < 880)
			step_settle(l, m);
		else if (dice < 980)
			step_confirm(l, m);
		else if (dice < 998 && ended.epoch)
			step_stale(l, m, &ended);
		else if (dice >= 998) {
			ended = *m;
			ledger_end(l, m->tenure);
			naive_begin(l, m, &epochs);
		}
		assert_int_equal(tenure_watermark(m->tenure), naive_watermark(m));
		if (step % 64 == 0) {
			uint64_t flying = 0;

			for (int i = 0; i < TENURES; i++)
				flying += (uint64_t)naive_flying(&models[i]);
			assert_int_equal(ledger_counts(l)->records, flying);
			assert_int_equal(ledger_counts(l)->bytes, flying * 10);
			assert_int_equal(tenure_in_flight(m->tenure), naive_flying(m));
		}
	}
	ledger_free(l);
	assert_int_equal(copies, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(watermark_waits_for_the_oldest),
		cmocka_unit_test(offsets_have_gaps),
		cmocka_unit_test(stale_and_unknown_tokens_change_nothing),
		cmocka_unit_test(rejected_and_discarded_hold_the_watermark),
		cmocka_unit_test(a_dead_letter_settles_once_it_is_confirmed),
		cmocka_unit_test(the_worst_part_decides_what_becomes_of_the_record),
		cmocka_unit_test(parts_make_a_whole),
		cmocka_unit_test(unsent_lines_are_taken_back),
		cmocka_unit_test(window_bounds_what_lies_behind_a_stuck_record),
		cmocka_unit_test(random_histories_agree_with_a_naive_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
