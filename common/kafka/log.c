#include "kafka/log.h"

#include "base/hash.h"
#include "base/msg.h"
#include "base/slice.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdio.h>

#define AGAIN_MS   60000
#define REMEMBERED 32 /* texts whose repetition is held back */

/* Client threads log, so what is remembered is shared between them. */
static struct {
	pthread_mutex_t lock;
	struct {
		uint64_t hash;
		struct msg_gate gate;
	} seen[REMEMBERED];
	size_t next;
	char failure[512];
} logged = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool due(const char *text)
{
	uint64_t hash = hash_end(hash_add(HASH_START, text, strlen(text)));
	size_t at;

	for (at = 0; at < REMEMBERED; at++)
		if (logged.seen[at].hash == hash)
			return msg_due(&logged.seen[at].gate, AGAIN_MS);
	at = logged.next++ % REMEMBERED;
	logged.seen[at].hash = hash;
	logged.seen[at].gate = (struct msg_gate){0};
	return msg_due(&logged.seen[at].gate, AGAIN_MS);
}

/* Cuts "[thrd:b1:9092/bootstrap]: " in front. */
static const char *without_thread(const char *text)
{
	const char *end = strncmp(text, "[thrd:", 6) == 0 ? strstr(text, "]: ") : NULL;

	return end ? end + 3 : text;
}

/* What to look at. librdkafka before 2.6.1 repeats its nonce, which Kafka 4 refuses (#4895). */
static const char *hint(const char *reason)
{
	if (strstr(reason, "certificate verify failed"))
		return "check ssl.ca.location, and that -b has the name in the certificate";
	if (strstr(reason, "SSL alert"))
		return "check ssl.certificate.location and ssl.key.location";
	if (strstr(reason, "mechanism SCRAM") && rd_kafka_version() < 0x020601ff)
		return "check sasl.username and sasl.password; with Kafka 4 this librdkafka cannot "
		       "do SCRAM, 2.6.1 can";
	return "check -b";
}

/*
 * "ssl://b1:9093/bootstrap: Connect to ipv4#10.0.0.1:9093 failed: Connection refused
 * (after 0ms in state CONNECT, 1 identical error(s) suppressed)" in our words.
 */
static void put_failure(char *to, size_t size, const char *text)
{
	const char *scheme = strstr(text, "://");
	const char *name = scheme && scheme < strchr(text, ':') + 1 ? scheme + 3 : text;
	const char *colon = strstr(name, ": ");
	const char *reason, *end, *slash, *told;

	if (!colon) {
		snprintf(to, size, "%s", text);
		return;
	}
	slash = memchr(name, '/', (size_t)(colon - name));
	reason = strstr(colon, " failed: ");
	reason = reason ? reason + 9 : colon + 2;
	end = strstr(reason, " (after ");
	if (!end)
		end = reason + strlen(reason);
	/* librdkafka's own advice on certificates is longer than the cause. */
	told = strstr(reason, ": broker certificate could not be verified");
	if (told && told < end)
		end = told;
	snprintf(to, size, "cannot reach broker '%.*s': %c%.*s (%s)",
		 (int)((slash ? slash : colon) - name), name,
		 reason[0] >= 'A' && reason[0] <= 'Z' && !(reason[1] >= 'A' && reason[1] <= 'Z')
			 ? reason[0] + 32
			 : reason[0],
		 (int)(end - reason - (end > reason)), reason + (end > reason), hint(reason));
}

/* An idle connection that a broker closes is no failure. */
static bool harmless(const char *text)
{
	return strstr(text, "Disconnected") || strstr(text, "brokers are down") ||
	       strstr(text, "timed out: disconnect");
}

void kafka_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	char line[512];

	(void)rk;
	text = without_thread(text);
	pthread_mutex_lock(&logged.lock);
	if (strcmp(facility, "FAIL") == 0 && !harmless(text)) {
		put_failure(line, sizeof line, text);
		snprintf(logged.failure, sizeof logged.failure, "%s", line);
		if (due(line))
			msg_warning("%s", line);
	} else if (level >= 7) {
		msg_debug("client: %s: %s", facility, text);
	} else if (level >= 5 || harmless(text)) {
		msg_info("client: %s", text);
	} else if (due(text)) {
		msg_warning("client: %s", text);
	}
	pthread_mutex_unlock(&logged.lock);
}

void kafka_log_second(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	if (strcmp(facility, "CONFWARN") != 0)
		kafka_log(rk, level, facility, text);
}

void kafka_log_failure(char *text, size_t size)
{
	pthread_mutex_lock(&logged.lock);
	snprintf(text, size, "%s", logged.failure[0] ? logged.failure : "no broker answers");
	pthread_mutex_unlock(&logged.lock);
}
