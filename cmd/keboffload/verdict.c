#include "verdict.h"

#include "aws/retry.h"
#include "aws/xml.h"

void verdict_free(struct verdict_said *said)
{
	buf_free(&said->code);
	buf_free(&said->message);
	buf_free(&said->region);
}

static void read_text(struct slice xml, const char *path, struct buf *to)
{
	buf_reset(to);
	if (xml_text(xml, path, to) != 1)
		buf_reset(to);
}

static void read_error(const struct http_answer *answer, struct verdict_said *said)
{
	struct slice region = http_answer_header(answer, "x-amz-bucket-region");

	read_text(answer->body, "Error/Code", &said->code);
	read_text(answer->body, "Error/Message", &said->message);
	read_text(answer->body, "Error/Region", &said->region);
	if (region.n) {
		buf_reset(&said->region);
		buf_adds(&said->region, region);
	}
}

static enum verdict of_code(struct slice code)
{
	static const char *const again[] = {"RequestTimeout",
					    "BadDigest",
					    "IncompleteBody",
					    "OperationAborted",
					    "ServiceUnavailable",
					    "XAmzContentSHA256Mismatch",
					    "ConditionalRequestConflict",
					    NULL};
	static const char *const expired[] = {"ExpiredToken", "InvalidToken", "InvalidAccessKeyId",
					      "TokenRefreshRequired", NULL};
	static const char *const clock[] = {"RequestTimeTooSkewed", "SignatureDoesNotMatch",
					    "RequestExpired", "RequestInTheFuture", NULL};
	static const char *const region[] = {"PermanentRedirect",
					     "TemporaryRedirect",
					     "Redirect",
					     "AuthorizationHeaderMalformed",
					     "IllegalLocationConstraintException",
					     NULL};
	static const char *const large[] = {"EntityTooLarge", "MaxMessageLengthExceeded", NULL};
	static const char *const object[] = {"NoSuchKey", "KeyTooLongError", "MethodNotAllowed",
					     "InvalidObjectState", NULL};

	if (slice_in(code, again))
		return VERDICT_AGAIN;
	if (slice_in(code, expired))
		return VERDICT_EXPIRED;
	if (slice_in(code, clock))
		return VERDICT_CLOCK;
	if (slice_in(code, region))
		return VERDICT_REGION;
	if (slice_in(code, large))
		return VERDICT_LARGE;
	return slice_in(code, object) ? VERDICT_OBJECT : VERDICT_DENIED;
}

enum verdict verdict_of(const struct http_answer *answer, struct verdict_said *said)
{
	buf_reset(&said->code);
	buf_reset(&said->message);
	buf_reset(&said->region);
	if (answer->failure != HTTP_ANSWERED)
		return VERDICT_AGAIN;
	if (answer->status == 200)
		return VERDICT_DONE;
	read_error(answer, said);
	if (retry_code(buf_slice(&said->code)) == RETRY_THROTTLED || answer->status == 429)
		return VERDICT_THROTTLED;
	if (answer->status >= 500 || retry_code(buf_slice(&said->code)) == RETRY_TRANSIENT)
		return VERDICT_AGAIN;
	if (answer->status == 413 && !said->code.len)
		buf_adds(&said->code, SLICE("EntityTooLarge")); /* of a proxy, say */
	if (answer->status == 301 || answer->status == 307)
		return VERDICT_REGION;
	return of_code(buf_slice(&said->code));
}
