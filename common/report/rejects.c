#include "report/rejects.h"

#include "base/mem.h"
#include "base/msg.h"
#include "lines/writer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct rejects {
	const char *path, *by;
	int fd;
	struct writer *out;
	uint64_t lines;
	bool failed;
};

static bool is_stdin(int fd)
{
	struct stat file, in;

	return fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && fstat(STDIN_FILENO, &in) == 0 &&
	       file.st_dev == in.st_dev && file.st_ino == in.st_ino;
}

struct rejects *rejects_open(const char *path, const char *by, bool wired, struct err *err)
{
	struct rejects *r;
	int fd;

	if (wired) {
		err_set(err, EXIT_USAGE,
			"--reject-file is for a program alone: in a loop kebread --on-reject says "
			"what becomes of a rejected record");
		return NULL;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0) {
		err_errno(err, EXIT_LOCAL, "cannot open '%s' (--reject-file)", path);
		return NULL;
	}
	if (is_stdin(fd)) {
		close(fd);
		err_set(err, EXIT_USAGE,
			"--reject-file '%s' is the file that is read from stdin: name another one",
			path);
		return NULL;
	}
	r = mem_alloc(sizeof(*r));
	r->path = path;
	r->by = by;
	r->fd = fd;
	r->out = writer_new(fd);
	return r;
}

void rejects_free(struct rejects *r)
{
	if (!r)
		return;
	writer_free(r->out);
	close(r->fd);
	free(r);
}

/* The members of the object but the reason of an earlier run, which stands first if there is one.
 */
static struct slice members_of(struct slice line)
{
	struct slice object = json_trim(line), rest = {object.p + 1, object.n - 2};
	struct json_walk walk;
	struct json_member m;

	json_walk(&walk, object);
	if (json_next(&walk, &m) && json_is(m.name, SLICE("_rejected"))) {
		const char *from = m.value.p + m.value.n, *end = rest.p + rest.n;
		const char *comma = memchr(from, ',', (size_t)(end - from));

		rest.p = comma ? comma + 1 : end;
		rest.n = (size_t)(end - rest.p);
	}
	return json_trim(rest);
}

void rejects_add(struct rejects *r, struct slice line, const struct settlement *why)
{
	struct buf *out = writer_buf(r->out);
	struct slice members = members_of(line);

	buf_addf(out, "{\"_rejected\":{\"by\":\"%s\"", r->by);
	status_add_reason(out, why, SIZE_MAX);
	buf_addc(out, '}');
	if (members.n)
		buf_addc(out, ',');
	buf_adds(out, members);
	BUF_LIT(out, "}\n");
	r->lines++;
	r->failed |= writer_line(r->out) != 0;
}

int rejects_flush(struct rejects *r, struct err *err)
{
	if (!r || (writer_flush(r->out) == 0 && !r->failed))
		return 0;
	return err_errno(err, EXIT_LOCAL, "cannot write to '%s' (--reject-file)", r->path);
}

void rejects_tell(const struct rejects *r)
{
	if (r && r->lines)
		msg_error("rejected lines: %llu, kept in '%s' with the reasons",
			  (unsigned long long)r->lines, r->path);
}
