/* links: kebmap/intake kebmap/outlet kebmap/kafka_detail kebmap/cloudevent kebmap/transformer */
/* links: kebmap/headers kebmap/payload kebmap/refusal connect event json base */
/*
 * Lines of Pipes and Lambda taken apart, and events in every shape: whatever goes in, what
 * comes out is one JSON object on one line, or a reason. The first byte picks the shape.
 */
#include "../../cmd/kebmap/headers.h"
#include "../../cmd/kebmap/intake.h"
#include "../../cmd/kebmap/outlet.h"
#include "../../cmd/kebmap/payload.h"
#include "base/utf8.h"
#include "event/event.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char template[] = "{\"a\": <$.value.a>, \"<$.topic>\": [<$.key.id>, \"x<$.headers>"
			       "<$.value>\"], \"e\": \"<aws.pipes.event.json>\"}";

static void check(const struct buf *out)
{
	if (json_check(buf_slice(out), NULL) != JSON_OBJECT || memchr(out->p, '\n', out->len))
		abort();
}

static void take_apart(enum from_shape from, struct slice line)
{
	static struct intake *intakes[FROM_EVENT];
	struct json_fault fault;
	struct marks marks;
	struct record record;
	int64_t n;

	if (!intakes[from])
		intakes[from] = intake_new(from);
	n = intake_line(intakes[from], line, &marks, &fault);
	for (int64_t i = 0; i < n; i++)
		if (intake_record(intakes[from], (size_t)i, &record, &fault) &&
		    json_check(record.line, NULL) != JSON_OBJECT)
			abort();
}

static struct outlet *make(unsigned which)
{
	struct outlet_conf conf = {.to = (int)(which % 6), .wrap = which == 1 ? "w" : NULL};
	struct outlet *outlet;
	struct err err;
	char name[] = "/tmp/keb-fuzz-XXXXXX";
	int fd = -1;

	conf.value_format = which < 6 ? PAYLOAD_JSON : PAYLOAD_BASE64;
	if (which >= 6 && (conf.to == TO_EVENT || conf.to == TO_PIPES)) {
		fd = mkstemp(name);
		if (fd < 0 || write(fd, template, sizeof template - 1) < 0)
			abort();
		conf.template = name;
	}
	outlet = outlet_new(&conf, &err);
	if (fd >= 0) {
		close(fd);
		unlink(name);
	}
	if (!outlet)
		abort();
	return outlet;
}

static void shape(unsigned which, struct slice event)
{
	static struct outlet *outlets[12];
	struct buf out = {0};
	struct slice partition;
	struct refusal why;

	if (json_check(event, NULL) != JSON_OBJECT || memchr(event.p, '\n', event.n) ||
	    json_trim(event).n < 4)
		return;
	if (!outlets[which])
		outlets[which] = make(which);
	buf_addc(&out, '{');
	if (outlet_add(outlets[which], json_trim(event), &out, &partition, &why))
		check(&out);
	else if (!*why.text || !utf8_valid(why.text, strlen(why.text)))
		abort();
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = {(const char *)data + 1, size - 1};

	if (size == 0)
		return 0;
	if (data[0] % 16 < 12)
		shape(data[0] % 16, bytes);
	else
		take_apart(data[0] % 2 ? FROM_PIPES : FROM_LAMBDA, bytes);
	return 0;
}
