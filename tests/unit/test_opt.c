/* links: cli base */
#include "cli/opt.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct given {
	bool end;
	int loud;
	const char *file, *secret, *annotate;
	struct opt_list topics;
	uint64_t count, size;
	int64_t linger;
	int order, fd;
};

static struct given given;
static struct err err;

static const struct opt opts[] = {
	OPT_FLAG('e', "end", &given.end, "stop at the end"),
	OPT_COUNT('l', "loud", &given.loud, "louder"),
	OPT_TEXT('f', "file", &given.file, "FILE", "read it"),
	OPT_LIST('t', "topic", &given.topics, "TOPIC", "read it"),
	OPT_NUMBER('c', "count", &given.count, "N", 1, 100, "how many"),
	OPT_SIZE(0, "size", &given.size, 0, 1 << 20, "how large"),
	OPT_DURATION(0, "linger", &given.linger, 0, 60000, "how long"),
	OPT_CHOICE(0, "order", &given.order, "request|strict|none", "which"),
	OPT_FD(0, "status-fd", &given.fd, "where"),
	{.kind = OPT_KIND_TEXT,
	 .name = "password",
	 .arg = "WORD",
	 .help = "",
	 .flags = OPT_SECRET,
	 .to = OPT_TO(const char *, &given.secret)},
	{.kind = OPT_KIND_TEXT,
	 .name = "annotate",
	 .arg = "NAME",
	 .help = "",
	 .flags = OPT_OPTIONAL,
	 .to = OPT_TO(const char *, &given.annotate)},
	OPT_END,
};

/* Splits at blanks, parses, and leaves the operands joined by blanks in `left`. */
static int parse(const char *line, bool operands_end, char *left)
{
	const struct cli cli = {.program = "kebtest",
				.summary = "",
				.usage = "",
				.opts = opts,
				.operands_end = operands_end};
	static char words[512];
	char *argv[32] = {"kebtest"};
	int argc = 1, result;

	free(given.topics.items);
	given = (struct given){0};
	strcpy(words, line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	result = opt_parse(&cli, &argc, argv, &err);
	*left = '\0';
	for (int i = 1; i < argc && result == 1; i++) {
		strcat(left, argv[i]);
		strcat(left, i + 1 < argc ? " " : "");
	}
	return result;
}

static void the_forms_of_gnu_and_posix(void **state)
{
	char left[512];

	(void)state;
	assert_int_equal(parse("-el -t a x --topic=b -tc --count 7 y -- -z -", false, left), 1);
	assert_true(given.end);
	assert_int_equal(given.loud, 1);
	assert_int_equal(given.topics.n, 3);
	assert_string_equal(given.topics.items[0], "a");
	assert_string_equal(given.topics.items[1], "b");
	assert_string_equal(given.topics.items[2], "c");
	assert_int_equal(given.count, 7);
	assert_string_equal(left, "x y -z -");
}

static void operands_may_end_the_options(void **state)
{
	char left[512];

	(void)state;
	assert_int_equal(parse("-e cmd -l --count", true, left), 1);
	assert_int_equal(given.loud, 0);
	assert_string_equal(left, "cmd -l --count");
}

static void values_have_types(void **state)
{
	char left[512];

	(void)state;
	assert_int_equal(parse("--size 4KiB --linger 5s --order none --status-fd 4", false, left),
			 1);
	assert_int_equal(given.size, 4096);
	assert_int_equal(given.linger, 5000);
	assert_int_equal(given.order, 2);
	assert_int_equal(given.fd, 4);
	assert_int_equal(parse("--annotate x --annotate=n", false, left), 1);
	assert_string_equal(given.annotate, "n");
	assert_string_equal(left, "x");
}

static void what_does_not_fit_is_said(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{"--count 101", "--count takes a whole number, 1 to 100, not '101'"},
		{"--count 1x", "not '1x'"},
		{"--size 2MiB", "--size takes a size"},
		{"--linger 5", "a time with a unit"},
		{"--order strictly", "--order takes request|strict|none, not 'strictly'"},
		{"--status-fd 2", "3 to 9"},
		{"--file", "--file needs a value: --file FILE"},
		{"-f", "-f needs a value"},
		{"--end=1", "--end takes no value"},
		{"--topik x", "unknown option '--topik': did you mean --topic?"},
		{"-Z", "unknown option '-Z'"},
	};
	char left[512];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(parse(cases[i].line, false, left), -1);
		assert_int_equal(err.status, EXIT_USAGE);
		assert_non_null(strstr(err.text, cases[i].says));
		assert_non_null(strstr(err.text, "try 'kebtest --help'"));
	}
}

static void a_secret_leaves_argv(void **state)
{
	char word[] = "--password=hunter2";
	char *argv[] = {"kebtest", word, NULL};
	const struct cli cli = {.program = "kebtest", .summary = "", .usage = "", .opts = opts};
	int argc = 2;

	(void)state;
	assert_int_equal(opt_parse(&cli, &argc, argv, &err), 1);
	assert_string_equal(given.secret, "hunter2");
	assert_string_equal(word, "--password=");
	free((char *)given.secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_forms_of_gnu_and_posix),
		cmocka_unit_test(operands_may_end_the_options),
		cmocka_unit_test(values_have_types),
		cmocka_unit_test(what_does_not_fit_is_said),
		cmocka_unit_test(a_secret_leaves_argv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
