/* links: kebrun/connector kebrun/converter kebrun/config kebrun/properties cli json base */
/*
 * A connector's configuration: any bytes, and what comes out is one pipeline of whole
 * words, whatever quotes they hold.
 */
#include "../../cmd/kebrun/connector.h"

#include "base/msg.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);
	struct buf pipeline = {0};
	struct err err;
	uint64_t copies;
	bool quoted = false;

	assert(text);
	if (size)
		memcpy(text, data, size);
	msg_level(MSG_ERROR);
	if (connector_parse(text, size, "fuzz", &pipeline, &copies, &err) == 0) {
		assert(copies >= 1 && copies <= 1000);
		assert(slice_starts(buf_slice(&pipeline), SLICE("kebread ")));
		for (size_t i = 0; i < pipeline.len; i++) {
			quoted ^= pipeline.p[i] == '\'' &&
				  (i == 0 || pipeline.p[i - 1] != '\\' || quoted);
			assert(quoted || !strchr("$`;&<>()\"*?#!", pipeline.p[i]));
		}
		assert(!quoted);
	}
	buf_free(&pipeline);
	free(text);
	return 0;
}
