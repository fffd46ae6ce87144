#include "line.h"

static bool take(void *ctx, const struct json_member *member)
{
	return marks_take(ctx, member) >= 0;
}

bool line_parse(struct marks *marks, struct slice line, struct json_fault *fault)
{
	*marks = (struct marks){0};
	return json_check_object(line, take, marks, fault);
}

enum input_got line_next(struct input *in, struct slice *line, struct marks *marks, struct err *err)
{
	struct json_fault fault;
	enum input_got got;

	while ((got = input_next(in, line, err)) == INPUT_LINE &&
	       !line_parse(marks, *line, &fault)) {
		if (input_bad(in, &fault, err) != 0)
			return INPUT_FAILED;
	}
	return got;
}
