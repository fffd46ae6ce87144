#include "base/utf8.h"
#include "connect/print.h"
#include "reading.h"

int64_t scalar_integer(const struct proto_field *field, uint64_t n)
{
	switch (field->type) {
	case PROTO_INT32:
	case PROTO_SFIXED32:
	case PROTO_ENUM:
		return (int32_t)n;
	case PROTO_UINT32:
	case PROTO_FIXED32:
		return (uint32_t)n;
	case PROTO_SINT32:
		return (int32_t)wire_zigzag((uint32_t)n);
	case PROTO_SINT64:
		return wire_zigzag(n);
	case PROTO_BOOL:
		return n != 0;
	default: /* also unsigned ones: Connect has no wider type than Java's long */
		return (int64_t)n;
	}
}

struct occurrence scalar_default(const struct proto_field *field)
{
	bool text = field->type == PROTO_STRING || field->type == PROTO_BYTES;

	return (struct occurrence){text ? "" : NULL,
				   field->values ? (uint64_t)field->values->first : 0, 0};
}

static void add_label(struct proto_reader *r, const struct proto_enum *values, int32_t number)
{
	struct slice label = plan_label(values, number);

	if (label.p) {
		buf_adds(r->to, label);
		return;
	}
	BUF_LIT(r->to, "\"UNKNOWN_ENUM_VALUE_");
	connect_add_text(r->to, values->name);
	buf_addc(r->to, '_');
	connect_add_int(r->to, number);
	buf_addc(r->to, '"');
}

static void add_floating(struct proto_reader *r, const struct proto_field *field, uint64_t n)
{
	uint32_t small = (uint32_t)n;
	double d;
	float f;

	if (field->type == PROTO_FLOAT) {
		memcpy(&f, &small, sizeof(f));
		connect_add_float(r->to, f);
	} else {
		memcpy(&d, &n, sizeof(d));
		connect_add_double(r->to, d);
	}
}

/* Java's casts to byte and short. */
static int64_t narrowed(int64_t value, uint8_t bits)
{
	return bits == 8 ? (int8_t)value : bits == 16 ? (int16_t)value : value;
}

bool add_scalar(struct proto_reader *r, const struct proto_field *field,
		const struct occurrence *value)
{
	switch (field->type) {
	case PROTO_STRING:
		if (field->strict && !utf8_valid(value->p, value->n))
			return codec_fail(r->fault, CODEC_DATA, "%.*s: not UTF-8",
					  SLICE_ARG(field->name));
		connect_add_string(r->to, (struct slice){value->p, value->n});
		break;
	case PROTO_BYTES:
		connect_add_bytes(r->to, (struct slice){value->p, value->n});
		break;
	case PROTO_BOOL:
		buf_adds(r->to, value->n ? SLICE("true") : SLICE("false"));
		break;
	case PROTO_ENUM:
		add_label(r, field->values, (int32_t)value->n);
		break;
	case PROTO_FLOAT:
	case PROTO_DOUBLE:
		add_floating(r, field, value->n);
		break;
	default:
		connect_add_int(r->to, narrowed(scalar_integer(field, value->n),
						field->narrow[r->form->profile]));
	}
	return true;
}
