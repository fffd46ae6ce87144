#include "progress.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"

#include <stdlib.h>
#include <unistd.h>

#define LINE_MS 1000

struct progress {
	struct progress_conf conf;
	struct metrics *metrics;
	int64_t line_at, seen_ms;
	uint64_t seen; /* records at the line before */
	bool shown;
	struct buf text; /* reused */
};

struct progress *progress_new(const struct progress_conf *conf)
{
	struct progress *p = mem_alloc(sizeof *p);

	p->conf = *conf;
	p->metrics = metrics_new(conf->metrics);
	p->line_at = conf->line ? 0 : INT64_MAX;
	return p;
}

void progress_free(struct progress *p)
{
	if (!p)
		return;
	metrics_free(p->metrics);
	buf_free(&p->text);
	free(p);
}

int64_t progress_deadline(const struct progress *p)
{
	int64_t metrics_at = metrics_deadline(p->metrics);

	return p->line_at < metrics_at ? p->line_at : metrics_at;
}

static void add_left(struct progress *p, uint64_t rate)
{
	size_t n;
	struct partition *const *list = assignment_list(p->conf.gauges.assignment, &n);
	uint64_t left = 0;

	for (size_t i = 0; i < n; i++)
		if (!list[i]->ended && list[i]->end > list[i]->next)
			left += (uint64_t)(list[i]->end - list[i]->next);
	if (rate)
		buf_addf(&p->text, ", %llu:%02llu left", (unsigned long long)(left / rate / 60),
			 (unsigned long long)(left / rate % 60));
}

static void show_line(struct progress *p, const struct tally *tally, int64_t now)
{
	const struct gauges *gauges = &p->conf.gauges;
	int64_t span = now - p->seen_ms;
	uint64_t rate =
		p->seen_ms && span > 0 ? (tally->records - p->seen) * 1000 / (uint64_t)span : 0;
	size_t n;
	struct partition *const *list = assignment_list(gauges->assignment, &n);
	int64_t lag = 0;

	for (size_t i = 0; i < n; i++)
		lag += gauges_lag(gauges, list[i]);
	buf_reset(&p->text);
	buf_addf(&p->text, "\r\033[K%s: %llu %s, %llu/s, lag %lld", msg_program_name(),
		 (unsigned long long)tally->records,
		 msg_plural(tally->records, "record", "records"), (unsigned long long)rate,
		 (long long)lag);
	if (gauges->ledger)
		buf_addf(&p->text, ", %llu in flight",
			 (unsigned long long)ledger_counts(gauges->ledger)->records);
	if (tally->bounded)
		add_left(p, rate);
	(void)fd_write_all(STDERR_FILENO, p->text.p, p->text.len);
	p->shown = true;
	p->seen = tally->records;
	p->seen_ms = now;
}

int progress_begin(struct progress *p, struct err *err)
{
	if (!p->metrics)
		return 0;
	gauges_fill(p->metrics, &p->conf.gauges, &(struct tally){0});
	return metrics_end(p->metrics, clock_ms(), err);
}

static void keep_metrics(struct progress *p, const struct tally *tally, int64_t now)
{
	gauges_fill(p->metrics, &p->conf.gauges, tally);
	metrics_end_warn(p->metrics, now);
}

void progress_turn(struct progress *p, const struct tally *tally, int64_t now)
{
	if (now >= p->line_at) {
		show_line(p, tally, now);
		p->line_at = now + LINE_MS;
	}
	if (metrics_due(p->metrics, now))
		keep_metrics(p, tally, now);
}

void progress_end(struct progress *p, const struct tally *tally, int64_t now)
{
	if (p->metrics)
		keep_metrics(p, tally, now);
	if (p->shown)
		(void)fd_write_all(STDERR_FILENO, "\r\033[K", 4);
}
