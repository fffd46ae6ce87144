#include "verdict.h"

#include <signal.h>
#include <sys/wait.h>

/*
 * Ends so close to one another may have been noticed in another order than they
 * happened: they count as one moment.
 */
#define MOMENT_MS 100

int ending_signal(const struct ending *ending)
{
	if (WIFSIGNALED(ending->wait_status))
		return WTERMSIG(ending->wait_status);
	if (WEXITSTATUS(ending->wait_status) > 128 && WEXITSTATUS(ending->wait_status) < 128 + 64)
		return WEXITSTATUS(ending->wait_status) - 128;
	return 0;
}

int ending_status(const struct ending *ending)
{
	int number = ending_signal(ending);

	return number ? 128 + number : WEXITSTATUS(ending->wait_status);
}

enum weight ending_weight(const struct ending *ending, const struct ending *reader)
{
	int number = ending_signal(ending), status = ending_status(ending);

	if (status == 0 || (number && (ending->sent & (UINT64_C(1) << number))))
		return WEIGHT_FINE;
	/* A reader that had enough, as head does, has failed nobody. */
	if (number == SIGPIPE)
		return reader && reader->wait_status == 0 ? WEIGHT_FINE : WEIGHT_CONSEQUENCE;
	/* kebread's verdict on a run that somebody else has ended. */
	if (ending->role == ROLE_SOURCE && status == EXIT_NEGATIVE)
		return WEIGHT_CONSEQUENCE;
	return WEIGHT_CAUSE;
}

/*
 * Within one moment a cause that is a signal comes first, since who loses its writer in
 * the middle of a line reports malformed input. Of consequences kebread's status does: it
 * says more than that somebody lost a reader.
 */
static bool goes_first(const struct ending *ending, enum weight weight)
{
	return (ending_signal(ending) != 0) == (weight == WEIGHT_CAUSE);
}

static bool comes_before(const struct ending *a, const struct ending *b, enum weight weight)
{
	if (a->at_ms + MOMENT_MS < b->at_ms || b->at_ms + MOMENT_MS < a->at_ms)
		return a->at_ms < b->at_ms;
	if (goes_first(a, weight) != goes_first(b, weight))
		return goes_first(a, weight);
	return a->stage > b->stage;
}

int verdict(const struct ending *endings, size_t n, size_t *culprit)
{
	enum weight worst = WEIGHT_FINE;

	*culprit = n;
	for (size_t i = 0; i < n; i++) {
		const struct ending *reader = i + 1 < n && endings[i + 1].copy == endings[i].copy
						      ? &endings[i + 1]
						      : NULL;
		enum weight weight = ending_weight(&endings[i], reader);

		if (weight == WEIGHT_FINE || weight < worst)
			continue;
		if (weight > worst || comes_before(&endings[i], &endings[*culprit], weight))
			*culprit = i;
		worst = weight;
	}
	return *culprit == n ? 0 : ending_status(&endings[*culprit]);
}
