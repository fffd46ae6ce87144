#include "flow.h"

#include "base/fd.h"
#include "base/mem.h"
#include "cli/program.h"
#include "cli/rows.h"
#include "cli/stop.h"
#include "headers.h"
#include "lines/limit.h"
#include "mapping.h"
#include "payload.h"
#include "schema.h"
#include "stage/stage.h"

#include <stdlib.h>
#include <unistd.h>

struct options {
	struct mapping_conf mapping;
	struct flow_conf flow;
	struct schema_options schemas;
	const char *reject_file;
	uint64_t max_line;
	int status_fd;
};

static int parse(struct options *o, int *argc, char **argv, struct err *err)
{
	struct mapping_conf *m = &o->mapping;
	const struct opt opts[] = {
		OPT_GROUP("Shapes"),
		FLOW_OPTS(&o->flow),
		OPT_GROUP("Event"),
		OPT_TEXT(0, "source", &m->source, "TEXT",
			 "source of the events; {topic} is the record's topic"),
		OPT_TEXT(0, "detail-type", &m->detail_type.text, "TEXT",
			 "detail type; {topic} as above [kafka-connect-{topic}]"),
		OPT_LIST(0, "detail-type-for", &m->detail_type.for_topics, "TOPIC=TYPE",
			 "detail type of one topic; repeatable"),
		OPT_TEXT(0, "detail-type-path", &m->detail_type.path, "PATH",
			 "take the detail type from the value, such as $.type"),
		OPT_LIST(0, "resource", &m->resources, "ARN", "resource; repeatable"),
		OPT_TEXT(0, "replay", &m->replay, "NAME", "add the resource keb:replay/NAME"),
		OPT_CHOICE(0, "time", &m->time, TIME_CHOICES,
			   "time of the event: the record's, the clock's or none [record]"),
		OPT_LIST(0, "set", &m->sets, "FIELD=PATH",
			 "copy a value within the event, such as detail-type=$.detail.value.type; "
			 "repeatable"),
		OPT_GROUP("Payload"),
		OPT_CHOICE(0, "key-format", &m->key_format, PAYLOAD_CHOICES,
			   "what the key is [string]"),
		OPT_CHOICE(0, "value-format", &m->value_format, PAYLOAD_CHOICES,
			   "what the value is [json]"),
		OPT_CHOICE(0, "json-parity", &m->json_parity, JSON_PARITY_CHOICES,
			   "reprint JSON as the connector does, losses included [none]"),
		OPT_CHOICE(0, "headers", &m->headers, HEADERS_CHOICES,
			   "how header values are written [text]"),
		OPT_CHOICE(0, "on-error", &m->on_error, ON_ERROR_CHOICES,
			   "what becomes of a key or value that cannot be decoded [reject]"),
		OPT_GROUP("Schemas"),
		REGISTRY_OPTS(&o->schemas.registry),
		SCHEMA_OPTS(&o->schemas),
		OPT_GROUP("AWS, for --registry glue:"),
		AWS_OPT_REGION(&o->schemas.registry.aws, ""),
		AWS_OPTS_WHO(&o->schemas.registry.aws),
		AWS_OPT_ENDPOINT(&o->schemas.registry.aws, "GLUE"),
		AWS_OPT_INSECURE(&o->schemas.registry.aws),
		OPT_GROUP("Delivery"),
		OPT_CHOICE(0, "group", &m->group, GROUP_CHOICES,
			   "records that kebput keeps in order [key]"),
		OPT_TEXT(0, "trace-header", &m->trace_header, "NAME",
			 "record header that becomes the entry's trace header"),
		OPT_GROUP("Lines"),
		OPT_ROW_REJECT_FILE(&o->reject_file),
		OPT_ROW_MAX_LINE(&o->max_line, "read or written"),
		OPT_ROW_STATUS_FD(&o->status_fd),
		OPT_END,
	};
	const struct cli cli = {
		.program = "kebmap",
		.summary = "make EventBridge events of Kafka records",
		.usage = "[options] [FILE ...]",
		.opts = opts,
		.examples = "kebread -b $BROKERS -t orders -e | kebmap --source shop.{topic}\n"
			    "kebmap --source shop --detail-type-path $.type records.ndjson",
	};

	return opt_parse(&cli, argc, argv, err);
}

/* --- inputs ------------------------------------------------------------------------ */

/* Before anything is written: a file that is not there has nothing done by halves. */
static int open_inputs(char **names, int **fds, struct err *err)
{
	size_t n = 0;

	while (names[n])
		n++;
	*fds = mem_array(n + 1, sizeof **fds);
	for (size_t i = 0; i < n; i++)
		if (((*fds)[i] = fd_open_input(names[i], err)) < 0)
			return -1;
	return 0;
}

static void map_inputs(struct stage *stage, struct flow *flow, char **names, const int *fds)
{
	bool more = true;

	if (!*names)
		stage_run(stage, STDIN_FILENO, "stdin", flow_line, flow);
	for (size_t i = 0; names[i] && more; i++) {
		bool is_stdin = fds[i] == STDIN_FILENO;

		more = stage_run(stage, fds[i], is_stdin ? "stdin" : names[i], flow_line, flow);
		if (!is_stdin)
			close(fds[i]);
	}
	flow_end(flow);
}

/* --- schemas: while one is fetched, the stage's ends are watched ------------------- */

static size_t before_wait(void *ctx, struct pollfd *fds, int64_t *most_ms)
{
	*most_ms = stage_watch(ctx, fds);
	return STAGE_WATCHED;
}

static bool after_wait(void *ctx, const struct pollfd *fds)
{
	return stage_watched(ctx, fds);
}

/* Opens what the formats need, and nothing if they need nothing. 0, or -1. */
static int open_schemas(struct options *o, struct stage *stage, size_t max_line,
			struct schema_decoder **schemas, struct err *err)
{
	struct mapping_conf *m = &o->mapping;
	struct schema_conf conf = {
		.options = &o->schemas,
		.key_format = payload_decode_format((enum payload_format)m->key_format),
		.value_format = payload_decode_format((enum payload_format)m->value_format),
		.max_payload = max_line,
		.for_ever = stage_wired(stage),
		.stop_fd = stop_fd(),
		.wait = {before_wait, after_wait, stage},
	};

	if (conf.key_format < 0 && conf.value_format < 0)
		return schema_options_unused(&o->schemas, err);
	program_sees_epipe(); /* TLS writes where nobody asks for EPIPE */
	*schemas = schema_decoder_new(&conf, err);
	if (!*schemas)
		return -1;
	m->decoder = schema_decoder(*schemas);
	return 0;
}

static int run_stage(struct options *o, struct stage *stage, char **files)
{
	struct schema_decoder *schemas = NULL;
	struct mapping *mapping = NULL;
	struct flow *flow = NULL;
	int status, *fds = NULL;
	struct err err;

	o->mapping.decimal = o->schemas.decimal;
	if (open_inputs(files, &fds, &err) != 0 ||
	    open_schemas(o, stage, o->flow.max_line, &schemas, &err) != 0 ||
	    !(mapping = mapping_new(&o->mapping, &err)) ||
	    !(flow = flow_new(&o->flow, mapping, stage, &err))) {
		status = program_fail(&err);
	} else {
		map_inputs(stage, flow, files, fds);
		mapping_report(mapping);
		status = stage_finish(stage);
	}
	flow_free(flow);
	mapping_free(mapping);
	schema_decoder_free(schemas);
	free(fds);
	return status;
}

static int run(struct options *o, char **files)
{
	struct stage_conf conf = {
		.program = "kebmap", .status_fd = o->status_fd, .reject_file = o->reject_file};
	struct stage *stage;
	struct err err;
	int status;

	if (flow_settle(&o->flow, &o->mapping, &err) != 0 ||
	    line_limit(o->max_line, &conf.max_line, &err) != 0 || !(stage = stage_new(&conf, &err)))
		return program_fail(&err);
	o->flow.max_line = conf.max_line;
	status = run_stage(o, stage, files);
	stage_free(stage);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = {
		.mapping = {.key_format = -1, .value_format = -1, .headers = -1},
		.flow.batch_window = -1,
		.schemas.registry.retry_for = -1,
		.status_fd = -1,
	};
	struct err err;
	int status;

	program_start("kebmap", PROGRAM_DIES_OF_SIGPIPE);
	status = parse(&o, &argc, argv, &err);
	if (status > 0)
		status = run(&o, argv + 1);
	else if (status < 0)
		status = program_fail(&err);
	free(o.mapping.detail_type.for_topics.items);
	free(o.mapping.resources.items);
	free(o.mapping.sets.items);
	free(o.flow.outlet.variables.items);
	schema_options_free(&o.schemas);
	return status;
}
