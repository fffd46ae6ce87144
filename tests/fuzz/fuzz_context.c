/* links: kebread/context kebread/place status event lines json base */
/*
 * The headers of what may be a dead letter, one a line, name=value: never more is taken off
 * than there is, and what is read can be written and read again.
 */
#include "../../cmd/kebread/context.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#define MOST 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t split(char *text, struct header *headers)
{
	size_t n = 0;

	for (char *line = strtok(text, "\n"); line && n < MOST; line = strtok(NULL, "\n")) {
		char *equals = strchr(line, '=');

		headers[n].name = line;
		headers[n].value = SLICE_NONE;
		if (equals) {
			*equals = '\0';
			headers[n].value = slice_of(equals + 1);
		}
		n++;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct header headers[MOST], written[CONTEXT_HEADERS];
	char *text = malloc(size + 1);
	struct buf values = {0};
	struct context c, back;
	struct message m = {.headers = headers};
	size_t own;

	memcpy(text, data, size);
	text[size] = '\0';
	m.n_headers = split(text, headers);
	if (context_read(&m, &c, &own)) {
		assert(own < m.n_headers);
		context_write(&c, &values, written);
		m = (struct message){.headers = written, .n_headers = CONTEXT_HEADERS};
		assert(context_read(&m, &back, &own) && own == 0);
		assert(slice_eq(c.topic, back.topic) && c.offset == back.offset);
		assert(c.partition == back.partition && c.redrives == back.redrives);
	}
	buf_free(&values);
	free(text);
	return 0;
}
