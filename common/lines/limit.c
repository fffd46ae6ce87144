#include "lines/limit.h"

#include "base/env.h"
#include "base/num.h"
#include "lines/reader.h"

#define LEAST 256

int line_limit(uint64_t option, size_t *limit, struct err *err)
{
	const char *env = env_text("KEB_MAX_LINE");
	uint64_t bytes = LINE_MAX_DEFAULT;

	if (option)
		bytes = option;
	else if (env && !num_size(slice_of(env), &bytes))
		return err_set(err, EXIT_USAGE,
			       "KEB_MAX_LINE is '%s': give a size such as 64MiB, or unset it", env);
	if (bytes < LEAST || bytes > SIZE_MAX / 4)
		return err_set(err, EXIT_USAGE,
			       "the line limit is %llu bytes: give --max-line or KEB_MAX_LINE at "
			       "least %d",
			       (unsigned long long)bytes, LEAST);
	*limit = (size_t)bytes;
	return 0;
}
