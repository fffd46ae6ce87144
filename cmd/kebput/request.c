#include "request.h"

#define BODY_KEPT ((size_t)256 << 10) /* room that an unused request may keep */

void request_build(struct request *r, struct slice id)
{
	size_t n = sizeof("{\"EndpointId\":\"\",\"Entries\":[]}") + id.n + r->n;

	for (size_t i = 0; i < r->n; i++)
		n += r->entries[i]->json_n;
	buf_reset(&r->body);
	buf_room(&r->body, n);
	BUF_LIT(&r->body, "{");
	if (id.p)
		buf_addf(&r->body, "\"EndpointId\":\"%.*s\",", SLICE_ARG(id));
	BUF_LIT(&r->body, "\"Entries\":[");
	for (size_t i = 0; i < r->n; i++) {
		if (i)
			buf_addc(&r->body, ',');
		buf_adds(&r->body, entry_json(r->entries[i]));
	}
	BUF_LIT(&r->body, "]}");
}

void request_clear(struct request *r)
{
	if (r->body.cap > BODY_KEPT)
		buf_free(&r->body);
	r->n = 0;
}

unsigned request_failed(struct request *r)
{
	unsigned most = 0;

	for (size_t i = 0; i < r->n; i++)
		if (most < ++r->entries[i]->in_row)
			most = r->entries[i]->in_row;
	return most;
}

uint64_t request_unknown(const struct request *r, size_t n)
{
	uint64_t unknown = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < r[i].n; k++)
			unknown += !r[i].entries[k]->maybe;
	return unknown;
}
