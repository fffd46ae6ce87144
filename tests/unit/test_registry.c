/* links: registry connect aws json base pkg:libcrypto */
/*
 * What needs no network: the cache in memory, the files on disk, and what replies say.
 */
#include "base/mem.h"
#include "registry/cache.h"
#include "registry/reply.h"
#include "registry/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* --- memory --------------------------------------------------------------------- */

static size_t released;

static void release(void *plan)
{
	released++;
	free(plan);
}

static void put(struct cache *c, uint32_t number, size_t size)
{
	cache_add(c, &(struct cache_entry){.id = {.kind = SCHEMA_NUMBER, .number = number},
					   .plan = mem_alloc(1),
					   .size = size});
}

static bool has(struct cache *c, uint32_t number)
{
	return cache_find(c, &(struct schema_id){.kind = SCHEMA_NUMBER, .number = number}) != NULL;
}

static void the_least_recently_used_goes_first(void **state)
{
	struct cache *c = cache_new(release);

	(void)state;
	released = 0;
	for (uint32_t i = 0; i < CACHE_ENTRIES; i++)
		put(c, i, 10);
	assert_int_equal(cache_count(c), CACHE_ENTRIES);
	assert_true(has(c, 0)); /* now used */
	put(c, 5000, 10);
	assert_true(has(c, 0) && has(c, 5000) && !has(c, 1));
	assert_int_equal(released, 1);
	put(c, 5000, 10); /* in its own place */
	assert_int_equal(cache_count(c), CACHE_ENTRIES);
	assert_int_equal(released, 2);
	cache_free(c);
	assert_int_equal(released, CACHE_ENTRIES + 2);
}

static void large_schemas_leave_room_for_fewer(void **state)
{
	struct cache *c = cache_new(release);

	(void)state;
	for (uint32_t i = 0; i < 20; i++)
		put(c, i, CACHE_BYTES / 4);
	assert_int_equal(cache_count(c), 4);
	put(c, 99, 2 * CACHE_BYTES); /* one that is larger than all stays alone */
	assert_int_equal(cache_count(c), 1);
	assert_true(has(c, 99));
	cache_free(c);
}

/* Ten thousand ids by turns: every one that is found is the right one. */
static void many_ids_in_any_order(void **state)
{
	struct cache *c = cache_new(release);
	uint64_t random = 1;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		struct schema_id id = {.kind = SCHEMA_NUMBER};
		const struct cache_entry *e;

		random = random * 6364136223846793005U + 1442695040888963407U;
		id.number = (uint32_t)(random >> 40) % 3000;
		e = cache_find(c, &id);
		if (e)
			assert_int_equal(e->id.number, id.number);
		else
			put(c, id.number, 1);
		assert_true(cache_count(c) <= CACHE_ENTRIES);
	}
	cache_free(c);
}

/* --- disk ------------------------------------------------------------------------ */

static void fill(struct schema_text *text)
{
	struct schema_part *part;

	text->type = SCHEMA_PROTOBUF;
	buf_adds(&text->own.name, SLICE("a \"name\""));
	buf_adds(&text->own.content, SLICE("\x0a\x00\xff\xfe binary"));
	buf_adds(&text->registry, SLICE("shop"));
	buf_adds(&text->rule, SLICE("'hide' (ENCRYPT)"));
	part = schema_text_add(text);
	buf_adds(&part->name, SLICE("common/city.proto"));
	buf_adds(&part->content, SLICE("syntax = \"proto3\";\n\t\x01"));
	part = schema_text_add(text); /* an empty one is one */
	buf_adds(&part->name, SLICE("b"));
}

static bool same_text(const struct schema_text *a, const struct schema_text *b)
{
	bool same = a->type == b->type && a->n_refs == b->n_refs &&
		    slice_eq(buf_slice(&a->own.name), buf_slice(&b->own.name)) &&
		    slice_eq(buf_slice(&a->own.content), buf_slice(&b->own.content)) &&
		    slice_eq(buf_slice(&a->registry), buf_slice(&b->registry)) &&
		    slice_eq(buf_slice(&a->rule), buf_slice(&b->rule));

	for (size_t i = 0; same && i < a->n_refs; i++)
		same = slice_eq(buf_slice(&a->refs[i].name), buf_slice(&b->refs[i].name)) &&
		       slice_eq(buf_slice(&a->refs[i].content), buf_slice(&b->refs[i].content));
	return same;
}

static void files_hold_what_was_written(void **state)
{
	struct schema_id id = {.kind = SCHEMA_VERSION, .uuid = "0123456789abcdef"}, other = id;
	char dir[] = "/tmp/test_registry.XXXXXX", command[64];
	struct schema_text text = {0}, back = {0};
	struct store *s;
	struct err err;

	(void)state;
	other.uuid[0]++;
	assert_non_null(mkdtemp(dir));
	s = store_new(dir, &err);
	assert_non_null(s);
	fill(&text);
	assert_false(store_read(s, SLICE("glue"), &id, &back));
	store_write(s, SLICE("glue"), &id, &text);
	assert_true(store_read(s, SLICE("glue"), &id, &back));
	assert_true(same_text(&text, &back));
	schema_text_free(&back);
	assert_false(store_read(s, SLICE("glue"), &other, &back));
	store_free(s);
	schema_text_free(&text);
	snprintf(command, sizeof command, "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

/* Any bit that flips, any byte that is missing is seen. */
static void damaged_files_are_not_believed(void **state)
{
	struct schema_id id = {.kind = SCHEMA_NUMBER, .number = 7};
	struct schema_text text = {0}, back = {0};
	struct buf file = {0};
	struct store *s;
	struct err err;

	(void)state;
	s = store_new("/tmp", &err);
	fill(&text);
	store_encode(s, &id, &text, &file);
	assert_true(store_decode(s, &id, buf_slice(&file), &back));
	assert_true(same_text(&text, &back));
	schema_text_free(&back);
	for (size_t i = 0; i + 3 < file.len; i++) { /* the last three are ends, not content */
		assert_false(store_decode(s, &id, (struct slice){file.p, i}, &back));
		file.p[i] ^= 1;
		assert_false(store_decode(s, &id, buf_slice(&file), &back));
		schema_text_free(&back);
		file.p[i] ^= 1;
	}
	id.number++;
	assert_false(store_decode(s, &id, buf_slice(&file), &back));
	schema_text_free(&back);
	schema_text_free(&text);
	buf_free(&file);
	store_free(s);
}

/* --- replies ------------------------------------------------------------------------ */

static void replies_of_confluents_kind(void **state)
{
	struct schema_reply r = {0};

	(void)state;
	assert_null(schema_reply_read(&r, SLICE("{\"maxId\":9,\"schema\":\"\\\"int\\\"\"}")));
	assert_int_equal(r.type, SCHEMA_AVRO);
	assert_true(slice_is(buf_slice(&r.content), "\"int\""));
	assert_int_equal(r.n_refs + r.rule.len, 0);
	schema_reply_free(&r);
	assert_null(schema_reply_read(
		&r, SLICE("{\"schemaType\":\"PROTOBUF\",\"schema\":\"\",\"references\":[{\"name\":"
			  "\"a.proto\",\"subject\":\"a/b\",\"version\":-1}]}")));
	assert_int_equal(r.type, SCHEMA_PROTOBUF);
	assert_int_equal(r.n_refs, 1);
	assert_true(slice_is(buf_slice(&r.refs[0].subject), "a/b"));
	assert_int_equal(r.refs[0].version, -1);
	schema_reply_free(&r);
}

static void replies_that_are_none(void **state)
{
	const struct {
		const char *body, *why;
	} cases[] = {
		{"", "is no JSON object"},
		{"<html>", "is no JSON object"},
		{"[]", "is no JSON object"},
		{"{}", "has no schema"},
		{"{\"schema\":7}", "has no schema"},
		{"{\"schema\":\"x\",\"schemaType\":\"XSD\"}",
		 "has a schemaType other than AVRO, PROTOBUF and JSON"},
		{"{\"schema\":\"x\",\"references\":[{\"name\":\"a\"}]}",
		 "has references without name, subject and version"},
		{"{\"schema\":\"x\",\"references\":[{\"name\":\"a\",\"subject\":\"b\",\"version\":"
		 "1.5}]}",
		 "has references without name, subject and version"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct schema_reply r = {0};

		assert_string_equal(schema_reply_read(&r, slice_of(cases[i].body)), cases[i].why);
		schema_reply_free(&r);
	}
}

static void rules_that_bind_readers(void **state)
{
	const struct {
		const char *rule;
		bool binds;
	} cases[] = {
		{"{\"name\":\"n\",\"type\":\"CEL\",\"mode\":\"READ\"}", true},
		{"{\"name\":\"n\",\"type\":\"CEL\",\"mode\":\"WRITEREAD\"}", true},
		{"{\"name\":\"n\",\"type\":\"CEL\",\"mode\":\"WRITE\"}", false},
		{"{\"name\":\"n\",\"type\":\"CEL\",\"mode\":\"UPGRADE\"}", false},
		{"{\"name\":\"n\",\"type\":\"CEL\",\"mode\":\"READ\",\"disabled\":true}", false},
		{"{\"name\":\"n\",\"type\":\"CEL\",\"mode\":\"READ\",\"disabled\":false}", true},
		{"{\"name\":\"n\",\"type\":\"CEL\"}", false},
	};
	const char *const kinds[] = {"domainRules", "encodingRules", "migrationRules"};

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			struct schema_reply r = {0};
			struct buf body = {0};

			buf_addf(&body, "{\"schema\":\"x\",\"ruleSet\":{\"%s\":[%s]}}", kinds[k],
				 cases[i].rule);
			assert_null(schema_reply_read(&r, buf_slice(&body)));
			if (k < 2 && cases[i].binds)
				assert_true(slice_is(buf_slice(&r.rule), "'n' (CEL)"));
			else
				assert_int_equal(r.rule.len, 0);
			schema_reply_free(&r);
			buf_free(&body);
		}
	}
}

static void replies_of_glue(void **state)
{
	struct schema_reply r = {0};

	(void)state;
	assert_null(schema_reply_read_glue(
		&r,
		SLICE("{\"SchemaVersionId\":\"x\",\"DataFormat\":\"JSON\",\"SchemaDefinition\":"
		      "\"{}\",\"SchemaArn\":\"arn:aws:glue:eu-west-1:1:schema/shop/orders\"}")));
	assert_int_equal(r.type, SCHEMA_JSON);
	assert_true(slice_is(buf_slice(&r.name), "orders"));
	assert_true(slice_is(buf_slice(&r.registry), "shop"));
	schema_reply_free(&r);
	assert_string_equal(schema_reply_read_glue(&r, SLICE("{\"SchemaDefinition\":\"x\"}")),
			    "has a DataFormat other than AVRO, PROTOBUF and JSON");
	schema_reply_free(&r);
	assert_string_equal(schema_reply_read_glue(&r, SLICE("{\"DataFormat\":\"AVRO\"}")),
			    "has no SchemaDefinition");
	schema_reply_free(&r);
}

static void errors_are_read_and_cut(void **state)
{
	struct reply_error e;
	struct buf body = {0};

	(void)state;
	reply_error_read(&e, SLICE("{\"error_code\":40403,\"message\":\"Schema 9 not found\"}"));
	assert_int_equal(e.code, 40403);
	assert_string_equal(e.message, "Schema 9 not found");
	reply_error_read(&e, SLICE("<html>"));
	assert_int_equal(e.code, 0);
	assert_string_equal(e.message, "");
	BUF_LIT(&body, "{\"error_code\":\"no\",\"message\":\"");
	for (int i = 0; i < 300; i++)
		BUF_LIT(&body, "\xc3\xa9");
	BUF_LIT(&body, "\"}");
	reply_error_read(&e, buf_slice(&body));
	assert_int_equal(e.code, 0);
	assert_int_equal(strlen(e.message), 198);
	buf_free(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_recently_used_goes_first),
		cmocka_unit_test(large_schemas_leave_room_for_fewer),
		cmocka_unit_test(many_ids_in_any_order),
		cmocka_unit_test(files_hold_what_was_written),
		cmocka_unit_test(damaged_files_are_not_believed),
		cmocka_unit_test(replies_of_confluents_kind),
		cmocka_unit_test(replies_that_are_none),
		cmocka_unit_test(rules_that_bind_readers),
		cmocka_unit_test(replies_of_glue),
		cmocka_unit_test(errors_are_read_and_cut),
	};

	return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
