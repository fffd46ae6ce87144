#include "assignment.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/msg.h"

#include <stdlib.h>

#define STORE_MS   200	/* between two looks at the watermarks */
#define WRITE_MS   1000 /* between two checkpoints */
#define RETRY_MS   250
#define ASK_MS	   2000 /* for each question to the brokers */
#define CONFIRM_MS 60000
#define JOIN_MS	   10000 /* how long the group may take without a word */

struct assignment {
	struct assignment_conf conf;
	struct holding *holding;
	const void *last_topic; /* of the message before: most come in runs */
	struct partition *last;
	struct places wanted; /* assigned, position not yet known */
	bool resolving, joined;
	struct places revoked;
	bool draining;
	bool committing; /* an explicit commit is on its way */
	int64_t drain_until, retry_at, store_at;
	int64_t joins_since; /* while it has not joined */
	uint64_t rebalances;
	struct msg_gate gate, join_gate;
};

struct assignment *assignment_new(const struct assignment_conf *conf)
{
	struct assignment *a = mem_alloc(sizeof *a);

	a->conf = *conf;
	a->holding = holding_new(conf->ledger);
	a->joins_since = clock_ms();
	return a;
}

void assignment_free(struct assignment *a)
{
	if (!a)
		return;
	holding_free(a->holding);
	places_free(&a->wanted);
	places_free(&a->revoked);
	free(a);
}

struct partition *assignment_find(struct assignment *a, const struct consumer_item *item)
{
	if (a->last && a->last_topic == item->topic_key && a->last->number == item->partition)
		return a->last;
	a->last = holding_find(a->holding, item->topic, item->partition);
	a->last_topic = item->topic_key;
	return a->last;
}

struct partition *const *assignment_list(const struct assignment *a, size_t *n)
{
	return holding_list(a->holding, n);
}

uint64_t assignment_rebalances(const struct assignment *a)
{
	return a->rebalances;
}

bool assignment_is_ready(const struct assignment *a)
{
	return !a->resolving && holding_unconfirmed(a->holding) == 0;
}

bool assignment_all_ended(const struct assignment *a)
{
	return a->joined && !a->resolving && !a->draining && !assignment_unended(a);
}

const struct partition *assignment_unended(const struct assignment *a)
{
	size_t n;
	struct partition *const *list = holding_list(a->holding, &n);

	for (size_t i = 0; i < n; i++)
		if (!list[i]->ended)
			return list[i];
	return NULL;
}

bool assignment_holds(const struct assignment *a, const char *topic, int32_t number)
{
	return holding_find(a->holding, topic, number) != NULL;
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
	struct places marks = {0};

	holding_take_unstored(a->holding, &marks);
	for (size_t i = 0; a->conf.checkpoint && i < marks.n; i++)
		checkpoint_set(a->conf.checkpoint, marks.items[i].topic, marks.items[i].partition,
			       marks.items[i].offset);
	if (marks.n && !a->conf.checkpoint)
		consumer_store(a->conf.consumer, &marks);
	places_free(&marks);
}

static int write_checkpoint(struct assignment *a, struct err *err)
{
	if (checkpoint_write(a->conf.checkpoint, err) != 0)
		return -1;
	holding_confirm_stored(a->holding);
	return 0;
}

static int commit_now(struct assignment *a, const struct places *places, struct err *err)
{
	int result = consumer_commit(a->conf.consumer, places, err);

	a->committing = result == 0;
	return result;
}

/* Starts are committed by hand, each with a note of how many partitions there were. */
static int commit_starts(struct assignment *a, struct err *err)
{
	struct places starts = {0};
	struct places noted = {0};
	int result;

	holding_starts(a->holding, &starts);
	for (size_t i = 0; i < starts.n; i++) {
		const struct place *p = &starts.items[i];
		char note[32];

		resolver_note(a->conf.resolver, p->topic, note);
		places_add(&noted, p->topic, p->partition, p->offset, note);
	}
	result = commit_now(a, &noted, err);
	places_free(&starts);
	places_free(&noted);
	return result;
}

static int hear_commit(struct assignment *a, const struct consumer_event *event, struct err *err)
{
	const struct place *bad = NULL;
	int code = event->code;

	a->committing = false;
	for (size_t i = 0; i < event->places->n; i++) {
		const struct place *place = &event->places->items[i];

		if (place->error && !bad)
			bad = place;
		if (!event->code && !place->error && place->offset != PLACE_NONE)
			holding_confirm(a->holding, place->topic, place->partition, place->offset);
	}
	if (bad && (!code || code == bad->error))
		code = bad->error;
	else
		bad = NULL;
	if (!code || code == CONSUMER_NO_OFFSET)
		return 0;
	a->retry_at = clock_ms() + RETRY_MS;
	if (consumer_refuses(code))
		return err_set(err, EXIT_REFUSED, "cannot commit%s%s: %s (check the ACLs of %s)",
			       bad ? " to topic " : "", bad ? bad->topic : "",
			       consumer_code_text(code), bad ? "topic and group" : "the group");
	if (msg_due(&a->gate, CONFIRM_MS))
		msg_info("a commit was refused, it is tried again: %s", consumer_code_text(code));
	return 0;
}

int assignment_settle(struct assignment *a, int64_t now, struct err *err)
{
	struct places left = {0};
	int result;

	store_watermarks(a);
	if (a->conf.checkpoint)
		return write_checkpoint(a, err) == 0 ? 1 : -1;
	if (!a->conf.group)
		return 1;
	if (holding_owed(a->holding) || a->resolving)
		return 0; /* the next assignment tells whose they are */
	holding_uncommitted(a->holding, &left);
	result = left.n == 0;
	/*
	 * In a cooperative group 2.0.2 loses the whole assignment when a commit by hand
	 * meets a rebalance, so there the client's own commits are awaited.
	 */
	if (left.n && !a->committing && now >= a->retry_at &&
	    !consumer_is_cooperative(a->conf.consumer)) {
		a->retry_at = now + RETRY_MS;
		result = commit_now(a, &left, err);
	}
	places_free(&left);
	return result;
}

/* --- taking partitions -------------------------------------------------------------- */

void assignment_by_hand(struct assignment *a, const struct places *places)
{
	for (size_t i = 0; i < places->n; i++)
		places_add(&a->wanted, places->items[i].topic, places->items[i].partition,
			   PLACE_NONE, NULL);
	a->resolving = true;
}

static void take_places(struct assignment *a, const struct start_position *positions)
{
	bool commits = a->conf.group || a->conf.checkpoint;

	for (size_t i = 0; i < a->wanted.n; i++) {
		const struct place *place = &a->wanted.items[i];
		struct partition *p = holding_add(a->holding, place->topic, place->partition,
						  &positions[i], commits);

		if (p->end != START_NONE && p->next >= p->end)
			assignment_ended(a, p);
		msg_info("%s/%d: reading from %lld%s", p->topic, (int)p->number, (long long)p->next,
			 positions[i].committed ? " (committed)" : "");
	}
	places_clear(&a->wanted);
	holding_forget_owed(a->holding);
}

static int resolve(struct assignment *a, int64_t now, struct err *err)
{
	struct start_position *positions = mem_array(a->wanted.n + 1, sizeof *positions);
	enum ask_got got = resolver_ask(a->conf.resolver, &a->wanted, ASK_MS, positions, err);
	int result = 0;

	if (got == ASK_DONE) {
		for (size_t i = 0; i < a->wanted.n; i++) {
			struct place *place = &a->wanted.items[i];

			place->offset = holding_resume(a->holding, place->topic, place->partition,
						       &positions[i]);
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

		places_add(&a->revoked, place->topic, place->partition, PLACE_NONE, NULL);
		holding_revoke(a->holding, place->topic, place->partition);
	}
	return 0;
}

static int drain(struct assignment *a, int64_t now, struct err *err)
{
	bool lost = consumer_is_lost(a->conf.consumer);
	uint64_t left = holding_outstanding(a->holding);
	size_t n;

	if (left > 0 && now < a->drain_until && !lost)
		return 0;
	if (left > 0)
		msg_info("giving up partitions with %llu %s", (unsigned long long)left,
			 msg_plural(left, "record unsettled: it comes again",
				    "records unsettled: they come again"));
	if (!lost)
		store_watermarks(a);
	holding_give_up(a->holding);
	a->last = NULL;
	a->draining = false;
	/* Between two assignments a member without partitions has not reached its end. */
	(void)holding_list(a->holding, &n);
	if (n == 0) {
		a->joined = false;
		a->joins_since = now;
	}
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
	if (holding_unconfirmed(a->holding) && a->conf.group && !a->committing &&
	    now >= a->retry_at) {
		a->retry_at = now + RETRY_MS;
		return commit_starts(a, err);
	}
	if (!a->conf.ledger || now < a->store_at)
		return 0;
	if (!a->conf.group && !a->conf.checkpoint)
		return 0;
	a->store_at = now + (a->conf.checkpoint ? WRITE_MS : STORE_MS);
	store_watermarks(a);
	return a->conf.checkpoint ? write_checkpoint(a, err) : 0;
}

/* After a kill, and on kebmock after any end, the next member waits for a session. */
static void tell_of_join(struct assignment *a, int64_t now)
{
	if (!a->conf.group || a->joined || a->resolving || now - a->joins_since < JOIN_MS)
		return;
	if (msg_due(&a->join_gate, CONFIRM_MS))
		msg_warning("the group has given no partitions for %lld s: a member that was "
			    "killed keeps its own for session.timeout.ms, and on kebmock every "
			    "new one waits for that (-X session.timeout.ms=4000)",
			    (long long)((now - a->joins_since) / 1000));
}

int assignment_turn(struct assignment *a, int64_t now, struct err *err)
{
	struct partition *const *list;
	size_t n;

	if (a->resolving && now >= a->retry_at) {
		if (resolve(a, now, err) != 0)
			return -1;
		a->store_at = now;
	}
	if (a->draining && drain(a, now, err) != 0)
		return -1;
	tell_of_join(a, now);
	list = holding_list(a->holding, &n);
	for (size_t i = 0; i < n; i++)
		if (list[i]->paused && tenure_roomy(list[i]->tenure))
			assignment_pause(a, list[i], false);
	return turn_commits(a, now, err);
}

int64_t assignment_deadline(const struct assignment *a, int64_t now)
{
	if (a->resolving || a->draining || holding_unconfirmed(a->holding))
		return now + 50;
	return a->conf.ledger ? a->store_at : now + 1000;
}
