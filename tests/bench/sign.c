/*
 * sign BYTES N: signs a PutEvents request of that size N times, with versions 4 and 4A, and prints
 * how many a second of its own processor time: "v4 N", "v4 hash N" (the body's hash included),
 * "v4a N".
 */
#include "aws/sigv4.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double rate(size_t bytes, int n, bool hash, bool asymmetric)
{
	static const char token[] = "IQoJb3JpZ2luX2VjEA//////////wEaCWV1LXdlc3QtMSJHMEUCIQ";
	char date[SIGV4_DATE_LEN], sum[SIGV4_HEX];
	struct canonical_header headers[] = {
		{SLICE("Host"), SLICE("events.eu-west-1.amazonaws.com")},
		{SLICE("Content-Type"), SLICE("application/x-amz-json-1.1")},
		{SLICE("X-Amz-Target"), SLICE("AWSEvents.PutEvents")},
		{SLICE("X-Amz-Date"), {date, sizeof date}},
		{SLICE("X-Amz-Security-Token"), slice_of(token)},
	};
	struct canonical_request request = {.method = SLICE("POST"),
					    .path = SLICE("/"),
					    .headers = headers,
					    .n_headers = 5,
					    .body_hash = {sum, sizeof sum}};
	struct sigv4_scope scope = {.key_id = SLICE("AKIDEXAMPLE"),
				    .secret = SLICE("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
				    .region = SLICE("eu-west-1"),
				    .service = SLICE("events"),
				    .date = {date, sizeof date},
				    .asymmetric = asymmetric};
	struct slice body = {mem_array(bytes, 1), bytes};
	struct sigv4 *sigv4 = sigv4_new();
	struct buf to = {0};
	double start = seconds(), took;

	sigv4_put_date(date, INT64_C(1769688000000));
	sigv4_hash(sigv4, body, sum);
	for (int i = 0; i < n; i++) {
		if (hash)
			sigv4_hash(sigv4, body, sum);
		buf_reset(&to);
		if (!sigv4_authorization(sigv4, &scope, &request, &to))
			exit(1);
	}
	took = seconds() - start;
	sigv4_free(sigv4);
	buf_free(&to);
	free((char *)body.p);
	return n / took;
}

int main(int argc, char **argv)
{
	size_t bytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 4096;
	int n = argc > 2 ? atoi(argv[2]) : 100000;

	printf("v4 %.0f\nv4 hash %.0f\nv4a %.0f\n", rate(bytes, n, false, false),
	       rate(bytes, n, true, false), rate(bytes, n / 10, false, true));
	return 0;
}
