#include "gauges.h"

void gauges_fill(struct metrics *m, const struct put_counts *counts,
		 const struct report_counts *settled, int64_t now_ms)
{
	int64_t since = counts->outage_since_ms;

	metrics_begin(m);
	metrics_describe(m, "keb_put_settled_total", "counter", "Entries by what became of them.");
	buf_addf(metrics_text(m),
		 "keb_put_settled_total{outcome=\"delivered\"} %llu\n"
		 "keb_put_settled_total{outcome=\"rejected\"} %llu\n",
		 (unsigned long long)settled->delivered, (unsigned long long)settled->rejected);
	metrics_add(m, "keb_put_requests_total", "counter", "Requests sent.", counts->requests);
	metrics_add(m, "keb_put_bytes_total", "counter", "Bytes of entries, as PutEvents counts.",
		    counts->bytes);
	metrics_add(m, "keb_put_retried_total", "counter", "Entries sent again.", counts->retried);
	metrics_add(m, "keb_put_unsettled_entries", "gauge", "Entries read and not settled.",
		    counts->unsettled);
	metrics_add(m, "keb_put_in_flight_requests", "gauge", "Requests under way.",
		    counts->in_flight);
	metrics_add(m, "keb_put_in_flight_limit", "gauge",
		    "Requests that may be under way: fewer after throttling.", counts->limit);
	metrics_add(m, "keb_put_blocked_groups", "gauge",
		    "Groups that wait for an entry which has failed for half a minute.",
		    counts->blocked);
	metrics_add(m, "keb_put_outage_seconds", "gauge",
		    "How long all calls have failed; 0 while they go well.",
		    since ? (uint64_t)(now_ms - since) / 1000 : 0);
}
