#include "gzip.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define ROOM  (128u << 10)
#define MAGIC 2 /* bytes that a member begins with */

struct gzip {
	int fd;
	z_stream z;
	bool within; /* a member is open */
	bool behind; /* of a whole member */
	bool damaged;
	unsigned char in[ROOM];
};

bool gzip_is(int fd)
{
	unsigned char magic[MAGIC];

	return pread(fd, magic, sizeof magic, 0) == (ssize_t)sizeof magic && magic[0] == 0x1f &&
	       magic[1] == 0x8b;
}

struct gzip *gzip_new(int fd)
{
	struct gzip *z = mem_alloc(sizeof *z);

	z->fd = fd;
	if (inflateInit2(&z->z, 15 + 16) != Z_OK)
		z->damaged = true;
	return z;
}

void gzip_free(struct gzip *z)
{
	if (z == NULL)
		return;
	inflateEnd(&z->z);
	free(z);
}

static ssize_t damaged(struct gzip *z)
{
	z->damaged = true;
	return 0;
}

/* Zeros behind a member are padding, as on tapes. */
static void skip_padding(struct gzip *z)
{
	while (z->behind && !z->within && z->z.avail_in && *z->z.next_in == 0) {
		z->z.next_in++;
		z->z.avail_in--;
	}
}

/* More of the file. 0 at its end. */
static ssize_t refill(struct gzip *z)
{
	ssize_t got;

	do
		got = read(z->fd, z->in, sizeof z->in);
	while (got < 0 && errno == EINTR);
	if (got > 0) {
		z->z.next_in = z->in;
		z->z.avail_in = (unsigned)got;
	}
	return got;
}

ssize_t gzip_read(void *gzip, void *to, size_t n)
{
	struct gzip *z = gzip;
	unsigned room = n < (1u << 30) ? (unsigned)n : 1u << 30;

	if (z->damaged)
		return damaged(z);
	z->z.next_out = to;
	z->z.avail_out = room;
	while (z->z.avail_out == room) {
		int status;

		if (z->z.avail_in == 0) {
			ssize_t got = refill(z);

			if (got < 0)
				return -1;
			if (got == 0)
				return z->within ? damaged(z) : 0;
		}
		skip_padding(z);
		if (z->z.avail_in == 0)
			continue;
		z->within = true;
		status = inflate(&z->z, Z_NO_FLUSH);
		if (status == Z_STREAM_END) {
			z->within = false;
			z->behind = true;
			inflateReset(&z->z);
		} else if (status != Z_OK) {
			return damaged(z);
		}
	}
	return (ssize_t)(room - z->z.avail_out);
}

const char *gzip_fault(const struct gzip *z)
{
	if (!z->damaged)
		return NULL;
	return z->behind && z->z.total_in <= MAGIC
		       ? "has something else behind what is gzip'd, which is not read"
		       : "is damaged, or its end is missing";
}
