#include "report/report.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "lines/writer.h"
#include "report/rejects.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct report {
	struct report_conf conf;
	struct status *status;
	struct writer *results;	 /* NULL without --results */
	struct rejects *rejects; /* NULL without --reject-file */
	bool failed;		 /* of results */
	bool lost;		 /* a reader has left */
	struct report_counts counts;
};

static int open_rejects(struct report *r, struct err *err)
{
	if (!r->conf.reject_file)
		return 0;
	r->rejects = rejects_open(r->conf.reject_file, r->conf.program, report_wired(r), err);
	return r->rejects ? 0 : -1;
}

struct report *report_new(const struct report_conf *conf, struct err *err)
{
	struct report *r = mem_alloc(sizeof(*r));

	r->conf = *conf;
	r->status = status_open(conf->status_fd, conf->program, err);
	if (!r->status || open_rejects(r, err) != 0) {
		report_free(r);
		return NULL;
	}
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
	rejects_free(r->rejects);
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

bool report_lost(const struct report *r)
{
	return r->lost;
}

int report_readers(struct report *r, struct err *err)
{
	const char *what = NULL;

	if (report_status_fd(r) >= 0 && fd_reader_gone(report_status_fd(r)))
		what = "the status fd";
	else if (report_results_fd(r) >= 0 && fd_reader_gone(STDOUT_FILENO))
		what = "stdout";
	if (!what)
		return 0;
	r->lost = true;
	return err_set(err, EXIT_LOCAL, "the reader of %s has left", what);
}

const struct report_counts *report_counts(const struct report *r)
{
	return &r->counts;
}

enum exit_status report_exit_status(const struct report *r, uint64_t bad_lines)
{
	if (bad_lines)
		return EXIT_INPUT;
	return r->counts.rejected && !report_wired(r) ? EXIT_NEGATIVE : EXIT_OK;
}

/* --- --results --------------------------------------------------------------- */

static void add_result(struct report *r, const struct report_origin *o, const struct settlement *s,
		       struct slice more)
{
	struct buf *out = writer_buf(r->results);

	BUF_LIT(out, "{\"line\":");
	buf_add_u64(out, o->line);
	if (o->marks.ack.p) {
		BUF_LIT(out, ",\"ack\":\"");
		buf_adds(out, o->marks.ack);
		buf_addc(out, '"');
	} else if (o->marks.acks.p) {
		BUF_LIT(out, ",\"acks\":");
		buf_adds(out, o->marks.acks);
	}
	buf_addf(out, ",\"status\":\"%s\"", outcome_name(s->outcome));
	status_add_reason(out, s, SIZE_MAX);
	buf_adds(out, more);
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
}

void report_settle(struct report *r, const struct report_origin *o, const struct settlement *s,
		   struct slice more)
{
	count(r, s);
	status_settle(r->status, &o->marks, s);
	if (r->results)
		add_result(r, o, s, more);
	if (s->outcome != OUTCOME_REJECTED || report_wired(r))
		return;
	if (r->rejects)
		rejects_add(r->rejects, o->text, s);
	else
		msg_error("%s:%llu: rejected (%s): %.*s%s%.*s", o->input,
			  (unsigned long long)o->line, reject_class_name(s->class),
			  SLICE_ARG(s->code), s->code.n ? ": " : "", SLICE_ARG(s->error));
}

static int lost(struct report *r, const char *what, struct err *err)
{
	r->lost = r->lost || errno == EPIPE;
	return err_errno(err, EXIT_LOCAL, "cannot write to %s", what);
}

int report_flush(struct report *r, struct err *err)
{
	if (status_flush(r->status) != 0)
		return lost(r, "the status fd", err);
	if (r->results && (writer_flush(r->results) != 0 || r->failed))
		return lost(r, "stdout", err);
	return rejects_flush(r->rejects, err);
}

int report_close(struct report *r, struct err *err)
{
	int result = report_flush(r, err);

	rejects_tell(r->rejects);
	if (r->results && result == 0)
		result = writer_close(r->results, err);
	return result;
}
