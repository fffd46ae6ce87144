/*
 * The CloudEvent that a record is, or becomes: the detail of --to cloudevents.
 * Source: CloudEvents 1.0, Kafka protocol binding.
 *
 *	structured	the value is the CloudEvent, and passes as it is
 *	binary		headers ce_* are its attributes, the value its data
 *	neither		it is made of the record: id TOPIC/PARTITION/OFFSET, source, type and
 *			time of the event, a string key as partitionkey, the value as data
 */
#ifndef KEB_KEBMAP_CLOUDEVENT_H
#define KEB_KEBMAP_CLOUDEVENT_H

#include "event/event.h"
#include "kafka_detail.h"

/*
 * Appends the CloudEvent. *type is its type, raw, where the record brought one along, else
 * absent. `binary`: values are base64 in the event.
 */
void cloudevent_add(struct buf *to, const struct event *event, const struct kafka_detail *d,
		    bool binary, struct slice *type);

#endif
