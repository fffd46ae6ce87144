/*
 * A Kafka Connect configuration of the EventBridge sink connector as the pipeline that
 * does the same. Source: the connector's EventBridgeSinkConfig, version 1.6, and Kafka
 * Connect's own properties of a sink connector.
 */
#ifndef KEB_KEBRUN_CONNECTOR_H
#define KEB_KEBRUN_CONNECTOR_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Reads the file, in the form of a REST request ({"name":..,"config":{..}}), of the
 * config alone, or of Java properties, and appends the pipeline in shell syntax;
 * *copies is tasks.max. 0, or -1 with err (EXIT_USAGE): a property that is wrong, or one
 * that changes the events in a way that has no counterpart. Properties that have none
 * but change no event are warned about. Secrets of a registry are put into the variables
 * KEB_REGISTRY_USER, KEB_REGISTRY_TOKEN and KEB_REGISTRY_KEY_PASSWORD of this process, which
 * the pipeline names: arguments are seen by others.
 */
int connector_read(const char *path, struct buf *pipeline, uint64_t *copies, struct err *err);

/* The same for text at hand, which is overwritten; `name` stands for it in messages. */
int connector_parse(char *text, size_t n, const char *name, struct buf *pipeline, uint64_t *copies,
		    struct err *err);

#endif
