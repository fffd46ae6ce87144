/* links: keboffload/claim keboffload/cut aws http event json base pkg:libcrypto */
#include "../../cmd/keboffload/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Moves everything and puts it back: the same bytes, or nothing was moved. */
static size_t round_trip(const char *detail, const char *const *fields, size_t n)
{
	struct json_path *paths[CLAIM_FIELDS_MAX];
	struct claim_object objects[CLAIM_FIELDS_MAX] = {0};
	struct claim_ref refs[CLAIM_FIELDS_MAX];
	struct slice bodies[CLAIM_FIELDS_MAX];
	struct buf in = {0}, moved = {0}, back = {0};
	struct claim_fault fault;
	struct json_fault bad;
	struct event event;
	struct err err;
	struct claim *c;
	size_t got;

	for (size_t i = 0; i < n; i++)
		assert_non_null(paths[i] = claim_path(fields[i], &err));
	c = claim_new(&(struct claim_conf){.fields = fields,
					   .paths = paths,
					   .n_fields = n,
					   .arn = SLICE("arn:aws:s3:::b/"),
					   .prefix = SLICE("p/")});
	buf_addf(&in, "{\"source\":\"s\", \"detail\":%s }", detail);
	assert_true(event_parse(&event, buf_slice(&in), &bad));
	got = claim_move(c, &event, objects, &moved);
	if (got) {
		assert_true(event_parse(&event, buf_slice(&moved), &bad));
		assert_int_equal(claim_refs(&event, refs, &fault), got);
		for (size_t i = 0; i < got; i++)
			bodies[i] = buf_slice(&objects[i].body);
		assert_true(claim_restore(c, &event, refs, bodies, got, &back, &fault));
		assert_true(slice_eq(buf_slice(&in), buf_slice(&back)));
	}
	for (size_t i = 0; i < CLAIM_FIELDS_MAX; i++) {
		buf_free(&objects[i].body);
		buf_free(&objects[i].name);
	}
	for (size_t i = 0; i < n; i++)
		json_path_free(paths[i]);
	claim_free(c);
	buf_free(&in);
	buf_free(&moved);
	buf_free(&back);
	return got;
}

static void test_round_trip(void **state)
{
	static const char *const fields[] = {"$.detail.value.a[1]", "$.detail.value", "$.detail.x"};
	static const struct {
		const char *detail;
		size_t moved;
	} cases[] = {
		{"{}", 0},
		{"{\"value\":null}", 0},
		{"{\"value\":1}", 1},
		{"{ \"value\" : 1 }", 1},
		{"{\"value\":1,\"value\":2}", 1},
		{"{\"y\":1,\"value\":[],\"x\":\"\"}", 2},
		{"{\"x\":1 , \"value\":{\"a\":[0 , 1.50,2]},\"z\":0}", 3},
		{"{\"v\\u0061lue\":\"\\u0041\"}", 1},
		{"{\"value\":{\"a\":[0,1]},\"x\":1e400}", 3},
		{"[]", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(round_trip(cases[i].detail, fields, 3), cases[i].moved);
}

static void test_locate(void **state)
{
	struct slice bucket, name;

	(void)state;
	assert_true(claim_locate(SLICE("arn:aws-cn:s3:::b/p/k"), &bucket, &name));
	assert_true(slice_is(bucket, "b") && slice_is(name, "p/k"));
	assert_false(claim_locate(SLICE("arn:aws:s3:::b"), &bucket, &name));
	assert_false(claim_locate(SLICE("arn:aws:s3:::b/"), &bucket, &name));
	assert_false(claim_locate(SLICE("arn:aws:sqs:::b/k"), &bucket, &name));
	assert_false(claim_locate(SLICE("arn:aws"), &bucket, &name));
	assert_false(claim_locate(SLICE(""), &bucket, &name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_locate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
