#include "resolve.h"

#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/slice.h"

#include <stdio.h>
#include <stdlib.h>

#define NOTE "keb-start/"

/* A topic as it was when it was first seen. */
struct known {
	char *topic;
	int32_t count;
	struct places ends; /* partition by partition; empty unless reading ends there */
};

struct resolver {
	struct resolver_conf conf;
	struct start start; /* --reset counts for the first assignment only */
	struct known *known;
	size_t n_known;
};

/* What is asked about a list of partitions, each an answer in the same order. */
struct facts {
	struct places low, high, at_time, at_end_time;
	struct places committed; /* of all partitions of the topics: more than was asked for */
};

struct resolver *resolver_new(const struct resolver_conf *conf)
{
	struct resolver *r = mem_alloc(sizeof *r);

	r->conf = *conf;
	r->start = *conf->start;
	return r;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_known; i++) {
		free(r->known[i].topic);
		places_free(&r->known[i].ends);
	}
	free(r->known);
	free(r);
}

static struct known *find_known(const struct resolver *r, const char *topic)
{
	for (size_t i = 0; i < r->n_known; i++)
		if (strcmp(r->known[i].topic, topic) == 0)
			return &r->known[i];
	return NULL;
}

static const struct place *find_place(const struct places *list, const char *topic, int32_t number)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].partition == number && strcmp(list->items[i].topic, topic) == 0)
			return &list->items[i];
	return NULL;
}

static void copy_places(struct places *to, const struct places *from)
{
	places_clear(to);
	for (size_t i = 0; i < from->n; i++)
		places_add(to, from->items[i].topic, from->items[i].partition, PLACE_NONE, NULL);
}

/* The first sight of a topic: how many partitions, and where they end now. */
static enum ask_got meet_topic(struct resolver *r, const char *topic, int ms, struct err *err)
{
	const struct start *start = &r->start;
	struct places ends = {0};
	enum ask_got got;
	int32_t count;

	if (find_known(r, topic))
		return ASK_DONE;
	got = ask_partitions(r->conf.client, topic, ms, &count, err);
	if (got != ASK_DONE)
		return got;
	for (int32_t i = 0; (start->to_end || start->to_time) && i < count; i++)
		places_add(&ends, topic, i, PLACE_NONE, NULL);
	got = ask_offsets(r->conf.client, ASK_HIGH, &ends, ms, err);
	if (got != ASK_DONE) {
		places_free(&ends);
		return got;
	}
	r->known = mem_resize(r->known, r->n_known + 1, sizeof *r->known);
	r->known[r->n_known++] = (struct known){mem_text(topic, strlen(topic)), count, ends};
	return ASK_DONE;
}

/* With e@ reading may end before the end. */
static enum ask_got bring_forward(struct resolver *r, struct places *high, int ms, struct err *err)
{
	struct places at_time = {0};
	enum ask_got got;

	if (!r->start.to_time)
		return ASK_DONE;
	copy_places(&at_time, high);
	got = ask_offsets(r->conf.client, r->start.end_ms, &at_time, ms, err);
	for (size_t i = 0; got == ASK_DONE && i < high->n; i++)
		if (at_time.items[i].offset != PLACE_NONE &&
		    at_time.items[i].offset < high->items[i].offset)
			high->items[i].offset = at_time.items[i].offset;
	places_free(&at_time);
	return got;
}

static void note_topic(struct resolver *r, const struct place *places, size_t n)
{
	struct known known = {mem_text(places->topic, strlen(places->topic)), (int32_t)n, {0}};

	for (size_t i = 0; i < n; i++)
		places_add(&known.ends, places[i].topic, places[i].partition, places[i].offset,
			   NULL);
	r->known = mem_resize(r->known, r->n_known + 1, sizeof *r->known);
	r->known[r->n_known++] = known;
}

static void note_topics(struct resolver *r, const struct places *high)
{
	size_t begin = 0;

	for (size_t i = 1; i <= high->n; i++) {
		if (i < high->n && strcmp(high->items[i].topic, high->items[begin].topic) == 0)
			continue;
		note_topic(r, high->items + begin, i - begin);
		begin = i;
	}
}

enum ask_got resolver_meet(struct resolver *r, const struct places *found, int ms,
			   struct places *ends, struct err *err)
{
	struct places low = {0}, high = {0};
	enum ask_got got;

	copy_places(&low, found);
	copy_places(&high, found);
	got = ask_offsets(r->conf.client, ASK_LOW, &low, ms, err);
	if (got == ASK_DONE)
		got = ask_offsets(r->conf.client, ASK_HIGH, &high, ms, err);
	if (got == ASK_DONE)
		got = bring_forward(r, &high, ms, err);
	if (got == ASK_DONE)
		note_topics(r, &high);
	for (size_t i = 0; got == ASK_DONE && i < high.n; i++)
		if (low.items[i].offset < high.items[i].offset)
			places_add(ends, high.items[i].topic, high.items[i].partition,
				   high.items[i].offset, NULL);
	places_free(&low);
	places_free(&high);
	return got;
}

/*
 * A partition without a commit is a new one, to be read from its first record, if the
 * topic had fewer partitions when the group began: the notes of the first commits say
 * how many; later commits carry no note, then the highest one tells.
 */
static bool appeared_later(const struct resolver *r, const struct places *committed,
			   const char *topic, int32_t number)
{
	const struct known *known = find_known(r, topic);
	int32_t highest = -1;

	if (known && number >= known->count)
		return true;
	for (size_t i = 0; i < committed->n; i++) {
		const struct place *p = &committed->items[i];
		uint64_t count;

		if (p->offset == PLACE_NONE || strcmp(p->topic, topic) != 0)
			continue;
		if (p->note && strncmp(p->note, NOTE, sizeof NOTE - 1) == 0 &&
		    num_u64(slice_of(p->note + sizeof NOTE - 1), &count))
			return (uint64_t)number >= count;
		if (p->partition > highest)
			highest = p->partition;
	}
	return highest >= 0 && number > highest;
}

static enum ask_got ask_group(struct resolver *r, const struct places *places, int ms,
			      struct places *committed, struct err *err)
{
	for (size_t i = 0; i < places->n; i++) {
		const char *topic = places->items[i].topic;
		const struct known *known = find_known(r, topic);

		if (!find_place(committed, topic, 0))
			for (int32_t n = 0; n < known->count; n++)
				places_add(committed, topic, n, PLACE_NONE, NULL);
		if (places->items[i].partition >= known->count)
			places_add(committed, topic, places->items[i].partition, PLACE_NONE, NULL);
	}
	return ask_committed(r->conf.client, committed, ms, err);
}

static enum ask_got ask_facts(struct resolver *r, const struct places *places, int ms,
			      struct facts *f, struct err *err)
{
	const struct start *start = &r->start;
	enum ask_got got = ASK_DONE;

	for (size_t i = 0; i < places->n && got == ASK_DONE; i++)
		got = meet_topic(r, places->items[i].topic, ms, err);
	copy_places(&f->low, places);
	copy_places(&f->high, places);
	if (got == ASK_DONE && r->conf.group)
		got = ask_group(r, places, ms, &f->committed, err);
	if (got == ASK_DONE)
		got = ask_offsets(r->conf.client, ASK_LOW, &f->low, ms, err);
	if (got == ASK_DONE)
		got = ask_offsets(r->conf.client, ASK_HIGH, &f->high, ms, err);
	if (got == ASK_DONE && start->kind == START_TIME) {
		copy_places(&f->at_time, places);
		got = ask_offsets(r->conf.client, start->value, &f->at_time, ms, err);
	}
	if (got == ASK_DONE && start->to_time) {
		copy_places(&f->at_end_time, places);
		got = ask_offsets(r->conf.client, start->end_ms, &f->at_end_time, ms, err);
	}
	return got;
}

static int64_t offset_of(const struct places *list, const struct place *p)
{
	const struct place *found = find_place(list, p->topic, p->partition);

	return found ? found->offset : PLACE_NONE;
}

static struct start_facts facts_of(const struct resolver *r, const struct facts *f,
				   const struct place *p)
{
	struct start_facts facts = {
		.committed = START_NONE,
		.low = offset_of(&f->low, p),
		.high = offset_of(&f->high, p),
		.at_time = offset_of(&f->at_time, p),
		.at_end_time = offset_of(&f->at_end_time, p),
	};

	if (r->conf.group)
		facts.committed = offset_of(&f->committed, p);
	else if (r->conf.checkpoint)
		facts.committed = checkpoint_get(r->conf.checkpoint, p->topic, p->partition);
	if (facts.committed == START_NONE)
		facts.later = appeared_later(r, &f->committed, p->topic, p->partition);
	return facts;
}

static enum ask_got on_gap(const struct resolver *r, const struct place *p,
			   const struct start_facts *facts, struct start_position *at,
			   struct err *err)
{
	char what[256];

	if (at->gap == START_FITS)
		return ASK_DONE;
	if (at->gap == START_LOST)
		snprintf(what, sizeof what, "records %lld to %lld of %.100s/%d are gone",
			 (long long)at->offset, (long long)facts->low - 1, p->topic,
			 (int)p->partition);
	else
		snprintf(what, sizeof what,
			 "%.100s/%d ends at %lld, before %lld: was it made anew or cut?", p->topic,
			 (int)p->partition, (long long)facts->high, (long long)at->offset);
	if (!r->conf.gap_oldest) {
		err_set(err, EXIT_NEGATIVE, "%s (--on-gap oldest goes on at %lld)", what,
			(long long)facts->low);
		return ASK_REFUSED;
	}
	msg_warning("%s: going on at %lld", what, (long long)facts->low);
	at->offset = facts->low;
	at->committed = false;
	at->gap = START_FITS;
	return ASK_DONE;
}

/* -e means the ends at the start, also of partitions that come to this member later. */
static void bound(const struct resolver *r, const struct place *p, struct start_position *at)
{
	const struct known *known = find_known(r, p->topic);
	int64_t end = known ? offset_of(&known->ends, p) : PLACE_NONE;

	if (at->end == START_NONE)
		return;
	if (end == PLACE_NONE)
		end = 0; /* it was not there at the start */
	if (end < at->end)
		at->end = end;
}

enum ask_got resolver_ask(struct resolver *r, const struct places *places, int ms,
			  struct start_position *positions, struct err *err)
{
	struct facts f = {0};
	enum ask_got got = ask_facts(r, places, ms, &f, err);

	for (size_t i = 0; i < places->n && got == ASK_DONE; i++) {
		const struct place *p = &places->items[i];
		struct start_facts facts = facts_of(r, &f, p);

		positions[i] = start_resolve(&r->start, &facts);
		bound(r, p, &positions[i]);
		got = on_gap(r, p, &facts, &positions[i], err);
	}
	if (got == ASK_DONE && places->n)
		r->start.reset = false;
	places_free(&f.low);
	places_free(&f.high);
	places_free(&f.at_time);
	places_free(&f.at_end_time);
	places_free(&f.committed);
	return got;
}

enum ask_got resolver_gap(struct resolver *r, const char *topic, int32_t partition, int ms,
			  int64_t *offset, struct err *err)
{
	struct places low = {0}, high = {0};
	enum ask_got got;

	places_add(&low, topic, partition, PLACE_NONE, NULL);
	places_add(&high, topic, partition, PLACE_NONE, NULL);
	got = ask_offsets(r->conf.client, ASK_LOW, &low, ms, err);
	if (got == ASK_DONE)
		got = ask_offsets(r->conf.client, ASK_HIGH, &high, ms, err);
	if (got == ASK_DONE) {
		struct start_facts facts = {.low = low.items[0].offset,
					    .high = high.items[0].offset};
		struct start_position at = {.offset = *offset};

		at.gap = *offset < facts.low	? START_LOST
			 : *offset > facts.high ? START_AHEAD
						: START_FITS;
		got = on_gap(r, &low.items[0], &facts, &at, err);
		*offset = at.offset;
	}
	places_free(&low);
	places_free(&high);
	return got;
}

void resolver_note(const struct resolver *r, const char *topic, char note[32])
{
	const struct known *known = find_known(r, topic);

	snprintf(note, 32, NOTE "%d", known ? (int)known->count : 0);
}
