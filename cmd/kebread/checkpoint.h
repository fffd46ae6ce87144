/*
 * Where a replay without a group stands: one line a partition, JSON, in a file that is
 * replaced as a whole, so a reader or a crash sees the old state or the new one:
 *
 *	{"topic":"orders","partition":0,"offset":17}
 *
 * offset is the next record to be read.
 */
#ifndef KEB_KEBREAD_CHECKPOINT_H
#define KEB_KEBREAD_CHECKPOINT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

struct checkpoint;

/*
 * Reads the file; one that is not there yet is an empty one. NULL with err: EXIT_USAGE
 * for a file that is no checkpoint, EXIT_LOCAL when its folder takes no file. path is
 * kept, not copied.
 */
struct checkpoint *checkpoint_open(const char *path, struct err *err);
void checkpoint_free(struct checkpoint *cp);

/* -1 if the partition is not in it. */
int64_t checkpoint_get(const struct checkpoint *cp, const char *topic, int32_t partition);
void checkpoint_set(struct checkpoint *cp, const char *topic, int32_t partition, int64_t offset);
/* Writes it if something was set since. 0, or -1 with err (EXIT_LOCAL). */
int checkpoint_write(struct checkpoint *cp, struct err *err);

#endif
