#include "reader.h"

#include "base/mem.h"
#include "reading.h"

struct proto_reader *proto_reader_new(size_t max_output)
{
	struct proto_reader *r = mem_alloc(sizeof(*r));

	r->max_output = max_output;
	return r;
}

void proto_reader_free(struct proto_reader *r)
{
	if (!r)
		return;
	list_free(&r->places);
	list_free(&r->occurrences);
	list_free(&r->keys);
	free(r);
}

static bool add_field(struct proto_reader *r, const struct frame *f, uint32_t index);

static bool add_oneof(struct proto_reader *r, const struct frame *f, uint32_t index)
{
	const struct proto_oneof *oneof = &f->message->oneofs[index];
	bool set = r->form->profile == CONNECT_GLUE;

	buf_adds(r->to, oneof->label[r->form->profile]);
	for (uint32_t i = 0; i < oneof->n; i++)
		set |= frame_place(r, f, oneof->members[i])->set;
	if (!set) {
		BUF_LIT(r->to, "null");
		return true;
	}
	buf_addc(r->to, '{');
	for (uint32_t i = 0; i < oneof->n; i++) {
		if (i)
			buf_addc(r->to, ',');
		if (!add_field(r, f, oneof->members[i]))
			return false;
	}
	buf_addc(r->to, '}');
	return true;
}

/* The fields that a scan has found, as an object. */
static bool add_object(struct proto_reader *r, const struct frame *f)
{
	const struct proto_parts *parts = r->form->oneof == ONEOF_FLAT
						  ? &f->message->flat
						  : &f->message->boxed[r->form->profile];

	buf_addc(r->to, '{');
	for (uint32_t i = 0; i < parts->n; i++) {
		if (i)
			buf_addc(r->to, ',');
		if (!(parts->p[i].oneof ? add_oneof : add_field)(r, f, parts->p[i].index))
			return false;
	}
	buf_addc(r->to, '}');
	return read_fits(r) || read_fault(r, f->message, "too large as JSON");
}

static bool add_wrapped(struct proto_reader *r, const struct frame *f)
{
	uint32_t index = (uint32_t)f->message->part[0];
	const struct proto_field *value = &f->message->fields[index];
	struct place place = *frame_place(r, f, index);
	struct occurrence unset = scalar_default(value);

	return add_scalar(r, value, place.set ? &place.last : &unset);
}

/* What Glue's converter knows as a message, Confluent's may know as something else. */
static bool is_special(const struct proto_reader *r, const struct proto_message *message)
{
	if (r->whole)
		return false;
	switch (message->special) {
	case SPECIAL_NONE:
		return false;
	case SPECIAL_WRAPPER:
	case SPECIAL_CONFLUENT_DECIMAL:
		return r->form->profile == CONNECT_CONFLUENT;
	case SPECIAL_GLUE_DECIMAL:
		return r->form->profile == CONNECT_GLUE;
	default:
		return true;
	}
}

/* field: where the message is a value; NULL at the top, where only wrappers are special. */
static bool add_message(struct proto_reader *r, const struct proto_message *message,
			const struct proto_field *field, struct source source, unsigned depth,
			bool absent)
{
	struct frame f;
	bool done = scan_message(r, &f, message, source, depth, absent);

	if (done && is_special(r, message) && message->special == SPECIAL_WRAPPER)
		done = add_wrapped(r, &f);
	else if (done && field && is_special(r, message))
		done = add_special(r, field, &f);
	else if (done)
		done = add_object(r, &f);
	scan_leave(r, &f);
	return done;
}

bool check_message(struct proto_reader *r, const struct proto_message *message,
		   struct source source, unsigned depth)
{
	size_t length = r->to->len;
	bool whole = r->whole, done;

	r->whole = true;
	done = add_message(r, message, NULL, source, depth, false);
	r->whole = whole;
	r->wasted += r->to->len - length;
	r->to->len = length;
	return done;
}

/* Glue's converter ends a recursion where a type comes again as a field of itself. */
static bool is_cut(const struct proto_reader *r, const struct proto_message *message,
		   unsigned depth)
{
	if (r->form->profile != CONNECT_GLUE || r->whole)
		return false;
	for (unsigned i = 1; i < depth && i <= WIRE_DEPTH_MAX; i++)
		if (r->path[i] == message)
			return true;
	return false;
}

bool add_message_value(struct proto_reader *r, const struct proto_field *field,
		       struct source source, unsigned depth, bool absent)
{
	const struct proto_message *message = field->message;

	if (!is_special(r, message) && is_cut(r, message, depth)) {
		if (!absent && !check_message(r, message, source, depth))
			return false;
		BUF_LIT(r->to, "{}");
		return true;
	}
	if (depth <= WIRE_DEPTH_MAX)
		r->path[depth] = message;
	return add_message(r, message, field, source, depth, absent);
}

static bool add_packed(struct proto_reader *r, const struct frame *f,
		       const struct proto_field *field, struct occurrence run, bool *any)
{
	struct wire in = wire_of((struct slice){run.p, run.n});
	struct occurrence one = {0};

	while (in.p < in.end) {
		if (!scalar_take(field, &in, &one.n))
			return read_field_fault(r, f->message, field, "packed data is cut");
		if (field->closed && !plan_label(field->values, (int32_t)one.n).p)
			continue;
		if (*any)
			buf_addc(r->to, ',');
		*any = true;
		if (!add_scalar(r, field, &one))
			return false;
		if (!read_fits(r))
			return read_field_fault(r, f->message, field, "too large as JSON");
	}
	return true;
}

static bool add_item(struct proto_reader *r, const struct frame *f, const struct proto_field *field,
		     struct occurrence item, bool *any)
{
	bool run = field->type != PROTO_STRING && field->type != PROTO_BYTES && item.p;

	if (run && !field->message)
		return add_packed(r, f, field, item, any);
	if (*any)
		buf_addc(r->to, ',');
	*any = true;
	if (!read_fits(r))
		return read_field_fault(r, f->message, field, "too large as JSON");
	if (field->message)
		return add_message_value(r, field, (struct source){{item.p, item.n}, 0},
					 f->depth + 1, false);
	return add_scalar(r, field, &item);
}

static bool add_list(struct proto_reader *r, const struct frame *f, const struct proto_field *field,
		     uint32_t first)
{
	bool any = false;

	buf_addc(r->to, '[');
	for (uint32_t at = first; at; at = r->occurrences.p[at - 1].next)
		if (!add_item(r, f, field, r->occurrences.p[at - 1], &any))
			return false;
	buf_addc(r->to, ']');
	return true;
}

/* Confluent's converter prints an absent message as null, Glue's as one of defaults. */
static bool is_null(const struct proto_reader *r, const struct proto_field *field,
		    const struct place *place)
{
	return !place->set && (field->nullable || field->oneof >= 0 ||
			       (field->message && r->form->profile == CONNECT_CONFLUENT) ||
			       (field->message && r->whole));
}

static bool add_field(struct proto_reader *r, const struct frame *f, uint32_t index)
{
	const struct proto_field *field = &f->message->fields[index];
	struct place place = *frame_place(r, f, index);
	struct occurrence unset;

	buf_adds(r->to, field->label);
	if (field->map[r->form->profile])
		return add_map(r, field, place.first, f->depth + 1);
	if (field->repeated)
		return add_list(r, f, field, place.first);
	if (is_null(r, field, &place)) {
		BUF_LIT(r->to, "null");
		return true;
	}
	if (field->message)
		return add_message_value(r, field, (struct source){{"", 0}, place.first},
					 f->depth + 1, !place.set);
	if (place.set)
		return add_scalar(r, field, &place.last);
	unset = scalar_default(field);
	return add_scalar(r, field, &unset);
}

bool proto_add_json(struct proto_reader *r, const struct proto_message *message, struct slice wire,
		    const struct connect_form *form, struct buf *to, struct codec_fault *fault)
{
	size_t start = to->len;

	r->form = form;
	r->fault = fault;
	r->to = to;
	r->start = start;
	r->wasted = 0;
	r->whole = false;
	r->places.n = r->occurrences.n = r->keys.n = 0;
	if (add_message(r, message, NULL, (struct source){wire, 0}, 0, false))
		return true;
	to->len = start;
	return false;
}
