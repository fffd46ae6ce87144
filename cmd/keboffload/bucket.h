/*
 * A bucket: in which region it is, and under which host or path.
 */
#ifndef KEB_KEBOFFLOAD_BUCKET_H
#define KEB_KEBOFFLOAD_BUCKET_H

#include "aws/call.h"
#include "aws/session.h"
#include "base/buf.h"

/* Where buckets are looked for; borrowed. */
struct bucket_conf {
	const struct session *session;
	const char *endpoint_url; /* NULL: the region's */
	bool path_style, insecure_http;
};

struct bucket {
	const char *name; /* borrowed */
	char region[64];
	struct endpoint endpoint;
	bool in_host; /* the name is part of the host */
	struct aws_service *service;
};

/* In the region of the session at first. 0, or -1 with err (EXIT_USAGE). */
int bucket_open(struct bucket *b, const char *name, const struct bucket_conf *conf,
		struct err *err);
/* It is in this region (region_valid). The same. */
int bucket_move(struct bucket *b, struct slice region, const struct bucket_conf *conf,
		struct err *err);
void bucket_close(struct bucket *b);

/* Appends the path of an object, or of the bucket itself if that is absent. */
void bucket_add_path(const struct bucket *b, struct slice object, struct buf *to);

#endif
