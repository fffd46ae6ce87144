/*
 * The tags of --tag, as x-amz-tagging wants them: "a=b&c=d", encoded. Checked here, since S3
 * refuses an upload for them only when there is one. Source: "Categorizing your storage using
 * tags" of the S3 user guide.
 */
#ifndef KEB_KEBOFFLOAD_TAGS_H
#define KEB_KEBOFFLOAD_TAGS_H

#include "base/buf.h"
#include "base/err.h"
#include "cli/opt.h"

#define TAGS_MAX      10  /* of an object */
#define TAG_KEY_MAX   128 /* characters */
#define TAG_VALUE_MAX 256 /* characters */

/* 0, or -1 with err (EXIT_USAGE). */
int tags_join(const struct opt_list *tags, struct buf *to, struct err *err);

#endif
