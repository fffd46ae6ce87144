#include "rules.h"

#include "base/fd.h"

#define PATTERN_FILE_MAX (16u << 20)

struct reading {
	struct patterns *all;
	struct buf *excerpt;
	struct err *err;
};

static int add(struct reading *r, const char *origin, struct slice text)
{
	struct pattern_fault fault;

	if (patterns_add(r->all, slice_of(origin), text, &fault) >= 0)
		return 0;
	pattern_fault_show(r->excerpt, text, &fault);
	return err_set(r->err, EXIT_USAGE, "%s:%u:%u: %s%s", origin, fault.line, fault.column,
		       fault.text,
		       fault.service ? " (--library lifts the limits of the service)" : "");
}

static int add_file(struct reading *r, const char *path)
{
	struct buf text = {0};
	int failed = fd_read_file(path, PATTERN_FILE_MAX, &text, r->err);

	if (!failed)
		failed = add(r, path, buf_slice(&text));
	buf_free(&text);
	return failed;
}

static int add_all(struct reading *r, const struct rules_conf *conf)
{
	if (conf->texts.n == 0 && conf->files.n == 0)
		return err_set(r->err, EXIT_USAGE,
			       "no pattern: give one with -p JSON or in a file with -f FILE");
	for (size_t i = 0; i < conf->texts.n; i++)
		if (add(r, "-p", slice_of(conf->texts.items[i])))
			return -1;
	for (size_t i = 0; i < conf->files.n; i++)
		if (add_file(r, conf->files.items[i]))
			return -1;
	return 0;
}

struct patterns *rules_read(const struct rules_conf *conf, struct buf *excerpt, struct err *err)
{
	struct reading r = {patterns_new(conf->library ? PATTERN_LIBRARY : 0), excerpt, err};

	if (add_all(&r, conf) == 0)
		return r.all;
	patterns_free(r.all);
	return NULL;
}
