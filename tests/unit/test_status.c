/* links: status event json base */
#include "status/part.h"
#include "status/status.h"

#include "base/mem.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const struct marks one = {.ack = {"orders/0/15/k3f9.2", 18}};
static const struct marks two = {.acks = {"[\"a/0/1/e\", \"a/0/2/e\"]", 22}};

static void each_outcome_has_its_line(void **state)
{
	static const struct {
		struct settlement s;
		const char *line;
	} cases[] = {
		{{.outcome = OUTCOME_DELIVERED, .id = {"11710aed", 8}},
		 "{\"ack\":\"orders/0/15/k3f9.2\",\"status\":\"delivered\",\"id\":\"11710aed\"}\n"},
		{{.outcome = OUTCOME_FILTERED},
		 "{\"ack\":\"orders/0/15/k3f9.2\",\"status\":\"filtered\",\"by\":\"kebtest\"}\n"},
		{{.outcome = OUTCOME_DISCARDED},
		 "{\"ack\":\"orders/0/15/k3f9.2\",\"status\":\"discarded\",\"by\":\"kebtest\"}\n"},
		{{.outcome = OUTCOME_REJECTED,
		  .class = REJECT_REFUSED,
		  .code = {"MalformedDetail", 15},
		  .error = {"Detail is \"bad\"\n", 16},
		  .attempts = 1},
		 "{\"ack\":\"orders/0/15/k3f9.2\",\"status\":\"rejected\",\"by\":\"kebtest\","
		 "\"class\":\"refused\",\"code\":\"MalformedDetail\",\"error\":\"Detail is "
		 "\\\"bad\\\"\\n\",\"attempts\":1}\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf to = {0};

		status_add(&to, &one, &cases[i].s, "kebtest");
		assert_string_equal(buf_text(&to), cases[i].line);
		buf_free(&to);
	}
}

static void a_line_for_several_records_settles_each(void **state)
{
	struct settlement s = {.outcome = OUTCOME_FILTERED};
	struct buf to = {0};

	(void)state;
	status_add(&to, &two, &s, "kebtest");
	assert_string_equal(buf_text(&to),
			    "{\"ack\":\"a/0/1/e\",\"status\":\"filtered\",\"by\":\"kebtest\"}\n"
			    "{\"ack\":\"a/0/2/e\",\"status\":\"filtered\",\"by\":\"kebtest\"}\n");
	buf_reset(&to);
	status_add(&to, &(struct marks){.ack = SLICE_NONE}, &s, "kebtest");
	assert_int_equal(to.len, 0); /* no token: nobody to tell */
	buf_free(&to);
}

static void a_reason_says_what_there_is_to_say(void **state)
{
	struct settlement s = {.outcome = OUTCOME_REJECTED,
			       .class = REJECT_INVALID,
			       .code = {"", 0},
			       .error = {"\xc3", 1}};
	struct buf to = {0};

	(void)state;
	status_add_reason(&to, &s, SIZE_MAX);
	assert_string_equal(buf_text(&to), ",\"class\":\"invalid\",\"error\":\"(not UTF-8)\"");
	buf_reset(&to);
	s.error = SLICE("a\"b");
	status_add_reason(&to, &s, 3); /* not inside an escape */
	assert_string_equal(buf_text(&to), ",\"class\":\"invalid\",\"error\":\"a\\\"\"");
	buf_free(&to);
}

static void free_text_is_cut_between_characters(void **state)
{
	static const char *const fill[] = {"x", "\xc3\xa9", "\n", "\x01", "\"", "\xf0\x9f\x98\x80"};

	(void)state;
	for (size_t i = 0; i < sizeof fill / sizeof *fill; i++) {
		struct settlement s = {.outcome = OUTCOME_REJECTED, .class = REJECT_DECODE};
		struct buf text = {0}, to = {0};
		struct status_line back;

		for (int n = 0; n < 5000; n++)
			buf_adds(&text, slice_of(fill[i]));
		s.code = s.error = buf_slice(&text);
		status_add(&to, &one, &s, "kebtest");
		assert_in_range(to.len, 1000, PIPE_BUF);
		/* what remains is one valid line */
		assert_true(status_parse(&back, (struct slice){to.p, to.len - 1}, NULL));
		assert_in_range(back.error.n, 900, 1024);
		buf_free(&text);
		buf_free(&to);
	}
}

static void what_is_read_is_what_was_written(void **state)
{
	struct json_fault fault;
	struct status_line line;

	(void)state;
	assert_true(
		status_parse(&line,
			     SLICE("{\"new\":[1],\"status\":\"rejected\",\"class\":\"too-large\","
				   "\"attempts\":7,\"by\":\"kebput\",\"ack\":\"t/1/2/e\"}"),
			     &fault));
	assert_int_equal(line.outcome, OUTCOME_REJECTED);
	assert_true(line.has_class && line.class == REJECT_TOO_LARGE);
	assert_int_equal(line.attempts, 7);
	assert_true(slice_is(line.ack, "t/1/2/e") && slice_is(line.by, "kebput"));
	assert_true(
		status_parse(&line, SLICE("{\"ack\":\"t\",\"status\":\"teleported\"}"), &fault));
	assert_int_equal(line.outcome, OUTCOME_UNKNOWN);
	assert_false(status_parse(&line, SLICE("{\"status\":\"delivered\"}"), &fault));
	assert_string_equal(fault.what, "no ack");
	assert_false(status_parse(&line, SLICE("{\"ack\":\"t\"}"), &fault));
	assert_string_equal(fault.what, "no status");
	assert_false(status_parse(&line, SLICE("{\"ack\":\"t\""), &fault));
	assert_int_equal(fault.at, 10);
}

static void parts_nest_from_the_right(void **state)
{
	struct slice whole;
	struct buf to = {0};
	uint32_t i, of;

	(void)state;
	part_add(&to, SLICE("t/0/5/e~2/3"), 1, 2);
	assert_string_equal(buf_text(&to), "t/0/5/e~2/3~1/2");
	assert_true(part_split(buf_slice(&to), &whole, &i, &of));
	assert_true(slice_is(whole, "t/0/5/e~2/3") && i == 1 && of == 2);
	assert_true(part_split(whole, &whole, &i, &of));
	assert_true(slice_is(whole, "t/0/5/e") && i == 2 && of == 3);
	assert_false(part_split(whole, &whole, &i, &of));
	assert_false(part_split(SLICE("t~0/3"), &whole, &i, &of));
	assert_false(part_split(SLICE("t~4/3"), &whole, &i, &of));
	assert_false(part_split(SLICE("t~1"), &whole, &i, &of));
	assert_false(part_split(SLICE("t~"), &whole, &i, &of));
	assert_false(part_split(SLICE("t~1/99999999999"), &whole, &i, &of));
	buf_free(&to);
}

static void only_a_pipe_for_writing_is_a_status_fd(void **state)
{
	struct err err;
	int fds[2], null = open("/dev/null", O_WRONLY);
	struct status *st;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_null(status_open(fds[0], "kebtest", &err));
	assert_int_equal(err.status, EXIT_USAGE);
	assert_null(status_open(null, "kebtest", &err));
	setenv("KEB_STATUS_FD", "77", 1);
	assert_null(status_open(-1, "kebtest", &err));
	unsetenv("KEB_STATUS_FD");
	st = status_open(-1, "kebtest", &err);
	assert_non_null(st);
	assert_false(status_wired(st));
	status_free(st);
	st = status_open(fds[1], "kebtest", &err);
	assert_true(status_wired(st));
	assert_int_equal(fcntl(fds[1], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	status_free(st);
	close(fds[0]);
	close(null);
}

/* Each read(2) of a pipe in packet mode gives one write(2). */
static void writes_end_at_lines_and_fit_pipe_buf(void **state)
{
	struct settlement s = {.outcome = OUTCOME_FILTERED};
	char got[PIPE_BUF * 2];
	struct err err;
	size_t lines = 0;
	struct status *st;
	int fds[2];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe2(fds, O_DIRECT), 0);
	st = status_open(fds[1], "kebtest", &err);
	for (int i = 0; i < 500; i++)
		status_settle(st, &one, &s);
	assert_int_equal(status_flush(st), 0);
	status_free(st);
	while ((n = read(fds[0], got, sizeof got)) > 0) {
		assert_in_range(n, 1, PIPE_BUF);
		assert_int_equal(got[n - 1], '\n');
		for (ssize_t i = 0; i < n; i++)
			lines += got[i] == '\n';
	}
	assert_int_equal(lines, 500);
	close(fds[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_outcome_has_its_line),
		cmocka_unit_test(a_line_for_several_records_settles_each),
		cmocka_unit_test(a_reason_says_what_there_is_to_say),
		cmocka_unit_test(free_text_is_cut_between_characters),
		cmocka_unit_test(what_is_read_is_what_was_written),
		cmocka_unit_test(parts_nest_from_the_right),
		cmocka_unit_test(only_a_pipe_for_writing_is_a_status_fd),
		cmocka_unit_test(writes_end_at_lines_and_fit_pipe_buf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
