#include "base/utf8.h"
#include "reading.h"

/* How a value of each type is sent. */
static const unsigned char wire_of_type[] = {
	[PROTO_DOUBLE] = WIRE_FIXED64,	 [PROTO_FLOAT] = WIRE_FIXED32,
	[PROTO_FIXED64] = WIRE_FIXED64,	 [PROTO_FIXED32] = WIRE_FIXED32,
	[PROTO_SFIXED64] = WIRE_FIXED64, [PROTO_SFIXED32] = WIRE_FIXED32,
	[PROTO_STRING] = WIRE_BYTES,	 [PROTO_MESSAGE] = WIRE_BYTES,
	[PROTO_BYTES] = WIRE_BYTES,	 [PROTO_SINT64] = WIRE_VARINT,
};

bool read_fault(struct proto_reader *r, const struct proto_message *message, const char *what)
{
	return codec_fail(r->fault, CODEC_DATA, "%.*s: %s", SLICE_ARG(message->name), what);
}

bool read_field_fault(struct proto_reader *r, const struct proto_message *message,
		      const struct proto_field *field, const char *what)
{
	return codec_fail(r->fault, CODEC_DATA, "%.*s.%.*s: %s", SLICE_ARG(message->name),
			  SLICE_ARG(field->name), what);
}

bool scalar_take(const struct proto_field *field, struct wire *in, uint64_t *n)
{
	uint32_t small = 0;

	switch (wire_of_type[field->type]) {
	case WIRE_VARINT:
		return wire_varint(in, n);
	case WIRE_FIXED64:
		return wire_fixed64(in, n);
	default:
		if (!wire_fixed32(in, &small))
			return false;
		*n = small;
		return true;
	}
}

/* Appends to a field's list. */
static void append(struct proto_reader *r, struct place *place, const char *p, uint64_t n)
{
	struct occurrence one = {p, n, 0};
	uint32_t at = list_add(&r->occurrences, one) + 1;

	if (place->end)
		r->occurrences.p[place->end - 1].next = at;
	else
		place->first = at;
	place->end = at;
	place->set = true;
}

/* What was sent of a field and is not shown must still be right. */
static bool check_dropped(struct proto_reader *r, const struct frame *f, uint32_t index)
{
	const struct proto_field *field = &f->message->fields[index];
	struct place place = *frame_place(r, f, index);

	if (!place.set)
		return true;
	if (field->strict && !field->repeated && !utf8_valid(place.last.p, place.last.n))
		return read_field_fault(r, f->message, field, "not UTF-8");
	if (!field->message)
		return true;
	return check_message(r, field->message, (struct source){{NULL, 0}, place.first},
			     f->depth + 1);
}

/* A oneof holds what was sent last. */
static bool clear_others(struct proto_reader *r, const struct frame *f, uint32_t index)
{
	const struct proto_oneof *oneof = &f->message->oneofs[f->message->fields[index].oneof];

	for (uint32_t i = 0; i < oneof->n; i++) {
		if (oneof->members[i] == index)
			continue;
		if (!check_dropped(r, f, oneof->members[i]))
			return false;
		*frame_place(r, f, oneof->members[i]) = (struct place){0};
	}
	return true;
}

static bool store(struct proto_reader *r, const struct frame *f, uint32_t index, const char *p,
		  uint64_t n)
{
	const struct proto_field *field = &f->message->fields[index];
	struct place *place;

	if (field->closed && !p && !plan_label(field->values, (int32_t)n).p)
		return true;
	if (field->oneof >= 0 && !clear_others(r, f, index))
		return false;
	place = frame_place(r, f, index);
	if (field->repeated || field->message) {
		append(r, place, p, n);
		return true;
	}
	if (place->set && field->strict && !check_dropped(r, f, index))
		return false;
	place->last.p = p;
	place->last.n = n;
	place->set = true;
	return true;
}

static bool take_value(struct proto_reader *r, const struct frame *f, struct wire *in,
		       uint32_t index, enum wire_type type)
{
	const struct proto_field *field = &f->message->fields[index];
	struct slice bytes;
	uint64_t n;

	if (type == WIRE_BYTES)
		return wire_bytes(in, &bytes) && store(r, f, index, bytes.p, bytes.n);
	return scalar_take(field, in, &n) && store(r, f, index, NULL, n);
}

/* Whether a field of this wire type is this field's: packed or not, else it is unknown. */
static bool is_own(const struct proto_field *field, enum wire_type type)
{
	return wire_of_type[field->type] == type || (type == WIRE_BYTES && field->repeated);
}

static bool scan_run(struct proto_reader *r, const struct frame *f, struct slice bytes)
{
	struct wire in = wire_of(bytes);
	enum wire_type type;
	uint32_t number;

	while (in.p < in.end) {
		int64_t index;

		if (!wire_tag(&in, &number, &type))
			return read_fault(r, f->message, "a field's tag is malformed");
		index = plan_field(f->message, number);
		r->fault->text[0] = '\0';
		if (index >= 0 && is_own(&f->message->fields[index], type)
			    ? take_value(r, f, &in, (uint32_t)index, type)
			    : wire_skip(&in, number, type, f->depth))
			continue;
		if (r->fault->text[0]) /* something inside said why */
			return false;
		return codec_fail(r->fault, CODEC_DATA, "%.*s: field %u is cut or malformed",
				  SLICE_ARG(f->message->name), number);
	}
	return true;
}

static bool check_required(struct proto_reader *r, const struct frame *f)
{
	for (uint32_t i = 0; i < f->message->n_fields; i++)
		if (f->message->fields[i].required && !frame_place(r, f, i)->set)
			return read_field_fault(r, f->message, &f->message->fields[i],
						"required and not there");
	return true;
}

bool scan_message(struct proto_reader *r, struct frame *f, const struct proto_message *message,
		  struct source source, unsigned depth, bool absent)
{
	*f = (struct frame){message, r->places.n, r->occurrences.n, depth};
	if (depth > WIRE_DEPTH_MAX)
		return read_fault(r, message, "messages nest deeper than 100");
	if (!read_fits(r))
		return read_fault(r, message, "too large as JSON");
	list_room(&r->places, message->n_fields + 1); /* never NULL */
	memset(r->places.p + r->places.n, 0, message->n_fields * sizeof(*r->places.p));
	r->places.n += message->n_fields;
	if (!source.first) {
		if (!scan_run(r, f, source.bytes))
			return false;
	}
	for (uint32_t at = source.first; at; at = r->occurrences.p[at - 1].next) {
		struct occurrence run = r->occurrences.p[at - 1];

		if (!scan_run(r, f, (struct slice){run.p, run.n}))
			return false;
	}
	return absent || !message->has_required || check_required(r, f);
}

void scan_leave(struct proto_reader *r, const struct frame *f)
{
	r->places.n = f->places;
	r->occurrences.n = f->occurrences;
}
