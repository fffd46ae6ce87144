#include "outlet.h"

#include "base/mem.h"
#include "cloudevent.h"
#include "event/event.h"
#include "kafka_detail.h"
#include "transformer.h"
#include "json/text.h"

#include <stdlib.h>

struct outlet {
	struct outlet_conf conf;
	enum to_shape to;
	struct kafka_writer writer;
	struct transformer *transformer; /* NULL without --template */
	struct buf record, key, value;	 /* that it sees */
	struct buf wrap;		 /* "{\"NAME\":" */
	struct buf origin;		 /* eventSource and what goes with it, of a pipe's record */
	struct buf partition;		 /* TOPIC-PARTITION */
	struct buf detail;		 /* of a CloudEvent */
};

static int check(const struct outlet_conf *conf, struct err *err)
{
	enum to_shape to = (enum to_shape)conf->to;

	if (conf->wrap && to != TO_FLAT)
		return err_set(err, EXIT_USAGE, "--wrap needs --to flat");
	if (conf->template && to != TO_EVENT && to != TO_PIPES)
		return err_set(err, EXIT_USAGE, "--template needs --to event or --to pipes");
	if (conf->variables.n && !conf->template)
		return err_set(err, EXIT_USAGE, "--template-variable needs --template FILE");
	if ((conf->source_arn || conf->servers) && !conf->template && to != TO_PIPES &&
	    to != TO_LAMBDA)
		return err_set(err, EXIT_USAGE, "%s needs --to lambda or --to pipes",
			       conf->source_arn ? "--event-source-arn" : "--bootstrap-servers");
	if (to == TO_CLOUDEVENTS && conf->headers != HEADERS_TEXT)
		return err_set(err, EXIT_USAGE,
			       "--to cloudevents needs --headers text: attributes are texts");
	return 0;
}

/* "eventSource":..,"eventSourceArn":.., as both services write them; ends with a comma. */
static void add_origin(const struct outlet_conf *conf, struct buf *to)
{
	if (conf->source_arn) {
		BUF_LIT(to, "\"eventSource\":\"aws:kafka\",\"eventSourceArn\":");
		json_add_string(to, slice_of(conf->source_arn));
	} else {
		BUF_LIT(to, "\"eventSource\":\"SelfManagedKafka\"");
	}
	if (conf->servers) {
		BUF_LIT(to, ",\"bootstrapServers\":");
		json_add_string(to, slice_of(conf->servers));
	}
	buf_addc(to, ',');
}

struct outlet *outlet_new(const struct outlet_conf *conf, struct err *err)
{
	struct outlet *o;

	if (check(conf, err) != 0)
		return NULL;
	o = mem_alloc(sizeof *o);
	o->conf = *conf;
	o->to = (enum to_shape)conf->to;
	o->writer.key_format = (enum payload_format)conf->key_format;
	o->writer.value_format = (enum payload_format)conf->value_format;
	o->writer.form = (enum headers_form)conf->headers;
	o->writer.lambda = o->to == TO_LAMBDA;
	o->writer.wanted = o->to == TO_PIPES || conf->template ? HEADERS_BYTES
			   : o->to == TO_LAMBDA		       ? HEADERS_SIGNED
							       : HEADERS_BASE64;
	add_origin(conf, &o->origin);
	if (conf->template) {
		o->transformer = transformer_new(conf->template, conf->variables, err);
		if (!o->transformer) {
			outlet_free(o);
			return NULL;
		}
	}
	if (conf->wrap) {
		buf_addc(&o->wrap, '{');
		json_add_string(&o->wrap, slice_of(conf->wrap));
		buf_addc(&o->wrap, ':');
	}
	return o;
}

void outlet_free(struct outlet *o)
{
	if (!o)
		return;
	kafka_writer_free(&o->writer);
	transformer_free(o->transformer);
	buf_free(&o->record);
	buf_free(&o->key);
	buf_free(&o->value);
	buf_free(&o->wrap);
	buf_free(&o->origin);
	buf_free(&o->partition);
	buf_free(&o->detail);
	free(o);
}

bool outlet_batches(const struct outlet *o)
{
	return o->to == TO_PIPES || o->to == TO_LAMBDA;
}

struct slice outlet_origin(const struct outlet *o)
{
	return buf_slice(&o->origin);
}

/* --- shapes ----------------------------------------------------------------------- */

/* From behind the event's opening brace on, with other text in the place of a value. */
static void add_replaced(struct buf *to, struct slice event, struct slice value,
			 struct slice replacement)
{
	const char *behind = value.p + value.n;

	buf_add(to, event.p + 1, (size_t)(value.p - event.p) - 1);
	buf_adds(to, replacement);
	buf_add(to, behind, (size_t)(event.p + event.n - behind));
}

static bool add_flat(struct outlet *o, const struct event *event, const struct kafka_detail *d,
		     struct buf *to, struct refusal *why)
{
	struct slice value = d->value.p ? d->value : SLICE("null");

	if (json_type_of(value) == JSON_OBJECT) {
		add_replaced(to, event->line, event->detail, value);
		return true;
	}
	if (!o->conf.wrap)
		return refuse(why, REJECT_INVALID, REFUSED_NO_OBJECT);
	buf_reset(&o->detail);
	buf_adds(&o->detail, buf_slice(&o->wrap));
	buf_adds(&o->detail, value);
	buf_addc(&o->detail, '}');
	add_replaced(to, event->line, event->detail, buf_slice(&o->detail));
	return true;
}

static bool add_cloudevent(struct outlet *o, const struct event *event,
			   const struct kafka_detail *d, struct buf *to, struct refusal *why)
{
	struct slice type, quoted;

	if (!event->source.p || !event->detail_type.p)
		return refuse(why, REJECT_INVALID, "the event has no source or no detail type");
	buf_reset(&o->detail);
	cloudevent_add(&o->detail, event, d, o->conf.value_format == PAYLOAD_BASE64, &type);
	if (!type.p || o->conf.own_type || event->detail_type.p > event->detail.p) {
		add_replaced(to, event->line, event->detail, buf_slice(&o->detail));
		return true;
	}
	quoted = (struct slice){type.p - 1, type.n + 2};
	buf_add(to, event->line.p + 1, (size_t)(event->detail_type.p - event->line.p) - 1);
	buf_adds(to, quoted);
	add_replaced(to,
		     (struct slice){event->detail_type.p + event->detail_type.n - 1,
				    (size_t)(event->line.p + event->line.n - event->detail_type.p -
					     event->detail_type.n) +
					    1},
		     event->detail, buf_slice(&o->detail));
	return true;
}

/* The place in an origin of what is "topic-0". */
static void set_partition(struct outlet *o, const struct kafka_detail *d)
{
	buf_reset(&o->partition);
	if (d->topic.p && json_type_of(d->topic) == JSON_STRING)
		buf_adds(&o->partition, json_raw(d->topic));
	buf_addc(&o->partition, '-');
	buf_adds(&o->partition, d->partition.p && json_type_of(d->partition) == JSON_NUMBER
					? d->partition
					: SLICE("0"));
}

static bool add_record(struct outlet *o, const struct kafka_detail *d, struct buf *to,
		       struct slice *partition, struct refusal *why)
{
	set_partition(o, d);
	*partition = buf_slice(&o->partition);
	if (o->to != TO_RECORD && o->to != TO_LAMBDA) {
		buf_adds(to, buf_slice(&o->origin));
		BUF_LIT(to, "\"eventSourceKey\":\"");
		buf_adds(to, buf_slice(&o->partition));
		BUF_LIT(to, "\",");
	}
	return kafka_writer_add(&o->writer, d, to, why);
}

/* --- templates -------------------------------------------------------------------- */

/* What a key or value decodes to, as a pipe does it: JSON, or absent. */
static struct slice decoded(struct slice value, enum payload_format format, struct buf *room)
{
	struct buf unescaped = {0};
	struct slice bytes, base64;

	if (!value.p || json_type_of(value) != JSON_STRING ||
	    (format != PAYLOAD_STRING && format != PAYLOAD_BASE64))
		return value;
	buf_reset(room);
	if (format == PAYLOAD_STRING)
		json_unescape(json_raw(value), room);
	else if (!payload_decode(json_raw(value), room, &unescaped, &bytes, &base64))
		buf_reset(room);
	buf_free(&unescaped);
	return json_check(buf_slice(room), NULL) == JSON_NONE ? SLICE_NONE : buf_slice(room);
}

/* The detail, or the pipe's record, that the template makes. */
static bool add_transformed(struct outlet *o, const struct event *event,
			    const struct kafka_detail *d, struct buf *to, struct slice *partition,
			    struct refusal *why)
{
	struct transformer_input in;

	buf_reset(&o->record);
	buf_addc(&o->record, '{');
	if (!add_record(o, d, &o->record, partition, why))
		return false;
	in.record = buf_slice(&o->record);
	in.key = decoded(d->key, o->writer.key_format, &o->key);
	in.value = decoded(d->value, o->writer.value_format, &o->value);
	buf_reset(&o->detail);
	transformer_add(o->transformer, &in, &o->detail);
	if (o->to == TO_EVENT) {
		add_replaced(to, event->line, event->detail, buf_slice(&o->detail));
		return true;
	}
	if (o->detail.len == 2)
		return refuse(why, REJECT_INVALID, "nothing is left of the template");
	buf_add(to, o->detail.p + 1, o->detail.len - 1);
	return true;
}

bool outlet_add(struct outlet *o, struct slice text, struct buf *to, struct slice *partition,
		struct refusal *why)
{
	struct kafka_detail d;
	struct event event;

	*partition = SLICE_NONE;
	if (o->to == TO_EVENT && !o->transformer) {
		buf_add(to, text.p + 1, text.n - 1);
		return true;
	}
	event_find(&event, text);
	if (!event.detail.p || json_type_of(event.detail) != JSON_OBJECT)
		return refuse(why, REJECT_INVALID, "the event has no detail that is an object");
	kafka_detail_find(&d, event.detail);
	if (o->transformer)
		return add_transformed(o, &event, &d, to, partition, why);
	if (o->to == TO_FLAT)
		return add_flat(o, &event, &d, to, why);
	if (o->to == TO_CLOUDEVENTS)
		return add_cloudevent(o, &event, &d, to, why);
	return add_record(o, &d, to, partition, why);
}
