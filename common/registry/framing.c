#include "framing.h"

#define NUMBER_LEN 5
#define GUID_LEN   17
#define GLUE_LEN   18

enum { GLUE_PLAIN = 0, GLUE_ZLIB = 5 };

static bool cut(struct slice bytes, const char *whose, size_t needed, struct codec_fault *fault)
{
	return codec_fail(fault, CODEC_FRAMING, "%s is cut: %zu bytes, %zu are needed", whose,
			  bytes.n, needed);
}

static struct slice behind(struct slice bytes, size_t n)
{
	return (struct slice){bytes.p + n, bytes.n - n};
}

/* Both forms of Confluent's; `whose` is for messages. */
static bool read_confluent(struct slice bytes, const char *whose, struct schema_id *id,
			   struct slice *rest, struct codec_fault *fault)
{
	const unsigned char *b = (const unsigned char *)bytes.p;

	if (b[0] == 0) {
		if (bytes.n < NUMBER_LEN)
			return cut(bytes, whose, NUMBER_LEN, fault);
		id->kind = SCHEMA_NUMBER;
		id->number = (uint32_t)b[1] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 8 |
			     (uint32_t)b[4];
		*rest = behind(bytes, NUMBER_LEN);
		return true;
	}
	if (bytes.n < GUID_LEN)
		return cut(bytes, whose, GUID_LEN, fault);
	id->kind = SCHEMA_GUID;
	memcpy(id->uuid, b + 1, sizeof(id->uuid));
	*rest = behind(bytes, GUID_LEN);
	return true;
}

static bool read_header(struct slice header, struct slice bytes, struct frame *frame,
			struct codec_fault *fault)
{
	if (!header.n || (unsigned char)header.p[0] > 1)
		return codec_fail(fault, CODEC_FRAMING, "the header with the schema id %s",
				  header.n ? "does not begin with 0 or 1" : "is empty");
	frame->in_header = true;
	frame->payload = bytes;
	return read_confluent(header, "the header with the schema id", &frame->id, &frame->in_front,
			      fault);
}

static bool read_glue(struct slice bytes, struct frame *frame, struct codec_fault *fault)
{
	const unsigned char *b = (const unsigned char *)bytes.p;

	if (bytes.n < GLUE_LEN)
		return cut(bytes, "Glue's frame", GLUE_LEN, fault);
	if (b[1] != GLUE_PLAIN && b[1] != GLUE_ZLIB)
		return codec_fail(fault, CODEC_FRAMING,
				  "Glue's frame has compression %u, which is neither 0 nor 5",
				  b[1]);
	frame->id.kind = SCHEMA_VERSION;
	memcpy(frame->id.uuid, b + 2, sizeof(frame->id.uuid));
	frame->zlib = b[1] == GLUE_ZLIB;
	frame->payload = behind(bytes, GLUE_LEN);
	return true;
}

bool framing_read(struct slice bytes, struct slice header, struct frame *frame,
		  struct codec_fault *fault)
{
	*frame = (struct frame){0};
	if (header.p)
		return read_header(header, bytes, frame, fault);
	if (!bytes.n)
		return codec_fail(fault, CODEC_FRAMING, "there is no byte, so no schema id");
	switch ((unsigned char)bytes.p[0]) {
	case 0:
	case 1:
		return read_confluent(bytes, "Confluent's frame", &frame->id, &frame->payload,
				      fault);
	case 3:
		return read_glue(bytes, frame, fault);
	default:
		return codec_fail(fault, CODEC_FRAMING,
				  "no schema registry's frame begins with byte %02x",
				  (unsigned char)bytes.p[0]);
	}
}
