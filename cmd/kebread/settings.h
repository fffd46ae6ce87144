/*
 * The properties of the client that kebread sets itself, since its promise and its memory
 * rest on them.
 */
#ifndef KEB_KEBREAD_SETTINGS_H
#define KEB_KEBREAD_SETTINGS_H

#include "consumer.h"

extern const struct kafka_owned settings_owned[]; /* for kafka_conf_new */

/* Sets them. -1 with err. */
int settings_apply(struct kafka_conf *kc, const struct consumer_conf *conf, struct err *err);

/* How many messages a budget of prefetched bytes has room for, however small they are. */
uint64_t settings_records(uint64_t prefetch);

#endif
