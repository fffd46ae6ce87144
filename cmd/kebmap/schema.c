#include "schema.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "payload.h"
#include "registry/framing.h"
#include "registry/inflate.h"
#include "json/scan.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAD_MAX 8 /* bytes of a payload that a message shows */

struct schema_decoder {
	struct decoder decoder; /* the first member: it is what others hold */
	struct schema_conf conf;
	struct inflate *inflate;
	struct buf inflated;
	struct buf header, unescaped; /* of the header with the schema's id */
};

/* --- what is wrong with a record ------------------------------------------------ */

/* "00 00 00 01": enough to see a frame by, and nothing of a secret. */
static void put_head(char to[3 * HEAD_MAX + 4], struct slice bytes)
{
	size_t n = bytes.n < HEAD_MAX ? bytes.n : HEAD_MAX, at = 0;

	to[0] = '\0';
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(to + at, 4, "%s%02x", i ? " " : "",
				       (unsigned char)bytes.p[i]);
	if (n < bytes.n)
		memcpy(to + at, " ..", 4);
}

static enum decode_result refuse_record(const struct decode_field *field,
					const struct codec_fault *fault, const char *hint,
					struct refusal *why)
{
	const struct record *r = field->record;
	char head[3 * HEAD_MAX + 4];
	char at[48] = "";

	put_head(head, field->bytes);
	if (r->has_partition && r->has_offset)
		snprintf(at, sizeof at, "/%d/%lld", (int)r->partition, (long long)r->offset);
	refuse(why, REJECT_DECODE, "%s of %.*s%s (%s%s%zu bytes): %.160s%s",
	       field->is_key ? "key" : "value", (int)utf8_cut(r->topic.p, r->topic.n, 60),
	       r->topic.p, at, head, *head ? ", " : "", field->bytes.n, fault->text, hint);
	why->code = codec_code_name(fault->code);
	return DECODE_REFUSED;
}

/* --- frames ---------------------------------------------------------------------- */

/* The bytes of the last header of that name; absent if there is none or it is null. */
static struct slice find_header(struct schema_decoder *s, const struct record *record,
				struct slice wanted)
{
	struct slice name, raw, last = SLICE_NONE, bytes, base64;
	struct record_headers walk;
	bool null;

	if (!record->headers.p)
		return SLICE_NONE;
	record_headers(&walk, record);
	while (record_next_header(&walk, &name, &raw, &null) > 0) {
		if (json_is(name, wanted))
			last = null ? SLICE_NONE : raw;
	}
	if (!last.p || !payload_decode(last, &s->header, &s->unescaped, &bytes, &base64))
		return SLICE_NONE; /* headers.h refuses what is no base64 */
	return bytes;
}

static const char *framing_hint(const struct decode_field *field)
{
	return field->is_key ? " (try --key-format auto or base64)"
			     : " (try --value-format auto or base64)";
}

static enum decode_result add(struct decoder *self, const struct decode_field *field,
			      struct buf *to, struct slice *bare, struct refusal *why)
{
	struct schema_decoder *s = (struct schema_decoder *)self;
	const char *name = field->is_key ? FRAMING_KEY_HEADER : FRAMING_VALUE_HEADER;
	struct slice header = find_header(s, field->record, slice_of(name));
	struct codec_fault fault;
	struct frame frame;

	(void)to;
	if (!framing_read(field->bytes, header, &frame, &fault))
		return refuse_record(field, &fault, framing_hint(field), why);
	*bare = frame.payload;
	if (!frame.zlib)
		return DECODE_JSON;
	if (!inflate_whole(s->inflate, frame.payload, s->conf.max_payload, &s->inflated, &fault))
		return refuse_record(field, &fault, "", why);
	*bare = buf_slice(&s->inflated);
	return DECODE_JSON;
}

struct schema_decoder *schema_decoder_new(const struct schema_conf *conf)
{
	struct schema_decoder *s = mem_alloc(sizeof *s);

	s->decoder.add = add;
	s->conf = *conf;
	s->inflate = inflate_open();
	return s;
}

void schema_decoder_free(struct schema_decoder *s)
{
	if (!s)
		return;
	inflate_free(s->inflate);
	buf_free(&s->inflated);
	buf_free(&s->header);
	buf_free(&s->unescaped);
	free(s);
}

struct decoder *schema_decoder(struct schema_decoder *s)
{
	return &s->decoder;
}
