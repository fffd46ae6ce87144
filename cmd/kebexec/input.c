#include "input.h"

#include "base/mem.h"
#include "base/msg.h"
#include "lines/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct input {
	struct reader *reader;
	size_t max_line;
	bool wired;
	uint64_t bad;
};

struct input *input_new(size_t max_line, bool wired)
{
	struct input *in = mem_alloc(sizeof *in);

	in->reader = reader_new(STDIN_FILENO, max_line);
	in->max_line = max_line;
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

static int bad(struct input *in, const struct json_fault *fault, struct err *err)
{
	err_set(err, EXIT_INPUT, "stdin:%llu: byte %zu (offset %llu of the input): %s",
		(unsigned long long)reader_number(in->reader), fault->at + 1,
		(unsigned long long)(reader_offset(in->reader) + fault->at), fault->what);
	if (in->wired)
		return -1;
	in->bad++;
	msg_error("%s", err->text);
	return 0;
}

static int too_long(struct input *in, struct err *err)
{
	char what[80];
	struct json_fault fault = {0, what};

	snprintf(what, sizeof what, "line longer than %zu bytes (see --max-line)", in->max_line);
	return bad(in, &fault, err);
}

enum input_got input_next(struct input *in, struct slice *line, struct marks *marks,
			  struct err *err)
{
	struct json_fault fault;

	for (;;) {
		switch (reader_next(in->reader, line)) {
		case READ_LINE:
			if (line_parse(marks, *line, &fault))
				return INPUT_LINE;
			if (bad(in, &fault, err) != 0)
				return INPUT_FAILED;
			break;
		case READ_TOO_LONG:
			if (too_long(in, err) != 0)
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
