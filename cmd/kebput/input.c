#include "input.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/msg.h"
#include "event/fault.h"
#include "lines/reader.h"

#include <stdio.h>
#include <stdlib.h>

struct input {
	struct reader *reader;
	struct entry_maker *maker;
	struct report *report;
	uint64_t bad;
};

struct input *input_new(int fd, size_t max_line, struct entry_maker *maker, struct report *report)
{
	struct input *in = mem_alloc(sizeof(*in));

	in->reader = reader_new(fd, max_line);
	in->maker = maker;
	in->report = report;
	return in;
}

void input_free(struct input *in)
{
	if (!in)
		return;
	reader_free(in->reader);
	free(in);
}

uint64_t input_bad(const struct input *in)
{
	return in->bad;
}

/* In a loop the record of such a line could never be settled, so going on makes no sense. */
static enum input_got bad_line(struct input *in, const struct err *err)
{
	in->bad++;
	if (report_wired(in->report))
		return INPUT_FAILED;
	msg_error("%s", err->text);
	return INPUT_REJECTED;
}

static enum input_got line(struct input *in, struct slice text, struct entry *e, struct err *err)
{
	struct json_fault fault;
	char what[LINE_FAULT_MAX];
	struct entry_fault why;
	struct event event;

	if (!event_parse(&event, text, &fault)) {
		reader_fault(in->reader, "stdin", fault.at, line_fault(text, &fault, what), err);
		return bad_line(in, err);
	}
	e->origin = (struct report_origin){.input = "stdin", .line = reader_number(in->reader)};
	e->read_ms = clock_ms();
	if (entry_make(in->maker, e, &event, &why))
		return INPUT_ENTRY;
	e->origin.marks = event.marks;
	e->origin.text = text;
	report_settle(in->report, &e->origin,
		      &(struct settlement){.outcome = OUTCOME_REJECTED,
					   .class = why.class,
					   .code = slice_of(why.code),
					   .error = slice_of(why.text)},
		      SLICE_NONE);
	return INPUT_REJECTED;
}

enum input_got input_next(struct input *in, struct entry *e, struct err *err)
{
	struct slice text;

	switch (reader_next(in->reader, &text)) {
	case READ_LINE:
		return line(in, text, e, err);
	case READ_TOO_LONG:
		reader_too_long(in->reader, "stdin", err);
		return bad_line(in, err);
	case READ_MORE:
		return INPUT_MORE;
	case READ_END:
		break;
	}
	return INPUT_END;
}

int input_fill(struct input *in, struct err *err)
{
	if (reader_fill(in->reader) < 0)
		return err_errno(err, EXIT_LOCAL, "cannot read stdin");
	return 0;
}
