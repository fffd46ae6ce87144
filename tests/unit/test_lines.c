/* links: lines base */
#include "base/fd.h"
#include "base/mem.h"
#include "lines/limit.h"
#include "lines/reader.h"
#include "lines/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Reads `input`, arriving in pieces of `piece` bytes, and writes what the reader says. */
static char *read_all(struct slice input, size_t piece, size_t limit)
{
	struct buf said = {0};
	struct reader *r;
	struct slice line;
	enum read_got got;
	int fds[2];
	char *text;

	assert_int_equal(pipe(fds), 0);
	r = reader_new(fds[0], limit);
	while ((got = reader_next(r, &line)) != READ_END) {
		if (got == READ_LINE) {
			buf_addf(&said, "%llu@%llu:", (unsigned long long)reader_number(r),
				 (unsigned long long)reader_offset(r));
			buf_adds(&said, line);
			buf_addc(&said, '|');
		} else if (got == READ_TOO_LONG) {
			buf_addf(&said, "%llu@%llu too long|", (unsigned long long)reader_number(r),
				 (unsigned long long)reader_offset(r));
		} else {
			size_t n = input.n < piece ? input.n : piece;

			assert_int_equal(fd_write_all(fds[1], input.p, n), 0);
			input = (struct slice){input.p + n, input.n - n};
			if (input.n == 0 && fds[1] >= 0 && n == 0) {
				close(fds[1]);
				fds[1] = -1;
			}
			assert_int_equal(reader_fill(r), 1);
		}
		if (input.n == 0 && fds[1] >= 0 && got == READ_MORE) {
			close(fds[1]);
			fds[1] = -1;
		}
	}
	reader_free(r);
	close(fds[0]);
	text = mem_text(said.p, said.len);
	buf_free(&said);
	return text;
}

static void lines_come_whole_whatever_the_pieces(void **state)
{
	static const struct {
		struct slice input;
		size_t limit;
		const char *says;
	} cases[] = {
		{{"a\nbb\n", 5}, 100, "1@0:a|2@2:bb|"},
		{{"a\nlast", 6}, 100, "1@0:a|2@2:last|"},
		{{"\n \t\r\nx\r\n", 8}, 100, "3@5:x\r|"},
		{{"12345\n123456\n1\n", 15}, 5, "1@0:12345|2@6 too long|3@13:1|"},
		{{"a\0b\n", 4}, 100, "1@0:a"},
		{{"123456789", 9}, 5, "1@0 too long|"},
		{{"123456789\nx", 11}, 5, "1@0 too long|2@10:x|"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (size_t piece = 1; piece < 20; piece++) {
			char *said = read_all(cases[i].input, piece, cases[i].limit);

			assert_memory_equal(said, cases[i].says, strlen(cases[i].says));
			free(said);
		}
	}
}

static void a_line_may_be_larger_than_the_first_room(void **state)
{
	size_t n = 1 << 20;
	char *big = mem_alloc(n);
	FILE *file = tmpfile();
	struct reader *r;
	struct slice line;
	enum read_got got;

	(void)state;
	memset(big, 'x', n);
	assert_int_equal(fwrite(big, 1, n, file), n);
	assert_int_equal(fputs("\ny\n", file), 1);
	rewind(file);
	r = reader_new(fileno(file), 4 << 20);
	while ((got = reader_next(r, &line)) == READ_MORE)
		assert_int_equal(reader_fill(r), 1);
	assert_int_equal(got, READ_LINE);
	assert_int_equal(line.n, n);
	assert_memory_equal(line.p, big, n);
	while ((got = reader_next(r, &line)) == READ_MORE)
		assert_int_equal(reader_fill(r), 1);
	assert_true(got == READ_LINE && slice_is(line, "y"));
	reader_free(r);
	fclose(file);
	free(big);
}

static void count_line(void *ctx, struct slice line)
{
	struct buf *to = ctx;

	buf_adds(to, line);
	buf_addc(to, '|');
}

static void a_full_pipe_takes_what_it_can(void **state)
{
	char drained[8192];
	struct buf taken = {0};
	struct writer *w;
	struct err err;
	int fds[2];
	size_t got;

	(void)state;
	setenv("KEB_PIPE_SIZE", "4096", 1);
	assert_int_equal(pipe(fds), 0);
	w = writer_new_nonblocking(fds[1]);
	for (int i = 0; i < 1000; i++) {
		buf_addf(writer_buf(w), "line %03d\n", i);
		assert_int_equal(writer_line(w), 0);
	}
	assert_int_equal(writer_flush(w), 0);
	assert_int_equal(writer_pending(w), 9000 - 4096);
	/* 4096 is inside line 455: that one is finished, 456 on are taken back */
	writer_take_back(w, count_line, &taken);
	assert_memory_equal(taken.p, "line 456|line 457|", 18);
	assert_int_equal(writer_pending(w), 8);
	got = (size_t)read(fds[0], drained, sizeof drained);
	assert_int_equal(got, 4096);
	assert_int_equal(writer_close(w, &err), 0);
	assert_int_equal(read(fds[0], drained, sizeof drained), 8);
	assert_memory_equal(drained + 7, "\n", 1);
	assert_int_equal(read(fds[0], drained, sizeof drained), 0); /* nobody holds the write end */
	writer_free(w);
	buf_free(&taken);
	close(fds[0]);
	unsetenv("KEB_PIPE_SIZE");
}

static void a_reader_that_left_is_an_error_that_stays(void **state)
{
	struct writer *w;
	struct err err;
	int fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fds), 0);
	w = writer_new(fds[1]);
	close(fds[0]);
	BUF_LIT(writer_buf(w), "x\n");
	assert_int_equal(writer_line(w), 0); /* still buffered */
	assert_int_equal(writer_flush(w), -1);
	assert_int_equal(errno, EPIPE);
	errno = 0;
	assert_int_equal(writer_flush(w), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(writer_close(w, &err), -1);
	assert_int_equal(err.status, EXIT_LOCAL);
	writer_free(w);
	close(fds[1]);
}

static void a_full_disk_is_said(void **state)
{
	int fd = open("/dev/full", O_WRONLY);
	struct writer *w = writer_new(fd);
	struct err err;

	(void)state;
	BUF_LIT(writer_buf(w), "x\n");
	assert_int_equal(writer_close(w, &err), -1);
	assert_int_equal(err.status, EXIT_LOCAL);
	assert_non_null(strstr(err.text, "No space left"));
	writer_free(w);
	close(fd);
}

static void the_limit_comes_from_option_or_environment(void **state)
{
	struct err err;
	size_t limit;

	(void)state;
	assert_int_equal(line_limit(0, &limit, &err), 0);
	assert_int_equal(limit, LINE_MAX_DEFAULT);
	setenv("KEB_MAX_LINE", "1MiB", 1);
	assert_int_equal(line_limit(0, &limit, &err), 0);
	assert_int_equal(limit, 1 << 20);
	assert_int_equal(line_limit(2000, &limit, &err), 0);
	assert_int_equal(limit, 2000);
	setenv("KEB_MAX_LINE", "many", 1);
	assert_int_equal(line_limit(0, &limit, &err), -1);
	assert_int_equal(err.status, EXIT_USAGE);
	unsetenv("KEB_MAX_LINE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_whole_whatever_the_pieces),
		cmocka_unit_test(a_line_may_be_larger_than_the_first_room),
		cmocka_unit_test(a_full_pipe_takes_what_it_can),
		cmocka_unit_test(a_reader_that_left_is_an_error_that_stays),
		cmocka_unit_test(a_full_disk_is_said),
		cmocka_unit_test(the_limit_comes_from_option_or_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
