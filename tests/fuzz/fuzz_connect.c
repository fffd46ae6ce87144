/* links: connect json base */
/*
 * JSON, envelopes and headers as Connect prints them: whatever goes in, what comes out is
 * one JSON value without line breaks, or a reason. The first byte picks the reader.
 */
#include "base/utf8.h"
#include "connect/envelope.h"
#include "connect/header.h"
#include "connect/jackson.h"
#include "connect/json.h"
#include "json/scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct buf *out)
{
	if (json_check(buf_slice(out), NULL) == JSON_NONE || memchr(out->p, '\n', out->len))
		abort();
}

static void check_fault(const struct codec_fault *fault, const struct buf *out)
{
	if (!*fault->text || !utf8_valid(fault->text, strlen(fault->text)) || out->len)
		abort();
}

static void json(struct slice bytes, struct buf *out)
{
	static struct connect_json *j;
	static struct jackson jackson;
	struct codec_fault fault;
	struct slice value;

	if (!j)
		j = connect_json_new();
	if (!jackson_read(&jackson, bytes, 2, &value, &fault)) {
		check_fault(&fault, out);
	} else if (value.p) {
		connect_json_add(j, out, value);
		check(out);
	}
}

static void envelope(struct slice bytes, enum connect_decimal decimal, struct buf *out)
{
	static struct connect_envelope *e[3];
	struct codec_fault fault;

	if (!e[decimal])
		e[decimal] = connect_envelope_new(decimal);
	if (connect_envelope_add(e[decimal], bytes, 2, out, &fault))
		check(out);
	else
		check_fault(&fault, out);
}

static void header(struct slice bytes, struct buf *out)
{
	static struct connect_header h;

	connect_header_add(&h, out, bytes);
	check(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = {(const char *)data + 1, size - 1};
	struct buf out = {0};

	if (size == 0)
		return 0;
	switch (data[0] % 8) {
	case 0:
	case 1:
		json(bytes, &out);
		break;
	case 2:
	case 3:
		header(bytes, &out);
		break;
	default:
		envelope(bytes, (enum connect_decimal)(data[0] % 8 % 3), &out);
	}
	buf_free(&out);
	return 0;
}
