/* links: keboffload/claim keboffload/cut aws event json base pkg:libcrypto */
/*
 * Any line: what is moved out of it comes back byte for byte; references that a
 * stranger wrote are followed or refused, and a line that is made is JSON.
 */
#include "../../cmd/keboffload/claim.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct claim *claim;
static struct claim_object objects[CLAIM_FIELDS_MAX];
static struct buf moved, back;

static void open_claim(void)
{
	static const char *const fields[] = {"$.detail.a[1]", "$.detail.a", "$.detail.value"};
	static struct json_path *paths[3];
	struct err err;

	for (size_t i = 0; i < 3; i++)
		paths[i] = claim_path(fields[i], &err);
	claim = claim_new(&(struct claim_conf){
		.fields = fields, .paths = paths, .n_fields = 3, .arn = SLICE("arn:aws:s3:::b/")});
}

static void strangers(const struct event *event)
{
	struct slice bodies[CLAIM_FIELDS_MAX];
	struct claim_ref refs[CLAIM_FIELDS_MAX];
	struct claim_fault fault;
	struct slice bucket, name;
	int n = claim_refs(event, refs, &fault);

	for (int i = 0; i < n; i++) {
		bodies[i] = SLICE("{}");
		(void)claim_locate(refs[i].arn, &bucket, &name);
	}
	buf_reset(&back);
	if (n > 0 && claim_restore(claim, event, refs, bodies, (size_t)n, &back, &fault) &&
	    json_check(buf_slice(&back), NULL) != JSON_OBJECT)
		abort();
}

static void there_and_back(const struct event *event)
{
	struct slice bodies[CLAIM_FIELDS_MAX];
	struct claim_ref refs[CLAIM_FIELDS_MAX];
	struct claim_fault fault;
	struct json_fault bad;
	struct event again;
	size_t n = claim_move(claim, event, objects, &moved);

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		bodies[i] = buf_slice(&objects[i].body);
	buf_reset(&back);
	if (!event_parse(&again, buf_slice(&moved), &bad) ||
	    claim_refs(&again, refs, &fault) != (int)n ||
	    !claim_restore(claim, &again, refs, bodies, n, &back, &fault) ||
	    !slice_eq(buf_slice(&back), event->line))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_fault bad;
	struct event event;

	if (!claim)
		open_claim();
	if (!event_parse(&event, (struct slice){(const char *)data, size}, &bad))
		return 0;
	strangers(&event);
	there_and_back(&event);
	return 0;
}
