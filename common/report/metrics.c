#include "report/metrics.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"

#include <stdlib.h>

#define EVERY_MS 5000
#define WARN_MS	 60000

struct metrics {
	const char *path;
	int64_t at_ms;
	struct buf text;
	struct msg_gate gate;
};

struct metrics *metrics_new(const char *path)
{
	struct metrics *m;

	if (!path)
		return NULL;
	m = mem_alloc(sizeof(*m));
	m->path = path;
	return m;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	buf_free(&m->text);
	free(m);
}

bool metrics_due(const struct metrics *m, int64_t now_ms)
{
	return m && now_ms >= m->at_ms;
}

int64_t metrics_deadline(const struct metrics *m)
{
	return m ? m->at_ms : INT64_MAX;
}

void metrics_begin(struct metrics *m)
{
	buf_reset(&m->text);
}

void metrics_describe(struct metrics *m, const char *name, const char *type, const char *help)
{
	buf_addf(&m->text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_add(struct metrics *m, const char *name, const char *type, const char *help,
		 uint64_t value)
{
	metrics_describe(m, name, type, help);
	buf_addf(&m->text, "%s %llu\n", name, (unsigned long long)value);
}

struct buf *metrics_text(struct metrics *m)
{
	return &m->text;
}

int metrics_end(struct metrics *m, int64_t now_ms, struct err *err)
{
	m->at_ms = now_ms + EVERY_MS;
	return fd_replace_file(m->path, buf_slice(&m->text), err);
}

void metrics_end_warn(struct metrics *m, int64_t now_ms)
{
	struct err err;

	if (metrics_end(m, now_ms, &err) != 0 && msg_due(&m->gate, WARN_MS))
		msg_warning("metrics: %s", err.text);
}
