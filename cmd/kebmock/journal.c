#include "journal.h"

#include "base/fd.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct journal {
	const char *path;
	int fd;
	struct buf lines;
};

struct journal *journal_open(const char *path, struct err *err)
{
	struct journal *j;
	int fd = -1;

	if (path) {
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		if (fd < 0) {
			err_errno(err, EXIT_LOCAL, "cannot open '%s'", path);
			return NULL;
		}
	}
	j = mem_alloc(sizeof *j);
	j->path = path;
	j->fd = fd;
	return j;
}

void journal_free(struct journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0)
		close(j->fd);
	buf_free(&j->lines);
	free(j);
}

struct buf *journal_buf(struct journal *j)
{
	return &j->lines;
}

bool journal_kept(const struct journal *j)
{
	return j->fd >= 0;
}

int journal_write(struct journal *j, struct err *err)
{
	int done = 0;

	if (j->fd >= 0 && j->lines.len && fd_write_all(j->fd, j->lines.p, j->lines.len) != 0)
		done = err_errno(err, EXIT_LOCAL, "cannot write to '%s'", j->path);
	buf_reset(&j->lines);
	return done;
}
