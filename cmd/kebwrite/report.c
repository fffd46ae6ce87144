#include "report.h"

#include "base/mem.h"
#include "base/msg.h"
#include "lines/writer.h"
#include "json/text.h"

#include <stdlib.h>
#include <unistd.h>

struct report {
	struct status *status;
	struct writer *results; /* NULL without --results */
	bool failed;		/* of results */
	uint64_t delivered, rejected;
};

struct report *report_new(int status_fd_option, bool results, struct err *err)
{
	struct status *status = status_open(status_fd_option, "kebwrite", err);
	struct report *r;

	if (!status)
		return NULL;
	r = mem_alloc(sizeof *r);
	r->status = status;
	if (results)
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
	return r->results ? STDOUT_FILENO : -1;
}

/* The line up to its status: which record it is. */
static struct buf *begin(struct report *r, const struct origin *o, const char *status)
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
	buf_addf(out, ",\"status\":\"%s\"", status);
	return out;
}

static void end(struct report *r, struct buf *out)
{
	BUF_LIT(out, "}\n");
	r->failed |= writer_line(r->results) != 0;
}

static void add_text(struct buf *to, const char *name, const char *text)
{
	buf_addf(to, ",\"%s\":", name);
	json_add_string(to, slice_of(text));
}

void report_delivered(struct report *r, const struct origin *o, const struct producer_report *at)
{
	struct settlement delivered = {.outcome = OUTCOME_DELIVERED};
	struct buf *out;

	r->delivered++;
	status_settle(r->status, &o->marks, &delivered);
	if (!r->results)
		return;
	out = begin(r, o, "delivered");
	add_text(out, "topic", at->topic);
	buf_addf(out, ",\"partition\":%d,\"offset\":%lld", (int)at->partition,
		 (long long)at->offset);
	end(r, out);
}

void report_rejected(struct report *r, const struct origin *o, enum reject_class class,
		     const char *code, const char *why)
{
	struct settlement rejected = {.outcome = OUTCOME_REJECTED,
				      .class = class,
				      .code = slice_of(code),
				      .error = slice_of(why)};
	struct buf *out;

	r->rejected++;
	status_settle(r->status, &o->marks, &rejected);
	if (!report_wired(r))
		msg_error("%s:%llu: rejected (%s): %s", o->input, (unsigned long long)o->line,
			  reject_class_name(class), why);
	if (!r->results)
		return;
	out = begin(r, o, "rejected");
	add_text(out, "class", reject_class_name(class));
	add_text(out, "code", code);
	add_text(out, "error", why);
	end(r, out);
}

uint64_t report_count_delivered(const struct report *r)
{
	return r->delivered;
}

uint64_t report_count_rejected(const struct report *r)
{
	return r->rejected;
}

int report_flush(struct report *r, struct err *err)
{
	if (status_flush(r->status) != 0)
		return err_errno(err, EXIT_LOCAL, "cannot write to the status fd");
	if (r->results && (writer_flush(r->results) != 0 || r->failed))
		return err_errno(err, EXIT_LOCAL, "cannot write to stdout");
	return 0;
}

int report_close(struct report *r, struct err *err)
{
	if (report_flush(r, err) != 0)
		return -1;
	return r->results ? writer_close(r->results, err) : 0;
}
