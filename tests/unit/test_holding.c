/* links: kebread/holding kebread/ledger kebread/parts kebread/token kebread/record */
/* links: kebread/place status event json base */
#include "../../cmd/kebread/holding.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct start_position at_ten = {.offset = 10, .end = START_NONE, .committed = true};

static void settle(struct ledger *l, const struct tenure *t, int64_t offset)
{
	struct ledger_status status = {.outcome = OUTCOME_DELIVERED};
	struct buf token = {0};

	tenure_token(t, &token, offset);
	assert_int_equal(ledger_settle(l, buf_slice(&token), &status), LEDGER_SETTLED);
	buf_free(&token);
}

static void hand_out(struct ledger *l, struct partition *p)
{
	assert_true(ledger_hand_out(l, p->tenure, p->next, 1));
	p->next++;
}

static int64_t only(void (*list)(const struct holding *, struct places *), const struct holding *h)
{
	struct places places = {0};
	int64_t offset;

	list(h, &places);
	offset = places.n ? places.items[0].offset : PLACE_NONE;
	assert_true(places.n <= 1);
	places_free(&places);
	return offset;
}

static void a_start_that_is_not_committed_is_to_be(void **state)
{
	struct ledger *l = ledger_new(&(struct ledger_conf){.run = "r", .window = 100});
	struct holding *h = holding_new(l);
	struct start_position at = {.offset = 5, .end = START_NONE};

	(void)state;
	holding_add(h, "t", 0, &at_ten, true);
	assert_int_equal(holding_unconfirmed(h), 0);
	holding_add(h, "t", 1, &at, true);
	assert_int_equal(holding_unconfirmed(h), 1);
	assert_int_equal(only(holding_starts, h), 5);
	holding_confirm(h, "t", 1, 5);
	assert_int_equal(holding_unconfirmed(h), 0);
	assert_int_equal(only(holding_starts, h), PLACE_NONE);
	holding_free(h);
	ledger_free(l);
}

/* Markers of transactions at the end: nobody settles them, and the commit reaches the end. */
static void what_never_comes_is_passed_once_all_before_it_is_settled(void **state)
{
	struct ledger *l = ledger_new(&(struct ledger_conf){.run = "r", .window = 100});
	struct holding *h = holding_new(l);
	struct partition *p = holding_add(h, "t", 0, &at_ten, true);

	(void)state;
	hand_out(l, p);
	partition_pass(p, 15);
	partition_pass(p, 12); /* behind it already */
	assert_int_equal(p->next, 15);
	assert_int_equal(partition_watermark(p), 10);
	settle(l, p->tenure, 10);
	assert_int_equal(only(holding_uncommitted, h), 15);
	hand_out(l, p);
	assert_int_equal(partition_watermark(p), 15);
	holding_free(h);
	ledger_free(l);
}

/* Ours with 10 and 11 settled, of which the commit was refused; then given up. */
static void give_up_owing(struct ledger *l, struct holding *h)
{
	struct partition *p = holding_add(h, "t", 0, &at_ten, true);

	hand_out(l, p);
	hand_out(l, p);
	hand_out(l, p);
	settle(l, p->tenure, 11);
	settle(l, p->tenure, 10);
	assert_int_equal(only(holding_uncommitted, h), 12);
	holding_revoke(h, "t", 0);
	assert_int_equal(holding_outstanding(h), 1);
	holding_give_up(h);
	assert_int_equal(holding_owed(h), 1);
	assert_null(holding_find(h, "t", 0));
}

static void what_is_owed_is_gone_on_with_unless_somebody_else_did(void **state)
{
	static const struct {
		int64_t committed, begins;
	} cases[] = {
		{10, 12},	    /* nobody has read on */
		{11, 12},	    /* a part of it arrived after all */
		{12, 12}, {13, 13}, /* another member went on */
		{9, 9},		    /* somebody has set the group back */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ledger *l = ledger_new(&(struct ledger_conf){.run = "r", .window = 100});
		struct holding *h = holding_new(l);
		struct start_position at = {
			.offset = cases[i].committed, .end = START_NONE, .committed = true};

		give_up_owing(l, h);
		assert_int_equal(holding_resume(h, "t", 0, &at), cases[i].begins);
		assert_int_equal(holding_add(h, "t", 0, &at, true)->next, cases[i].begins);
		holding_forget_owed(h);
		assert_int_equal(holding_resume(h, "t", 0, &at), cases[i].committed);
		holding_free(h);
		ledger_free(l);
	}
}

/* --- a million steps in a group that refuses commits and gives partitions away --------- */

#define PARTITIONS 3
#define RECORDS	   4000

static struct {
	bool done[RECORDS]; /* by us or another member */
	int64_t first;	    /* the first that is not */
	int64_t committed;  /* at the broker */
	int64_t told;	    /* stored in the client, not committed yet */
} world[PARTITIONS];

static int64_t first_undone(int n)
{
	while (world[n].first < RECORDS && world[n].done[world[n].first])
		world[n].first++;
	return world[n].first;
}

static void commit(int n, int64_t offset)
{
	assert_true(offset <= first_undone(n)); /* the promise */
	world[n].committed = offset;
}

static void step_tell(struct holding *h)
{
	struct places marks = {0};

	holding_take_unstored(h, &marks);
	for (size_t i = 0; i < marks.n; i++) {
		assert_true(marks.items[i].offset <= first_undone(marks.items[i].partition));
		world[marks.items[i].partition].told = marks.items[i].offset;
	}
	places_free(&marks);
}

/* The client's timer; a broker in mid-rebalance refuses, and an answer can be lost. */
static void step_commit(struct holding *h, int n)
{
	if (world[n].told == PLACE_NONE || random_below(3) == 0)
		return;
	commit(n, world[n].told);
	if (random_below(4))
		holding_confirm(h, "t", n, world[n].told);
}

static void step_starts(struct holding *h)
{
	struct places starts = {0};

	holding_starts(h, &starts);
	for (size_t i = 0; i < starts.n; i++) {
		commit(starts.items[i].partition, starts.items[i].offset);
		holding_confirm(h, "t", starts.items[i].partition, starts.items[i].offset);
	}
	places_free(&starts);
}

static void step_settle(struct ledger *l, const struct partition *p)
{
	int64_t mark = tenure_watermark(p->tenure), n = tenure_next(p->tenure) - mark;
	int64_t offset = n ? mark + random_below((unsigned)n) : 0;
	struct ledger_status status = {.outcome = OUTCOME_DELIVERED};
	struct buf token = {0};

	if (!n)
		return;
	tenure_token(p->tenure, &token, offset);
	if (ledger_settle(l, buf_slice(&token), &status) == LEDGER_SETTLED)
		world[p->number].done[offset] = true;
	buf_free(&token);
}

/* What comes next is no record. */
static void step_pass(struct partition *p)
{
	world[p->number].done[p->next] = true;
	partition_pass(p, p->next + 1);
}

static void step_revoke(struct holding *h, int n)
{
	holding_revoke(h, "t", n);
	step_tell(h);
	step_commit(h, n);
	holding_give_up(h);
	world[n].told = PLACE_NONE;
}

/* Another member has it for a while: it begins at what is committed, and commits. */
static void step_stranger(int n)
{
	int64_t from = world[n].committed == PLACE_NONE ? 0 : world[n].committed;

	for (unsigned more = random_below(4); more && from < RECORDS; more--)
		world[n].done[from++] = true;
	commit(n, from);
}

static void step_assign(struct holding *h, int n)
{
	struct start_position at = {.offset = world[n].committed,
				    .end = START_NONE,
				    .committed = world[n].committed != PLACE_NONE};
	struct partition *p;

	if (!at.committed)
		at.offset = 0;
	p = holding_add(h, "t", n, &at, true);
	assert_true(p->next <= first_undone(n)); /* nothing is left out */
	assert_true(p->next >= at.offset);
	if (random_below(2))
		holding_forget_owed(h);
}

static void step(struct ledger *l, struct holding *h)
{
	int n = (int)random_below(PARTITIONS);
	struct partition *p = holding_find(h, "t", n);
	unsigned dice = random_below(1000);

	if (!p && dice < 100)
		step_stranger(n);
	else if (!p)
		step_assign(h, n);
	else if (p->unconfirmed)
		step_starts(h);
	else if (dice < 20 && p->next < RECORDS)
		step_pass(p);
	else if (dice < 400 && p->next < RECORDS)
		hand_out(l, p);
	else if (dice < 900)
		step_settle(l, p);
	else if (dice < 950)
		step_tell(h);
	else if (dice < 990)
		step_commit(h, n);
	else
		step_revoke(h, n);
}

static void random_groups_lose_nothing_and_commit_nothing_early(void **state)
{
	(void)state;
	for (int history = 0; history < 50; history++) {
		struct ledger *l = ledger_new(&(struct ledger_conf){.run = "r", .window = 100000});
		struct holding *h = holding_new(l);

		memset(world, 0, sizeof world);
		for (int n = 0; n < PARTITIONS; n++)
			world[n].committed = world[n].told = PLACE_NONE;
		for (int i = 0; i < 20000; i++)
			step(l, h);
		holding_free(h);
		ledger_free(l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_that_is_not_committed_is_to_be),
		cmocka_unit_test(what_never_comes_is_passed_once_all_before_it_is_settled),
		cmocka_unit_test(what_is_owed_is_gone_on_with_unless_somebody_else_did),
		cmocka_unit_test(random_groups_lose_nothing_and_commit_nothing_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
