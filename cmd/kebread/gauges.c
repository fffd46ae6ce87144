#include "gauges.h"

int64_t gauges_lag(const struct gauges *g, const struct partition *p)
{
	int64_t high = consumer_high(g->consumer, p->topic, p->number);
	int64_t mark = p->tenure ? tenure_watermark(p->tenure) : p->next;

	return high > mark ? high - mark : 0;
}

static void add_settled(struct metrics *m, const struct ledger_counts *c)
{
	metrics_describe(m, "keb_read_settled_total", "counter", "Records by what became of them.");
	for (int i = OUTCOME_DELIVERED; i <= OUTCOME_DISCARDED; i++)
		buf_addf(metrics_text(m), "keb_read_settled_total{outcome=\"%s\"} %llu\n",
			 outcome_name((enum outcome)i), (unsigned long long)c->settled[i]);
	metrics_add(m, "keb_read_in_flight_records", "gauge", "Records handed out, not settled.",
		    c->records);
	metrics_add(m, "keb_read_in_flight_bytes", "gauge",
		    "Bytes of lines handed out, not settled.", c->bytes);
}

static void add_statuses(struct metrics *m, const struct ledger_counts *c)
{
	metrics_add(m, "keb_read_stale_statuses_total", "counter",
		    "Statuses of assignments that were over.", c->stale);
	metrics_add(m, "keb_read_unknown_statuses_total", "counter",
		    "Statuses of records that were not handed out.", c->unknown);
	metrics_add(m, "keb_read_repeated_statuses_total", "counter",
		    "Statuses of records that were settled before.", c->again);
	metrics_add(m, "keb_read_abandoned_total", "counter",
		    "Records unsettled when their partition was given up: they come again.",
		    c->abandoned);
}

static void add_rejects(struct metrics *m, const struct gauges *g)
{
	const uint64_t *counts = rejects_counts(g->rejects);

	metrics_describe(m, "keb_read_rejected_total", "counter", "Rejected records by class.");
	for (int i = 0; i < POLICY_RULES; i++)
		buf_addf(metrics_text(m), "keb_read_rejected_total{class=\"%s\"} %llu\n",
			 i < REJECT_CLASSES ? reject_class_name((enum reject_class)i) : "",
			 (unsigned long long)counts[i]);
	if (!g->letters)
		return;
	metrics_add(m, "keb_read_dead_letters_total", "counter",
		    "Dead letters that the brokers have confirmed.", letters_written(g->letters));
	metrics_add(m, "keb_read_dead_letters_waiting", "gauge",
		    "Dead letters that are not confirmed yet.", letters_waiting(g->letters));
}

static void add_partitions(struct metrics *m, const struct gauges *g, const char *name,
			   const char *help,
			   int64_t (*value)(const struct gauges *, const struct partition *))
{
	size_t n;
	struct partition *const *list = assignment_list(g->assignment, &n);

	metrics_describe(m, name, "gauge", help);
	for (size_t i = 0; i < n; i++) {
		int64_t v = value(g, list[i]);

		if (v >= 0)
			buf_addf(metrics_text(m), "%s{topic=\"%s\",partition=\"%d\"} %lld\n", name,
				 list[i]->topic, (int)list[i]->number, (long long)v);
	}
}

static int64_t committed_of(const struct gauges *g, const struct partition *p)
{
	(void)g;
	return p->confirmed;
}

static int64_t next_of(const struct gauges *g, const struct partition *p)
{
	(void)g;
	return p->next;
}

static int64_t end_of(const struct gauges *g, const struct partition *p)
{
	return consumer_high(g->consumer, p->topic, p->number);
}

void gauges_fill(struct metrics *m, const struct gauges *g, const struct tally *tally)
{
	metrics_begin(m);
	metrics_add(m, "keb_read_records_total", "counter", "Records handed out.", tally->records);
	metrics_add(m, "keb_read_bytes_total", "counter", "Bytes of their lines.", tally->bytes);
	metrics_add(m, "keb_read_rebalances_total", "counter",
		    "Assignments of partitions to this member.",
		    assignment_rebalances(g->assignment));
	metrics_add(m, "keb_read_refused_total", "counter",
		    "Records that made no line: too large, no dead letter.", tally->refused);
	metrics_add(m, "keb_read_exhausted_total", "counter",
		    "Dead letters left alone, redriven often enough.", tally->exhausted);
	if (g->ledger) {
		add_settled(m, ledger_counts(g->ledger));
		add_statuses(m, ledger_counts(g->ledger));
		add_rejects(m, g);
	}
	add_partitions(m, g, "keb_read_lag_records",
		       "Records between what is settled and the end of the partition.", gauges_lag);
	add_partitions(m, g, "keb_read_next_offset", "The next offset to be handed out.", next_of);
	add_partitions(m, g, "keb_read_end_offset", "The end of the partition at the last fetch.",
		       end_of);
	add_partitions(m, g, "keb_read_committed_offset", "The offset that is committed.",
		       committed_of);
}
