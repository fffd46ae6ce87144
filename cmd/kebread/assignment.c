#include "assignment.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/msg.h"

#include <stdlib.h>

#define BUCKETS	   256
#define STORE_MS   200	/* between two looks at the watermarks */
#define WRITE_MS   1000 /* between two checkpoints */
#define RETRY_MS   250
#define ASK_MS	   2000 /* for each question to the brokers */
#define CONFIRM_MS 60000

/*
 * A partition that was given up while the commit of its settled records was not
 * confirmed (a group in mid-rebalance may refuse it). If it comes back it goes on at
 * the mark, for all below is settled; if it does not, its new owner repeats a little.
 */
struct owed {
	char *topic;
	int32_t number;
	int64_t confirmed, mark; /* mark is PLACE_NONE when somebody else has moved on */
};

struct assignment {
	struct assignment_conf conf;
	struct partition **list;
	size_t n, cap;
	struct partition *buckets[BUCKETS];
	const void *last_topic; /* of the message before: most come in runs */
	struct partition *last;
	struct places wanted; /* assigned, position not yet known */
	bool resolving, joined;
	struct places revoked;
	struct owed *owed; /* between a revoke and the assignment that follows */
	size_t n_owed;
	bool draining;
	size_t unconfirmed;
	bool committing; /* an explicit commit is on its way */
	int64_t drain_until, retry_at, store_at;
	uint64_t rebalances;
	struct msg_gate gate;
};

struct assignment *assignment_new(const struct assignment_conf *conf)
{
	struct assignment *a = mem_alloc(sizeof *a);

	a->conf = *conf;
	return a;
}

/* --- the list ----------------------------------------------------------------------- */

static struct partition **bucket(struct assignment *a, const char *topic, int32_t number)
{
	uint64_t h = hash_add(HASH_START, topic, strlen(topic));

	return &a->buckets[hash_end(hash_add(h, &number, sizeof number)) % BUCKETS];
}

static struct partition *find(struct assignment *a, const char *topic, int32_t number)
{
	struct partition *p = *bucket(a, topic, number);

	while (p && (p->number != number || strcmp(p->topic, topic) != 0))
		p = p->same;
	return p;
}

struct partition *assignment_find(struct assignment *a, const struct consumer_item *item)
{
	if (a->last && a->last_topic == item->topic_key && a->last->number == item->partition)
		return a->last;
	a->last = find(a, item->topic, item->partition);
	a->last_topic = item->topic_key;
	return a->last;
}

static struct partition *add(struct assignment *a, const struct place *place,
			     const struct start_position *at)
{
	struct partition *p = mem_alloc(sizeof *p);
	struct partition **head = bucket(a, place->topic, place->partition);

	p->topic = mem_text(place->topic, strlen(place->topic));
	p->number = place->partition;
	record_place(&p->place, slice_of(p->topic), p->number);
	p->next = at->offset;
	p->end = at->end;
	p->stored = p->confirmed = at->committed ? at->offset : PLACE_NONE;
	if (a->conf.ledger)
		p->tenure = ledger_begin(a->conf.ledger, p->topic, p->number, at->offset);
	p->same = *head;
	*head = p;
	if (a->n == a->cap) {
		a->cap = a->cap ? a->cap * 2 : 16;
		a->list = mem_resize(a->list, a->cap, sizeof(struct partition *));
	}
	return a->list[a->n++] = p;
}

static void drop(struct assignment *a, size_t i)
{
	struct partition *p = a->list[i];
	struct partition **at = bucket(a, p->topic, p->number);

	while (*at != p)
		at = &(*at)->same;
	*at = p->same;
	if (p->tenure)
		ledger_end(a->conf.ledger, p->tenure);
	if (p->unconfirmed)
		a->unconfirmed--;
	a->list[i] = a->list[--a->n];
	a->last = NULL;
	buf_free(&p->place);
	free(p->topic);
	free(p);
}

static int64_t watermark(const struct partition *p)
{
	return p->tenure ? tenure_watermark(p->tenure) : p->next;
}

static void owe(struct assignment *a, const struct partition *p)
{
	if (p->confirmed == PLACE_NONE || p->confirmed == watermark(p))
		return;
	a->owed = mem_resize(a->owed, a->n_owed + 1, sizeof *a->owed);
	a->owed[a->n_owed++] = (struct owed){.topic = mem_text(p->topic, strlen(p->topic)),
					     .number = p->number,
					     .confirmed = p->confirmed,
					     .mark = watermark(p)};
}

static struct owed *find_owed(struct assignment *a, const char *topic, int32_t number)
{
	for (size_t i = 0; i < a->n_owed; i++)
		if (a->owed[i].number == number && strcmp(a->owed[i].topic, topic) == 0)
			return &a->owed[i];
	return NULL;
}

static void forget(struct assignment *a, struct owed *o)
{
	free(o->topic);
	*o = a->owed[--a->n_owed];
}

static void forget_owed(struct assignment *a)
{
	while (a->n_owed)
		forget(a, a->owed);
}

void assignment_free(struct assignment *a)
{
	if (!a)
		return;
	while (a->n)
		drop(a, a->n - 1);
	places_free(&a->wanted);
	places_free(&a->revoked);
	forget_owed(a);
	free(a->owed);
	free(a->list);
	free(a);
}

const struct partition *const *assignment_list(const struct assignment *a, size_t *n)
{
	*n = a->n;
	return (const struct partition *const *)a->list;
}

uint64_t assignment_rebalances(const struct assignment *a)
{
	return a->rebalances;
}

bool assignment_is_ready(const struct assignment *a)
{
	return !a->resolving && a->unconfirmed == 0;
}

bool assignment_all_ended(const struct assignment *a)
{
	if (!a->joined || a->resolving || a->draining)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!a->list[i]->ended)
			return false;
	return true;
}

void assignment_ended(struct assignment *a, struct partition *p)
{
	p->ended = true;
	if (!p->draining)
		consumer_pause(a->conf.consumer, p->topic, p->number, true);
}

void assignment_pause(struct assignment *a, struct partition *p, bool pause)
{
	if (p->paused == pause)
		return;
	p->paused = pause;
	consumer_pause(a->conf.consumer, p->topic, p->number, pause);
}

/* --- commits ------------------------------------------------------------------------ */

/* Tells the client (or the checkpoint) how far everything is settled. */
static void store_watermarks(struct assignment *a)
{
	struct places places = {0};

	for (size_t i = 0; i < a->n; i++) {
		struct partition *p = a->list[i];
		int64_t mark = watermark(p);

		if (mark == p->stored)
			continue;
		p->stored = mark;
		if (a->conf.checkpoint)
			checkpoint_set(a->conf.checkpoint, p->topic, p->number, mark);
		else
			places_add(&places, p->topic, p->number, mark, NULL);
	}
	if (places.n)
		consumer_store(a->conf.consumer, &places);
	places_free(&places);
}

static int write_checkpoint(struct assignment *a, struct err *err)
{
	if (checkpoint_write(a->conf.checkpoint, err) != 0)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		struct partition *p = a->list[i];

		p->confirmed = p->stored;
		if (p->unconfirmed) {
			p->unconfirmed = false;
			a->unconfirmed--;
		}
	}
	return 0;
}

/* Commits by hand what is not confirmed: starts (with a note), or watermarks at the end. */
static int commit_now(struct assignment *a, bool starts, struct err *err)
{
	struct places places = {0};
	int result = 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct partition *p = a->list[i];
		char note[32];

		if (starts ? !p->unconfirmed : p->confirmed == watermark(p))
			continue;
		resolver_note(a->conf.resolver, p->topic, note);
		places_add(&places, p->topic, p->number, watermark(p), starts ? note : NULL);
	}
	if (places.n) {
		result = consumer_commit(a->conf.consumer, &places, err);
		a->committing = result == 0;
	}
	places_free(&places);
	return result;
}

static int hear_commit(struct assignment *a, const struct consumer_event *event, struct err *err)
{
	int code = event->code;

	a->committing = false;
	for (size_t i = 0; i < event->places->n; i++) {
		const struct place *place = &event->places->items[i];
		struct partition *p = find(a, place->topic, place->partition);
		struct owed *o = find_owed(a, place->topic, place->partition);

		if (!code)
			code = place->error;
		if (event->code || place->error || place->offset == PLACE_NONE)
			continue;
		if (o && place->offset >= o->mark)
			forget(a, o);
		if (!p)
			continue;
		p->confirmed = place->offset;
		if (p->unconfirmed) {
			p->unconfirmed = false;
			a->unconfirmed--;
		}
	}
	if (!code || code == CONSUMER_NO_OFFSET)
		return 0;
	a->retry_at = clock_ms() + RETRY_MS;
	if (consumer_refuses(code))
		return err_set(err, EXIT_REFUSED, "cannot commit: %s (check the group's ACLs)",
			       consumer_code_text(code));
	if (msg_due(&a->gate, CONFIRM_MS))
		msg_info("a commit was refused, it is tried again: %s", consumer_code_text(code));
	return 0;
}

int assignment_settle(struct assignment *a, int64_t now, struct err *err)
{
	store_watermarks(a);
	if (a->conf.checkpoint)
		return write_checkpoint(a, err) == 0 ? 1 : -1;
	if (!a->conf.group)
		return 1;
	if (a->n_owed || a->resolving)
		return 0; /* the next assignment tells whose they are */
	for (size_t i = 0; i < a->n; i++) {
		if (a->list[i]->confirmed == watermark(a->list[i]))
			continue;
		/*
		 * In a cooperative group 2.0.2 loses the whole assignment when a commit by
		 * hand meets a rebalance, so there the client's own commits are awaited.
		 */
		if (!a->committing && now >= a->retry_at &&
		    !consumer_is_cooperative(a->conf.consumer)) {
			a->retry_at = now + RETRY_MS;
			return commit_now(a, false, err);
		}
		return 0;
	}
	return 1;
}

/* --- taking partitions -------------------------------------------------------------- */

void assignment_by_hand(struct assignment *a, const struct places *places)
{
	for (size_t i = 0; i < places->n; i++)
		places_add(&a->wanted, places->items[i].topic, places->items[i].partition,
			   PLACE_NONE, NULL);
	a->resolving = true;
}

/* Goes on at the mark of what is owed, if nobody has gone beyond it or back meanwhile. */
static void resume(struct assignment *a, const struct place *place, struct start_position *at)
{
	struct owed *o = find_owed(a, place->topic, place->partition);

	if (!o)
		return;
	if (!at->committed || at->offset < o->confirmed || at->offset > o->mark) {
		o->mark = PLACE_NONE;
		return;
	}
	o->confirmed = at->offset;
	at->offset = o->mark;
}

static void take_places(struct assignment *a, const struct start_position *positions)
{
	bool commits = a->conf.group || a->conf.checkpoint;

	for (size_t i = 0; i < a->wanted.n; i++) {
		struct partition *p = add(a, &a->wanted.items[i], &positions[i]);
		const struct owed *o = find_owed(a, p->topic, p->number);

		if (o && o->mark != PLACE_NONE)
			p->stored = p->confirmed = o->confirmed;
		if (commits && !positions[i].committed) {
			p->unconfirmed = true;
			a->unconfirmed++;
		}
		if (p->end != START_NONE && p->next >= p->end)
			assignment_ended(a, p);
		msg_info("%s/%d: reading from %lld%s", p->topic, (int)p->number, (long long)p->next,
			 positions[i].committed ? " (committed)" : "");
	}
	places_clear(&a->wanted);
	forget_owed(a); /* what did not come back is another member's */
}

static int resolve(struct assignment *a, int64_t now, struct err *err)
{
	struct start_position *positions = mem_array(a->wanted.n + 1, sizeof *positions);
	enum ask_got got = resolver_ask(a->conf.resolver, &a->wanted, ASK_MS, positions, err);
	int result = 0;

	if (got == ASK_DONE) {
		for (size_t i = 0; i < a->wanted.n; i++) {
			resume(a, &a->wanted.items[i], &positions[i]);
			a->wanted.items[i].offset = positions[i].offset;
		}
		result = consumer_assign(a->conf.consumer, &a->wanted, err);
		a->resolving = false;
		a->joined = true;
		if (result == 0)
			take_places(a, positions);
		a->retry_at = now;
	} else if (got == ASK_AGAIN) {
		if (msg_due(&a->gate, CONFIRM_MS))
			msg_warning("%s: trying again", err->text);
		a->retry_at = now + RETRY_MS;
	} else {
		a->resolving = false;
		result = -1;
	}
	free(positions);
	return result;
}

static int hear_assigned(struct assignment *a, const struct consumer_event *event)
{
	a->rebalances++;
	places_clear(&a->wanted);
	assignment_by_hand(a, event->places);
	a->retry_at = 0;
	return 0;
}

/* --- giving partitions up ----------------------------------------------------------- */

static int hear_revoked(struct assignment *a, const struct consumer_event *event)
{
	places_clear(&a->revoked);
	a->draining = true;
	a->drain_until = clock_ms() + REVOKE_DRAIN_MS;
	for (size_t i = 0; i < event->places->n; i++) {
		const struct place *place = &event->places->items[i];
		struct partition *p = find(a, place->topic, place->partition);

		places_add(&a->revoked, place->topic, place->partition, PLACE_NONE, NULL);
		if (p)
			p->draining = true;
	}
	return 0;
}

static uint64_t outstanding(const struct assignment *a)
{
	uint64_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (a->list[i]->draining && a->list[i]->tenure)
			n += tenure_in_flight(a->list[i]->tenure);
	return n;
}

static int drain(struct assignment *a, int64_t now, struct err *err)
{
	bool lost = consumer_is_lost(a->conf.consumer);
	uint64_t left = outstanding(a);

	if (left > 0 && now < a->drain_until && !lost)
		return 0;
	if (left > 0)
		msg_info("giving up partitions with %llu records unsettled: they come again",
			 (unsigned long long)left);
	if (!lost)
		store_watermarks(a);
	for (size_t i = a->n; i-- > 0;) {
		if (!a->list[i]->draining)
			continue;
		owe(a, a->list[i]);
		drop(a, i);
	}
	a->draining = false;
	/* Between two assignments a member without partitions has not reached its end. */
	if (a->n == 0)
		a->joined = false;
	/* The client commits what was stored before it gives the partitions up. */
	return consumer_unassign(a->conf.consumer, &a->revoked, err);
}

int assignment_gap(struct assignment *a, struct partition *p, struct err *err)
{
	int64_t offset = p->next;
	enum ask_got got =
		resolver_gap(a->conf.resolver, p->topic, p->number, ASK_MS, &offset, err);

	if (got == ASK_REFUSED)
		return -1;
	if (a->conf.group) /* the position is resolved anew with the next assignment */
		return consumer_rejoin(a->conf.consumer, err);
	if (got == ASK_DONE && offset < p->next && p->tenure) { /* another topic of that name */
		ledger_end(a->conf.ledger, p->tenure);
		p->tenure = ledger_begin(a->conf.ledger, p->topic, p->number, offset);
	}
	p->next = offset;
	return consumer_move(
		a->conf.consumer,
		&(struct place){.topic = p->topic, .partition = p->number, .offset = offset}, err);
}

/* --- events and time ---------------------------------------------------------------- */

int assignment_hear(struct assignment *a, const struct consumer_event *event, struct err *err)
{
	switch (event->said) {
	case SAID_ASSIGNED:
		return hear_assigned(a, event);
	case SAID_REVOKED:
		return hear_revoked(a, event);
	case SAID_COMMITTED:
		return hear_commit(a, event, err);
	default:
		return 0;
	}
}

static int turn_commits(struct assignment *a, int64_t now, struct err *err)
{
	if (a->unconfirmed && a->conf.group && !a->committing && now >= a->retry_at) {
		a->retry_at = now + RETRY_MS;
		return commit_now(a, true, err);
	}
	if (!a->conf.ledger || now < a->store_at)
		return 0;
	if (!a->conf.group && !a->conf.checkpoint)
		return 0;
	a->store_at = now + (a->conf.checkpoint ? WRITE_MS : STORE_MS);
	store_watermarks(a);
	return a->conf.checkpoint ? write_checkpoint(a, err) : 0;
}

int assignment_turn(struct assignment *a, int64_t now, struct err *err)
{
	if (a->resolving && now >= a->retry_at) {
		if (resolve(a, now, err) != 0)
			return -1;
		a->store_at = now;
	}
	if (a->draining && drain(a, now, err) != 0)
		return -1;
	for (size_t i = 0; i < a->n; i++)
		if (a->list[i]->paused && tenure_roomy(a->list[i]->tenure))
			assignment_pause(a, a->list[i], false);
	return turn_commits(a, now, err);
}

int64_t assignment_deadline(const struct assignment *a, int64_t now)
{
	if (a->resolving || a->draining || a->unconfirmed)
		return now + 50;
	return a->conf.ledger ? a->store_at : now + 1000;
}
