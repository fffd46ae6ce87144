#include "flow.h"

#include "base/clock.h"
#include "base/list.h"
#include "batch.h"
#include "event/event.h"
#include "headers.h"
#include "payload.h"
#include "query.h"
#include "tokens.h"

#include <stdlib.h>

struct flow {
	enum from_shape from;
	enum to_shape to;
	struct mapping *mapping;
	struct stage *stage;
	struct intake *intake;
	struct outlet *outlet;
	struct query *query; /* NULL without --jq */
	struct batch *batch; /* NULL: every record is a line */
	size_t max_line;
	bool plain;	    /* the mapping writes the lines itself */
	struct buf event;   /* at hand */
	struct buf element; /* of a batch */
	struct buf tokens;  /* of a part */
	struct buf results; /* of --jq, one behind the other */
	LIST_OF(size_t) ends;
	struct buf part; /* tokens of a result */
};

/* --- options ---------------------------------------------------------------------- */

static void set_default(int *value, int fallback)
{
	if (*value < 0)
		*value = fallback;
}

static int check_event_options(const struct flow_conf *conf, const struct mapping_conf *m,
			       struct err *err)
{
	const char *given = m->source			  ? "--source"
			    : m->detail_type.text	  ? "--detail-type"
			    : m->detail_type.for_topics.n ? "--detail-type-for"
			    : m->detail_type.path	  ? "--detail-type-path"
			    : m->resources.n		  ? "--resource"
			    : m->replay			  ? "--replay"
							  : NULL;
	bool events = conf->outlet.to != TO_RECORD && conf->outlet.to != TO_PIPES &&
		      conf->outlet.to != TO_LAMBDA;

	if (conf->from == FROM_EVENT && given)
		return err_set(err, EXIT_USAGE,
			       "%s has no use with --from event: the events have theirs (try "
			       "--set)",
			       given);
	if (conf->from != FROM_EVENT && events && !m->source)
		return err_set(err, EXIT_USAGE,
			       "--source is missing (say where the events come from, such as "
			       "--source kafka-connect.orders)");
	return 0;
}

int flow_settle(struct flow_conf *conf, struct mapping_conf *m, struct err *err)
{
	enum to_shape to = (enum to_shape)conf->outlet.to;
	/* From Kafka to Kafka bytes pass as they are, unless a format is given. */
	bool bytes =
		conf->from != FROM_EVENT && (to == TO_RECORD || to == TO_PIPES || to == TO_LAMBDA);

	if (check_event_options(conf, m, err) != 0)
		return -1;
	set_default(&m->key_format, bytes ? PAYLOAD_BASE64 : PAYLOAD_STRING);
	set_default(&m->value_format, bytes ? PAYLOAD_BASE64 : PAYLOAD_JSON);
	set_default(&m->headers, bytes ? HEADERS_BASE64 : HEADERS_TEXT);
	conf->outlet.own_type =
		m->detail_type.text || m->detail_type.for_topics.n || m->detail_type.path;
	conf->outlet.key_format = m->key_format;
	conf->outlet.value_format = m->value_format;
	conf->outlet.headers = m->headers;
	m->flat = to == TO_FLAT && conf->from != FROM_EVENT && !conf->jq && !m->sets.n;
	m->wrap = m->flat ? conf->outlet.wrap : NULL;
	if (!m->detail_type.text)
		m->detail_type.text = "kafka-connect-{topic}";
	return 0;
}

static int check(const struct flow_conf *conf, struct err *err)
{
	bool batches = conf->outlet.to == TO_PIPES || conf->outlet.to == TO_LAMBDA;

	if (!batches && conf->batch)
		return err_set(err, EXIT_USAGE, "--batch needs --to lambda or --to pipes");
	if (!conf->batch && (conf->batch_bytes || conf->batch_window >= 0))
		return err_set(err, EXIT_USAGE, "%s needs --batch COUNT",
			       conf->batch_bytes ? "--batch-bytes" : "--batch-window");
	return 0;
}

static void write_batch(struct flow *f)
{
	struct marks marks;
	size_t from = stage_out(f->stage)->len;

	batch_write(f->batch, stage_out(f->stage), &marks);
	stage_line_from(f->stage, from, &marks);
}

/* Before the stage waits: how long it may. */
static int64_t on_idle(void *ctx)
{
	struct flow *f = ctx;
	int64_t due = batch_due(f->batch, clock_ms());

	if (due != 0)
		return due;
	write_batch(f);
	return -1;
}

/* Without --batch lambda has events of one record, a pipe records. */
static void make_batch(struct flow *f, const struct flow_conf *conf)
{
	uint64_t most = conf->max_line - conf->max_line / 8; /* tokens and brackets */
	struct batch_conf batch = {
		.lambda = f->to == TO_LAMBDA,
		.count = conf->batch ? conf->batch : 1,
		.bytes = conf->batch_bytes ? conf->batch_bytes : 6 << 20,
		.window = conf->batch_window >= 0 ? conf->batch_window : 500,
		.origin = outlet_origin(f->outlet),
	};

	if (batch.bytes > most)
		batch.bytes = most;
	if (f->to != TO_LAMBDA && !conf->batch)
		return;
	f->batch = batch_new(&batch);
	stage_on_idle(f->stage, on_idle, f);
}

struct flow *flow_new(const struct flow_conf *conf, struct mapping *mapping, struct stage *stage,
		      struct err *err)
{
	struct flow *f = mem_alloc(sizeof *f);

	f->from = (enum from_shape)conf->from;
	f->to = (enum to_shape)conf->outlet.to;
	f->mapping = mapping;
	f->stage = stage;
	f->max_line = conf->max_line;
	f->plain = mapping_is_flat(mapping) ||
		   (f->to == TO_EVENT && !conf->jq && !conf->outlet.template);
	f->intake = intake_new(f->from);
	if (check(conf, err) != 0 || !(f->outlet = outlet_new(&conf->outlet, err)) ||
	    (conf->jq && !(f->query = query_new(conf->jq, "--jq", err)))) {
		flow_free(f);
		return NULL;
	}
	if (outlet_batches(f->outlet))
		make_batch(f, conf);
	return f;
}

void flow_free(struct flow *f)
{
	if (!f)
		return;
	intake_free(f->intake);
	outlet_free(f->outlet);
	query_free(f->query);
	buf_free(&f->results);
	list_free(&f->ends);
	buf_free(&f->part);
	batch_free(f->batch);
	buf_free(&f->event);
	buf_free(&f->element);
	buf_free(&f->tokens);
	free(f);
}

/* --- out -------------------------------------------------------------------------- */

static void reject(struct flow *f, const struct marks *marks, const struct refusal *why)
{
	stage_reject(f->stage, marks, why->class, why->code, "%s", why->text);
}

static void add_to_batch(struct flow *f, const struct marks *marks, struct slice partition)
{
	struct slice element = buf_slice(&f->element);

	if (element.n > f->max_line - f->max_line / 8) {
		stage_reject(f->stage, marks, REJECT_TOO_LARGE, "LineTooLong",
			     "the record has %zu bytes, too many for a line (see --max-line)",
			     element.n);
		return;
	}
	if (!batch_fits(f->batch, element.n))
		write_batch(f);
	batch_add(f->batch, element, partition, marks, clock_ms());
	if (batch_full(f->batch) || batch_due(f->batch, clock_ms()) == 0)
		write_batch(f);
}

/* Lines that are no events have no use for anything but the tokens. */
static struct marks kept_marks(const struct flow *f, const struct marks *marks)
{
	if (f->to == TO_RECORD || f->to == TO_PIPES)
		return (struct marks){.ack = marks->ack, .acks = marks->acks};
	return *marks;
}

/* The event at hand in the shape that is wanted. */
static void put_event(struct flow *f, struct slice event, const struct marks *marks)
{
	struct buf *to = f->batch ? &f->element : stage_out(f->stage);
	struct marks kept = kept_marks(f, marks);
	struct slice partition;
	struct refusal why;
	size_t from;

	if (f->batch)
		buf_reset(&f->element);
	from = to->len;
	buf_addc(to, '{');
	if (!f->batch)
		marks_add(to, &kept);
	if (!outlet_add(f->outlet, event, to, &partition, &why)) {
		to->len = from;
		reject(f, marks, &why);
	} else if (f->batch) {
		add_to_batch(f, marks, partition);
	} else {
		buf_addc(to, '\n');
		stage_line_from(f->stage, from, &kept);
	}
}

/* --- jq --------------------------------------------------------------------------- */

static bool has_marks(const struct marks *marks)
{
	return marks->ack.p || marks->acks.p || marks->group.p || marks->trace.p || marks->rules.p;
}

/* What jq printed is JSON: so it is a member of keb's own that does not parse. */
static bool is_event(struct slice result, struct refusal *why)
{
	bool object = json_type_of(result) == JSON_OBJECT;
	struct json_fault fault;
	struct event event;

	if (object && (!event_parse(&event, result, &fault) || has_marks(&event.marks)))
		return refuse(why, REJECT_INVALID,
			      "a result of --jq has members of keb's own, with an underscore");
	if (!object || !event.detail.p || json_type_of(event.detail) != JSON_OBJECT)
		return refuse(why, REJECT_INVALID,
			      "a result of --jq is no event: an object whose detail is an object");
	return true;
}

/* All results, before any goes out: a program that fails takes them along. */
static bool run_query(struct flow *f, struct refusal *why)
{
	enum query_result got;
	size_t from = 0;

	buf_reset(&f->results);
	f->ends.n = 0;
	if (!query_start(f->query, buf_slice(&f->event), why))
		return false;
	while ((got = query_next(f->query, &f->results, why)) == QUERY_VALUE) {
		if (!is_event((struct slice){f->results.p + from, f->results.len - from}, why))
			return false;
		from = f->results.len;
		list_add(&f->ends, from);
	}
	return got == QUERY_END;
}

static void put_results(struct flow *f, const struct marks *marks)
{
	struct refusal why;
	size_t from = 0;

	if (!run_query(f, &why)) {
		reject(f, marks, &why);
		return;
	}
	if (f->ends.n == 0)
		stage_filtered(f->stage, marks);
	for (uint32_t i = 0; i < f->ends.n; i++) {
		struct marks part = tokens_part(marks, i + 1, f->ends.n, &f->part);

		put_event(f, (struct slice){f->results.p + from, f->ends.p[i] - from}, &part);
		from = f->ends.p[i];
	}
}

/* The event at hand goes on its way. */
static void put(struct flow *f, const struct marks *marks)
{
	if (f->query)
		put_results(f, marks);
	else
		put_event(f, buf_slice(&f->event), marks);
}

/* --- in --------------------------------------------------------------------------- */

/* False: the run cannot go on. */
static bool refused(struct flow *f, const struct marks *marks, const struct refusal *why)
{
	if (why->fatal) {
		stage_fail(f->stage, why->fatal);
		return false;
	}
	reject(f, marks, why);
	return true;
}

static bool put_plain(struct flow *f, const struct record *record)
{
	struct buf *out = stage_out(f->stage);
	struct refusal why;
	size_t from;

	if (!mapping_add(f->mapping, record, out, &from, &why))
		return refused(f, &record->marks, &why);
	buf_addc(out, '\n');
	stage_line_from(f->stage, from, &record->marks);
	return true;
}

static bool put_record(struct flow *f, const struct record *record)
{
	struct marks marks;
	struct refusal why;

	if (f->plain)
		return put_plain(f, record);
	if (!mapping_event(f->mapping, record, &f->event, &marks, &why))
		return refused(f, &record->marks, &why);
	put(f, &marks);
	return true;
}

static bool take_records(struct flow *f, struct slice line)
{
	struct json_fault fault;
	struct marks marks;
	int64_t n = intake_line(f->intake, line, &marks, &fault);
	bool each = n > 0 && tokens_count(&marks) == (size_t)n;

	if (n < 0)
		stage_bad(f->stage, &fault);
	if (n == 0)
		stage_filtered(f->stage, &marks);
	for (int64_t i = 0; i < n; i++) {
		struct record record;

		if (!intake_record(f->intake, (size_t)i, &record, &fault)) {
			stage_bad(f->stage, &fault);
			continue;
		}
		record.marks = each ? (struct marks){.ack = tokens_nth(&marks, (size_t)i)}
				    : tokens_part(&marks, (uint32_t)i + 1, (uint32_t)n, &f->tokens);
		if (!put_record(f, &record))
			return false;
	}
	return true;
}

/* A line without a topic is no record, whatever else it is: an event mapped twice, say. */
static bool take_record(struct flow *f, struct slice line)
{
	struct json_fault fault;
	struct record record;

	if (!record_parse(&record, line, &fault)) {
		stage_bad(f->stage, &fault);
		return true;
	}
	if (record.topic.n == 0) {
		fault = (struct json_fault){0, "no topic: this is no record line"};
		stage_bad(f->stage, &fault);
		return true;
	}
	return put_record(f, &record);
}

/* The members that are not keb's own. */
static void copy_event(struct flow *f, const struct event *event)
{
	struct json_walk walk;
	struct json_member m;

	buf_reset(&f->event);
	buf_addc(&f->event, '{');
	for (json_walk(&walk, event->line); json_next(&walk, &m);) {
		if (marks_owns(m.name))
			continue;
		if (f->event.len > 1)
			buf_addc(&f->event, ',');
		buf_adds(&f->event, m.whole);
	}
	buf_addc(&f->event, '}');
}

static bool take_event(struct flow *f, struct slice line)
{
	struct json_fault fault;
	struct refusal why;
	struct event event;

	if (!event_parse(&event, line, &fault)) {
		stage_bad(f->stage, &fault);
		return true;
	}
	copy_event(f, &event);
	if (f->event.len == 2) {
		refuse(&why, REJECT_INVALID, "an event without members");
		return refused(f, &event.marks, &why);
	}
	if (!mapping_edit(f->mapping, &f->event, &why))
		return refused(f, &event.marks, &why);
	put(f, &event.marks);
	return true;
}

bool flow_line(void *ctx, struct stage *stage, struct slice line)
{
	struct flow *f = ctx;

	(void)stage;
	switch (f->from) {
	case FROM_PIPES:
	case FROM_LAMBDA:
		return take_records(f, line);
	case FROM_EVENT:
		return take_event(f, line);
	case FROM_RECORD:
		break;
	}
	return take_record(f, line);
}

void flow_end(struct flow *f)
{
	if (f->batch && !batch_empty(f->batch))
		write_batch(f);
}
