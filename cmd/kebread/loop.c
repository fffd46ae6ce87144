#include "loop.h"

#include "handout.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/msg.h"
#include "cli/stop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define BATCH	    2000	 /* messages a turn */
#define PENDING_MAX (256u << 10) /* bytes that wait for stdout */
#define DRAIN_MS    25000	 /* after a signal: below the 30 s of a container's grace */
#define COMMIT_MS   10000
#define REJOIN_MS   60000 /* at a natural end: for a group that is rebalancing */
#define LEAVE_MS    2000
#define SILENCE_MS  30000
#define TROUBLE_MS  60000
#define WAIT_MAX_MS 1000

enum phase {
	READING,
	FLUSHING,   /* no more messages; what is begun goes out */
	DRAINING,   /* stdout is closed; statuses come */
	COMMITTING, /* the last commit is not confirmed yet */
	LEAVING,    /* all is well; the others end before their statuses' reader does */
	DONE,
};

struct loop {
	struct loop_conf conf;
	enum phase phase;
	bool failed;	     /* err has what ends the run */
	struct err err, why; /* the first failure; what a call just said */
	bool reader_gone, acks_early, commit_failed;
	bool at_end; /* all was read, as far as we know */
	bool more;   /* messages may be there */
	bool held;   /* item was taken and waits for its partition's window */
	struct consumer_item item;
	struct handout *handout;
	struct tally tally;
	int64_t deadline; /* of the phase */
	int64_t heard_at; /* the last status, or the first record after silence */
	bool warned;
	int stops;
	uint64_t abandoned; /* before the end began */
	struct msg_gate trouble;
};

/* --- ending -------------------------------------------------------------------------- */

static void take_back(void *ctx, struct slice line)
{
	static const struct slice front = {"{\"_ack\":\"", 9};
	struct loop *l = ctx;
	const char *quote;

	if (!l->conf.ledger || !slice_starts(line, front))
		return;
	quote = memchr(line.p + front.n, '"', line.n - front.n);
	if (quote)
		(void)ledger_take_back(
			l->conf.ledger,
			(struct slice){line.p + front.n, (size_t)(quote - line.p) - front.n});
}

/* No more messages. At a natural end everything goes out; else unsent lines are taken back. */
static void begin_end(struct loop *l, bool natural, int64_t now)
{
	int64_t limit = l->conf.drain_ms >= 0 ? l->conf.drain_ms : natural ? -1 : DRAIN_MS;

	if (l->phase != READING)
		return;
	l->phase = FLUSHING;
	l->deadline = limit < 0 ? INT64_MAX : now + limit;
	l->abandoned = l->conf.ledger ? ledger_counts(l->conf.ledger)->abandoned : 0;
	if (!natural)
		writer_take_back(l->conf.out, take_back, l);
}

static void fail(struct loop *l, int64_t now)
{
	if (!l->failed)
		l->err = l->why;
	l->failed = true;
	begin_end(l, false, now);
}

static void lose_reader(struct loop *l, int64_t now)
{
	if (l->reader_gone || l->phase > FLUSHING)
		return;
	l->reader_gone = true;
	begin_end(l, false, now);
	writer_take_back(l->conf.out, take_back, l);
	l->deadline = now + (l->conf.drain_ms >= 0 ? l->conf.drain_ms : DRAIN_MS);
}

static void write_failed(struct loop *l, int64_t now)
{
	if (errno == EPIPE) {
		lose_reader(l, now);
		return;
	}
	err_errno(&l->why, EXIT_LOCAL, "cannot write to stdout");
	fail(l, now);
	l->reader_gone = true; /* nothing more goes out */
}

/* --- messages ------------------------------------------------------------------------ */

/* A verdict on rejected records ends the run. */
static void heed_verdict(struct loop *l, int64_t now)
{
	const struct err *verdict = l->conf.rejects ? rejects_verdict(l->conf.rejects) : NULL;

	if (!verdict)
		return;
	l->why = *verdict;
	fail(l, now);
}

static void hand_out(struct loop *l, struct partition *p, const struct message *m, int64_t now)
{
	if (l->conf.ledger && ledger_counts(l->conf.ledger)->records == 0)
		l->heard_at = now; /* silence counts from here */
	if (!handout_take(l->handout, p, m, now))
		write_failed(l, now);
	if (p->tenure && tenure_full(p->tenure))
		assignment_pause(l->conf.assignment, p, true);
	heed_verdict(l, now);
	if (l->conf.count && l->tally.records >= l->conf.count)
		begin_end(l, true, now);
}

static void check_end(struct loop *l, struct partition *p)
{
	if (p->end != START_NONE && p->next >= p->end && !p->ended)
		assignment_ended(l->conf.assignment, p);
}

static void take_message(struct loop *l, struct partition *p, int64_t now)
{
	struct message *m = &l->item.message;

	l->held = false;
	if (p->draining || p->ended || m->offset < p->next)
		return; /* it comes again, or came before, or is past the end */
	if (p->end != START_NONE && m->offset >= p->end) {
		partition_pass(p, m->offset);
		check_end(l, p);
		return;
	}
	if (p->tenure && tenure_full(p->tenure)) {
		assignment_pause(l->conf.assignment, p, true);
		l->held = true;
		return;
	}
	hand_out(l, p, m, now);
	check_end(l, p);
}

static void tell_trouble(struct loop *l, const char *text)
{
	if (msg_due(&l->trouble, TROUBLE_MS))
		msg_warning("%s", text);
	else
		msg_debug("%s", text);
}

static void take_item(struct loop *l, enum consumer_got got, int64_t now)
{
	struct partition *p = assignment_find(l->conf.assignment, &l->item);

	if (got == GOT_TROUBLE && consumer_refuses(l->item.code)) {
		err_set(&l->why, EXIT_REFUSED, "%s/%d: %s (check the ACLs)", l->item.topic,
			(int)l->item.partition, l->item.text);
		fail(l, now);
		return;
	}
	if (got == GOT_TROUBLE)
		tell_trouble(l, l->item.text);
	if (!p) {
		l->held = false;
		return;
	}
	if (got == GOT_MESSAGE) {
		take_message(l, p, now);
	} else if (got == GOT_END) {
		partition_pass(p, l->item.message.offset);
		check_end(l, p);
	} else if (got == GOT_GAP && !p->draining) {
		if (assignment_gap(l->conf.assignment, p, &l->why) != 0)
			fail(l, now);
	}
}

static bool has_room(struct loop *l, int64_t now)
{
	const struct ledger_counts *c;

	if (l->phase != READING || !assignment_is_ready(l->conf.assignment) ||
	    writer_pending(l->conf.out) >= PENDING_MAX)
		return false;
	if (!l->conf.ledger)
		return true;
	c = ledger_counts(l->conf.ledger);
	return flow_has_room(&l->conf.flow, now, c->records, c->bytes);
}

/* Takes messages while there is room; l->more is false when none is left. */
static void take_messages(struct loop *l, int64_t now)
{
	for (int i = 0; i < BATCH && l->more && has_room(l, now); i++) {
		enum consumer_got got = GOT_MESSAGE;

		if (!l->held)
			got = consumer_take(l->conf.consumer, &l->item);
		if (got == GOT_NOTHING)
			l->more = false;
		else
			take_item(l, got, now);
		if (l->held)
			break;
	}
}

/* --- the others ---------------------------------------------------------------------- */

static void listen(struct loop *l, int64_t now)
{
	struct consumer_event event;

	for (;;) {
		consumer_listen(l->conf.consumer, &event);
		if (event.said == SAID_NOTHING)
			return;
		if (event.said == SAID_TROUBLE && consumer_misses(event.code)) {
			err_set(&l->why, EXIT_REFUSED, "%s (was it deleted?)", event.text);
			fail(l, now);
		} else if (event.said == SAID_TROUBLE) {
			tell_trouble(l, event.text);
		} else if (event.said == SAID_REFUSED) {
			err_set(&l->why, EXIT_REFUSED, "%s (check -X and the ACLs)", event.text);
			fail(l, now);
		} else if (assignment_hear(l->conf.assignment, &event, &l->why) != 0) {
			fail(l, now);
		}
	}
}

static void read_acks(struct loop *l, int64_t now)
{
	int64_t settled = acks_read(l->conf.acks, &l->why);
	const struct err *verdict = acks_verdict(l->conf.acks);

	if (settled < 0) {
		fail(l, now);
		return;
	}
	flow_settled(&l->conf.flow, now, (uint64_t)settled);
	if (settled > 0) {
		l->heard_at = now;
		l->warned = false;
	}
	if (verdict) {
		l->why = *verdict;
		fail(l, now);
	}
	heed_verdict(l, now);
	if (acks_ended(l->conf.acks) && l->phase == READING) {
		l->acks_early = true;
		begin_end(l, false, now);
	}
}

static void serve_letters(struct loop *l, int64_t now)
{
	uint64_t confirmed = letters_serve(l->conf.letters);
	const struct err *failure = letters_failure(l->conf.letters);

	flow_settled(&l->conf.flow, now, confirmed);
	if (confirmed)
		l->heard_at = now;
	if (failure) {
		l->why = *failure;
		fail(l, now);
	}
}

static void hear_signal(struct loop *l, int64_t now)
{
	stop_clear();
	if (stop_count() == l->stops)
		return;
	l->stops = stop_count();
	if (l->stops == 1 && l->phase == READING) {
		begin_end(l, false, now);
	} else if (l->stops == 1) { /* at a natural end: now it is bounded */
		int64_t limit = now + (l->conf.drain_ms >= 0 ? l->conf.drain_ms : DRAIN_MS);

		if (limit < l->deadline)
			l->deadline = limit;
		writer_take_back(l->conf.out, take_back, l);
	} else {
		l->deadline = now;
	}
}

static void warn_of_silence(struct loop *l, int64_t now)
{
	struct buf oldest = {0};

	if (!l->conf.ledger || l->warned || now - l->heard_at < SILENCE_MS)
		return;
	if (l->more && has_room(l, now))
		return;
	if (ledger_oldest(l->conf.ledger, &oldest)) {
		msg_warning("no status for 30 s: %llu %s in flight, the oldest is %s (does "
			    "the last program report to the status fd? is its sink away?)",
			    (unsigned long long)ledger_counts(l->conf.ledger)->records,
			    msg_plural(ledger_counts(l->conf.ledger)->records, "record is",
				       "records are"),
			    buf_text(&oldest));
		l->warned = true;
	}
	buf_free(&oldest);
}

/* --- phases -------------------------------------------------------------------------- */

static void enter_commit(struct loop *l, int64_t now)
{
	l->phase = COMMITTING;
	l->deadline = now + (l->stops || l->failed ? COMMIT_MS : REJOIN_MS);
}

/*
 * A program that finds nobody reading its statuses takes it for a failure, so where
 * all is settled their end is awaited; whoever holds the pipe longer is not waited for.
 */
static void enter_leave(struct loop *l, int64_t now)
{
	bool settled = l->conf.acks && ledger_counts(l->conf.ledger)->records == 0;

	l->phase = settled && !l->commit_failed ? LEAVING : DONE;
	l->deadline = now + LEAVE_MS;
}

static void close_out(struct loop *l, int64_t now)
{
	if (l->reader_gone || writer_pending(l->conf.out)) {
		close(STDOUT_FILENO);
	} else if (writer_close(l->conf.out, &l->why) != 0) {
		fail(l, now);
	}
	l->phase = DRAINING;
	if (!l->conf.acks)
		enter_commit(l, now);
}

static bool letters_left(const struct loop *l)
{
	return l->conf.letters && letters_waiting(l->conf.letters);
}

/*
 * Ours is read to its end; in a group others may have still to read, and until they have
 * this member stays, able to read what they leave.
 */
static void check_all_ends(struct loop *l, int64_t now)
{
	struct remainder *remainder = l->conf.remainder;
	int got = 1;

	if (l->phase != READING || !l->conf.bounded)
		return;
	if (!assignment_all_ended(l->conf.assignment)) {
		if (remainder)
			remainder_rest(remainder);
		return;
	}
	if (remainder)
		got = remainder_turn(remainder, l->heard_at, now, &l->why);
	if (got < 0)
		fail(l, now);
	if (got <= 0)
		return;
	l->at_end = true;
	begin_end(l, true, now);
}

static void turn_phase(struct loop *l, int64_t now)
{
	check_all_ends(l, now);
	if (l->phase == FLUSHING &&
	    (!writer_pending(l->conf.out) || l->reader_gone || now >= l->deadline))
		close_out(l, now);
	if (l->phase == DRAINING &&
	    (ledger_counts(l->conf.ledger)->records == 0 ||
	     (acks_ended(l->conf.acks) && !letters_left(l)) || now >= l->deadline))
		enter_commit(l, now);
	if (l->phase == COMMITTING) {
		int settled = assignment_settle(l->conf.assignment, now, &l->why);

		if (settled < 0)
			fail(l, now);
		l->commit_failed = settled == 0 && now >= l->deadline;
		if (settled != 0 || l->commit_failed)
			enter_leave(l, now);
	}
	if (l->phase == LEAVING && (acks_ended(l->conf.acks) || now >= l->deadline))
		l->phase = DONE;
}

static void flush(struct loop *l, int64_t now)
{
	if (l->phase <= FLUSHING && !l->reader_gone && writer_pending(l->conf.out) &&
	    writer_flush(l->conf.out) != 0)
		write_failed(l, now);
}

static int wait_ms(struct loop *l, int64_t now)
{
	int64_t until = now + WAIT_MAX_MS;
	int64_t others[] = {assignment_deadline(l->conf.assignment, now),
			    progress_deadline(l->conf.progress), l->deadline};

	if (l->phase == READING && l->more && !l->held && has_room(l, now))
		return 0;
	if (l->phase == COMMITTING)
		return 20;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i] < until)
			until = others[i];
	return until > now ? (int)(until - now) : 0;
}

static void wait_and_hear(struct loop *l, int64_t now)
{
	enum { WAKE, STOP, OUT, ACK, LETTERS, FDS };
	bool writes = l->phase <= FLUSHING && !l->reader_gone;
	struct pollfd fds[] = {
		[WAKE] = {.fd = consumer_wake_fd(l->conf.consumer), .events = POLLIN},
		[STOP] = {.fd = stop_fd(), .events = POLLIN},
		[OUT] = {.fd = writes ? writer_fd(l->conf.out) : -1,
			 .events = writer_pending(l->conf.out) ? POLLOUT : 0},
		[ACK] = {.fd = l->conf.acks && !acks_ended(l->conf.acks) ? l->conf.ack_fd : -1,
			 .events = POLLIN},
		[LETTERS] = {.fd = l->conf.letters ? letters_fd(l->conf.letters) : -1,
			     .events = POLLIN},
	};

	if (poll(fds, FDS, wait_ms(l, now)) <= 0)
		return;
	now = clock_ms();
	if (fds[WAKE].revents) {
		consumer_woken(l->conf.consumer);
		l->more = true;
	}
	if (fds[STOP].revents)
		hear_signal(l, now);
	if (fds[ACK].revents)
		read_acks(l, now);
	if (fds[LETTERS].revents)
		serve_letters(l, now);
	if (fds[OUT].revents & (POLLERR | POLLNVAL))
		lose_reader(l, now);
}

/* How many records were handed out and nobody has settled. */
static uint64_t unsettled(const struct loop *l)
{
	const struct ledger_counts *c = l->conf.ledger ? ledger_counts(l->conf.ledger) : NULL;

	return c ? c->records + c->abandoned - l->abandoned : 0;
}

static void tell_unsettled(const struct loop *l, struct err *err)
{
	struct buf oldest = {0};
	uint64_t n = unsettled(l);
	bool known = ledger_oldest(l->conf.ledger, &oldest);

	err_set(err, EXIT_NEGATIVE, "%llu %s unsettled%s%s: %s again", (unsigned long long)n,
		msg_plural(n, "record is", "records are"), known ? ", the oldest is " : "",
		known ? buf_text(&oldest) : "", msg_plural(n, "it comes", "they come"));
	buf_free(&oldest);
}

static enum loop_end judge(struct loop *l, struct err *err)
{
	const struct partition *late = assignment_unended(l->conf.assignment);
	const char *given_up = l->conf.remainder ? remainder_given_up(l->conf.remainder) : NULL;

	*err = l->err;
	if (l->failed)
		return LOOP_FAILED;
	if (unsettled(l))
		tell_unsettled(l, err);
	else if (l->commit_failed)
		err_set(err, EXIT_UNREACHABLE,
			"the last commit was not confirmed in time: some records may come "
			"again");
	else if (l->reader_gone)
		return LOOP_READER_GONE;
	else if (l->acks_early)
		err_set(err, EXIT_NEGATIVE,
			"all programs that report to ack fd %d have ended before the input",
			l->conf.ack_fd);
	else if (l->tally.refused && !l->conf.ledger)
		err_set(err, EXIT_NEGATIVE, "%llu %s could not be handed out",
			(unsigned long long)l->tally.refused,
			msg_plural(l->tally.refused, "record", "records"));
	else if (given_up)
		err_set(err, EXIT_NEGATIVE, "%s (--drain-limit)", given_up);
	else if (l->at_end && late)
		err_set(err, EXIT_NEGATIVE,
			"%s/%d was given to this member after it had closed its output: not read "
			"(run it again)",
			late->topic, (int)late->number);
	else
		return LOOP_DONE;
	return LOOP_FAILED;
}

enum loop_end loop_run(const struct loop_conf *conf, struct err *err)
{
	struct loop *l = mem_alloc(sizeof *l);
	enum loop_end end;

	l->conf = *conf;
	l->more = true;
	l->deadline = INT64_MAX;
	l->heard_at = clock_ms();
	l->tally.bounded = conf->bounded;
	l->handout = handout_new(&(struct handout_conf){
		.ledger = conf->ledger,
		.rejects = conf->rejects,
		.keep = conf->letters != NULL,
		.out = conf->out,
		.tally = &l->tally,
		.max_line = conf->max_line,
		.redrive = conf->redrive,
		.max_redrives = conf->max_redrives,
	});
	while (l->phase != DONE) {
		int64_t now = clock_ms();

		listen(l, now);
		if (assignment_turn(l->conf.assignment, now, &l->why) != 0)
			fail(l, now);
		take_messages(l, now);
		if (!l->more || l->phase != READING || !has_room(l, now))
			flush(l, now);
		turn_phase(l, now);
		warn_of_silence(l, now);
		progress_turn(l->conf.progress, &l->tally, now);
		if (l->phase != DONE)
			wait_and_hear(l, now);
	}
	progress_end(l->conf.progress, &l->tally, clock_ms());
	end = judge(l, err);
	handout_free(l->handout);
	free(l);
	return end;
}
