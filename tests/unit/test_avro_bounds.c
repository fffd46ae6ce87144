/* links: avro connect json base */
/*
 * What hostile or broken Avro costs, what is said of it, and what the usual record
 * costs: no allocation.
 */
#include "allocations.h"
#include "avro.h"

static void faults_say_where(void **state)
{
	struct connect_form form = {0};
	struct codec_fault fault;

	(void)state;
	assert_null(decode(RECORD(FIELD("id", "'long'") "," FIELD("name", "'string'")),
			   SLICE("\2\x64short"), &form, &fault));
	assert_int_equal(fault.code, CODEC_DATA);
	assert_string_equal(fault.text,
			    "byte 2 of 7: 50 bytes are wanted, 5 are left (field 'name')");
	assert_null(decode(ONE("'Nobody'"), SLICE(""), &form, &fault));
	assert_int_equal(fault.code, CODEC_SCHEMA);
	assert_string_equal(fault.text, "schema: type 'Nobody' is not defined");
	assert_null(decode("{'type'", SLICE(""), &form, &fault));
	assert_string_equal(fault.text, "schema: no JSON: expected ':' at byte 7");
}

/* The types that a hostile schema or datum multiplies. */
static void hostile_input_is_bounded(void **state)
{
	static const struct {
		const char *schema;
		struct slice datum;
	} rows[] = {
		/* 2^39 numbers in two bytes. */
		{"{'type':'array','items':'long'}", BYTES("\x80\x80\x80\x80\x80\x40\2\2")},
		/* As many items as Java allows, of no bytes. */
		{"{'type':'array','items':" RECORD("") "}", BYTES("\xee\xff\xff\xff\x0f")},
		{"{'type':'array','items':{'type':'fixed','name':'F','size':0}}",
		 BYTES("\xee\xff\xff\xff\x0f")},
		{"'string'", BYTES("\x80\x80\x80\x80\x10x")},
		{"'bytes'", BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\1x")},
		{"{'type':'fixed','name':'F','size':2147483647}", BYTES("x")},
		/* A record that holds itself. */
		{ONE("'R'"), BYTES("\0\0\0")},
	};
	struct connect_form form = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct codec_fault fault = {0};
		size_t before = allocations;

		assert_null(decode(rows[i].schema, rows[i].datum, &form, &fault));
		assert_int_equal(fault.code, CODEC_DATA);
		/* valgrind puts its own malloc before the one that counts. */
		if (!getenv("VALGRIND"))
			assert_in_range(allocations - before, 1, 60);
	}
}

/* A record of two of the next, and so on: 2^40 empty records in no bytes at all. */
static void a_schema_that_multiplies_is_bounded(void **state)
{
	struct connect_form form = {0};
	struct codec_fault fault;
	struct buf schema = {0};

	(void)state;
	for (int i = 0; i < 40; i++)
		buf_addf(&schema,
			 "{'type':'record','name':'R%d','fields':[{'name':'b',"
			 "'type':",
			 i);
	BUF_LIT(&schema, "{'type':'record','name':'R40','fields':[]}");
	for (int i = 39; i >= 0; i--)
		buf_addf(&schema, "},{'name':'c','type':'R%d'}]}", i + 1);
	assert_null(decode(buf_text(&schema), SLICE(""), &form, &fault));
	assert_int_equal(fault.code, CODEC_DATA);
	buf_free(&schema);
}

static void depth_is_bounded(void **state)
{
	static char deep[100000];
	struct connect_form form = {0};
	struct codec_fault fault;
	struct buf schema = {0};
	const char *list = "{'type':'record','name':'L','fields':["
			   "{'name':'n','type':['null','L']}]}";
	char *text;

	(void)state;
	memset(deep, 2, sizeof deep);
	assert_null(decode(list, (struct slice){deep, sizeof deep}, &form, &fault));
	deep[AVRO_DEPTH_MAX - 1] = 0;
	text = decode(list, (struct slice){deep, AVRO_DEPTH_MAX}, &form, &fault);
	assert_non_null(text);
	free(text);
	for (int i = 0; i < 1000; i++)
		BUF_LIT(&schema, "{'type':'array','items':");
	BUF_LIT(&schema, "'int'");
	for (int i = 0; i < 1000; i++)
		BUF_LIT(&schema, "}");
	assert_null(decode(buf_text(&schema), SLICE("\0"), &form, &fault));
	assert_int_equal(fault.code, CODEC_SCHEMA);
	buf_free(&schema);
}

/* Whatever the size of the table, it has room for them. */
static void distinct_keys_all_stay(void **state)
{
	struct connect_form form = {0};
	struct codec_fault fault;
	struct buf datum = {0};

	(void)state;
	for (unsigned n = 1; n <= 127; n++) {
		unsigned members = 0;
		char *text;

		buf_reset(&datum);
		for (unsigned i = 0; i < n; i++) {
			BUF_LIT(&datum, "\2\2");
			buf_addc(&datum, (char)i);
			buf_addc(&datum, 0);
		}
		buf_addc(&datum, 0);
		text = decode("{'type':'map','values':'int'}", buf_slice(&datum), &form, &fault);
		for (const char *p = text; *p; p++)
			members += p[0] == ':' && p[1] == '0';
		assert_int_equal(members, n);
		free(text);
	}
	buf_free(&datum);
}

/* Many keys, some of them again: the table that finds them, not the comparison of each. */
static void equal_keys_among_many(void **state)
{
	struct connect_form form = {0};
	struct codec_fault fault;
	struct buf datum = {0}, expected = {0};
	char *text;

	(void)state;
	BUF_LIT(&datum, "\xa0\x1f"); /* 2000 */
	for (int i = 0; i < 2000; i++) {
		buf_addf(&datum, "%c%03d", 6, i % 1000);
		buf_addc(&datum, i < 1000 ? 2 : 4);
	}
	buf_addc(&datum, 0);
	for (int i = 0; i < 1000; i++)
		buf_addf(&expected, "%s'%03d':2", i ? "," : "{", i);
	buf_addc(&expected, '}');
	text = decode("{'type':'map','values':'int'}", buf_slice(&datum), &form, &fault);
	assert_string_equal(text, buf_text(&expected));
	free(text);
	buf_free(&datum);
	buf_free(&expected);
}

/* Everything that the steady loop meets: unions, maps with a key twice, entries, decimals. */
static void a_record_allocates_nothing(void **state)
{
	static const char schema_text[] =
		"{'type':'record','name':'R','fields':["
		"{'name':'s','type':'string'},"
		"{'name':'l','type':'long'},"
		"{'name':'d','type':'double'},"
		"{'name':'n','type':['null','string']},"
		"{'name':'u','type':['null','int','string']},"
		"{'name':'m','type':{'type':'map','values':'int'}},"
		"{'name':'e','type':{'type':'array','items':{'type':'record','name':'E',"
		" 'connect.internal.type':'MapEntry','fields':["
		" {'name':'value','type':'int'},{'name':'key','type':'int'}]}}},"
		"{'name':'p','type':{'type':'bytes','logicalType':'decimal','precision':9,"
		" 'scale':2}}]}";
	struct slice datum = SLICE("\6abc\xfe\1\x9a\x99\x99\x99\x99\x99\xb9\x3f\2\2x\4\2y"
				   "\6\2a\2\2b\4\2a\6\0"
				   "\4\2\4\6\4\0"
				   "\4\x30\x39");
	struct connect_form form = {.decimal = DECIMAL_NUMERIC};
	struct codec_fault fault;
	struct avro_schema *schema = compile(schema_text, &form, &fault);
	struct buf to = {0};
	size_t before = 0;

	(void)state;
	assert_non_null(schema);
	for (int i = 0; i < 1000; i++) {
		/* The first record makes the room. */
		if (i == 1)
			before = allocations;
		buf_reset(&to);
		assert_true(avro_add_json(schema, datum, false, &to, &fault));
		/* A record that is cut off costs none either. */
		assert_false(avro_add_json(schema, (struct slice){datum.p, datum.n - 1}, false, &to,
					   &fault));
	}
	assert_int_equal(allocations, before);
	assert_printed(&to, "{'s':'abc','l':127,'d':0.1,'n':'x',"
			    "'u':{'int':null,'string':'y'},'m':{'b':2,'a':3},"
			    "'e':[[2,3]],'p':123.45}");
	avro_schema_free(schema);
	buf_free(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_say_where),
		cmocka_unit_test(hostile_input_is_bounded),
		cmocka_unit_test(a_schema_that_multiplies_is_bounded),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(distinct_keys_all_stay),
		cmocka_unit_test(equal_keys_among_many),
		cmocka_unit_test(a_record_allocates_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
