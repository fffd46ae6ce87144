/*
 * One datum decoded with a schema, for the tests of Avro.
 */
#ifndef KEB_TESTS_AVRO_H
#define KEB_TESTS_AVRO_H

#include "avro/avro.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define BYTES(literal)                                                                             \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}
#define COUNT(array) (sizeof(array) / sizeof *(array))

#define RECORD(fields)	  "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" fields "]}"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define ONE(type)	  RECORD(FIELD("a", type))

/* Decodes; the text, which is the caller's, or NULL with the fault. */
static char *decode(const char *schema_text, struct slice datum, const struct connect_form *form,
		    struct codec_fault *fault)
{
	struct avro_schema *schema = avro_schema_new(slice_of(schema_text), NULL, 0, form, fault);
	/* A block of exactly that size, so that a sanitizer sees a read behind it. */
	char *copy = malloc(datum.n ? datum.n : 1);
	struct buf to = {0};
	bool ok;

	assert_non_null(copy);
	memcpy(copy, datum.p, datum.n);
	BUF_LIT(&to, "before ");
	ok = schema && avro_add_json(schema, (struct slice){copy, datum.n}, false, &to, fault);
	buf_text(&to);
	assert_memory_equal(to.p, "before ", 7);
	if (!ok)
		assert_int_equal(to.len, 7);
	buf_drop(&to, 7);
	buf_text(&to);
	avro_schema_free(schema);
	free(copy);
	if (!ok)
		buf_free(&to);
	return to.p;
}

#endif
