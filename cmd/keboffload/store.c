#include "store.h"

#include "aws/digest.h"
#include "base/b64.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/msg.h"
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>

#define MOVES_MAX   6		 /* regions that a bucket may send one object to */
#define EXPECT_FROM (1u << 20)	 /* bytes: S3 may refuse before they are sent */
#define SLOWEST	    (256u << 10) /* bytes a second that a request is given time for */

struct store {
	struct store_conf conf;
	struct bucket *buckets;
	struct store_job *waiting, **waiting_end;
	unsigned under_way;
	unsigned epoch; /* changes of the clock */
	struct retry_chance chance;
	struct retry_quota quota;
	struct verdict_said said;
	struct buf path;
	const void *but; /* jobs of others are held back; NULL: none */
	bool keyless;	 /* jobs wait for new keys */
	bool failed;
	struct err fate;
	uint64_t done; /* jobs */
	struct store_counts counts;
};

struct store *store_new(const struct store_conf *conf, struct err *err)
{
	struct store *s = mem_alloc(sizeof(*s));

	s->conf = *conf;
	s->waiting_end = &s->waiting;
	s->buckets = mem_array(conf->n_buckets, sizeof(*s->buckets));
	retry_seed(&s->chance);
	for (size_t i = 0; i < conf->n_buckets; i++) {
		if (bucket_open(&s->buckets[i], conf->buckets[i], &s->conf.where, err) != 0) {
			store_free(s);
			return NULL;
		}
	}
	return s;
}

void store_free(struct store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->conf.n_buckets; i++)
		bucket_close(&s->buckets[i]);
	free(s->buckets);
	verdict_free(&s->said);
	buf_free(&s->path);
	free(s);
}

const struct store_counts *store_counts(const struct store *s)
{
	return &s->counts;
}

/* --- jobs ------------------------------------------------------------------ */

static void enqueue(struct store *s, struct store_job *job)
{
	job->next = NULL;
	*s->waiting_end = job;
	s->waiting_end = &job->next;
}

void store_start(struct store *s, struct store_job *job)
{
	job->store = s;
	job->due_ms = 0;
	job->since_ms = clock_ms();
	job->others = s->done;
	job->sent = job->failures = job->refusals = job->moves = 0;
	job->asking = job->probing = false;
	job->last = RETRY_NEVER;
	enqueue(s, job);
}

static void again(struct store *s, struct store_job *job, int64_t due_ms)
{
	s->counts.again++;
	job->due_ms = due_ms;
	enqueue(s, job);
}

static void fail(struct store *s, const struct err *err)
{
	if (!s->failed)
		s->fate = *err;
	s->failed = true;
}

void store_hold(struct store *s, const void *but)
{
	s->but = but;
}

static const char *call_of(const struct store_job *job)
{
	if (job->asking || job->probing)
		return "HeadBucket";
	return job->get ? "GetObject" : "PutObject";
}

static void deny(struct store *s, const struct store_job *job, const struct http_answer *answer)
{
	const struct bucket *b = &s->buckets[job->bucket];
	struct err err;

	err_set(&err, EXIT_REFUSED,
		"%s in bucket '%s' refused: %d%s%s%s%s (check --bucket, --region, the credentials, "
		"which come from %s, and their permission s3:%s)",
		call_of(job), b->name, answer->status, s->said.code.len ? " " : "",
		buf_text(&s->said.code), s->said.message.len ? ": " : "",
		buf_text(&s->said.message), credentials_origin(s->conf.where.session->credentials),
		call_of(job));
	fail(s, &err);
}

static void call_failed(struct store *s, struct store_job *job, enum verdict verdict,
			const struct http_answer *answer, int64_t now)
{
	const struct bucket *b = &s->buckets[job->bucket];
	enum retry kind = verdict == VERDICT_THROTTLED ? RETRY_THROTTLED : RETRY_TRANSIENT;
	char why[256];

	if (answer->failure == HTTP_UNTRUSTED)
		snprintf(why, sizeof(why), "no trust in '%.100s': %s (check AWS_CA_BUNDLE)",
			 b->endpoint.url, answer->why);
	else if (answer->failure != HTTP_ANSWERED)
		snprintf(why, sizeof(why), "cannot reach '%.100s': %s", b->endpoint.url,
			 answer->why);
	else
		snprintf(why, sizeof(why), "'%.100s' answered %s with %d %.60s", b->endpoint.url,
			 call_of(job), answer->status, buf_text(&s->said.code));
	outage_failed(s->conf.outage, now, why);
	job->last = kind;
	again(s, job,
	      now + retry_wait_ms(&s->quota, kind, ++job->failures, answer->retry_after,
				  &s->chance));
}

static void count_failure(struct store *s, struct store_job *job, const struct http_answer *answer)
{
	bool answered = answer->failure == HTTP_ANSWERED;

	snprintf(job->code, sizeof(job->code), "%s",
		 answered && s->said.code.len ? buf_text(&s->said.code)
		 : answered		      ? "an answer without a reason"
					      : "no answer");
	job->refusals += answered && (answer->status < 500 || s->done > job->others);
}

static bool too_old(const struct store *s, const struct store_job *job, int64_t now)
{
	return s->conf.max_age_ms && now - job->since_ms > s->conf.max_age_ms &&
	       s->done > job->others;
}

static bool had_enough(const struct store *s, const struct store_job *job, int64_t now)
{
	return (s->conf.max_attempts && job->refusals >= s->conf.max_attempts) ||
	       too_old(s, job, now);
}

static void give_up(struct store *s, struct store_job *job, int64_t now)
{
	char text[128];

	outage_over(s->conf.outage, now);
	if (s->conf.max_attempts && job->refusals >= s->conf.max_attempts) {
		snprintf(text, sizeof(text), "%s, %u times (see --max-attempts)", job->code,
			 job->refusals);
		job->done(job, STORE_REFUSED, SLICE_NONE, slice_of(job->code), text);
		return;
	}
	snprintf(text, sizeof(text), "%s for longer than --max-age, while the bucket answers",
		 job->code);
	job->done(job, STORE_EXPIRED, SLICE_NONE, SLICE("Expired"), text);
}

/* Does S3 fail, or this object? */
static void probed(struct store *s, struct store_job *job, enum verdict verdict,
		   const struct http_answer *answer, int64_t now)
{
	if (answer->failure == HTTP_ANSWERED && answer->status == 404) {
		buf_adds(&s->said.code, SLICE("NoSuchBucket")); /* HEAD has no body to say it */
		deny(s, job, answer);
	} else if (verdict == VERDICT_AGAIN || verdict == VERDICT_THROTTLED) {
		call_failed(s, job, verdict, answer, now);
		job->probing = false;
	} else {
		give_up(s, job, now);
	}
}

/* Signed anew for the region that the bucket is in; the host is made here, never taken over. */
static void move_region(struct store *s, struct store_job *job, const struct http_answer *answer)
{
	struct bucket *b = &s->buckets[job->bucket];
	struct slice region = buf_slice(&s->said.region);
	struct err err;

	if (job->moves++ == MOVES_MAX || (!region.n && job->asking) ||
	    (region.n && !region_valid(region))) {
		deny(s, job, answer);
		return;
	}
	job->asking = !region.n;
	if (job->asking) {
		again(s, job, 0);
		return;
	}
	if (!slice_is(region, b->region)) {
		msg_info("bucket '%s' is in region %.*s", b->name, SLICE_ARG(region));
		if (bucket_move(b, region, &s->conf.where, &err) != 0) {
			fail(s, &err);
			return;
		}
	}
	again(s, job, 0);
}

/* HeadBucket says it whatever it answers. */
static bool take_region(struct store *s, const struct http_answer *answer)
{
	struct slice region = http_answer_header(answer, "x-amz-bucket-region");

	buf_reset(&s->said.region);
	if (answer->failure == HTTP_ANSWERED && region.n)
		buf_adds(&s->said.region, region);
	return s->said.region.len > 0;
}

static unsigned epoch_of(const struct store *s)
{
	return s->epoch + credentials_version(s->conf.where.session->credentials);
}

/* Keys or clock: others by now, or on their way? */
static bool mend(struct store *s, struct store_job *job, enum verdict verdict,
		 const struct http_answer *answer)
{
	struct credentials *c = s->conf.where.session->credentials;
	bool learnt;

	if (job->epoch != epoch_of(s))
		return true;
	if (verdict == VERDICT_EXPIRED)
		return credentials_refused(c, credentials_version(c));
	learnt = aws_service_learn_clock(s->buckets[job->bucket].service, answer->date);
	s->epoch += learnt;
	return learnt;
}

static void done(struct store *s, struct store_job *job, const struct http_answer *answer,
		 int64_t now)
{
	s->done++;
	retry_give(&s->quota, job->last);
	outage_over(s->conf.outage, now);
	job->done(job, STORE_DONE, answer->body, SLICE_NONE, NULL);
}

static void object_refused(struct store *s, struct store_job *job, enum store_outcome outcome,
			   int64_t now)
{
	outage_over(s->conf.outage, now);
	job->done(job, outcome, SLICE_NONE, buf_slice(&s->said.code),
		  buf_text(s->said.message.len ? &s->said.message : &s->said.code));
}

static void judge(struct store *s, struct store_job *job, enum verdict verdict,
		  const struct http_answer *answer, int64_t now)
{
	switch (verdict) {
	case VERDICT_DONE:
		done(s, job, answer, now);
		break;
	case VERDICT_OBJECT:
		object_refused(s, job, STORE_REFUSED, now);
		break;
	case VERDICT_LARGE:
		object_refused(s, job, STORE_TOO_LARGE, now);
		break;
	case VERDICT_AGAIN:
		count_failure(s, job, answer);
		call_failed(s, job, verdict, answer, now);
		job->probing = had_enough(s, job, now);
		break;
	case VERDICT_THROTTLED:
		call_failed(s, job, verdict, answer, now);
		break;
	case VERDICT_REGION:
		move_region(s, job, answer);
		break;
	case VERDICT_EXPIRED:
	case VERDICT_CLOCK:
		if (mend(s, job, verdict, answer))
			again(s, job, now);
		else
			deny(s, job, answer);
		break;
	case VERDICT_DENIED:
		deny(s, job, answer);
		break;
	}
}

static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct store_job *job = ctx;
	struct store *s = job->store;
	int64_t now = clock_ms();
	enum verdict verdict = verdict_of(answer, &s->said);

	s->under_way--;
	if (job->probing)
		probed(s, job, verdict, answer, now);
	else if (job->asking && take_region(s, answer))
		move_region(s, job, answer);
	else if (job->asking && verdict == VERDICT_DONE)
		deny(s, job, answer);
	else if (job->get && answer->too_large)
		job->done(job, STORE_TOO_LARGE, SLICE_NONE, SLICE("EntityTooLarge"),
			  "the object is larger than --max-object");
	else
		judge(s, job, verdict, answer, now);
}

/* --- requests -------------------------------------------------------------- */

static void add(struct http_header *headers, size_t *n, const char *name, const char *value)
{
	if (value)
		headers[(*n)++] = (struct http_header){slice_of(name), slice_of(value)};
}

static size_t put_headers(const struct store *s, const struct store_job *job,
			  struct http_header *to, char checksum[B64_ENCODED(DIGEST_LEN) + 1])
{
	unsigned char raw[DIGEST_LEN];
	size_t n = 0;

	for (size_t i = 0; i < DIGEST_LEN; i++)
		raw[i] = (unsigned char)(hex_digit(job->sha256[2 * i]) << 4 |
					 hex_digit(job->sha256[2 * i + 1]));
	checksum[b64_encode(checksum, raw, sizeof(raw))] = '\0';
	add(to, &n, "Content-Type", job->text ? "text/plain; charset=utf-8" : "application/json");
	add(to, &n, "X-Amz-Checksum-Sha256", checksum);
	add(to, &n, "X-Amz-Sdk-Checksum-Algorithm", "SHA256");
	add(to, &n, "X-Amz-Server-Side-Encryption", s->conf.sse);
	add(to, &n, "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", s->conf.sse_key);
	add(to, &n, "X-Amz-Storage-Class", s->conf.storage_class);
	add(to, &n, "X-Amz-Tagging", s->conf.tags);
	return n;
}

static int send_job(struct store *s, struct store_job *job, struct err *err)
{
	struct bucket *b = &s->buckets[job->bucket];
	char checksum[B64_ENCODED(DIGEST_LEN) + 1];
	struct http_header headers[AWS_HEADERS_MAX];
	bool head = job->asking || job->probing, put = !job->get && !head;
	uint64_t bytes = job->get ? s->conf.max_object : job->body.n;
	struct aws_request request = {
		.method = head	     ? "HEAD"
			  : job->get ? "GET"
				     : "PUT",
		.path_as_is = true,
		.hash_header = true,
		.headers = headers,
		.n_headers = put ? put_headers(s, job, headers, checksum) : 0,
		.body = put ? job->body : SLICE_NONE,
		.body_hash = put ? job->sha256 : NULL,
		.expect = put && job->body.n >= EXPECT_FROM,
		.max_answer = put ? 0 : (size_t)s->conf.max_object,
		.total_ms = 30000 + (int64_t)(bytes / SLOWEST) * 1000,
	};

	add(headers, &request.n_headers, "X-Amz-Expected-Bucket-Owner", s->conf.owner);
	buf_reset(&s->path);
	bucket_add_path(b, head ? SLICE_NONE : job->name, &s->path);
	request.path = buf_slice(&s->path);
	job->epoch = epoch_of(s);
	job->sent += !head;
	s->counts.requests++;
	s->under_way++;
	return aws_send(b->service, &request, on_answer, job, err);
}

static int send_due(struct store *s, int64_t now, struct err *err)
{
	struct store_job **at = &s->waiting;

	while (*at && s->under_way < s->conf.in_flight) {
		struct store_job *job = *at;

		if (job->due_ms > now || (s->but && job->ctx != s->but)) {
			at = &job->next;
			continue;
		}
		*at = job->next;
		if (!*at)
			s->waiting_end = at;
		if (send_job(s, job, err) != 0)
			return -1;
	}
	return 0;
}

int store_step(struct store *s, int64_t now, struct err *err)
{
	int ready;

	if (s->failed) {
		*err = s->fate;
		return -1;
	}
	ready = credentials_ready(s->conf.where.session->credentials, s->conf.outage, now, err);
	s->keyless = ready == 0;
	if (ready < 0 || (ready > 0 && send_due(s, now, err) != 0))
		return -1;
	return outage_spent(s->conf.outage, now, err) ? -1 : 0;
}

int64_t store_due(const struct store *s)
{
	int64_t due = credentials_due(s->conf.where.session->credentials), next;

	next = outage_due(s->conf.outage);
	if (next >= 0 && (due < 0 || next < due))
		due = next;
	if (s->keyless || s->under_way >= s->conf.in_flight)
		return due;
	for (const struct store_job *job = s->waiting; job; job = job->next) {
		if (s->but && job->ctx != s->but)
			continue;
		if (due < 0 || job->due_ms < due)
			due = job->due_ms;
	}
	return due;
}
