/*
 * kebread: records of Kafka topics as lines; commits only what was settled.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "cli/program.h"
#include "cli/rows.h"
#include "cli/stop.h"
#include "kafka/log.h"
#include "kafka/producer.h"
#include "lines/limit.h"
#include "loop.h"
#include "msk/msk.h"
#include "settings.h"
#include "token.h"

#include <stdlib.h>
#include <unistd.h>

#define FIND_MS	     30000 /* for the first answer of a broker */
#define FIND_STEP_MS 500
#define FIND_ENDS_MS 2000
#define CLOSE_MS     5000
#define ENOUGH	     (UINT64_C(1) << 40)

struct options {
	struct kafka_options kafka;
	const char *group, *checkpoint, *metrics;
	const char *max_rejects, *dlq_create;
	struct opt_list on_reject;
	bool redrive;
	uint64_t max_redrives;
	struct msk_options msk;
	struct opt_list topics, partitions, offsets;
	bool to_end, reset;
	int on_gap; /* index of the choice */
	int ack_fd;
	uint64_t count, prefetch, in_flight, in_flight_bytes, window, max_line;
	int64_t drain_ms;
};

/* Everything that is open while it runs. */
struct read {
	struct options o;
	struct start start;
	struct policy policy;
	const char *dlq[POLICY_RULES]; /* topics of dead letters */
	size_t n_dlq;
	int dlq_partitions, dlq_replication;
	size_t max_line;
	int ack_fd;
	struct places found;
	struct consumer *consumer;
	struct ledger *ledger;
	struct letters *letters;
	struct rejects *rejects;
	struct acks *acks;
	struct checkpoint *checkpoint;
	struct resolver *resolver;
	struct assignment *assignment;
	struct remainder *remainder;
	struct progress *progress;
	struct msk *msk;
};

static int parse(struct options *o, int argc, char **argv, struct err *err)
{
	const struct opt opts[] = {
		OPT_GROUP("What to read"),
		KAFKA_OPT_BROKERS(&o->kafka),
		OPT_LIST('t', "topic", &o->topics, "TOPIC",
			 "topic, or all that match ^REGEX; operands too"),
		OPT_LIST('p', "partition", &o->partitions, "N",
			 "only this partition (without -G; repeatable)"),
		OPT_LIST('o', "offset", &o->offsets, "WHERE",
			 "beginning, end, stored, N, -N, s@MS, e@MS [beginning]"),
		OPT_FLAG('e', "exit", &o->to_end, "stop at what is the end at the start"),
		OPT_NUMBER('c', "count", &o->count, "N", 1, 0, "stop after N records"),
		OPT_CHOICE(0, "on-gap", &o->on_gap, "stop|oldest",
			   "records between are gone: stop, or go on at the oldest [stop]"),
		OPT_GROUP("What to commit"),
		OPT_TEXT('G', "group", &o->group, "GROUP",
			 "join the consumer group, commit what was settled"),
		{.kind = OPT_KIND_TEXT,
		 .name = "checkpoint",
		 .arg = "FILE",
		 .help = "without a group: keep the position in FILE",
		 .flags = OPT_FILE,
		 .to = OPT_TO(const char *, &o->checkpoint)},
		OPT_FLAG(0, "reset", &o->reset, "begin where -o says, over what is committed"),
		OPT_FD(0, "ack-fd", &o->ack_fd, "pipe with status lines [KEB_ACK_FD]"),
		OPT_DURATION(0, "drain-limit", &o->drain_ms, 0, 86400000,
			     "wait for statuses at the end [25s after a signal, else no limit]"),
		OPT_GROUP("Rejected records"),
		OPT_LIST(0, "on-reject", &o->on_reject, "[CLASS=]stop|skip|dlq=TOPIC,...",
			 "stop, pass over, or write to a topic of dead letters [stop]"),
		OPT_TEXT(0, "max-rejects", &o->max_rejects, "N/min",
			 "stop when more are rejected (also N/s, N/h)"),
		OPT_TEXT(0, "dlq-create", &o->dlq_create, "PARTITIONS:REPLICATION",
			 "make a topic of dead letters that is missing"),
		OPT_FLAG(0, "redrive", &o->redrive,
			 "read dead letters, hand out the records they were; implies -e"),
		OPT_NUMBER(0, "max-redrives", &o->max_redrives, "N", 1, 1000000,
			   "leave dead letters alone that were redriven so often"),
		OPT_GROUP("Limits"),
		OPT_SIZE(0, "prefetch", &o->prefetch, 1u << 20, UINT64_C(1) << 30,
			 "fetched and not yet handed out, all partitions [16MiB]"),
		OPT_NUMBER(0, "in-flight", &o->in_flight, "N", 1, 10000000,
			   "records handed out and not settled [10000]"),
		OPT_SIZE(0, "in-flight-bytes", &o->in_flight_bytes, 1, ENOUGH,
			 "bytes of their lines [64MiB]"),
		OPT_NUMBER(0, "window", &o->window, "N", 1, 100000000,
			   "records of a partition beyond one that is stuck [100000]"),
		OPT_SIZE(0, "max-line", &o->max_line, 256, ENOUGH,
			 "longest line to write [KEB_MAX_LINE, 64MiB]"),
		MSK_OPTS(&o->msk),
		OPT_GROUP("Client"),
		KAFKA_OPT_PROPS(&o->kafka),
		KAFKA_OPT_FILES(&o->kafka),
		OPT_ROW_METRICS(&o->metrics),
		OPT_END,
	};
	const struct cli cli = {
		.program = "kebread",
		.summary = "Reads Kafka topics and writes each record as a line of JSON.",
		.usage = "-b HOST:PORT [-t] TOPIC ... [options]\n"
			 "-b HOST:PORT -G GROUP -t TOPIC [options]   (under kebrun)",
		.opts = opts,
		.examples =
			"kebread -b broker:9092 -t orders -e\n"
			"kebread -b broker:9092 -t orders -o -10 -e | jq .offset\n"
			"kebrun 'kebread -b broker:9092 -G bus -t orders | kebmap --source shop "
			"| kebput --bus orders'",
		.libraries = {producer_library},
	};
	int result = opt_parse(&cli, &argc, argv, err);

	for (int i = 1; result == 1 && i < argc; i++) {
		o->topics.items = mem_resize(o->topics.items, o->topics.n + 1, sizeof(char *));
		o->topics.items[o->topics.n++] = argv[i];
	}
	return result;
}

/* --- what does not go together --------------------------------------------------------- */

static int check_copies(const struct options *o, struct err *err)
{
	const char *env = getenv("KEB_COPIES");
	uint64_t copies;

	if (!env || !*env || o->group)
		return 0;
	if (!num_u64(slice_of(env), &copies))
		return err_set(err, EXIT_USAGE, "KEB_COPIES is '%s', not a number", env);
	return copies > 1 ? err_set(err, EXIT_USAGE,
				    "%s copies without -G would each read everything: give -G", env)
			  : 0;
}

static int check_partitions(const struct options *o, struct err *err)
{
	uint64_t n;

	if (o->group && o->partitions.n)
		return err_set(err, EXIT_USAGE, "-p is for reading without a group (leave out -G)");
	for (size_t i = 0; i < o->partitions.n; i++)
		if (!num_u64(slice_of(o->partitions.items[i]), &n) || n > INT32_MAX)
			return err_set(err, EXIT_USAGE, "-p takes a number, not '%s'",
				       o->partitions.items[i]);
	return 0;
}

static int check_dlq_create(struct read *r, struct err *err)
{
	const char *text = r->o.dlq_create;
	const char *colon = text ? strchr(text, ':') : NULL;
	uint64_t partitions, replication;

	if (!text)
		return 0;
	if (!colon || !num_u64((struct slice){text, (size_t)(colon - text)}, &partitions) ||
	    !num_u64(slice_of(colon + 1), &replication) || partitions < 1 || partitions > 100000 ||
	    replication < 1 || replication > 1000)
		return err_set(err, EXIT_USAGE,
			       "--dlq-create takes PARTITIONS:REPLICATION, such as 4:3, not '%s'",
			       text);
	if (!r->n_dlq)
		return err_set(err, EXIT_USAGE, "--dlq-create is for --on-reject dlq=TOPIC");
	r->dlq_partitions = (int)partitions;
	r->dlq_replication = (int)replication;
	return 0;
}

/* What is rejected: policies, and dead letters that must not be read and written in a circle. */
static int check_rejects(struct read *r, struct err *err)
{
	const struct options *o = &r->o;

	if (policy_parse(&r->policy, &o->on_reject, err) != 0 ||
	    policy_parse_limit(&r->policy, o->max_rejects, err) != 0)
		return -1;
	r->n_dlq = policy_topics(&r->policy, r->dlq);
	if (check_dlq_create(r, err) != 0)
		return -1;
	if (o->max_redrives && !o->redrive)
		return err_set(err, EXIT_USAGE, "--max-redrives is for --redrive");
	for (size_t i = 0; i < o->topics.n && !o->max_redrives; i++)
		if (policy_names(&r->policy, o->topics.items[i]))
			return err_set(err, EXIT_USAGE,
				       "topic '%s' is read and takes the dead letters: that never "
				       "ends (use --redrive with --max-redrives N)",
				       o->topics.items[i]);
	if (r->n_dlq && r->ack_fd < 0)
		return err_set(err, EXIT_USAGE,
			       "dead letters are of records that others reject, and nobody tells: "
			       "start the pipeline with kebrun 'kebread ... | ...', or give "
			       "--ack-fd");
	return 0;
}

static int check(struct read *r, struct err *err)
{
	const struct options *o = &r->o;
	bool commits = o->group || o->checkpoint;

	if (o->topics.n == 0)
		return err_set(err, EXIT_USAGE,
			       "which topic? give -t TOPIC (try 'kebread --help')");
	for (size_t i = 0; i < o->topics.n; i++)
		if (!*o->topics.items[i])
			return err_set(err, EXIT_USAGE, "the name of a topic is empty (check -t)");
	if (o->group && o->checkpoint)
		return err_set(err, EXIT_USAGE,
			       "--checkpoint is for reading without a group (leave out -G)");
	if (o->group && !*o->group)
		return err_set(err, EXIT_USAGE, "-G needs the name of a group");
	if (start_parse(&r->start, &o->offsets, err) != 0 || check_partitions(o, err) != 0 ||
	    check_copies(o, err) != 0 || line_limit(o->max_line, &r->max_line, err) != 0 ||
	    acks_find_fd(o->ack_fd, &r->ack_fd, err) != 0 || check_rejects(r, err) != 0)
		return -1;
	r->start.to_end = o->to_end || o->redrive;
	r->start.reset = o->reset;
	if (!commits && (o->reset || r->start.kind == START_STORED))
		return err_set(err, EXIT_USAGE, "%s needs -G or --checkpoint",
			       o->reset ? "--reset" : "-o stored");
	if (commits && r->ack_fd < 0)
		return err_set(err, EXIT_USAGE,
			       "%s commits only what was delivered, and nobody tells: start the "
			       "pipeline with kebrun 'kebread ... | ...', or give --ack-fd",
			       o->group ? "-G" : "--checkpoint");
	return 0;
}

/* --- opening --------------------------------------------------------------------------- */

static int hear_at_start(struct read *r, struct err *err)
{
	struct consumer_event event;

	do {
		consumer_listen(r->consumer, &event);
		if (event.said == SAID_REFUSED)
			return err_set(err, EXIT_REFUSED, "%s (check -X and the credentials)",
				       event.text);
	} while (event.said != SAID_NOTHING);
	return 0;
}

/* Asks until it is answered. 1, 0 when a signal came first, -1 with err. */
static int ask_until(struct read *r, enum ask_got (*ask)(struct read *, struct err *),
		     struct err *err)
{
	int64_t deadline = clock_ms() + FIND_MS;

	while (stop_count() == 0) {
		struct err why;
		char failure[512];
		enum ask_got got = ask(r, &why);

		if (hear_at_start(r, err) != 0)
			return -1;
		if (got == ASK_DONE)
			return 1;
		*err = why;
		if (got == ASK_REFUSED)
			return -1;
		if (clock_ms() >= deadline) {
			kafka_log_failure(failure, sizeof failure);
			return err_set(err, EXIT_UNREACHABLE, "gave up after %d s: %s; %s",
				       FIND_MS / 1000, why.text, failure);
		}
		(void)usleep(50000);
	}
	return 0;
}

/* The topics as the brokers know them. */
static enum ask_got find_topics(struct read *r, struct err *err)
{
	return ask_topics(consumer_client(r->consumer), r->o.topics.items, r->o.topics.n,
			  FIND_STEP_MS, &r->found, err);
}

/* Where reading ends, for all members of the group. */
static enum ask_got find_ends(struct read *r, struct err *err)
{
	struct places mine = {0}, ends = {0};
	enum ask_got got;

	for (size_t i = 0; i < r->found.n; i++)
		if (!consumer_hides(r->consumer, r->found.items[i].topic))
			places_add(&mine, r->found.items[i].topic, r->found.items[i].partition,
				   PLACE_NONE, NULL);
	got = resolver_meet(r->resolver, &mine, FIND_ENDS_MS, &ends, err);
	if (got == ASK_DONE)
		r->remainder = remainder_new(&(struct remainder_conf){
			.client = consumer_client(r->consumer),
			.topics = r->o.topics.items,
			.n_topics = r->o.topics.n,
			.ends = &ends,
			.assignment = r->assignment,
			.ledger = r->ledger,
			.limit_ms = r->o.drain_ms,
		});
	places_free(&mine);
	places_free(&ends);
	return got;
}

static bool is_bounded(const struct read *r)
{
	return r->start.to_end || r->start.to_time;
}

static bool chosen(const struct options *o, int32_t partition)
{
	for (size_t i = 0; i < o->partitions.n; i++) {
		uint64_t n;

		if (num_u64(slice_of(o->partitions.items[i]), &n) && n == (uint64_t)partition)
			return true;
	}
	return o->partitions.n == 0;
}

/* Without a group the partitions are ours by our own word. */
static int assign_by_hand(struct read *r, struct err *err)
{
	struct places mine = {0};

	for (size_t i = 0; i < r->found.n; i++)
		if (chosen(&r->o, r->found.items[i].partition) &&
		    !consumer_hides(r->consumer, r->found.items[i].topic))
			places_add(&mine, r->found.items[i].topic, r->found.items[i].partition,
				   PLACE_NONE, NULL);
	if (mine.n == 0)
		return err_set(err, EXIT_REFUSED, "no partition to read: %s",
			       r->o.partitions.n ? "there is none of that number (check -p)"
						 : "no topic matches (check -t)");
	assignment_by_hand(r->assignment, &mine);
	places_free(&mine);
	return 0;
}

static void open_acks(struct read *r)
{
	const struct options *o = &r->o;
	bool commits = o->group || o->checkpoint;
	char run[TOKEN_RUN_SIZE];
	struct ledger_conf ledger = {
		.run = run,
		.window = o->window,
		.release = letters_release,
	};
	struct acks_conf acks = {.fd = r->ack_fd, .refuse_discarded = commits};

	if (r->ack_fd < 0)
		return;
	token_new_run(run);
	r->ledger = acks.ledger = ledger_new(&ledger);
	r->rejects = acks.rejects =
		rejects_new(&(struct rejects_conf){.policy = &r->policy, .letters = r->letters});
	if (r->letters)
		letters_use(r->letters, r->ledger);
	r->acks = acks_new(&acks);
}

/* Dead letters, on a client of their own. Takes kafka. */
static int open_letters(struct read *r, struct kafka_conf *kafka, struct err *err)
{
	const char *copy = getenv("KEB_COPY");
	struct letters_conf conf = {
		.topics = r->dlq,
		.n_topics = r->n_dlq,
		.partitions = r->dlq_partitions,
		.replication = r->dlq_replication,
		.connector = r->o.group ? r->o.group : "kebread",
		.task = copy && *copy ? copy : "0",
	};

	r->letters = letters_new(&conf, kafka, err);
	return r->letters ? 0 : -1;
}

static int open_consumer(struct read *r, struct kafka_conf *kafka, struct err *err)
{
	struct consumer_conf conf = {
		.kafka = kafka,
		.group = r->o.group,
		.topics = r->o.topics.items,
		.n_topics = r->o.topics.n,
		.ignore = r->dlq,
		.n_ignore = r->o.max_redrives ? 0 : r->n_dlq,
		.prefetch = r->o.prefetch,
	};

	r->consumer = consumer_new(&conf, err);
	return r->consumer ? 0 : -1;
}

static int open_clients(struct read *r, struct err *err)
{
	struct kafka_conf *kafka, *copy;

	if (r->o.checkpoint) {
		r->checkpoint = checkpoint_open(r->o.checkpoint, err);
		if (!r->checkpoint)
			return -1;
	}
	r->msk = msk_open(&r->o.msk, &r->o.kafka, "kebread/" KEB_VERSION, err);
	kafka = r->msk ? kafka_conf_new(&r->o.kafka, settings_owned, err) : NULL;
	if (!kafka)
		return -1;
	copy = r->n_dlq ? kafka_conf_copy(kafka) : NULL;
	if (open_consumer(r, kafka, err) == 0)
		return copy ? open_letters(r, copy, err) : 0;
	kafka_conf_free(copy);
	return -1;
}

/* Ready to loop: 1, 0 when a signal came first, -1 with err. */
static int open_all(struct read *r, struct err *err)
{
	int found;

	if (open_clients(r, err) != 0)
		return -1;
	found = ask_until(r, find_topics, err);
	if (found > 0 && r->letters)
		found = letters_reach(r->letters, FIND_MS, stop_fd(), err);
	if (found <= 0)
		return found;
	open_acks(r);
	r->resolver = resolver_new(&(struct resolver_conf){
		.client = consumer_client(r->consumer),
		.start = &r->start,
		.group = r->o.group != NULL,
		.checkpoint = r->checkpoint,
		.gap_oldest = r->o.on_gap == 1,
	});
	r->assignment = assignment_new(&(struct assignment_conf){
		.consumer = r->consumer,
		.resolver = r->resolver,
		.ledger = r->ledger,
		.checkpoint = r->checkpoint,
		.group = r->o.group != NULL,
	});
	r->progress = progress_new(&(struct progress_conf){
		.gauges = {r->consumer, r->assignment, r->ledger, r->rejects, r->letters},
		.metrics = r->o.metrics,
		.line = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO) && msg_shows(MSG_WARNING),
	});
	if (progress_begin(r->progress, err) != 0)
		return -1;
	if (!r->o.group)
		return assign_by_hand(r, err) == 0 ? 1 : -1;
	found = is_bounded(r) ? ask_until(r, find_ends, err) : 1;
	if (found > 0 &&
	    consumer_subscribe(r->consumer, r->o.topics.items, r->o.topics.n, err) != 0)
		return -1;
	return found;
}

static enum loop_end run(struct read *r, struct err *err)
{
	struct loop_conf conf = {
		.consumer = r->consumer,
		.assignment = r->assignment,
		.ledger = r->ledger,
		.acks = r->acks,
		.rejects = r->rejects,
		.letters = r->letters,
		.ack_fd = r->ack_fd,
		.flow = {.max_records = r->o.in_flight, .max_bytes = r->o.in_flight_bytes},
		.out = writer_new_nonblocking(STDOUT_FILENO),
		.progress = r->progress,
		.count = r->o.count,
		.bounded = is_bounded(r),
		.remainder = r->remainder,
		.redrive = r->o.redrive,
		.max_redrives = r->o.max_redrives,
		.max_line = r->max_line,
		.drain_ms = r->o.drain_ms,
	};
	enum loop_end end = loop_run(&conf, err);

	writer_free(conf.out);
	return end;
}

static int finish(struct read *r, enum loop_end end, const struct err *err)
{
	if (end == LOOP_FAILED) /* said at once: leaving the group may take its time */
		(void)program_fail(err);
	consumer_close(r->consumer, CLOSE_MS);
	if (end == LOOP_READER_GONE)
		program_die_of_sigpipe();
	return end == LOOP_FAILED ? (int)err->status : EXIT_OK;
}

/* What the options hold: nothing else is open while they are read. */
static void free_options(struct read *r)
{
	struct opt_list *lists[] = {&r->o.topics,    &r->o.partitions,	&r->o.offsets,
				    &r->o.on_reject, &r->o.kafka.props, &r->o.kafka.files};

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		free(lists[i]->items);
	policy_free(&r->policy);
}

int main(int argc, char **argv)
{
	struct read r = {
		.o = {.ack_fd = -1,
		      .drain_ms = -1,
		      .prefetch = 16u << 20,
		      .in_flight = 10000,
		      .in_flight_bytes = 64u << 20,
		      .window = 100000},
		.ack_fd = -1,
	};
	struct err err;
	int ready, status;

	program_start("kebread", PROGRAM_SEES_EPIPE);
	ready = parse(&r.o, argc, argv, &err);
	if (ready > 0 && check(&r, &err) != 0)
		ready = -1;
	if (ready <= 0) {
		free_options(&r);
		return ready < 0 ? program_fail(&err) : EXIT_OK;
	}
	stop_install();
	ready = open_all(&r, &err);
	if (ready > 0)
		status = finish(&r, run(&r, &err), &err);
	else
		status = ready < 0 ? program_fail(&err) : EXIT_OK;
	/* The client's threads still run: neither they nor the exit handlers wait for the other. */
	_exit(status);
}
