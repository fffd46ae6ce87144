/*
 * A message is handed out: as a line on stdout, known to the ledger, kept where a dead
 * letter may become of it. Or it is not: what makes a line over the limit is rejected
 * here, and so is what comes from a topic of dead letters and is none.
 */
#ifndef KEB_KEBREAD_HANDOUT_H
#define KEB_KEBREAD_HANDOUT_H

#include "assignment.h"
#include "gauges.h"
#include "lines/writer.h"
#include "rejects.h"

struct handout;

struct handout_conf {
	struct ledger *ledger;	 /* NULL: nothing is settled */
	struct rejects *rejects; /* NULL as well then */
	bool keep;		 /* a dead letter may become of a record */
	struct writer *out;
	struct tally *tally;
	size_t max_line;
	bool redrive;	       /* what comes are dead letters: the records they were go out */
	uint64_t max_redrives; /* leaves those alone that did so often; 0: no limit */
};

struct handout *handout_new(const struct handout_conf *conf);
void handout_free(struct handout *h);

/*
 * Takes the message, which is the partition's next one. False with errno when stdout
 * does not take the line.
 */
bool handout_take(struct handout *h, struct partition *p, const struct message *m, int64_t now_ms);

#endif
