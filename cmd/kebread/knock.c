#include "knock.h"

#include "ask.h"
#include "base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 1000

struct knocker {
	struct rd_kafka_s *rk;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t knocked;
	bool due;
	struct places places;
};

static void copy(struct places *to, const struct places *from)
{
	places_clear(to);
	for (size_t i = 0; i < from->n; i++)
		places_add(to, from->items[i].topic, from->items[i].partition, PLACE_NONE, NULL);
}

static void *knock(void *arg)
{
	struct knocker *k = arg;
	struct places places = {0};
	struct err ignored;

	for (;;) {
		pthread_mutex_lock(&k->lock);
		while (!k->due)
			pthread_cond_wait(&k->knocked, &k->lock);
		k->due = false;
		copy(&places, &k->places);
		pthread_mutex_unlock(&k->lock);
		(void)ask_offsets(k->rk, ASK_HIGH, &places, ANSWER_MS, &ignored);
	}
	return NULL;
}

struct knocker *knocker_new(struct rd_kafka_s *rk)
{
	struct knocker *k = mem_alloc(sizeof *k);
	pthread_t thread;
	sigset_t all, before;
	int failed;

	k->rk = rk;
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->knocked, NULL);
	sigfillset(&all); /* signals are the loop's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, knock, k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		free(k);
		return NULL;
	}
	pthread_detach(thread);
	return k;
}

static size_t find(const struct places *list, const struct place *place)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->items[i].partition == place->partition &&
		    strcmp(list->items[i].topic, place->topic) == 0)
			break;
	return i;
}

void knocker_add(struct knocker *k, const struct places *places)
{
	pthread_mutex_lock(&k->lock);
	for (size_t i = 0; i < places->n; i++) {
		const struct place *p = &places->items[i];

		if (find(&k->places, p) == k->places.n)
			places_add(&k->places, p->topic, p->partition, PLACE_NONE, NULL);
	}
	pthread_mutex_unlock(&k->lock);
}

void knocker_remove(struct knocker *k, const struct places *places)
{
	pthread_mutex_lock(&k->lock);
	for (size_t i = 0; i < places->n; i++)
		places_remove(&k->places, find(&k->places, &places->items[i]));
	pthread_mutex_unlock(&k->lock);
}

void knocker_knock(struct knocker *k)
{
	pthread_mutex_lock(&k->lock);
	k->due = k->places.n > 0;
	if (k->due)
		pthread_cond_signal(&k->knocked);
	pthread_mutex_unlock(&k->lock);
}
