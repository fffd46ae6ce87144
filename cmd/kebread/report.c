#include "report.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRESS_MS 1000
#define METRICS_MS  5000

struct report {
	struct report_conf conf;
	int64_t progress_at, metrics_at, seen_ms;
	uint64_t seen; /* records at the progress line before */
	bool shown;
	struct buf text; /* reused */
	struct msg_gate gate;
};

struct report *report_new(const struct report_conf *conf)
{
	struct report *r = mem_alloc(sizeof *r);

	r->conf = *conf;
	r->progress_at = conf->progress ? 0 : INT64_MAX;
	r->metrics_at = conf->metrics ? 0 : INT64_MAX;
	return r;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	buf_free(&r->text);
	free(r);
}

int64_t report_deadline(const struct report *r)
{
	return r->progress_at < r->metrics_at ? r->progress_at : r->metrics_at;
}

static int64_t lag_of(const struct report *r, const struct partition *p)
{
	int64_t high = consumer_high(r->conf.consumer, p->topic, p->number);
	int64_t mark = p->tenure ? tenure_watermark(p->tenure) : p->next;

	return high > mark ? high - mark : 0;
}

/* --- progress ----------------------------------------------------------------------- */

static void add_left(struct report *r, uint64_t rate)
{
	size_t n;
	struct partition *const *list = assignment_list(r->conf.assignment, &n);
	uint64_t left = 0;

	for (size_t i = 0; i < n; i++)
		if (!list[i]->ended && list[i]->end > list[i]->next)
			left += (uint64_t)(list[i]->end - list[i]->next);
	if (rate)
		buf_addf(&r->text, ", %llu:%02llu left", (unsigned long long)(left / rate / 60),
			 (unsigned long long)(left / rate % 60));
}

static void show_progress(struct report *r, const struct tally *tally, int64_t now)
{
	int64_t span = now - r->seen_ms;
	uint64_t rate =
		r->seen_ms && span > 0 ? (tally->records - r->seen) * 1000 / (uint64_t)span : 0;
	size_t n;
	struct partition *const *list = assignment_list(r->conf.assignment, &n);
	int64_t lag = 0;

	for (size_t i = 0; i < n; i++)
		lag += lag_of(r, list[i]);
	buf_reset(&r->text);
	buf_addf(&r->text, "\r\033[K%s: %llu records, %llu/s, lag %lld", msg_program_name(),
		 (unsigned long long)tally->records, (unsigned long long)rate, (long long)lag);
	if (r->conf.ledger)
		buf_addf(&r->text, ", %llu in flight",
			 (unsigned long long)ledger_counts(r->conf.ledger)->records);
	if (tally->bounded)
		add_left(r, rate);
	(void)fd_write_all(STDERR_FILENO, r->text.p, r->text.len);
	r->shown = true;
	r->seen = tally->records;
	r->seen_ms = now;
}

/* --- metrics ------------------------------------------------------------------------ */

static void add_metric(struct buf *to, const char *name, const char *type, const char *help,
		       uint64_t value)
{
	buf_addf(to, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type, name,
		 (unsigned long long)value);
}

static void add_settled(struct buf *to, const struct ledger_counts *c)
{
	BUF_LIT(to, "# HELP keb_read_settled_total Records by what became of them.\n"
		    "# TYPE keb_read_settled_total counter\n");
	for (int i = OUTCOME_DELIVERED; i <= OUTCOME_DISCARDED; i++)
		buf_addf(to, "keb_read_settled_total{outcome=\"%s\"} %llu\n",
			 outcome_name((enum outcome)i), (unsigned long long)c->settled[i]);
	add_metric(to, "keb_read_in_flight_records", "gauge", "Records handed out, not settled.",
		   c->records);
	add_metric(to, "keb_read_in_flight_bytes", "gauge",
		   "Bytes of lines handed out, not settled.", c->bytes);
}

static void add_statuses(struct buf *to, const struct ledger_counts *c)
{
	add_metric(to, "keb_read_stale_statuses_total", "counter",
		   "Statuses of assignments that were over.", c->stale);
	add_metric(to, "keb_read_unknown_statuses_total", "counter",
		   "Statuses of records that were not handed out.", c->unknown);
	add_metric(to, "keb_read_repeated_statuses_total", "counter",
		   "Statuses of records that were settled before.", c->again);
	add_metric(to, "keb_read_abandoned_total", "counter",
		   "Records unsettled when their partition was given up: they come again.",
		   c->abandoned);
}

static void add_rejects(struct report *r)
{
	const uint64_t *counts = rejects_counts(r->conf.rejects);

	BUF_LIT(&r->text, "# HELP keb_read_rejected_total Rejected records by class.\n"
			  "# TYPE keb_read_rejected_total counter\n");
	for (int i = 0; i < POLICY_RULES; i++)
		buf_addf(&r->text, "keb_read_rejected_total{class=\"%s\"} %llu\n",
			 i < REJECT_CLASSES ? reject_class_name((enum reject_class)i) : "",
			 (unsigned long long)counts[i]);
	if (!r->conf.letters)
		return;
	add_metric(&r->text, "keb_read_dead_letters_total", "counter",
		   "Dead letters that the brokers have confirmed.",
		   letters_written(r->conf.letters));
	add_metric(&r->text, "keb_read_dead_letters_waiting", "gauge",
		   "Dead letters that are not confirmed yet.", letters_waiting(r->conf.letters));
}

static void add_partitions(struct report *r, const char *name, const char *help,
			   int64_t (*value)(const struct report *, const struct partition *))
{
	size_t n;
	struct partition *const *list = assignment_list(r->conf.assignment, &n);

	buf_addf(&r->text, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
	for (size_t i = 0; i < n; i++) {
		int64_t v = value(r, list[i]);

		if (v >= 0)
			buf_addf(&r->text, "%s{topic=\"%s\",partition=\"%d\"} %lld\n", name,
				 list[i]->topic, (int)list[i]->number, (long long)v);
	}
}

static int64_t committed_of(const struct report *r, const struct partition *p)
{
	(void)r;
	return p->confirmed;
}

static int64_t next_of(const struct report *r, const struct partition *p)
{
	(void)r;
	return p->next;
}

static int64_t end_of(const struct report *r, const struct partition *p)
{
	return consumer_high(r->conf.consumer, p->topic, p->number);
}

static int write_metrics(struct report *r, const struct tally *tally, struct err *err)
{
	buf_reset(&r->text);
	add_metric(&r->text, "keb_read_records_total", "counter", "Records handed out.",
		   tally->records);
	add_metric(&r->text, "keb_read_bytes_total", "counter", "Bytes of their lines.",
		   tally->bytes);
	add_metric(&r->text, "keb_read_rebalances_total", "counter",
		   "Assignments of partitions to this member.",
		   assignment_rebalances(r->conf.assignment));
	add_metric(&r->text, "keb_read_refused_total", "counter",
		   "Records that made no line: too large, no dead letter.", tally->refused);
	add_metric(&r->text, "keb_read_exhausted_total", "counter",
		   "Dead letters left alone, redriven often enough.", tally->exhausted);
	if (r->conf.ledger) {
		add_settled(&r->text, ledger_counts(r->conf.ledger));
		add_statuses(&r->text, ledger_counts(r->conf.ledger));
		add_rejects(r);
	}
	add_partitions(r, "keb_read_lag_records",
		       "Records between what is settled and the end of the partition.", lag_of);
	add_partitions(r, "keb_read_next_offset", "The next offset to be handed out.", next_of);
	add_partitions(r, "keb_read_end_offset", "The end of the partition at the last fetch.",
		       end_of);
	add_partitions(r, "keb_read_committed_offset", "The offset that is committed.",
		       committed_of);
	return fd_replace_file(r->conf.metrics, buf_slice(&r->text), err);
}

static void keep_metrics(struct report *r, const struct tally *tally)
{
	struct err err;

	if (write_metrics(r, tally, &err) != 0 && msg_due(&r->gate, 60000))
		msg_warning("metrics: %s", err.text);
}

int report_begin(struct report *r, struct err *err)
{
	return r->conf.metrics ? write_metrics(r, &(struct tally){0}, err) : 0;
}

void report_turn(struct report *r, const struct tally *tally, int64_t now)
{
	if (now >= r->progress_at) {
		show_progress(r, tally, now);
		r->progress_at = now + PROGRESS_MS;
	}
	if (now >= r->metrics_at) {
		keep_metrics(r, tally);
		r->metrics_at = now + METRICS_MS;
	}
}

void report_end(struct report *r, const struct tally *tally, int64_t now)
{
	(void)now;
	if (r->conf.metrics)
		keep_metrics(r, tally);
	if (r->shown)
		(void)fd_write_all(STDERR_FILENO, "\r\033[K", 4);
}
