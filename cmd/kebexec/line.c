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
