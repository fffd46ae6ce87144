/* links: aws base pkg:libcrypto */
/*
 * The canonical form of paths, queries and headers: a canonical query is its own
 * canonical form, and an Authorization header is taken apart without reading beyond
 * it. Lines of the input: path, query, header value, Authorization.
 */
#include "aws/sigv4.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice take_line(struct slice *rest)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct slice line = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
	size_t used = line.n + (end ? 1 : 0);

	*rest = (struct slice){rest->p + used, rest->n - used};
	return line;
}

/* The third line of the canonical request. */
static struct slice canonical_query(struct buf *to, struct slice path, struct slice query,
				    struct slice value)
{
	struct canonical_header headers[] = {{SLICE("Host"), SLICE("h")}, {SLICE("X-A"), value}};
	struct canonical_request request = {.method = SLICE("GET"),
					    .path = path,
					    .query = query,
					    .headers = headers,
					    .n_headers = 2,
					    .body_hash = SLICE("-")};
	struct buf names = {0}, scratch = {0};
	struct slice rest;
	bool good = canonical_add(to, &names, &scratch, &request);

	buf_free(&names);
	buf_free(&scratch);
	if (!good)
		return SLICE_NONE;
	rest = buf_slice(to);
	take_line(&rest);
	take_line(&rest);
	return take_line(&rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = {(const char *)data, size}, path, query, value, once, twice, name;
	struct buf first = {0}, second = {0};
	struct sigv4_parts parts;

	if (size == 0)
		return 0;
	path = take_line(&rest);
	query = take_line(&rest);
	value = take_line(&rest);
	once = canonical_query(&first, path, query, value);
	if (once.p) {
		twice = canonical_query(&second, SLICE("/"), once, value);
		if (!slice_eq(once, twice))
			abort();
	}
	if (sigv4_parse(take_line(&rest), &parts))
		while (sigv4_next_name(&parts.names, &name))
			;
	buf_free(&first);
	buf_free(&second);
	return 0;
}
