/*
 * How large PutEvents counts the entry of an event. Source: "Calculating PutEvents
 * event entry size" of the EventBridge user guide: 14 bytes for a time, and the UTF-8
 * bytes of source, detail type, detail and resources.
 */
#ifndef KEB_EVENT_SIZE_H
#define KEB_EVENT_SIZE_H

#include "event/event.h"

#include <stdint.h>

/* Members that are missing, or not of the type that PutEvents wants, count nothing. */
uint64_t event_size(const struct event *event);

#endif
