/* links: protobuf connect json base pkg:libprotobuf-c */
/*
 * protoc as the oracle: for every .proto file of a folder, the plan made of its text is
 * the plan made of what protoc makes of it. And what is compiled in as known is what
 * protoc's own files say.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/fd.h"
#include "protobuf/plan.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define FOLDER	    "tests/data/protobuf"
#define KNOWN	    "common/protobuf/known"
#define OFFICIAL    "/usr/include" /* libprotobuf-dev */
#define IMPORTS_MAX 16
#define FILE_MAX    (4 << 20)

/* ---- a plan as lines of text ------------------------------------------------- */

static void add_field(struct buf *to, const struct proto_field *f)
{
	buf_addf(to, "  %.*s = %u type %d%s%s%s%s%s oneof %d map %d%d narrow %d,%d scale %d,%d ",
		 SLICE_ARG(f->name), f->number, (int)f->type, f->repeated ? " repeated" : "",
		 f->required ? " required" : "", f->nullable ? " nullable" : "",
		 f->strict ? " strict" : "", f->closed ? " closed" : "", f->oneof, f->map[0],
		 f->map[1], f->narrow[0], f->narrow[1], f->scale[0], f->scale[1]);
	if (f->message)
		buf_adds(to, f->message->name);
	if (f->values)
		buf_adds(to, f->values->name);
	buf_addc(to, '\n');
}

static void add_message(struct buf *to, const struct proto_message *m)
{
	buf_addf(to, "message %.*s special %d%s%s nested", SLICE_ARG(m->name), (int)m->special,
		 m->entry ? " entry" : "", m->group ? " group" : "");
	for (uint32_t i = 0; i < m->n_nested; i++)
		buf_addf(to, " %.*s", SLICE_ARG(m->nested[i]->name));
	buf_addc(to, '\n');
	for (uint32_t i = 0; i < m->n_fields; i++)
		add_field(to, &m->fields[i]);
	for (uint32_t i = 0; i < m->n_oneofs; i++)
		buf_addf(to, "  oneof %.*s %.*s %u%s\n", SLICE_ARG(m->oneofs[i].label[0]),
			 SLICE_ARG(m->oneofs[i].label[1]), m->oneofs[i].n,
			 m->oneofs[i].synthetic ? " synthetic" : "");
}

static void add_values(struct buf *to, const struct symbol *s)
{
	buf_addf(to, "enum %.*s first %d%s\n", SLICE_ARG(s->name), s->values->first,
		 s->values->closed ? " closed" : "");
	for (uint32_t i = 0; i < s->values->n; i++)
		buf_addf(to, "  %d %.*s\n", s->values->values[i].number,
			 SLICE_ARG(s->values->values[i].label));
}

static void dump(const struct proto_files *files, struct arena *arena, struct buf *to)
{
	struct codec_fault fault = {0};
	struct plan plan = {0};

	if (!plan_make(&plan, files, arena, &fault))
		fail_msg("%s", fault.text);
	for (uint32_t i = 0; i < plan.n; i++)
		if (plan.symbols[i].message)
			add_message(to, plan.symbols[i].message);
		else
			add_values(to, &plan.symbols[i]);
	for (uint32_t i = 0; i < plan.top.n_nested; i++)
		buf_addf(to, "top %.*s\n", SLICE_ARG(plan.top.nested[i]->name));
	free(plan.symbols);
}

/* ---- the two ways to it ------------------------------------------------------ */

static void slurp(const char *folder, const char *name, struct buf *to)
{
	char path[512];
	struct err err;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (fd_read_file(path, FILE_MAX, to, &err))
		fail_msg("%s", err.text);
}

struct imports {
	struct proto_import list[IMPORTS_MAX];
	struct buf text[IMPORTS_MAX], name[IMPORTS_MAX];
	size_t n;
};

static bool add_import(void *ctx, struct slice name)
{
	struct imports *imports = ctx;
	struct codec_fault fault;
	size_t i = imports->n;

	for (size_t j = 0; j < i; j++)
		if (slice_eq(imports->list[j].name, name))
			return true;
	assert_true(i < IMPORTS_MAX);
	buf_adds(&imports->name[i], name);
	slurp(FOLDER, buf_text(&imports->name[i]), &imports->text[i]);
	imports->list[i].name = buf_slice(&imports->name[i]);
	imports->list[i].content = buf_slice(&imports->text[i]);
	imports->n++;
	return proto_imports_of(imports->list[i].content, add_import, imports, &fault);
}

static void of_text(const char *folder, const char *name, struct buf *to)
{
	struct codec_fault fault = {0};
	struct imports imports = {0};
	struct proto_files files = {0};
	struct arena arena = {0};
	struct buf text = {0};

	slurp(folder, name, &text);
	assert_true(proto_imports_of(buf_slice(&text), add_import, &imports, &fault));
	if (!files_collect(&files, slice_of(name), buf_slice(&text), imports.list, imports.n,
			   &arena, &fault))
		fail_msg("%s", fault.text);
	/* nothing is kept of what it was made from */
	memset(text.p, 'x', text.len);
	dump(&files, &arena, to);
	list_free(&files);
	for (size_t i = 0; i < imports.n; i++) {
		buf_free(&imports.text[i]);
		buf_free(&imports.name[i]);
	}
	arena_empty(&arena);
	buf_free(&text);
}

static void run_protoc(const char *folder, const char *name, struct buf *to)
{
	char command[512];
	FILE *out;
	size_t n;

	snprintf(command, sizeof(command),
		 "protoc -I%s -I%s --include_imports --descriptor_set_out=/dev/stdout %s "
		 "2>/dev/null",
		 folder, KNOWN, name);
	out = popen(command, "r");
	assert_non_null(out);
	do {
		buf_room(to, 1 << 16);
		n = fread(to->p + to->len, 1, 1 << 16, out);
		to->len += n;
	} while (n);
	if (pclose(out) != 0)
		fail_msg("protoc refuses %s", name);
}

static void of_protoc(const char *folder, const char *name, struct buf *to)
{
	struct codec_fault fault = {0};
	struct proto_files files = {0};
	struct arena arena = {0};
	struct buf set = {0};

	run_protoc(folder, name, &set);
	if (!files_of_set(&files, buf_slice(&set), &arena, &fault))
		fail_msg("%s: %s", name, fault.text);
	dump(&files, &arena, to);
	list_free(&files);
	arena_empty(&arena);
	buf_free(&set);
}

static void assert_same_lines(const char *name, struct buf *got, struct buf *want)
{
	const char *a = buf_text(got), *b = buf_text(want);
	size_t at = 0, line = 0;

	if (strcmp(a, b) == 0)
		return;
	for (; a[at] && a[at] == b[at]; at++)
		if (a[at] == '\n')
			line = at + 1;
	fail_msg("%s: %.*s\nprotoc: %.*s", name, (int)strcspn(a + line, "\n"), a + line,
		 (int)strcspn(b + line, "\n"), b + line);
}

static unsigned compare_folder(const char *text_folder, const char *protoc_folder,
			       const char *below)
{
	char path[512], name[300];
	struct dirent *entry;
	unsigned compared = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", text_folder, below);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		struct buf got = {0}, want = {0};

		if (!slice_ends(slice_of(entry->d_name), SLICE(".proto")))
			continue;
		snprintf(name, sizeof(name), "%s%s%s", below, *below ? "/" : "", entry->d_name);
		of_text(text_folder, name, &got);
		of_protoc(protoc_folder, name, &want);
		assert_same_lines(name, &got, &want);
		assert_true(got.len > 0);
		buf_free(&got);
		buf_free(&want);
		compared++;
	}
	closedir(dir);
	return compared;
}

static void text_is_read_as_protoc_reads_it(void **state)
{
	(void)state;
	assert_true(compare_folder(FOLDER, FOLDER, "") >= 7);
	assert_int_equal(compare_folder(FOLDER, FOLDER, "common"), 2);
}

static void known_files_say_what_protocs_own_say(void **state)
{
	(void)state;
	assert_int_equal(compare_folder(KNOWN, OFFICIAL, "google/protobuf"), 11);
}

static void known_files_are_valid(void **state)
{
	static const char *const folders[] = {"google/type", "confluent", "confluent/type"};

	(void)state;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		assert_true(compare_folder(KNOWN, KNOWN, folders[i]) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_read_as_protoc_reads_it),
		cmocka_unit_test(known_files_say_what_protocs_own_say),
		cmocka_unit_test(known_files_are_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
