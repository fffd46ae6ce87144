#include "input.h"

#include "base/mem.h"
#include "base/msg.h"
#include "event/fault.h"
#include "lines/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct input {
	struct reader *reader;
	bool wired;
	uint64_t bad;
};

struct input *input_new(size_t max_line, bool wired)
{
	struct input *in = mem_alloc(sizeof *in);

	in->reader = reader_new(STDIN_FILENO, max_line);
	in->wired = wired;
	return in;
}

void input_free(struct input *in)
{
	if (!in)
		return;
	reader_free(in->reader);
	free(in);
}

static int bad(struct input *in, const struct err *err)
{
	if (in->wired)
		return -1;
	in->bad++;
	msg_error("%s", err->text);
	return 0;
}

enum input_got input_next(struct input *in, struct slice *line, struct marks *marks,
			  struct err *err)
{
	struct json_fault fault;
	char what[LINE_FAULT_MAX];

	for (;;) {
		switch (reader_next(in->reader, line)) {
		case READ_LINE:
			if (line_parse(marks, *line, &fault))
				return INPUT_LINE;
			reader_fault(in->reader, "stdin", fault.at, line_fault(*line, &fault, what),
				     err);
			if (bad(in, err) != 0)
				return INPUT_FAILED;
			break;
		case READ_TOO_LONG:
			reader_too_long(in->reader, "stdin", err);
			if (bad(in, err) != 0)
				return INPUT_FAILED;
			break;
		case READ_MORE:
			return INPUT_MORE;
		case READ_END:
			return INPUT_END;
		}
	}
}

int input_fill(struct input *in, struct err *err)
{
	return reader_fill(in->reader) < 0 ? err_errno(err, EXIT_LOCAL, "cannot read stdin") : 0;
}

uint64_t input_number(const struct input *in)
{
	return reader_number(in->reader);
}

uint64_t input_bad(const struct input *in)
{
	return in->bad;
}
