#include "fate.h"

#include "aws/retry.h"
#include "base/mem.h"
#include "base/msg.h"
#include "json/text.h"

#include <stdlib.h>

#define BLOCKED_AGAIN_MS 60000

struct fate {
	struct fate_conf conf;
	struct fate_counts counts;
	struct retry_chance chance;
	int64_t delivered_ms;	 /* the last one */
	struct msg_gate blocked; /* of the warning */
	struct buf text;	 /* scratch: unescaped messages */
};

struct fate *fate_new(const struct fate_conf *conf)
{
	struct fate *f = mem_alloc(sizeof(*f));

	f->conf = *conf;
	retry_seed(&f->chance);
	return f;
}

void fate_free(struct fate *f)
{
	if (!f)
		return;
	buf_free(&f->text);
	free(f);
}

const struct fate_counts *fate_counts(const struct fate *f)
{
	return &f->counts;
}

void fate_begin(struct fate *f, struct entry *e)
{
	f->counts.queued += e->buf.len;
	window_add(f->conf.window, &e->item, e->read_ms);
}

/* --- the ends ---------------------------------------------------------------- */

static void settle(struct fate *f, struct entry *e, const struct settlement *s)
{
	report_settle(f->conf.report, &e->origin, s, SLICE_NONE);
	window_settle(f->conf.window, &e->item);
	f->counts.queued -= e->buf.len;
	f->counts.blocked -= e->blocked;
	f->counts.maybe -= e->maybe;
	entry_pool_give(f->conf.pool, e);
}

static struct slice plain(struct fate *f, struct slice raw)
{
	if (!raw.p || (raw.n && !memchr(raw.p, '\\', raw.n)))
		return raw;
	buf_reset(&f->text);
	json_unescape(raw, &f->text);
	return buf_slice(&f->text);
}

void fate_delivered(struct fate *f, struct entry *e, struct slice id, int64_t now_ms)
{
	f->delivered_ms = now_ms;
	settle(f, e, &(struct settlement){.outcome = OUTCOME_DELIVERED, .id = id});
}

void fate_rejected(struct fate *f, struct entry *e, enum reject_class class, struct slice code,
		   struct slice raw_message)
{
	settle(f, e,
	       &(struct settlement){.outcome = OUTCOME_REJECTED,
				    .class = class,
				    .code = code,
				    .error = plain(f, raw_message),
				    .attempts = e->tries});
}

bool fate_expired(struct fate *f, struct entry *e, int64_t now_ms)
{
	if (f->conf.max_age_ms <= 0 || now_ms - e->read_ms <= f->conf.max_age_ms ||
	    f->conf.outage->since_ms || f->delivered_ms < e->read_ms)
		return false;
	fate_rejected(f, e, REJECT_EXPIRED, SLICE("Expired"),
		      SLICE("not delivered within --max-age while others were"));
	return true;
}

/* --- once more --------------------------------------------------------------- */

void fate_unknown(struct fate *f, struct entry *e)
{
	f->counts.maybe += !e->maybe;
	e->maybe = true;
}

void fate_again_at(struct fate *f, struct entry *e, int64_t at_ms)
{
	f->counts.retried++;
	window_retry(f->conf.window, &e->item, at_ms);
}

static void again(struct fate *f, struct entry *e, enum retry kind, int64_t now_ms)
{
	struct retry_chance same = f->chance;

	fate_again_at(f, e, now_ms + retry_delay_ms(kind, ++e->in_row, &same));
}

void fate_answer(struct fate *f)
{
	retry_jitter(1, &f->chance);
}

static void note_blocked(struct fate *f, struct entry *e, const struct entry_outcome *outcome,
			 int64_t now_ms)
{
	const struct marks *marks = &e->origin.marks;

	if (!e->failing_ms)
		e->failing_ms = now_ms;
	if (!e->item.grouped || now_ms - e->failing_ms < FATE_BLOCKED_MS)
		return;
	f->counts.blocked += !e->blocked;
	e->blocked = true;
	if (!msg_due(&f->blocked, BLOCKED_AGAIN_MS))
		return;
	msg_warning("group '%.*s' has waited %lld s for %s%.*s%s, which fails with %.*s: others go "
		    "on (blocked groups: %llu; see --max-attempts, --max-age)",
		    SLICE_ARG(marks->group), (long long)((now_ms - e->failing_ms) / 1000),
		    marks->ack.p ? "record '" : "an event", SLICE_ARG(marks->ack),
		    marks->ack.p ? "'" : "", SLICE_ARG(outcome->code),
		    (unsigned long long)f->counts.blocked);
}

void fate_failed(struct fate *f, struct entry *e, const struct entry_outcome *outcome,
		 int64_t now_ms)
{
	bool throttled = outcome->verdict == ENTRY_THROTTLED;

	e->failures += !throttled;
	if (f->conf.max_attempts && e->failures >= f->conf.max_attempts) {
		fate_rejected(f, e, REJECT_REFUSED, outcome->code, outcome->message);
	} else if (!fate_expired(f, e, now_ms)) {
		note_blocked(f, e, outcome, now_ms);
		again(f, e, throttled ? RETRY_THROTTLED : RETRY_TRANSIENT, now_ms);
	}
}
