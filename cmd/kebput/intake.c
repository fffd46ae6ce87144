#include "intake.h"

#include "base/clock.h"

static enum intake_got take(const struct intake *in, struct slice text, struct entry *e,
			    struct err *err)
{
	struct json_fault fault;
	struct entry_fault why;
	struct event event;

	if (!event_parse(&event, text, &fault))
		return input_bad(in->input, &fault, err) == 0 ? INTAKE_REJECTED : INTAKE_FAILED;
	e->origin = (struct report_origin){.input = input_name(in->input),
					   .line = input_number(in->input)};
	e->read_ms = clock_ms();
	if (entry_make(in->maker, e, &event, &why))
		return INTAKE_ENTRY;
	e->origin.marks = event.marks;
	e->origin.text = text;
	report_settle(in->report, &e->origin,
		      &(struct settlement){.outcome = OUTCOME_REJECTED,
					   .class = why.class,
					   .code = slice_of(why.code),
					   .error = slice_of(why.text)},
		      SLICE_NONE);
	return INTAKE_REJECTED;
}

enum intake_got intake_next(const struct intake *in, struct entry *e, struct err *err)
{
	struct slice text;

	switch (input_next(in->input, &text, err)) {
	case INPUT_LINE:
		return take(in, text, e, err);
	case INPUT_MORE:
		return INTAKE_MORE;
	case INPUT_FAILED:
		return INTAKE_FAILED;
	case INPUT_END:
		break;
	}
	return INTAKE_END;
}
