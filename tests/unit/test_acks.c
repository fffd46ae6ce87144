/* links: kebread/acks kebread/rejects kebread/letters kebread/context kebread/policy */
/* links: kebread/place kebread/ledger kebread/parts kebread/token */
/* links: kafka status event lines cli json base pkg:rdkafka */
#include "../../cmd/kebread/acks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void acks_go_into_the_ledger(void **state)
{
	static const char lines[] =
		"{\"ack\":\"t/0/0/r.1\",\"status\":\"delivered\",\"id\":\"x\"}\n"
		"nonsense\n"
		"{\"ack\":\"t/0/1/r.1\",\"status\":\"later-version\"}\n"
		"{\"ack\":\"t/0/9/r.1\",\"status\":\"delivered\"}\n"
		"{\"ack\":\"t/0/1/"
		"r.1\",\"status\":\"rejected\",\"by\":\"kebput\",\"class\":\"refused\","
		"\"code\":\"MalformedDetail\",\"error\":\"Detail is malformed.\"}\n";
	struct ledger *l = ledger_new(&(struct ledger_conf){.run = "r", .window = 9});
	struct tenure *t = ledger_begin(l, "t", 0, 0);
	struct policy policy = {0};
	struct rejects *rejects = rejects_new(&(struct rejects_conf){.policy = &policy});
	struct acks *acks;
	struct err err;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	acks = acks_new(&(struct acks_conf){.fd = fds[0], .ledger = l, .rejects = rejects});
	assert_true(ledger_hand_out(l, t, 0, 1));
	assert_true(ledger_hand_out(l, t, 1, 1));
	assert_int_equal(write(fds[1], lines, sizeof lines - 1), sizeof lines - 1);
	close(fds[1]);
	assert_int_equal(acks_read(acks, &err), 2);
	assert_false(acks_ended(acks));
	assert_int_equal(acks_read(acks, &err), 0);
	assert_true(acks_ended(acks));
	assert_int_equal(acks_bad(acks), 1);
	assert_int_equal(ledger_counts(l)->unknown, 1);
	assert_non_null(rejects_verdict(rejects));
	assert_int_equal(rejects_verdict(rejects)->status, EXIT_NEGATIVE);
	assert_string_equal(
		rejects_verdict(rejects)->text,
		"record t/0/1/r.1 was rejected by kebput: refused: MalformedDetail: "
		"Detail is malformed. (it was not committed; --on-reject skip goes on)");
	assert_int_equal(tenure_watermark(t), 1);
	acks_free(acks);
	rejects_free(rejects);
	ledger_free(l);
	close(fds[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acks_go_into_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
