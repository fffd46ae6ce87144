/*
 * One datum decoded with a schema, for the tests of Avro. Apostrophes stand for the
 * quotes of JSON, in schemas and in what is printed.
 */
#ifndef KEB_TESTS_AVRO_H
#define KEB_TESTS_AVRO_H

#include "avro/avro.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define BYTES(literal)                                                                             \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}
#define COUNT(array) (sizeof(array) / sizeof *(array))

#define RECORD(fields)	  "{'type':'record','name':'R','fields':[" fields "]}"
#define FIELD(name, type) "{'name':'" name "','type':" type "}"
#define ONE(type)	  RECORD(FIELD("a", type))

static void exchange(char *text, char from, char to)
{
	for (; *text; text++) {
		if (*text == from)
			*text = to;
	}
}

static inline struct avro_schema *compile(const char *text, const struct connect_form *form,
					  struct codec_fault *fault)
{
	char *json = mem_text(text, strlen(text));
	struct avro_schema *schema;

	exchange(json, '\'', '"');
	schema = avro_schema_new(slice_of(json), NULL, 0, form, fault);
	free(json);
	return schema;
}

static inline void assert_printed(struct buf *to, const char *expected)
{
	exchange(buf_text(to), '"', '\'');
	assert_string_equal(to->p, expected);
}

/* The text, which is the caller's, or NULL with the fault; then nothing may be printed. */
static inline char *decode(const char *schema_text, struct slice datum,
			   const struct connect_form *form, struct codec_fault *fault)
{
	struct avro_schema *schema = compile(schema_text, form, fault);
	/* A block of exactly that size, so that a sanitizer sees a read behind it. */
	char *copy = mem_alloc(datum.n ? datum.n : 1);
	struct buf to = {0};
	bool ok;

	memcpy(copy, datum.p, datum.n);
	BUF_LIT(&to, "before ");
	ok = schema && avro_add_json(schema, (struct slice){copy, datum.n}, false, &to, fault);
	assert_memory_equal(to.p, "before ", 7);
	if (!ok)
		assert_int_equal(to.len, 7);
	buf_drop(&to, 7);
	exchange(buf_text(&to), '"', '\'');
	avro_schema_free(schema);
	free(copy);
	if (!ok)
		buf_free(&to);
	return to.p;
}

#endif
