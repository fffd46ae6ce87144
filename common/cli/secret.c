#include "cli/secret.h"

#include "base/fd.h"

#include <stdlib.h>

static int read_file(const char *path, struct buf *to, struct err *err)
{
	if (fd_read_file(path, SECRET_MAX, to, err) != 0)
		return -1;
	if (to->len && memchr(to->p, '\0', to->len))
		return err_set(err, EXIT_USAGE, "'%s' holds a NUL byte", path);
	while (to->len && (to->p[to->len - 1] == '\n' || to->p[to->len - 1] == '\r'))
		to->len--;
	return 0;
}

int secret_read(const char *value, const char *option, struct buf *to, struct err *err)
{
	const char *found = value;
	int result = 1;

	buf_reset(to);
	if (value[0] == '@' && value[1]) {
		result = read_file(value + 1, to, err);
		found = NULL;
	} else if (strncmp(value, "env:", 4) == 0) {
		found = getenv(value + 4);
		result = found ? 0
			       : err_set(err, EXIT_USAGE, "%s%s: there is no such variable", option,
					 value);
	}
	if (found)
		buf_adds(to, slice_of(found));
	buf_text(to);
	return result;
}
