/*
 * An event line, validated and its members located in one pass. All slices point
 * into the line.
 */
#ifndef KEB_EVENT_EVENT_H
#define KEB_EVENT_EVENT_H

#include "event/marks.h"

struct event {
	struct slice line; /* the object, without white space around it */
	struct marks marks;
	struct slice source; /* raw JSON values, quotes included; absent where the line has none */
	struct slice detail_type;
	struct slice resources;
	struct slice time;
	struct slice detail;
	struct slice id; /* what a captured event brings along */
};

/* False with fault when the line is no JSON object, or a member of keb's own has the wrong type. */
bool event_parse(struct event *event, struct slice line, struct json_fault *fault);

/* The same for an object that was checked before, without checking it again. */
void event_find(struct event *event, struct slice object);

#endif
