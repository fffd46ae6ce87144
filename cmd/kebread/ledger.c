#include "ledger.h"

#include "base/mem.h"
#include "base/num.h"
#include "parts.h"
#include "token.h"

#include <stdlib.h>

#define BUCKETS	   1024 /* a power of two */
#define FIRST_RING 64
#define BYTES_MAX  ((1u << 29) - 1)

enum slot_state {
	SLOT_IN_FLIGHT,
	SLOT_LETTER, /* its dead letter is on its way */
	SLOT_DONE,
	SLOT_HELD,
	SLOT_TAKEN_BACK,
};

/* One record between watermark and end. */
struct slot {
	int64_t offset;
	uint32_t serial; /* counts what the ledger hands out, wraps */
	uint32_t bytes : 29;
	uint32_t state : 3;
	void *copy; /* while it is in flight; may be NULL */
};

/* The parts of one record; few records have any. */
struct split {
	struct split *next;
	uint64_t epoch;
	int64_t offset;
	enum ledger_fate fate; /* the worst so far */
	struct parts *parts;
};

struct tenure {
	struct tenure *next;	  /* of the ledger */
	struct tenure *same;	  /* in the bucket of its epoch */
	struct buf front, behind; /* "orders/0/" and "/k3f9.2" around the offset */
	uint64_t epoch;
	int64_t end; /* the first offset not handed out */
	struct slot *ring;
	size_t cap, head, n; /* cap is a power of two, n slots from head on */
	size_t window;
	uint64_t in_flight;
};

struct ledger {
	struct ledger_conf conf;
	char run[TOKEN_RUN_SIZE];
	struct ledger_counts counts;
	uint64_t epochs, held;
	uint32_t serial;
	struct tenure *tenures;
	struct tenure *last; /* the one that was settled in last: statuses come in runs */
	struct tenure *by_epoch[BUCKETS];
	struct split *splits[BUCKETS];
	size_t n_splits, parts_used;
};

struct ledger *ledger_new(const struct ledger_conf *conf)
{
	struct ledger *l = mem_alloc(sizeof *l);

	l->conf = *conf;
	for (size_t i = 0; i < sizeof l->run - 1 && conf->run[i]; i++)
		l->run[i] = conf->run[i];
	l->conf.run = l->run;
	return l;
}

static void free_tenure(struct tenure *t)
{
	buf_free(&t->front);
	buf_free(&t->behind);
	free(t->ring);
	free(t);
}

void ledger_free(struct ledger *l)
{
	if (!l)
		return;
	while (l->tenures)
		ledger_end(l, l->tenures);
	free(l);
}

const struct ledger_counts *ledger_counts(const struct ledger *l)
{
	return &l->counts;
}

uint64_t ledger_held(const struct ledger *l)
{
	return l->held;
}

/* --- tenures ------------------------------------------------------------------- */

static struct tenure **bucket(struct ledger *l, uint64_t epoch)
{
	return &l->by_epoch[epoch & (BUCKETS - 1)];
}

struct tenure *ledger_begin(struct ledger *l, const char *topic, int32_t partition, int64_t start)
{
	struct tenure *t = mem_alloc(sizeof *t);

	t->epoch = ++l->epochs;
	t->end = start;
	t->window = l->conf.window;
	t->cap = FIRST_RING;
	t->ring = mem_array(t->cap, sizeof *t->ring);
	buf_addf(&t->front, "%s/%d/", topic, (int)partition);
	buf_addf(&t->behind, "/%s.%llu", l->run, (unsigned long long)t->epoch);
	t->next = l->tenures;
	l->tenures = t;
	t->same = *bucket(l, t->epoch);
	*bucket(l, t->epoch) = t;
	return t;
}

static struct slot *slot_at(const struct tenure *t, size_t i)
{
	return &t->ring[(t->head + i) & (t->cap - 1)];
}

static struct split **find_split(struct ledger *l, uint64_t epoch, int64_t offset)
{
	struct split **at = &l->splits[(epoch * 31 + (uint64_t)offset) & (BUCKETS - 1)];

	while (*at && ((*at)->epoch != epoch || (*at)->offset != offset))
		at = &(*at)->next;
	return at;
}

static void drop_split(struct ledger *l, uint64_t epoch, int64_t offset)
{
	struct split **at = find_split(l, epoch, offset);
	struct split *s = *at;

	if (!s)
		return;
	*at = s->next;
	l->n_splits--;
	parts_free(&s->parts, &l->parts_used);
	free(s);
}

static bool is_open(const struct slot *slot)
{
	return slot->state == SLOT_IN_FLIGHT || slot->state == SLOT_LETTER;
}

static void release(struct ledger *l, struct slot *slot)
{
	if (slot->copy && l->conf.release)
		l->conf.release(slot->copy);
	slot->copy = NULL;
}

void ledger_end(struct ledger *l, struct tenure *t)
{
	struct tenure **at;

	for (size_t i = 0; i < t->n; i++) {
		struct slot *slot = slot_at(t, i);

		if (is_open(slot)) {
			release(l, slot);
			l->counts.records--;
			l->counts.bytes -= slot->bytes;
			l->counts.abandoned++;
			if (l->n_splits)
				drop_split(l, t->epoch, slot->offset);
		} else if (slot->state == SLOT_HELD) {
			l->held--;
		}
	}
	for (at = &l->tenures; *at != t;)
		at = &(*at)->next;
	*at = t->next;
	for (at = bucket(l, t->epoch); *at != t;)
		at = &(*at)->same;
	*at = t->same;
	if (l->last == t)
		l->last = NULL;
	free_tenure(t);
}

void tenure_token(const struct tenure *t, struct buf *to, int64_t offset)
{
	buf_adds(to, buf_slice(&t->front));
	buf_add_u64(to, (uint64_t)offset);
	buf_adds(to, buf_slice(&t->behind));
}

int64_t tenure_watermark(const struct tenure *t)
{
	return t->n ? slot_at(t, 0)->offset : t->end;
}

int64_t tenure_next(const struct tenure *t)
{
	return t->end;
}

uint64_t tenure_in_flight(const struct tenure *t)
{
	return t->in_flight;
}

bool tenure_full(const struct tenure *t)
{
	return t->n >= t->window;
}

bool tenure_roomy(const struct tenure *t)
{
	return t->n <= t->window / 2;
}

/* --- records ------------------------------------------------------------------- */

static void grow(struct tenure *t)
{
	struct slot *ring = mem_array(t->cap * 2, sizeof *ring);

	for (size_t i = 0; i < t->n; i++)
		ring[i] = *slot_at(t, i);
	free(t->ring);
	t->ring = ring;
	t->cap *= 2;
	t->head = 0;
}

bool ledger_hand_out(struct ledger *l, struct tenure *t, int64_t offset, size_t bytes)
{
	struct slot *slot;

	if (offset < t->end)
		return false;
	if (t->n == t->cap)
		grow(t);
	slot = slot_at(t, t->n++);
	*slot = (struct slot){
		.offset = offset,
		.serial = l->serial++,
		.bytes = bytes < BYTES_MAX ? (uint32_t)bytes : BYTES_MAX,
		.state = SLOT_IN_FLIGHT,
	};
	t->end = offset + 1;
	t->in_flight++;
	l->counts.records++;
	l->counts.bytes += slot->bytes;
	return true;
}

void tenure_pass(struct tenure *t, int64_t offset)
{
	if (offset > t->end)
		t->end = offset;
}

void ledger_attach(struct tenure *t, void *copy)
{
	slot_at(t, t->n - 1)->copy = copy;
}

/* Offsets rise along the ring and have no gaps most of the time. */
static struct slot *find_slot(const struct tenure *t, int64_t offset)
{
	size_t low = 0, high = t->n;
	uint64_t guess;

	if (t->n == 0 || offset < slot_at(t, 0)->offset || offset >= t->end)
		return NULL;
	guess = (uint64_t)(offset - slot_at(t, 0)->offset);
	if (guess < high && slot_at(t, guess)->offset == offset)
		return slot_at(t, guess);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct slot *slot = slot_at(t, middle);

		if (slot->offset == offset)
			return slot;
		if (slot->offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void advance(struct tenure *t)
{
	while (t->n && slot_at(t, 0)->state == SLOT_DONE) {
		t->head = (t->head + 1) & (t->cap - 1);
		t->n--;
	}
}

static bool names(const struct tenure *t, const struct token *token)
{
	return token->whole.n > t->front.len + t->behind.len &&
	       memcmp(token->whole.p, t->front.p, t->front.len) == 0 &&
	       memcmp(token->whole.p + token->whole.n - t->behind.len, t->behind.p,
		      t->behind.len) == 0;
}

/* The tenure that a token belongs to; NULL: stale or unknown, *got says which. */
static struct tenure *find_tenure(struct ledger *l, struct slice text, struct token *token,
				  enum ledger_got *got)
{
	struct tenure *t;

	*got = LEDGER_UNKNOWN;
	if (!token_parse(token, text))
		return NULL;
	*got = LEDGER_STALE;
	if (l->last && names(l->last, token))
		return l->last;
	for (t = *bucket(l, token->epoch); t; t = t->same)
		if (t->epoch == token->epoch && names(t, token))
			return l->last = t;
	/* An epoch of this run that was never begun, or is another partition's. */
	if (slice_is(token->run, l->run) && token->epoch > l->epochs)
		*got = LEDGER_UNKNOWN;
	return NULL;
}

static enum ledger_got count_parts(struct ledger *l, struct tenure *t, const struct token *token,
				   struct slice text, struct ledger_status *status)
{
	struct split **at = find_split(l, t->epoch, token->offset);
	struct split *s = *at;

	if (!s) {
		s = *at = mem_alloc(sizeof *s);
		l->n_splits++;
		s->epoch = t->epoch;
		s->offset = token->offset;
	}
	switch (parts_take(&s->parts, text, token->whole.n, &status->outcome, &l->parts_used)) {
	case PARTS_WHOLE:
		if (s->fate > status->fate)
			status->fate = s->fate;
		return LEDGER_SETTLED;
	case PARTS_MORE:
		if (status->fate > s->fate)
			s->fate = status->fate;
		return LEDGER_PART;
	case PARTS_AGAIN:
		l->counts.again++;
		return LEDGER_AGAIN;
	default:
		l->counts.unknown++;
		return LEDGER_UNKNOWN;
	}
}

/* Out of flight, in state `state`. */
static void leave(struct ledger *l, struct tenure *t, struct slot *slot, enum slot_state state)
{
	slot->state = (uint32_t)state & 7;
	release(l, slot);
	t->in_flight--;
	l->counts.records--;
	l->counts.bytes -= slot->bytes;
	if (l->n_splits)
		drop_split(l, t->epoch, slot->offset);
	if (state == SLOT_HELD)
		l->held++;
	advance(t);
}

/* The slot that a token names; NULL: none that a status can settle, *got says why. */
static struct slot *find_open(struct ledger *l, struct tenure *t, int64_t offset,
			      enum ledger_got *got)
{
	struct slot *slot = find_slot(t, offset);

	if (slot && slot->state == SLOT_IN_FLIGHT)
		return slot;
	if (slot || offset < tenure_watermark(t)) {
		l->counts.again++;
		*got = LEDGER_AGAIN;
	} else {
		l->counts.unknown++;
		*got = LEDGER_UNKNOWN;
	}
	return NULL;
}

/* What was said of the whole record. */
static void settle(struct ledger *l, struct tenure *t, struct slot *slot,
		   const struct ledger_status *status)
{
	if (status->fate == FATE_LETTER) {
		slot->state = SLOT_LETTER;
		slot->copy = NULL;
		return;
	}
	l->counts.settled[status->outcome]++;
	leave(l, t, slot, status->fate == FATE_HELD ? SLOT_HELD : SLOT_DONE);
}

enum ledger_got ledger_settle(struct ledger *l, struct slice text, struct ledger_status *status)
{
	struct token token;
	enum ledger_got got;
	struct tenure *t = find_tenure(l, text, &token, &got);
	struct slot *slot;

	if (!t) {
		if (got == LEDGER_STALE)
			l->counts.stale++;
		else
			l->counts.unknown++;
		return got;
	}
	slot = find_open(l, t, token.offset, &got);
	if (!slot)
		return got;
	status->epoch = t->epoch;
	status->offset = token.offset;
	status->copy = slot->copy;
	got = LEDGER_SETTLED;
	if (text.n > token.whole.n)
		got = count_parts(l, t, &token, text, status);
	if (got == LEDGER_SETTLED) {
		settle(l, t, slot, status);
		if (status->fate != FATE_LETTER)
			status->copy = NULL; /* released with the place in flight */
	}
	return got;
}

bool ledger_confirm(struct ledger *l, uint64_t epoch, int64_t offset)
{
	struct tenure *t = *bucket(l, epoch);
	struct slot *slot;

	while (t && t->epoch != epoch)
		t = t->same;
	slot = t ? find_slot(t, offset) : NULL;
	if (!slot || slot->state != SLOT_LETTER)
		return false;
	l->counts.settled[OUTCOME_REJECTED]++;
	leave(l, t, slot, SLOT_DONE);
	return true;
}

bool ledger_take_back(struct ledger *l, struct slice text)
{
	struct token token;
	enum ledger_got got;
	struct tenure *t = find_tenure(l, text, &token, &got);
	struct slot *slot = t ? find_slot(t, token.offset) : NULL;

	if (!slot || slot->state != SLOT_IN_FLIGHT)
		return false;
	leave(l, t, slot, SLOT_TAKEN_BACK);
	return true;
}

bool ledger_oldest(const struct ledger *l, struct buf *to)
{
	const struct tenure *oldest = NULL;
	const struct slot *best = NULL;

	for (const struct tenure *t = l->tenures; t; t = t->next) {
		for (size_t i = 0; t->in_flight && i < t->n; i++) {
			const struct slot *slot = slot_at(t, i);

			if (!is_open(slot))
				continue;
			if (!best || (int32_t)(slot->serial - best->serial) < 0) {
				best = slot;
				oldest = t;
			}
			break;
		}
	}
	if (best)
		tenure_token(oldest, to, best->offset);
	return best != NULL;
}
