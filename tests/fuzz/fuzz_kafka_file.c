/* links: kafka cli json base pkg:rdkafka */
/*
 * A file of properties (-F): any bytes, and nothing outside of them is touched.
 */
#include "kafka/file.h"

#include "base/mem.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int each(void *ctx, const char *property, const char *value, struct err *err)
{
	size_t *max = ctx;

	(void)err;
	assert(strlen(property) + strlen(value) <= *max);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);
	struct err err;

	assert(text);
	if (size)
		memcpy(text, data, size);
	(void)kafka_file_parse(text, size, "fuzz", each, &size, &err);
	free(text);
	return 0;
}
