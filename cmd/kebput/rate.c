#include "rate.h"

#include "base/num.h"

#include <math.h>

#define DOWN	      0.7
#define LEAST	      0.01
#define UP_PER_MS     0.00005
#define DOWN_EVERY_MS 500

static bool strip(struct slice *text, struct slice suffix)
{
	if (!slice_ends(*text, suffix))
		return false;
	text->n -= suffix.n;
	return true;
}

int rate_parse(struct rate *rate, const char *text, uint64_t copies, struct err *err)
{
	struct slice number = slice_of(text);
	uint64_t amount;
	bool good;

	*rate = (struct rate){.unit = RATE_BYTES};
	strip(&number, SLICE("/s"));
	if (strip(&number, SLICE("req")))
		rate->unit = RATE_REQUESTS;
	else if (strip(&number, SLICE("ev")))
		rate->unit = RATE_EVENTS;
	if (rate->unit == RATE_BYTES)
		/* A bare number would leave open what it counts. */
		good = !num_u64(number, &amount) && num_size(number, &amount);
	else
		good = num_u64(number, &amount);
	if (!good || amount == 0)
		return err_set(err, EXIT_USAGE,
			       "--rate '%s' is no rate (try 100req, 5000ev or 1MB, each a second)",
			       text);
	rate->per_ms = (double)amount / 1000 / (double)copies;
	rate->most = rate->per_ms * 100;
	rate->share = 1;
	return 0;
}

int64_t rate_wait(struct rate *rate, int64_t now_ms)
{
	if (rate->unit == RATE_NONE)
		return 0;
	if (rate->at_ms) {
		rate->balance += (double)(now_ms - rate->at_ms) * rate->per_ms * rate->share;
		rate->share += (double)(now_ms - rate->at_ms) * UP_PER_MS;
		if (rate->share > 1)
			rate->share = 1;
	}
	rate->at_ms = now_ms;
	if (rate->balance > rate->most)
		rate->balance = rate->most;
	if (rate->balance >= 0)
		return 0;
	return (int64_t)ceil(-rate->balance / (rate->per_ms * rate->share));
}

void rate_throttled(struct rate *rate, int64_t now_ms)
{
	if (rate->unit == RATE_NONE ||
	    (rate->throttled_ms && now_ms - rate->throttled_ms < DOWN_EVERY_MS))
		return;
	rate->throttled_ms = now_ms;
	rate->share *= DOWN;
	if (rate->share < LEAST)
		rate->share = LEAST;
}

void rate_spend(struct rate *rate, uint64_t requests, uint64_t events, uint64_t bytes)
{
	switch (rate->unit) {
	case RATE_NONE:
		break;
	case RATE_REQUESTS:
		rate->balance -= (double)requests;
		break;
	case RATE_EVENTS:
		rate->balance -= (double)events;
		break;
	case RATE_BYTES:
		rate->balance -= (double)bytes;
		break;
	}
}
