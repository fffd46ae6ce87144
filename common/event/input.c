#include "event/input.h"

#include "base/mem.h"
#include "base/msg.h"
#include "event/fault.h"

#include <stdlib.h>

struct input {
	size_t max_line;
	bool wired;
	struct reader *reader; /* of the input at hand */
	const char *name;
	struct slice line; /* last given */
	uint64_t bad;
};

struct input *input_new(size_t max_line, bool wired)
{
	struct input *in = mem_alloc(sizeof *in);

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

void input_open(struct input *in, int fd, const char *name)
{
	reader_free(in->reader);
	in->reader = reader_new(fd, in->max_line);
	in->name = name;
}

void input_source(struct input *in, reader_read_fn *source, void *ctx)
{
	reader_source(in->reader, source, ctx);
}

static int refuse(struct input *in, const struct err *err)
{
	in->bad++;
	if (in->wired)
		return -1;
	msg_error("%s", err->text);
	return 0;
}

enum input_got input_next(struct input *in, struct slice *line, struct err *err)
{
	enum read_got got;

	while ((got = reader_next(in->reader, line)) == READ_TOO_LONG) {
		reader_too_long(in->reader, in->name, err);
		if (refuse(in, err) != 0)
			return INPUT_FAILED;
	}
	in->line = *line;
	return got == READ_LINE ? INPUT_LINE : got == READ_MORE ? INPUT_MORE : INPUT_END;
}

int input_bad(struct input *in, const struct json_fault *fault, struct err *err)
{
	char what[LINE_FAULT_MAX];

	reader_fault(in->reader, in->name, fault->at, line_fault(in->line, fault, what), err);
	return refuse(in, err);
}

int input_bad_at(struct input *in, uint64_t number, const struct json_fault *fault, struct err *err)
{
	bool at_hand = input_number(in) == number;
	char what[LINE_FAULT_MAX];

	err_set(err, EXIT_INPUT, "%s:%llu: byte %zu: %s", in->name, (unsigned long long)number,
		fault->at + 1, line_fault(at_hand ? in->line : SLICE_NONE, fault, what));
	return refuse(in, err);
}

int input_fill(struct input *in, struct err *err)
{
	if (reader_fill(in->reader) < 0)
		return err_errno(err, EXIT_LOCAL, "cannot read '%s'", in->name);
	return 0;
}

struct slice input_line(const struct input *in)
{
	return in->line;
}

const char *input_name(const struct input *in)
{
	return in->name;
}

uint64_t input_number(const struct input *in)
{
	return reader_number(in->reader);
}

uint64_t input_bad_lines(const struct input *in)
{
	return in->bad;
}
