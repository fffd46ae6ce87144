#include "report.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "lines/writer.h"
#include "json/text.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct report {
	struct report_conf conf;
	struct status *status;
	struct writer *results; /* NULL without --results */
	bool failed;		/* of results */
	bool left;		/* nobody reads them any more */
	struct report_counts counts;
};

struct report *report_new(const struct report_conf *conf, struct err *err)
{
	struct status *status = status_open(conf->status_fd, conf->program, err);
	struct report *r;

	if (!status)
		return NULL;
	r = mem_alloc(sizeof(*r));
	r->conf = *conf;
	r->status = status;
	if (conf->results)
		r->results = writer_new(STDOUT_FILENO);
	return r;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	if (r->results)
		writer_free(r->results);
	status_free(r->status);
	free(r);
}

bool report_wired(const struct report *r)
{
	return status_wired(r->status);
}

int report_status_fd(const struct report *r)
{
	return status_fd(r->status);
}

int report_results_fd(const struct report *r)
{
	return r->results && fd_is_pipe(STDOUT_FILENO) ? STDOUT_FILENO : -1;
}

bool report_stdout_left(const struct report *r)
{
	return r->left;
}

int report_readers(struct report *r, struct err *err)
{
	if (report_status_fd(r) >= 0 && fd_reader_gone(report_status_fd(r)))
		return err_set(err, EXIT_LOCAL, "the reader of the status fd has left");
	if (report_results_fd(r) < 0 || !fd_reader_gone(STDOUT_FILENO))
		return 0;
	r->left = true;
	return err_set(err, EXIT_LOCAL, "the reader of stdout has left");
}

const struct report_counts *report_counts(const struct report *r)
{
	return &r->counts;
}

/* --- --results --------------------------------------------------------------- */

static void add_text(struct buf *to, const char *name, struct slice text)
{
	if (!text.p)
		return;
	buf_addf(to, ",\"%s\":", name);
	json_add_string(to, text);
}

/* The status line with the number of the line; one a line, whatever tokens it carries. */
static void add_result(struct report *r, const struct marks *marks, uint64_t line,
		       const struct settlement *s)
{
	struct buf *out = writer_buf(r->results);

	BUF_LIT(out, "{\"line\":");
	buf_add_u64(out, line);
	if (marks->ack.p) {
		BUF_LIT(out, ",\"ack\":\"");
		buf_adds(out, marks->ack);
		buf_addc(out, '"');
	} else if (marks->acks.p) {
		BUF_LIT(out, ",\"acks\":");
		buf_adds(out, marks->acks);
	}
	add_text(out, "status", slice_of(outcome_name(s->outcome)));
	if (s->outcome == OUTCOME_DELIVERED)
		add_text(out, "id", s->id);
	if (s->outcome == OUTCOME_REJECTED) {
		add_text(out, "class", slice_of(reject_class_name(s->class)));
		add_text(out, "code", s->code);
		add_text(out, "error", s->error);
		if (s->attempts)
			buf_addf(out, ",\"attempts\":%u", s->attempts);
	}
	BUF_LIT(out, "}\n");
	r->failed |= writer_line(r->results) != 0;
}

/* --- settling -------------------------------------------------------------- */

static void count(struct report *r, const struct settlement *s)
{
	if (s->outcome == OUTCOME_DELIVERED)
		r->counts.delivered++;
	else if (s->outcome == OUTCOME_REJECTED)
		r->counts.rejected++;
	else if (s->outcome == OUTCOME_DISCARDED)
		r->counts.discarded++;
}

void report_settle(struct report *r, const struct marks *marks, uint64_t line,
		   const struct settlement *s)
{
	count(r, s);
	status_settle(r->status, marks, s);
	if (r->results)
		add_result(r, marks, line, s);
	if (s->outcome == OUTCOME_REJECTED && !report_wired(r))
		msg_error("line %llu: rejected (%s): %.*s%s%.*s", (unsigned long long)line,
			  reject_class_name(s->class), SLICE_ARG(s->code), s->code.n ? ": " : "",
			  SLICE_ARG(s->error));
}

int report_flush(struct report *r, struct err *err)
{
	if (status_flush(r->status) != 0)
		return err_errno(err, EXIT_LOCAL, "cannot write to the status fd");
	if (!r->results || (writer_flush(r->results) == 0 && !r->failed))
		return 0;
	r->left = errno == EPIPE;
	return err_errno(err, EXIT_LOCAL, "cannot write to stdout");
}

int report_close(struct report *r, struct err *err)
{
	int result = report_flush(r, err);

	if (r->results && result == 0)
		result = writer_close(r->results, err);
	return result;
}
