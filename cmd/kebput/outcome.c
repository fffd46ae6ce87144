#include "outcome.h"

#include "aws/retry.h"
#include "json/scan.h"

/* --- the request ----------------------------------------------------------- */

/* A bus name that the service does not like is a setting, whatever record was in the request. */
static bool about_settings(struct slice message)
{
	return message.n && (memmem(message.p, message.n, "ventBusName", 11) ||
			     memmem(message.p, message.n, "ndpointId", 9));
}

static bool about_size(struct slice message)
{
	return message.n && memmem(message.p, message.n, "size", 4);
}

static enum call_verdict of_code(struct call_outcome *outcome)
{
	static const char *const content[] = {"ValidationException", "SerializationException",
					      "RequestEntityTooLargeException", NULL};
	static const char *const expired[] = {"ExpiredToken",	      "ExpiredTokenException",
					      "InvalidClientTokenId", "UnrecognizedClientException",
					      "InvalidAccessKeyId",   NULL};
	static const char *const clock[] = {"RequestTimeTooSkewed",  "RequestExpired",
					    "RequestInTheFuture",    "InvalidSignatureException",
					    "SignatureDoesNotMatch", NULL};
	struct slice code = outcome->error.code;

	switch (retry_code(code)) {
	case RETRY_TRANSIENT:
		return CALL_AGAIN;
	case RETRY_THROTTLED:
		return CALL_THROTTLED;
	case RETRY_NEVER:
		break;
	}
	if (slice_in(code, expired))
		return CALL_EXPIRED;
	if (slice_in(code, clock))
		return CALL_CLOCK;
	if (!slice_in(code, content) || about_settings(outcome->error.message))
		return CALL_DENIED;
	outcome->too_large = about_size(outcome->error.message);
	return CALL_SPLIT;
}

void outcome_of_call(struct call_outcome *outcome, const struct http_answer *answer)
{
	*outcome = (struct call_outcome){.verdict = CALL_AGAIN};
	if (answer->failure != HTTP_ANSWERED)
		return;
	if (answer->status == 200) {
		outcome->verdict = CALL_ANSWERED;
		return;
	}
	aws_error_parse(&outcome->error, answer->body, answer->error_type);
	if (answer->status == 413) {
		outcome->verdict = CALL_SPLIT;
		outcome->too_large = true;
		return;
	}
	switch (retry_status(answer->status)) {
	case RETRY_TRANSIENT:
		outcome->verdict = retry_code(outcome->error.code) == RETRY_THROTTLED
					   ? CALL_THROTTLED
					   : CALL_AGAIN;
		return;
	case RETRY_THROTTLED:
		outcome->verdict = CALL_THROTTLED;
		return;
	case RETRY_NEVER:
		break;
	}
	/* Without a code it does not come from AWS: a proxy, or another server. */
	outcome->verdict = outcome->error.code.p ? of_code(outcome) : CALL_DENIED;
}

/* --- the entries ----------------------------------------------------------- */

static enum entry_verdict of_entry(struct slice code)
{
	static const char *const denied[] = {"AccessDeniedException", "InvalidAccountIdException",
					     NULL};

	switch (retry_code(code)) {
	case RETRY_TRANSIENT:
		return ENTRY_AGAIN;
	case RETRY_THROTTLED:
		return ENTRY_THROTTLED;
	case RETRY_NEVER:
		break;
	}
	return slice_in(code, denied) ? ENTRY_DENIED : ENTRY_REJECTED;
}

static bool read_entry(struct entry_outcome *outcome, struct slice object)
{
	struct json_walk walk;
	struct json_member m;

	*outcome = (struct entry_outcome){0};
	json_walk(&walk, object);
	while (json_next(&walk, &m)) {
		if (m.type != JSON_STRING)
			continue;
		if (json_is(m.name, SLICE("EventId")))
			outcome->id = json_raw(m.value);
		else if (json_is(m.name, SLICE("ErrorCode")))
			outcome->code = json_raw(m.value);
		else if (json_is(m.name, SLICE("ErrorMessage")))
			outcome->message = json_raw(m.value);
	}
	if (outcome->code.n)
		outcome->verdict = of_entry(outcome->code);
	return outcome->code.n || outcome->id.n;
}

static struct slice entries_of(struct slice body)
{
	struct slice entries = SLICE_NONE;
	struct json_walk walk;
	struct json_member m;

	if (json_check(body, NULL) != JSON_OBJECT)
		return entries;
	json_walk(&walk, body);
	while (json_next(&walk, &m)) {
		if (m.type == JSON_ARRAY && json_is(m.name, SLICE("Entries")))
			entries = m.value;
	}
	return entries;
}

bool outcome_of_entries(struct entry_outcome *outcomes, size_t n, struct slice body)
{
	struct slice entries = entries_of(body);
	struct json_walk walk;
	struct json_member m;
	size_t got = 0;

	if (!entries.p)
		return false;
	json_walk(&walk, entries);
	while (json_next(&walk, &m)) {
		if (got == n || m.type != JSON_OBJECT || !read_entry(&outcomes[got], m.value))
			return false;
		got++;
	}
	return got == n;
}

bool outcome_none_taken(const struct entry_outcome *outcomes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (outcomes[i].verdict != ENTRY_AGAIN && outcomes[i].verdict != ENTRY_THROTTLED)
			return false;
	return true;
}
