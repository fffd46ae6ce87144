/*
 * Dead letters: rejected records on their way into a topic, byte for byte, with the
 * headers of context.h behind their own. Idempotent, and a record is confirmed in the
 * ledger only when the broker has confirmed its letter. What can never be written
 * (permission, size) is a failure at once, since waiting would not help.
 *
 * Where a letter may become necessary, each record in flight is kept as one copy of its
 * bytes, in one allocation, so that one that is stuck costs its own size.
 */
#ifndef KEB_KEBREAD_LETTERS_H
#define KEB_KEBREAD_LETTERS_H

#include "context.h"
#include "kafka/conf.h"
#include "ledger.h"

struct letter;
struct letters;

struct letters_conf {
	const char *const *topics; /* that letters go to */
	size_t n_topics;
	int partitions, replication; /* of a topic that is made; 0: none is */
	const char *connector;	     /* for __connect.errors.connector.name */
	const char *task;
};

/* Takes kafka, whatever happens. NULL with err. */
struct letters *letters_new(const struct letters_conf *conf, struct kafka_conf *kafka,
			    struct err *err);

/* Waits for the brokers, finds or makes the topics. 1, 0 when a signal came first, -1 with err. */
int letters_reach(struct letters *l, int64_t limit_ms, int stop_fd, struct err *err);

/* Whose records the letters are: for letters_serve. */
void letters_use(struct letters *l, struct ledger *ledger);

/* --- a record in flight ------------------------------------------------------------ */

/*
 * Keeps a record that was just handed out, with where it was read first and what was
 * tried before. It belongs to the ledger (ledger_attach), until it is sent.
 */
struct letter *letters_keep(const struct message *m, const struct context *from);
void letters_release(void *letter); /* for struct ledger_conf */

/* Remembers why, the first time: for a record of which one part was rejected. */
void letters_note(struct letter *letter, const struct context *why, const char *topic);

/* Sends it, for the reason that was noted; takes the letter. These name it in the ledger. */
void letters_send(struct letters *l, struct letter *letter, uint64_t epoch, int64_t offset);

/* --- the producer ------------------------------------------------------------------ */

int letters_fd(const struct letters *l); /* POLLIN: serve */
/* Confirms in the ledger what the brokers have confirmed: how many. */
uint64_t letters_serve(struct letters *l);
size_t letters_waiting(const struct letters *l);	    /* sent or to be sent, not confirmed */
uint64_t letters_written(const struct letters *l);	    /* confirmed since the start */
const struct err *letters_failure(const struct letters *l); /* NULL: none */

#endif
