/*
 * A gzip'd file as a source of bytes: RFC 1952, members one behind the other. zlib is
 * included here only.
 */
#ifndef KEB_KEBFILTER_GZIP_H
#define KEB_KEBFILTER_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct gzip;

/* Whether the regular file begins as a gzip'd one does; its position is left alone. */
bool gzip_is(int fd);

struct gzip *gzip_new(int fd);
void gzip_free(struct gzip *z);

/* As read(2). Where the file is damaged it ends: see gzip_fault. */
ssize_t gzip_read(void *gzip, void *to, size_t n);

/*
 * Why reading ended before the file did, as words that go behind its name: it is damaged or
 * was cut off, or what is behind its last member is none, nor zeros. NULL: it did not.
 */
const char *gzip_fault(const struct gzip *z);

#endif
