/* links: kebmap/mapping kebmap/payload kebmap/headers kebmap/detail_type kebmap/template */
/* links: kebmap/set kebmap/query kebmap/refusal connect event json base lib:jq */
/*
 * A record line, or the bytes of a value, to an event: whatever goes in, what comes
 * out is one line, valid JSON, an event with an object as its detail, or a reason.
 * The first byte picks the options.
 */
#include "../../cmd/kebmap/headers.h"
#include "../../cmd/kebmap/mapping.h"
#include "../../cmd/kebmap/payload.h"
#include "base/b64.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "event/event.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *sets[] = {
	"source=$.detail.value.s",	"detail-type=$.detail.key",    "detail.value.a.b=$.detail",
	"detail.x=$.detail.headers[0]", "resources=$.detail.value[0]", "time=$.detail.value.t",
	"detail=$.detail.value",
};
static const char *topics[] = {"t=T", "orders=O {topic}"};

static const struct mapping_conf confs[] = {
	{.value_format = PAYLOAD_JSON, .source = "s", .detail_type.text = "d"},
	{.key_format = PAYLOAD_JSON,
	 .value_format = PAYLOAD_JSON,
	 .source = "{topic}",
	 .detail_type = {.text = "{topic}", .for_topics = {topics, 2}, .path = "$.type"},
	 .headers = HEADERS_SIGNED,
	 .trace_header = "h",
	 .group = GROUP_PARTITION},
	{.key_format = PAYLOAD_BASE64,
	 .value_format = PAYLOAD_STRING,
	 .source = "s",
	 .detail_type.text = "d",
	 .headers = HEADERS_BASE64,
	 .sets = {sets, 4}},
	{.value_format = PAYLOAD_JSON,
	 .source = "s",
	 .detail_type.text = "d",
	 .replay = "r",
	 .headers = HEADERS_BYTES,
	 .sets = {sets, 7}},
};
#define CONFS (sizeof confs / sizeof *confs)

static void check(struct slice line)
{
	struct json_fault fault;
	struct event event;

	if (memchr(line.p, '\n', line.n) || !utf8_valid(line.p, line.n))
		abort();
	if (!event_parse(&event, line, &fault))
		abort();
	if (json_type_of(event.detail) != JSON_OBJECT || !event.source.p || !event.detail_type.p ||
	    json_type_of(event.resources) != JSON_ARRAY)
		abort();
}

static void map(struct mapping *m, struct slice line)
{
	struct json_fault fault;
	struct refusal why = {0};
	struct record record;
	struct buf out = {0};
	size_t from;

	if (record_parse(&record, line, &fault) && record.topic.p) {
		if (mapping_add(m, &record, &out, &from, &why))
			check(buf_slice(&out));
		else if (!*why.text || !utf8_valid(why.text, strlen(why.text)) || out.len)
			abort();
	}
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mapping *mappings[CONFS];
	struct slice bytes = {(const char *)data + 1, size - 1};
	struct buf line = {0};
	struct mapping *m;
	struct err err;

	if (size == 0)
		return 0;
	msg_level(MSG_ERROR);
	for (size_t i = 0; i < CONFS; i++)
		if (!mappings[i] && !(mappings[i] = mapping_new(&confs[i], &err)))
			abort();
	m = mappings[data[0] % CONFS];
	map(m, bytes); /* lines of the reader have no LF, which is white space here */
	BUF_LIT(&line, "{\"topic\":\"t\",\"value\":\"");
	buf_room(&line, B64_ENCODED(bytes.n));
	line.len += b64_encode(line.p + line.len, bytes.p, bytes.n);
	BUF_LIT(&line, "\"}");
	map(m, buf_slice(&line));
	buf_free(&line);
	return 0;
}
