#include "remainder.h"

#include "ask.h"

#include "base/mem.h"
#include "base/msg.h"

#include <stdlib.h>

#define ASK_MS	   1000 /* for each question to the brokers */
#define SOON_MS	   200	/* between two questions: a tenth of the wait so far, */
#define LATE_MS	   2000 /* within these */
#define SILENCE_MS 30000

struct left {
	char *topic;
	int32_t number;
	int64_t end, committed;
};

struct remainder {
	struct remainder_conf conf;
	struct left *list;
	size_t n;
	int64_t since; /* we wait; 0: we do not */
	int64_t asks_since, ask_at;
	int64_t moved_at; /* when a commit was seen to have moved, or they were looked at again */
	bool warned;
	struct buf given_up;
};

struct remainder *remainder_new(const struct remainder_conf *conf)
{
	struct remainder *r = mem_alloc(sizeof *r);

	r->conf = *conf;
	r->conf.ends = NULL;
	r->list = mem_array(conf->ends->n + 1, sizeof *r->list);
	for (size_t i = 0; i < conf->ends->n; i++) {
		const struct place *p = &conf->ends->items[i];

		r->list[r->n++] = (struct left){
			.topic = mem_text(p->topic, strlen(p->topic)),
			.number = p->partition,
			.end = p->offset,
			.committed = PLACE_NONE,
		};
	}
	return r;
}

static void drop(struct remainder *r, size_t i)
{
	free(r->list[i].topic);
	r->list[i] = r->list[--r->n];
}

void remainder_free(struct remainder *r)
{
	if (!r)
		return;
	while (r->n)
		drop(r, r->n - 1);
	free(r->list);
	buf_free(&r->given_up);
	free(r);
}

static bool is_ours(const struct remainder *r, const struct left *left)
{
	return assignment_holds(r->conf.assignment, left->topic, left->number);
}

static size_t of_others(const struct remainder *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += !is_ours(r, &r->list[i]);
	return n;
}

/* How many are left and how far one of them is. */
static void describe(const struct remainder *r, struct buf *to)
{
	const struct left *first = NULL;
	size_t n = of_others(r);

	for (size_t i = 0; i < r->n && !first; i++)
		if (!is_ours(r, &r->list[i]))
			first = &r->list[i];
	buf_addf(to, "%zu %s of other members of the group %s", n,
		 msg_plural(n, "partition", "partitions"),
		 msg_plural(n, "is not at its end", "are not at their ends"));
	if (first)
		buf_addf(to, ", %s/%d is committed up to %lld of %lld", first->topic,
			 (int)first->number,
			 (long long)(first->committed < 0 ? 0 : first->committed),
			 (long long)first->end);
}

/* The answers are in the order of the questions, which is that of the list. */
static struct places questions(const struct remainder *r)
{
	struct places places = {0};

	for (size_t i = 0; i < r->n; i++)
		places_add(&places, r->list[i].topic, r->list[i].number, PLACE_NONE, NULL);
	return places;
}

static enum ask_got ask_how_far(struct remainder *r, int64_t now, struct err *err)
{
	struct places committed = questions(r);
	enum ask_got got = ask_committed(r->conf.client, &committed, ASK_MS, err);

	for (size_t i = r->n; got == ASK_DONE && i-- > 0;) {
		struct left *left = &r->list[i];

		if (committed.items[i].offset != left->committed)
			r->moved_at = now;
		left->committed = committed.items[i].offset;
		if (left->committed >= left->end)
			drop(r, i);
	}
	places_free(&committed);
	return got;
}

/*
 * What nobody will ever commit: partitions of topics that are gone (an expression still
 * matches others), and those that have lost all records before the end.
 */
static enum ask_got forget_what_is_gone(struct remainder *r, struct err *err)
{
	struct places found = {0}, low = {0};
	enum ask_got got =
		ask_topics(r->conf.client, r->conf.topics, r->conf.n_topics, ASK_MS, &found, err);

	for (size_t i = r->n; got == ASK_DONE && i-- > 0;)
		if (!places_have(&found, r->list[i].topic))
			drop(r, i);
	if (got == ASK_DONE) {
		low = questions(r);
		got = ask_offsets(r->conf.client, ASK_LOW, &low, ASK_MS, err);
	}
	for (size_t i = r->n; got == ASK_DONE && i-- > 0;)
		if (low.items[i].offset >= r->list[i].end)
			drop(r, i);
	places_free(&found);
	places_free(&low);
	return got;
}

static void warn_of_silence(struct remainder *r)
{
	struct buf text = {0};

	if (r->warned || r->n == 0)
		return;
	r->warned = true;
	describe(r, &text);
	msg_warning("no progress for 30 s: %s (is a sink away? does that member commit?)",
		    buf_text(&text));
	buf_free(&text);
}

static int64_t pause_after(int64_t waited)
{
	int64_t ms = waited / 10;

	return ms < SOON_MS ? SOON_MS : ms > LATE_MS ? LATE_MS : ms;
}

static int ask(struct remainder *r, int64_t now, struct err *err)
{
	enum ask_got got;
	struct err why;

	if (now < r->ask_at)
		return r->n == 0;
	if (!r->asks_since) {
		r->asks_since = r->moved_at = now;
		r->warned = false;
		msg_info("at the ends of its partitions, waiting for %zu of other members",
			 of_others(r));
	}
	got = ask_how_far(r, now, &why);
	if (got != ASK_REFUSED && r->n && now - r->moved_at >= SILENCE_MS) {
		r->moved_at = now;
		got = forget_what_is_gone(r, &why);
		warn_of_silence(r);
	}
	r->ask_at = now + pause_after(now - r->asks_since);
	if (got == ASK_REFUSED) {
		*err = why;
		return -1;
	}
	if (got == ASK_AGAIN)
		msg_debug("%s: trying again", why.text);
	return r->n == 0;
}

void remainder_rest(struct remainder *r)
{
	r->since = r->asks_since = r->ask_at = 0;
}

int remainder_turn(struct remainder *r, int64_t heard_at, int64_t now, struct err *err)
{
	int settled;

	if (of_others(r) == 0)
		return 1;
	if (!r->since)
		r->since = now;
	if (r->conf.limit_ms >= 0 && now - r->since >= r->conf.limit_ms) {
		describe(r, &r->given_up);
		return 1;
	}
	/* Where statuses do not come, a program may wait for the end of its input. */
	if (ledger_counts(r->conf.ledger)->records)
		return now - heard_at >= SILENCE_MS;
	settled = assignment_settle(r->conf.assignment, now, err);
	return settled > 0 ? ask(r, now, err) : settled;
}

const char *remainder_given_up(struct remainder *r)
{
	return r->given_up.len ? buf_text(&r->given_up) : NULL;
}
