/*
 * Lines are kept back and the files opened only to append to them: so thousands of
 * rules need neither as many descriptors nor much memory.
 */
#include "split.h"

#include "base/buf.h"
#include "base/fd.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT_MAX (4u << 20) /* bytes, of all files together */
#define ONE_MAX	 (256u << 10)

struct split {
	const char *folder;
	const struct patterns *all;
	struct buf *lines; /* by rule */
	size_t kept;
	struct buf path;
};

static const char *path_of(struct split *s, size_t rule)
{
	buf_reset(&s->path);
	buf_addf(&s->path, "%s/", s->folder);
	buf_adds(&s->path, patterns_name(s->all, rule));
	BUF_LIT(&s->path, ".ndjson");
	return buf_text(&s->path);
}

static int append(struct split *s, size_t rule, int more_flags, struct err *err)
{
	const char *path = path_of(s, rule);
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | more_flags, 0666);
	bool failed;

	if (fd < 0)
		return err_errno(err, EXIT_LOCAL, "cannot open '%s'", path);
	failed = fd_write_all(fd, s->lines[rule].p, s->lines[rule].len) != 0;
	if (failed)
		err_errno(err, EXIT_LOCAL, "cannot write to '%s'", path);
	if (close(fd) != 0 && !failed)
		failed = err_errno(err, EXIT_LOCAL, "cannot write to '%s'", path) != 0;
	s->kept -= s->lines[rule].len;
	if (s->lines[rule].cap > ONE_MAX)
		buf_free(&s->lines[rule]);
	buf_reset(&s->lines[rule]);
	return failed ? -1 : 0;
}

static bool is_file_name(struct slice name)
{
	return name.n && name.n < 240 && name.p[0] != '.' && !memchr(name.p, '/', name.n) &&
	       !memchr(name.p, '\0', name.n);
}

static int make_files(struct split *s, struct err *err)
{
	for (size_t i = 0; i < patterns_count(s->all); i++) {
		struct slice name = patterns_name(s->all, i);

		if (!is_file_name(name))
			return err_set(err, EXIT_USAGE,
				       "the rule '%.*s' cannot name a file: --split needs names "
				       "without '/' or a dot in front",
				       SLICE_ARG(name));
	}
	if (mkdir(s->folder, 0777) != 0 && errno != EEXIST)
		return err_errno(err, EXIT_LOCAL, "cannot make the folder '%s'", s->folder);
	for (size_t i = 0; i < patterns_count(s->all); i++)
		if (append(s, i, O_CREAT | O_TRUNC, err) != 0)
			return -1;
	return 0;
}

struct split *split_new(const char *folder, const struct patterns *all, struct err *err)
{
	struct split *s = mem_alloc(sizeof *s);

	s->folder = folder;
	s->all = all;
	s->lines = mem_array(patterns_count(all) + 1, sizeof *s->lines);
	if (make_files(s, err) == 0)
		return s;
	split_free(s);
	return NULL;
}

void split_free(struct split *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < patterns_count(s->all); i++)
		buf_free(&s->lines[i]);
	free(s->lines);
	buf_free(&s->path);
	free(s);
}

int split_add(struct split *s, struct slice line, const uint32_t *rules, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct buf *lines = &s->lines[rules[i]];

		buf_adds(lines, line);
		buf_addc(lines, '\n');
		s->kept += line.n + 1;
		if (lines->len > ONE_MAX && append(s, rules[i], 0, err) != 0)
			return -1;
	}
	return s->kept > KEPT_MAX ? split_flush(s, err) : 0;
}

int split_flush(struct split *s, struct err *err)
{
	for (size_t i = 0; i < patterns_count(s->all); i++)
		if (s->lines[i].len && append(s, i, 0, err) != 0)
			return -1;
	return 0;
}
