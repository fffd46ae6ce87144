/*
 * The ack fd: the pipe on which the programs behind kebread report what became of each
 * record (keb(7), STATUS PROTOCOL). Status lines go into the ledger; what breaks the
 * run is kept as a verdict for the loop.
 */
#ifndef KEB_KEBREAD_ACKS_H
#define KEB_KEBREAD_ACKS_H

#include "base/err.h"
#include "rejects.h"

/*
 * Which fd: option (--ack-fd), if that is -1 KEB_ACK_FD, if that is not set *fd is -1.
 * It must be 3 to 9 and a pipe open for reading only, else -1 with err (EXIT_USAGE). It
 * is made close-on-exec. An inherited write end (KEB_STATUS_FD) is closed: while
 * kebread held it, it would never see that all others have gone.
 */
int acks_find_fd(int option, int *fd, struct err *err);

struct acks;

struct acks_conf {
	int fd;
	struct ledger *ledger;
	struct rejects *rejects;
	bool refuse_discarded; /* the first discarded record is a verdict: something is committed */
};

struct acks *acks_new(const struct acks_conf *conf);
void acks_free(struct acks *acks);

/*
 * One read(2) and all lines that came with it; call it when the fd is readable. Returns
 * how many records were settled by them, -1 with err (EXIT_LOCAL) when reading failed.
 */
int64_t acks_read(struct acks *acks, struct err *err);

bool acks_ended(const struct acks *acks); /* all writers are gone, all lines were taken */
/* The first discarded record, where that ends the run; NULL: none. */
const struct err *acks_verdict(const struct acks *acks);

uint64_t acks_bad(const struct acks *acks); /* those that were no status lines */

#endif
