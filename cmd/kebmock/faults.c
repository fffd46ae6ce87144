#include "faults.h"

#include "base/mem.h"
#include "base/num.h"
#include "json/text.h"

#include <ctype.h>
#include <stdlib.h>

#define TEXT_MAX 128

/* A token bucket; rate 0: none. */
struct bucket {
	double rate, burst, tokens;
	int64_t filled_us;
};

struct span {
	int64_t low_us, high_us;
};

enum { DENY_REQUEST = 1, DENY_ENTRY = 2, DENY_DESCRIBE = 4, DENY_TOKEN = 8 };

/* What the values say; copied whole, so that a bad value changes nothing. */
struct settings {
	struct span latency, stall;
	double fail, http, html, reset, reset_after, garble, stalls;
	char code[64];
	unsigned status, html_status;
	struct bucket requests, entries;
	unsigned deny;
	bool bare_413;
	struct slice refuse; /* of the text that is kept for its key */
	struct chance chance;
};

typedef bool set_fn(struct settings *s, struct slice value);

struct fault {
	const char *key;
	set_fn *set;
	const char *form; /* for messages */
};

/* --- parts of values ------------------------------------------------------------ */

/* Splits at the first `at`; without one all of it is the head and the tail is absent. */
static struct slice head(struct slice text, char at, struct slice *tail)
{
	const char *found = text.n ? memchr(text.p, at, text.n) : NULL;

	*tail = SLICE_NONE;
	if (!found)
		return text;
	*tail = (struct slice){found + 1, text.n - (size_t)(found - text.p) - 1};
	return (struct slice){text.p, (size_t)(found - text.p)};
}

static bool real(struct slice text, double *value)
{
	char copy[32], *end;

	if (text.n == 0 || text.n >= sizeof copy || !isdigit((unsigned char)text.p[0]))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	*value = strtod(copy, &end);
	return end == copy + text.n && *value >= 0 && *value <= 1e9;
}

static bool share(struct slice text, double *value)
{
	return real(text, value) && *value <= 1;
}

/* "30ms" or "30ms..250ms" */
static bool span(struct slice text, struct span *value)
{
	const char *dots = text.n ? memmem(text.p, text.n, "..", 2) : NULL;
	struct slice low = text, high = text;
	int64_t low_ms, high_ms;

	if (dots) {
		low.n = (size_t)(dots - text.p);
		high = (struct slice){dots + 2, text.n - low.n - 2};
	}
	if (!num_duration(low, &low_ms) || !num_duration(high, &high_ms) || high_ms < low_ms ||
	    high_ms > 3600 * 1000)
		return false;
	*value = (struct span){low_ms * 1000, high_ms * 1000};
	return true;
}

/* "100/s" or "100/s:20" */
static bool bucket(struct slice text, struct bucket *value)
{
	struct slice burst, rate = head(text, ':', &burst);
	struct bucket b = {0};

	if (rate.n < 3 || !slice_ends(rate, SLICE("/s")))
		return false;
	rate.n -= 2;
	if (!real(rate, &b.rate) || b.rate <= 0)
		return false;
	b.burst = b.rate;
	if (burst.p && !real(burst, &b.burst))
		return false;
	if (b.burst < 1)
		b.burst = 1;
	b.tokens = b.burst;
	*value = b;
	return true;
}

/* --- one function a key; an empty value ends the fault ----------------------------- */

static bool set_latency(struct settings *s, struct slice value)
{
	s->latency = (struct span){0};
	return !value.n || span(value, &s->latency);
}

static bool set_fail(struct settings *s, struct slice value)
{
	struct slice code;

	s->fail = 0;
	if (!value.n)
		return true;
	value = head(value, ':', &code);
	if (!code.p)
		code = SLICE("InternalFailure");
	if (code.n == 0 || code.n >= sizeof s->code || !share(value, &s->fail))
		return false;
	for (size_t i = 0; i < code.n; i++)
		if (!isalnum((unsigned char)code.p[i]))
			return false;
	memcpy(s->code, code.p, code.n);
	s->code[code.n] = '\0';
	return true;
}

static bool set_throttle(struct settings *s, struct slice value)
{
	s->requests.rate = 0;
	return !value.n || bucket(value, &s->requests);
}

static bool set_throttle_entries(struct settings *s, struct slice value)
{
	s->entries.rate = 0;
	return !value.n || bucket(value, &s->entries);
}

/* "0.1" or "0.1:503" */
static bool share_of_status(struct slice value, double *part, unsigned *status, unsigned least)
{
	struct slice text;
	uint64_t number;

	*part = 0;
	if (!value.n)
		return true;
	value = head(value, ':', &text);
	if (text.p && (!num_u64(text, &number) || number < least || number > 599))
		return false;
	if (text.p)
		*status = (unsigned)number;
	return share(value, part);
}

static bool set_http(struct settings *s, struct slice value)
{
	s->status = 503;
	return share_of_status(value, &s->http, &s->status, 400);
}

static bool set_html(struct settings *s, struct slice value)
{
	s->html_status = 502;
	return share_of_status(value, &s->html, &s->html_status, 200);
}

static bool set_reset(struct settings *s, struct slice value)
{
	s->reset = 0;
	return !value.n || share(value, &s->reset);
}

static bool set_reset_after(struct settings *s, struct slice value)
{
	s->reset_after = 0;
	return !value.n || share(value, &s->reset_after);
}

static bool set_garble(struct settings *s, struct slice value)
{
	s->garble = 0;
	return !value.n || share(value, &s->garble);
}

static bool set_stall(struct settings *s, struct slice value)
{
	struct slice time;

	s->stalls = 0;
	if (!value.n)
		return true;
	value = head(value, ':', &time);
	return share(value, &s->stalls) && span(time.p ? time : SLICE("10s"), &s->stall);
}

static bool set_deny(struct settings *s, struct slice value)
{
	static const char *const names[] = {"request", "entry", "describe", "token"};

	s->deny = 0;
	for (struct slice word; value.n;) {
		unsigned found = 0;

		word = head(value, '+', &value);
		for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
			if (slice_is(word, names[i]))
				found = 1u << i;
		if (!found)
			return false;
		s->deny |= found;
	}
	return true;
}

static bool set_too_large(struct settings *s, struct slice value)
{
	s->bare_413 = slice_is(value, "413");
	return !value.n || s->bare_413 || slice_is(value, "400");
}

static bool set_refuse(struct settings *s, struct slice value)
{
	s->refuse = value;
	return true;
}

static bool set_seed(struct settings *s, struct slice value)
{
	uint64_t seed = 0;

	if (value.n && !num_u64(value, &seed))
		return false;
	s->chance.state = seed;
	return true;
}

static const struct fault table[] = {
	{"latency", set_latency, "TIME or TIME..TIME"},
	{"stall", set_stall, "SHARE or SHARE:TIME"},
	{"fail", set_fail, "SHARE or SHARE:CODE"},
	{"throttle", set_throttle, "RATE/s or RATE/s:BURST"},
	{"throttle-entries", set_throttle_entries, "RATE/s or RATE/s:BURST"},
	{"http", set_http, "SHARE or SHARE:STATUS"},
	{"html", set_html, "SHARE or SHARE:STATUS"},
	{"reset", set_reset, "SHARE"},
	{"reset-after", set_reset_after, "SHARE"},
	{"garble", set_garble, "SHARE"},
	{"deny", set_deny, "request, entry, describe, token, or several with + between"},
	{"too-large", set_too_large, "400 or 413"},
	{"refuse", set_refuse, "TEXT"},
	{"seed", set_seed, "a number"},
};

#define FAULTS (sizeof table / sizeof *table)

struct faults {
	struct settings s;
	char text[FAULTS][TEXT_MAX + 1]; /* as it was set; empty: off */
};

struct faults *faults_new(uint64_t seed)
{
	struct faults *f = mem_alloc(sizeof *f);

	f->s.chance.state = seed;
	return f;
}

void faults_free(struct faults *f)
{
	free(f);
}

static size_t find(struct slice key)
{
	size_t i = 0;

	while (i < FAULTS && !slice_is(key, table[i].key))
		i++;
	return i;
}

int faults_set(struct faults *f, struct slice key, struct slice value, struct err *err)
{
	struct settings changed = f->s;
	char copy[TEXT_MAX + 1] = "";
	size_t i = find(key);

	if (i == FAULTS)
		return err_set(err, EXIT_USAGE, "there is no fault '%.*s' (see kebmock(1))",
			       SLICE_ARG(key));
	if (slice_is(value, "off"))
		value.n = 0;
	if (value.n > TEXT_MAX)
		return err_set(err, EXIT_USAGE, "the value of fault '%s' is over %d bytes",
			       table[i].key, TEXT_MAX);
	if (value.n)
		memcpy(copy, value.p, value.n);
	if (!table[i].set(&changed, (struct slice){copy, value.n}))
		return err_set(err, EXIT_USAGE, "bad value '%.*s' of fault '%s': it is %s",
			       SLICE_ARG(value), table[i].key, table[i].form);
	memcpy(f->text[i], copy, sizeof copy);
	f->s = changed;
	if (table[i].set == set_refuse)
		f->s.refuse = (struct slice){f->text[i], value.n};
	return 0;
}

void faults_show(const struct faults *f, const char *prefix, struct buf *to)
{
	bool first = true;

	for (size_t i = 0; i < FAULTS; i++) {
		if (!f->text[i][0])
			continue;
		if (!first)
			buf_addc(to, ',');
		first = false;
		buf_addf(to, "\"%s%s\":", prefix, table[i].key);
		json_add_string(to, slice_of(f->text[i]));
	}
}

/* --- decisions --------------------------------------------------------------------- */

static bool take_token(struct bucket *b, int64_t now_us)
{
	if (b->rate <= 0)
		return true;
	if (b->filled_us && now_us > b->filled_us)
		b->tokens += b->rate * (double)(now_us - b->filled_us) / 1e6;
	b->filled_us = now_us;
	if (b->tokens > b->burst)
		b->tokens = b->burst;
	if (b->tokens < 1)
		return false;
	b->tokens -= 1;
	return true;
}

static int64_t delay(struct settings *s)
{
	int64_t us = chance_between(&s->chance, s->latency.low_us, s->latency.high_us);

	if (chance_hits(&s->chance, s->stalls))
		us += chance_between(&s->chance, s->stall.low_us, s->stall.high_us);
	return us;
}

struct fault_verdict faults_request(struct faults *f, enum fault_call call, int64_t now_us)
{
	struct settings *s = &f->s;
	struct fault_verdict v = {.kind = FAULT_NONE, .delay_us = delay(s)};

	if (s->deny & DENY_TOKEN)
		v.kind = FAULT_EXPIRED;
	else if (s->deny & (call == FAULT_CALL_PUT ? DENY_REQUEST : DENY_DESCRIBE))
		v.kind = FAULT_DENY;
	else if (chance_hits(&s->chance, s->reset))
		v.kind = FAULT_RESET;
	else if (chance_hits(&s->chance, s->http))
		v.kind = FAULT_HTTP;
	else if (chance_hits(&s->chance, s->html))
		v.kind = FAULT_HTML;
	else if (call == FAULT_CALL_PUT && !take_token(&s->requests, now_us))
		v.kind = FAULT_THROTTLE;
	else if (chance_hits(&s->chance, s->reset_after))
		v.kind = FAULT_RESET_AFTER;
	else if (chance_hits(&s->chance, s->garble))
		v.kind = FAULT_GARBLE;
	v.status = v.kind == FAULT_HTML ? s->html_status : s->status;
	return v;
}

const char *faults_entry(struct faults *f, int64_t now_us)
{
	struct settings *s = &f->s;

	if (s->deny & DENY_ENTRY)
		return "AccessDeniedException";
	if (!take_token(&s->entries, now_us))
		return "ThrottlingException";
	if (chance_hits(&s->chance, s->fail))
		return s->code;
	return NULL;
}

struct slice faults_refused_text(const struct faults *f)
{
	return f->s.refuse.n ? f->s.refuse : SLICE_NONE;
}

bool faults_bare_413(const struct faults *f)
{
	return f->s.bare_413;
}
