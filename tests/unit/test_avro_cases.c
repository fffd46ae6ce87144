/* links: avro connect json base pkg:zlib */
/*
 * The cases of tests/data/serdes that are Avro, without their frames: what Kafka
 * Connect's own classes printed for the same bytes.
 */
#include "serdes.h"

#include "avro/avro.h"

#include <stdio.h>
#include <zlib.h>

#define REFERENCES_MAX 8

static size_t seen;

/* Takes the frame off; the payload of the one compressed case goes to `inflated`. */
static struct slice unframe(struct slice row, struct slice record, struct buf *inflated)
{
	size_t frame = serdes_is(row, "registry", "glue") ? 18 : 5;
	uLongf n = 65536;

	if (serdes_member(row, SLICE("headers")).p)
		return record;
	if (frame == 5 && record.n && record.p[0] == 1)
		frame = 17;
	assert_true(record.n >= frame);
	if (frame == 18 && record.p[1] == 5) {
		buf_room(inflated, n);
		assert_int_equal(uncompress((Bytef *)inflated->p, &n,
					    (const Bytef *)record.p + frame,
					    (uLong)(record.n - frame)),
				 Z_OK);
		return (struct slice){inflated->p, n};
	}
	return (struct slice){record.p + frame, record.n - frame};
}

static size_t references_of(struct slice row, struct avro_reference *refs)
{
	struct slice list = serdes_member(row, SLICE("references"));
	struct json_walk walk;
	struct json_member member;
	size_t n = 0;

	if (!list.p)
		return 0;
	for (json_walk(&walk, list); json_next(&walk, &member); n++) {
		assert_true(n < REFERENCES_MAX);
		refs[n].name = slice_of(serdes_text(member.value, "name", NULL));
		refs[n].text = slice_of(serdes_text(member.value, "schema", NULL));
	}
	return n;
}

/* What the bytes of a row print as, or the fault. */
static bool decode(struct slice row, struct buf *to, struct codec_fault *fault)
{
	struct connect_form form = {
		.profile = serdes_is(row, "registry", "glue") ? CONNECT_GLUE : CONNECT_CONFLUENT};
	struct slice config = serdes_member(row, SLICE("config"));
	struct avro_reference refs[REFERENCES_MAX];
	size_t n_refs = references_of(row, refs);
	char *text = serdes_text(row, "schema", NULL);
	struct buf record = serdes_record(row), inflated = {0};
	struct avro_schema *schema;
	bool ok = false;

	if (config.p && serdes_is(config, "decimal.format", "NUMERIC"))
		form.decimal = DECIMAL_NUMERIC;
	schema = avro_schema_new(slice_of(text), refs, n_refs, &form, fault);
	if (schema)
		ok = avro_add_json(schema, unframe(row, buf_slice(&record), &inflated),
				   form.profile == CONNECT_CONFLUENT, to, fault);
	avro_schema_free(schema);
	for (size_t i = 0; i < n_refs; i++) {
		free((char *)refs[i].name.p);
		free((char *)refs[i].text.p);
	}
	free(text);
	buf_free(&record);
	buf_free(&inflated);
	return ok;
}

static void check(struct slice row)
{
	struct codec_fault fault;
	struct buf printed = {0};
	char *id = serdes_text(row, "id", NULL);
	bool ok = decode(row, &printed, &fault);

	seen++;
	if (serdes_is(row, "expect", "json")) {
		if (!ok)
			fail_msg("%s: %s", id, fault.text);
		serdes_expect(row, buf_slice(&printed));
	} else if (serdes_is(row, "expect", "error")) {
		if (ok)
			fail_msg("%s: printed %s", id, buf_text(&printed));
		assert_int_equal(printed.len, 0);
	} else {
		assert_true(ok);
		assert_string_equal(buf_text(&printed), "null");
	}
	free(id);
	buf_free(&printed);
}

/* Frames and registries are not Avro's. */
static void check_if_avro(struct slice row)
{
	if (serdes_is(row, "format", "AVRO") && !serdes_is(row, "class", "framing") &&
	    !serdes_member(row, SLICE("registry_reply")).p)
		check(row);
}

static void every_case_prints_what_connect_prints(void **state)
{
	(void)state;
	seen = 0;
	serdes_each("tests/data/serdes/avro.jsonl", check);
	assert_true(seen > 100);
}

/* The values are known beside keb, the bytes are python3-avro's: see avro-random.py. */
static void random_data_of_another_encoder_prints_the_same(void **state)
{
	(void)state;
	seen = 0;
	serdes_each("tests/data/serdes/avro-random.jsonl", check);
	assert_int_equal(seen, 300);
}

static void malformed_data_and_schemas_are_faults(void **state)
{
	(void)state;
	seen = 0;
	serdes_each("tests/data/serdes/malformed.jsonl", check_if_avro);
	assert_true(seen > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_prints_what_connect_prints),
		cmocka_unit_test(random_data_of_another_encoder_prints_the_same),
		cmocka_unit_test(malformed_data_and_schemas_are_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
