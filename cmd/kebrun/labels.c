#include "labels.h"

#include "base/buf.h"
#include "base/fd.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define HELD_MAX 4096 /* of a line without an end: then it is passed on as it is */

struct label {
	int fd; /* -1: ended */
	struct buf name;
	struct buf held; /* what was read of a line whose end has not come */
};

struct labels {
	struct label *all;
	size_t n;
	struct buf out;
};

struct labels *labels_new(size_t max)
{
	struct labels *labels = mem_alloc(sizeof *labels);

	labels->all = mem_array(max, sizeof *labels->all);
	return labels;
}

void labels_free(struct labels *labels)
{
	if (!labels)
		return;
	for (size_t i = 0; i < labels->n; i++) {
		if (labels->all[i].fd >= 0)
			close(labels->all[i].fd);
		buf_free(&labels->all[i].name);
		buf_free(&labels->all[i].held);
	}
	buf_free(&labels->out);
	free(labels->all);
	free(labels);
}

int labels_add(struct labels *labels, const char *name, unsigned copy)
{
	struct label *label = &labels->all[labels->n];
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return -1;
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	label->fd = fds[0];
	if (copy > 0)
		buf_addf(&label->name, "%s.%u| ", name, copy);
	else
		buf_addf(&label->name, "%s| ", name);
	labels->n++;
	return fds[1];
}

size_t labels_poll(const struct labels *labels, struct pollfd *polls)
{
	size_t n = 0;

	for (size_t i = 0; labels && i < labels->n; i++)
		if (labels->all[i].fd >= 0)
			polls[n++] = (struct pollfd){.fd = labels->all[i].fd, .events = POLLIN};
	return n;
}

/* Whole lines go out under the label; the rest too if it is asked for, or too long to wait. */
static void pass_lines(struct labels *labels, struct label *label, bool rest)
{
	size_t done = 0;

	for (size_t i = 0; i < label->held.len; i++) {
		if (label->held.p[i] != '\n')
			continue;
		buf_adds(&labels->out, buf_slice(&label->name));
		buf_add(&labels->out, label->held.p + done, i + 1 - done);
		done = i + 1;
	}
	buf_drop(&label->held, done);
	if (label->held.len == 0 || (!rest && label->held.len < HELD_MAX))
		return;
	buf_adds(&labels->out, buf_slice(&label->name));
	buf_adds(&labels->out, buf_slice(&label->held));
	buf_addc(&labels->out, '\n');
	buf_reset(&label->held);
}

static void pass(struct labels *labels, struct label *label)
{
	while (label->fd >= 0) {
		ssize_t got;

		buf_room(&label->held, HELD_MAX);
		got = read(label->fd, label->held.p + label->held.len, HELD_MAX);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got > 0) {
			label->held.len += (size_t)got;
		} else {
			close(label->fd);
			label->fd = -1;
		}
		pass_lines(labels, label, got <= 0);
	}
}

void labels_pass(struct labels *labels, int all)
{
	for (size_t i = 0; labels && i < labels->n; i++) {
		pass(labels, &labels->all[i]);
		if (all)
			pass_lines(labels, &labels->all[i], true);
		/* Nothing can be done when our own stderr is broken. */
		(void)!fd_write_all(STDERR_FILENO, labels->out.p, labels->out.len);
		buf_reset(&labels->out);
	}
}
