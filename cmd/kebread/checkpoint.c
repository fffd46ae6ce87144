#include "checkpoint.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/num.h"
#include "json/scan.h"
#include "json/text.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <unistd.h>

#define CHECKPOINT_MAX (64u << 20)

struct entry {
	char *topic;
	int32_t partition;
	int64_t offset;
};

struct checkpoint {
	const char *path;
	struct entry *entries;
	size_t n, cap;
	bool changed;
	struct buf text; /* reused */
};

static struct entry *find(const struct checkpoint *cp, const char *topic, int32_t partition)
{
	for (size_t i = 0; i < cp->n; i++)
		if (cp->entries[i].partition == partition &&
		    strcmp(cp->entries[i].topic, topic) == 0)
			return &cp->entries[i];
	return NULL;
}

int64_t checkpoint_get(const struct checkpoint *cp, const char *topic, int32_t partition)
{
	const struct entry *e = find(cp, topic, partition);

	return e ? e->offset : -1;
}

void checkpoint_set(struct checkpoint *cp, const char *topic, int32_t partition, int64_t offset)
{
	struct entry *e = find(cp, topic, partition);

	if (!e) {
		if (cp->n == cp->cap) {
			cp->cap = cp->cap ? cp->cap * 2 : 16;
			cp->entries = mem_resize(cp->entries, cp->cap, sizeof *cp->entries);
		}
		e = &cp->entries[cp->n++];
		*e = (struct entry){mem_text(topic, strlen(topic)), partition, -1};
	}
	if (e->offset != offset) {
		e->offset = offset;
		cp->changed = true;
	}
}

struct fields {
	struct slice topic, partition, offset;
};

static bool take(void *ctx, const struct json_member *m)
{
	struct fields *f = ctx;

	if (m->type == JSON_STRING && json_is(m->name, SLICE("topic")))
		f->topic = json_raw(m->value);
	else if (m->type == JSON_NUMBER && json_is(m->name, SLICE("partition")))
		f->partition = m->value;
	else if (m->type == JSON_NUMBER && json_is(m->name, SLICE("offset")))
		f->offset = m->value;
	return true;
}

static int take_line(struct checkpoint *cp, struct slice line, size_t number, struct err *err)
{
	struct json_fault fault = {0, "topic, partition or offset is missing"};
	struct fields f = {0};
	struct buf topic = {0};
	uint64_t partition, offset;

	if (!json_check_object(line, take, &f, &fault) || !f.topic.p ||
	    !num_u64(f.partition, &partition) || partition > INT32_MAX ||
	    !num_u64(f.offset, &offset) || offset > INT64_MAX)
		return err_set(err, EXIT_USAGE, "'%s' is no checkpoint of kebread: line %zu: %s",
			       cp->path, number, fault.what);
	json_unescape(f.topic, &topic);
	checkpoint_set(cp, buf_text(&topic), (int32_t)partition, (int64_t)offset);
	buf_free(&topic);
	return 0;
}

static int parse(struct checkpoint *cp, struct slice text, struct err *err)
{
	const char *p = text.p, *end = text.p + text.n;

	for (size_t number = 1; p < end; number++) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		struct slice line = {p, (size_t)((lf ? lf : end) - p)};

		if (line.n && take_line(cp, line, number, err) != 0)
			return -1;
		p = lf ? lf + 1 : end;
	}
	cp->changed = false;
	return 0;
}

/* A folder that takes no file is found out now, not after the first delivery. */
static int check_folder(const char *path, struct err *err)
{
	char *copy = mem_text(path, strlen(path));
	const char *folder = dirname(copy);
	int result = 0;

	if (access(folder, W_OK | X_OK) != 0)
		result = err_errno(err, EXIT_LOCAL, "cannot write to the folder of checkpoint '%s'",
				   path);
	free(copy);
	return result;
}

struct checkpoint *checkpoint_open(const char *path, struct err *err)
{
	struct checkpoint *cp = mem_alloc(sizeof *cp);
	int result = check_folder(path, err);

	cp->path = path;
	if (result == 0 && (access(path, F_OK) == 0 || errno != ENOENT)) {
		result = fd_read_file(path, CHECKPOINT_MAX, &cp->text, err);
		if (result == 0)
			result = parse(cp, buf_slice(&cp->text), err);
	}
	if (result != 0) {
		checkpoint_free(cp);
		return NULL;
	}
	return cp;
}

void checkpoint_free(struct checkpoint *cp)
{
	if (!cp)
		return;
	for (size_t i = 0; i < cp->n; i++)
		free(cp->entries[i].topic);
	free(cp->entries);
	buf_free(&cp->text);
	free(cp);
}

int checkpoint_write(struct checkpoint *cp, struct err *err)
{
	if (!cp->changed)
		return 0;
	buf_reset(&cp->text);
	for (size_t i = 0; i < cp->n; i++) {
		BUF_LIT(&cp->text, "{\"topic\":");
		json_add_string(&cp->text, slice_of(cp->entries[i].topic));
		buf_addf(&cp->text, ",\"partition\":%d,\"offset\":%lld}\n",
			 (int)cp->entries[i].partition, (long long)cp->entries[i].offset);
	}
	if (fd_replace_file(cp->path, buf_slice(&cp->text), err) != 0)
		return -1;
	cp->changed = false;
	return 0;
}
