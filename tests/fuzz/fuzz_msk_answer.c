/* links: msk kafka aws http json cli base pkg:rdkafka pkg:libcurl pkg:libcrypto */
/*
 * What a server answers instead of MSK or Secrets Manager, and what is in a file that
 * --secret names.
 */
#include "msk/brokers.h"
#include "msk/secret.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct kafka_options options = {.brokers = "b:1"};
	struct kafka_conf *conf;
	struct buf to = {0};
	struct err err;

	for (int kind = BROKERS_PLAIN; kind <= BROKERS_IAM; kind++) {
		if (brokers_pick(text, "c", (enum brokers_kind)kind, BROKERS_PRIVATE, &to, &err) ==
			    0 &&
		    (to.len == 0 || to.len > size))
			abort();
	}
	buf_reset(&to);
	if (secret_of_answer(text, "s", &to, &err) == 0 && to.len > size)
		abort();
	conf = kafka_conf_new(&options, NULL, &err);
	if (conf)
		(void)secret_apply(text, "s", conf, &err);
	kafka_conf_free(conf);
	buf_free(&to);
	return 0;
}
