#include "letters.h"

#include "base/mem.h"
#include "base/msg.h"
#include "kafka/producer.h"
#include "kafka/topic.h"

#include <stdlib.h>

#define ASK_MS	  5000
#define CREATE_MS 30000

struct letter {
	struct letter *next; /* waits for room in the producer */
	const char *dlq;     /* where it goes; NULL: nowhere yet */
	uint64_t epoch;	     /* these two name the record in the ledger */
	int64_t at;
	int64_t timestamp;
	struct context why;
	char *words; /* of why */
	struct slice key, value;
	size_t n_headers;
	struct producer_header headers[]; /* and the bytes of everything behind */
};

struct letters {
	struct letters_conf conf;
	struct producer *producer;
	struct ledger *ledger;
	struct letter *first, **last; /* those that the producer had no room for */
	size_t waiting;
	uint64_t written, confirmed;
	bool failed;
	struct err failure;
	struct producer_header *headers; /* reused */
	size_t headers_cap;
	struct buf text;
};

/* --- a record in flight ------------------------------------------------------------ */

static struct slice copy_to(char **at, struct slice bytes)
{
	struct slice copy = {*at, bytes.n};

	if (!bytes.p)
		return SLICE_NONE;
	if (bytes.n)
		memcpy(*at, bytes.p, bytes.n);
	*at += bytes.n;
	return copy;
}

struct letter *letters_keep(const struct message *m, const struct context *from)
{
	size_t n = sizeof(struct letter) + m->n_headers * sizeof(struct producer_header) +
		   m->key.n + m->value.n + from->topic.n;
	struct letter *letter;
	char *at;

	for (size_t i = 0; i < m->n_headers; i++)
		n += strlen(m->headers[i].name) + m->headers[i].value.n;
	letter = mem_resize(NULL, 1, n + 1); /* one more: an empty value still has a place */
	*letter = (struct letter){.timestamp = m->timestamp, .n_headers = m->n_headers};
	at = (char *)(letter->headers + m->n_headers);
	letter->why = (struct context){
		.topic = copy_to(&at, from->topic),
		.partition = from->partition,
		.offset = from->offset,
		.attempts = from->attempts,
		.redrives = from->redrives,
	};
	letter->key = copy_to(&at, m->key);
	letter->value = copy_to(&at, m->value);
	for (size_t i = 0; i < m->n_headers; i++) {
		letter->headers[i].name = copy_to(&at, slice_of(m->headers[i].name));
		letter->headers[i].value = copy_to(&at, m->headers[i].value);
	}
	return letter;
}

void letters_release(void *p)
{
	struct letter *letter = p;

	if (!letter)
		return;
	free(letter->words);
	free(letter);
}

void letters_note(struct letter *letter, const struct context *why, const char *topic)
{
	char *at;

	if (letter->dlq)
		return;
	letter->dlq = topic;
	letter->words = at = mem_alloc(why->by.n + why->code.n + why->error.n + 1);
	letter->why.has_class = why->has_class;
	letter->why.class = why->class;
	letter->why.by = copy_to(&at, why->by);
	letter->why.code = copy_to(&at, why->code);
	letter->why.error = copy_to(&at, why->error);
	letter->why.attempts += why->attempts;
}

/* --- sending ----------------------------------------------------------------------- */

/* The record's own headers and those of the letter, in l->headers. */
static size_t put_headers(struct letters *l, const struct letter *letter)
{
	struct header context[CONTEXT_HEADERS];
	struct context why = letter->why;
	size_t n = letter->n_headers;

	why.connector = slice_of(l->conf.connector);
	why.task = slice_of(l->conf.task);
	context_write(&why, &l->text, context);
	if (l->headers_cap < n + CONTEXT_HEADERS) {
		l->headers_cap = n + CONTEXT_HEADERS;
		l->headers = mem_resize(l->headers, l->headers_cap, sizeof *l->headers);
	}
	if (n)
		memcpy(l->headers, letter->headers, n * sizeof *l->headers);
	for (size_t i = 0; i < CONTEXT_HEADERS; i++)
		l->headers[n++] =
			(struct producer_header){slice_of(context[i].name), context[i].value};
	return n;
}

static bool send(struct letters *l, struct letter *letter)
{
	struct producer_message message = {
		.topic = letter->dlq,
		.partition = PRODUCER_BY_KEY,
		.key = letter->key,
		.value = letter->value,
		.timestamp = letter->timestamp >= 0 ? letter->timestamp : PRODUCER_TIME_NOW,
		.cookie = letter,
	};

	message.n_headers = put_headers(l, letter);
	message.headers = l->headers;
	return producer_send(l->producer, &message);
}

static void send_waiting(struct letters *l)
{
	while (l->first) {
		struct letter *letter = l->first, *next = letter->next;

		if (!send(l, letter)) /* from here on it is the report's, which may be now */
			return;
		l->first = next;
		if (!next)
			l->last = &l->first;
	}
}

void letters_send(struct letters *l, struct letter *letter, uint64_t epoch, int64_t offset)
{
	letter->epoch = epoch;
	letter->at = offset;
	letter->next = NULL;
	*l->last = letter;
	l->last = &letter->next;
	l->waiting++;
	send_waiting(l);
}

/* --- reports ----------------------------------------------------------------------- */

static void fail(struct letters *l, const struct letter *letter,
		 const struct producer_report *report)
{
	bool lost = report->fate == PRODUCER_LOST;
	const char *next = report->fate == PRODUCER_TOO_LARGE
				   ? "raise max.message.bytes of that topic"
				   : "check the topic and the permission to write to it";

	if (l->failed)
		return;
	l->failed = true;
	err_set(&l->failure, lost ? EXIT_UNREACHABLE : EXIT_REFUSED,
		"the dead letter of %.*s/%d/%lld cannot be written to '%s': %s%s%s%s",
		SLICE_ARG(letter->why.topic), (int)letter->why.partition,
		(long long)letter->why.offset, letter->dlq, report->text, lost ? "" : " (",
		lost ? "" : next, lost ? "" : ")");
}

static void on_report(void *ctx, const struct producer_report *report)
{
	struct letters *l = ctx;
	struct letter *letter = report->cookie;

	l->waiting--;
	if (report->fate == PRODUCER_DELIVERED) {
		l->written++;
		l->confirmed += ledger_confirm(l->ledger, letter->epoch, letter->at);
	} else {
		fail(l, letter, report);
	}
	letters_release(letter);
}

uint64_t letters_serve(struct letters *l)
{
	const struct err *failure;
	uint64_t before = l->confirmed;

	producer_serve(l->producer);
	send_waiting(l);
	failure = producer_failure(l->producer);
	if (failure && !l->failed) {
		l->failed = true;
		err_set(&l->failure, failure->status, "dead letters: %.900s", failure->text);
	}
	return l->confirmed - before;
}

int letters_fd(const struct letters *l)
{
	return producer_fd(l->producer);
}

size_t letters_waiting(const struct letters *l)
{
	return l->failed ? 0 : l->waiting;
}

uint64_t letters_written(const struct letters *l)
{
	return l->written;
}

const struct err *letters_failure(const struct letters *l)
{
	return l->failed ? &l->failure : NULL;
}

/* --- the start --------------------------------------------------------------------- */

struct letters *letters_new(const struct letters_conf *conf, struct kafka_conf *kafka,
			    struct err *err)
{
	struct letters *l = mem_alloc(sizeof *l);

	l->conf = *conf;
	l->last = &l->first;
	/* An outage of the brokers is no reason to give a letter up. */
	kafka_conf_default(kafka, "message.timeout.ms", "0");
	l->producer = producer_new(kafka, on_report, l, err);
	if (l->producer)
		return l;
	free(l);
	return NULL;
}

void letters_use(struct letters *l, struct ledger *ledger)
{
	l->ledger = ledger;
}

static int find_topic(struct letters *l, const char *topic, struct err *err)
{
	struct rd_kafka_s *client = producer_client(l->producer);
	int found = kafka_topic_exists(client, topic, ASK_MS, err);

	if (found != 0)
		return found < 0 ? -1 : 0;
	if (!l->conf.partitions)
		return err_set(err, EXIT_REFUSED,
			       "there is no topic '%s' for dead letters (--dlq-create "
			       "PARTITIONS:REPLICATION makes it)",
			       topic);
	if (kafka_topic_create(client, topic, l->conf.partitions, l->conf.replication, CREATE_MS,
			       err) != 0)
		return -1;
	msg_info("made topic '%s' for dead letters", topic);
	return 0;
}

int letters_reach(struct letters *l, int64_t limit_ms, int stop_fd, struct err *err)
{
	int reached = producer_reach(l->producer, limit_ms, stop_fd, err);

	for (size_t i = 0; reached > 0 && i < l->conf.n_topics; i++)
		if (find_topic(l, l->conf.topics[i], err) != 0)
			return -1;
	return reached;
}
