/* links: aws base */
/*
 * An answer of STS or S3: read, or refused; what is appended is never longer than it.
 */
#include "aws/xml.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct buf to = {0};

	(void)xml_text(text, "ErrorResponse/Error/Code", &to);
	(void)xml_text(text, "Error/Region", &to);
	if (to.len > 2 * size)
		abort();
	buf_free(&to);
	return 0;
}
