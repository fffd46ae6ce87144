#include "handout.h"

#include "base/mem.h"
#include "base/msg.h"

#include <stdlib.h>

#define TELL_MS 10000 /* between two messages of dead letters that are left alone */

struct handout {
	struct handout_conf conf;
	struct buf token, place, text; /* reused */
	struct msg_gate gate;
};

struct handout *handout_new(const struct handout_conf *conf)
{
	struct handout *h = mem_alloc(sizeof *h);

	h->conf = *conf;
	return h;
}

void handout_free(struct handout *h)
{
	if (!h)
		return;
	buf_free(&h->token);
	buf_free(&h->place);
	buf_free(&h->text);
	free(h);
}

/* Into the ledger, with a copy where one may be needed. */
static void enter(struct handout *h, struct partition *p, const struct message *m,
		  const struct message *own, const struct context *from, size_t bytes)
{
	if (h->conf.ledger && ledger_hand_out(h->conf.ledger, p->tenure, m->offset, bytes) &&
	    h->conf.keep)
		ledger_attach(p->tenure, letters_keep(own, from));
}

/* Not handed out, and settled as the policy says; `from` has the reason, h->text the message. */
static void refuse(struct handout *h, struct partition *p, const struct message *m,
		   const struct message *own, struct context *from, int64_t now)
{
	struct rejected rejected = {.text = buf_text(&h->text), .why = from};
	struct ledger_status status = {.outcome = OUTCOME_REJECTED};
	enum ledger_got got;

	h->conf.tally->refused++;
	if (!h->conf.ledger) {
		msg_warning("%s: skipped", buf_text(&h->text));
		return;
	}
	enter(h, p, m, own, from, 0);
	from->has_class = true;
	from->by = SLICE("kebread");
	from->error = buf_slice(&h->text);
	from->attempts = 0; /* those before are in the copy */
	rejected.token = buf_slice(&h->token);
	status.fate = rejects_fate(h->conf.rejects, true, from->class, now);
	got = ledger_settle(h->conf.ledger, rejected.token, &status);
	rejects_take(h->conf.rejects, &rejected, got, &status, now);
}

static void too_large(struct handout *h, struct partition *p, const struct message *m,
		      const struct message *own, struct context *from, size_t n, int64_t now)
{
	buf_reset(&h->text);
	buf_addf(&h->text,
		 "record %s/%d/%lld makes a line of %zu bytes, over the limit of %zu (--max-line)",
		 p->topic, (int)p->number, (long long)m->offset, n, h->conf.max_line);
	from->class = REJECT_TOO_LARGE;
	from->code = SLICE("LineTooLong");
	refuse(h, p, m, own, from, now);
}

/* Left where it is: it was tried often enough. */
static void leave_alone(struct handout *h, struct partition *p, const struct message *m)
{
	struct ledger_status status = {.outcome = OUTCOME_FILTERED, .fate = FATE_SETTLED};

	h->conf.tally->exhausted++;
	if (msg_due(&h->gate, TELL_MS))
		msg_warning("dead letter %s/%d/%lld was redriven often enough: left in its topic "
			    "(--max-redrives %llu)",
			    p->topic, (int)p->number, (long long)m->offset,
			    (unsigned long long)h->conf.max_redrives);
	if (h->conf.ledger && ledger_hand_out(h->conf.ledger, p->tenure, m->offset, 0))
		(void)ledger_settle(h->conf.ledger, buf_slice(&h->token), &status);
}

/* The record that a dead letter was, in *own. False when it does not go out. */
static bool redrive(struct handout *h, struct partition *p, const struct message *m,
		    struct message *own, struct context *from, int64_t now)
{
	struct context place = *from;
	size_t n_headers;

	if (!context_read(m, from, &n_headers)) {
		buf_reset(&h->text);
		buf_addf(&h->text,
			 "record %s/%d/%lld is no dead letter: its headers do not say "
			 "where it comes from",
			 p->topic, (int)p->number, (long long)m->offset);
		place.class = REJECT_DECODE;
		place.code = SLICE("NotADeadLetter");
		refuse(h, p, m, own, &place, now);
		return false;
	}
	if (h->conf.max_redrives && from->redrives >= h->conf.max_redrives) {
		leave_alone(h, p, m);
		return false;
	}
	from->redrives++;
	own->n_headers = n_headers;
	own->offset = from->offset;
	buf_reset(&h->place);
	record_place(&h->place, from->topic, from->partition);
	own->place = buf_slice(&h->place);
	return true;
}

bool handout_take(struct handout *h, struct partition *p, const struct message *m, int64_t now)
{
	struct buf *out = writer_buf(h->conf.out);
	size_t before = out->len, n;
	struct message own = *m;
	struct context from = {.partition = p->number, .offset = m->offset};

	p->next = m->offset + 1;
	own.place = buf_slice(&p->place);
	buf_reset(&h->token);
	if (h->conf.ledger)
		tenure_token(p->tenure, &h->token, m->offset);
	from.topic = slice_of(p->topic);
	if (h->conf.redrive && !redrive(h, p, m, &own, &from, now))
		return true;
	record_put(out, &own, buf_slice(&h->token));
	n = out->len - before;
	if (n - 1 > h->conf.max_line) {
		out->len = before;
		too_large(h, p, m, &own, &from, n - 1, now);
		return true;
	}
	enter(h, p, m, &own, &from, n);
	h->conf.tally->records++;
	h->conf.tally->bytes += n;
	return writer_line(h->conf.out) == 0;
}
