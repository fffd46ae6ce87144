/*
 * What kebmap does: one record in, one event out, without I/O.
 *
 *	{marks "source":..,"detail-type":..,"resources":[..],"time":..,"detail":{
 *	"topic":..,"partition":..,"offset":..,"timestamp":..,"timestampType":..,
 *	"headers":[..],"key":..,"value":..}}
 *
 * (with `flat` the value is the detail), which is the shape and the order of the EventBridge sink
 *connector for Kafka Connect. timestampType is spelled as Kafka spells it (CreateTime), where a
 *record line has the spelling of Pipes and Lambda (CREATE_TIME).
 */
#ifndef KEB_KEBMAP_MAPPING_H
#define KEB_KEBMAP_MAPPING_H

#include "cli/opt.h"
#include "decode.h"
#include "detail_type.h"
#include "event/record.h"
#include "refusal.h"

#define SOURCE_MAX 256 /* characters: PutEvents */

/* As in the choices of --time and --group. */
enum mapping_time { TIME_RECORD, TIME_NOW, TIME_NONE };
#define TIME_CHOICES "record|now|none"
enum mapping_group { GROUP_KEY, GROUP_PARTITION, GROUP_NONE };
#define GROUP_CHOICES "key|partition|none"

/* The values of the options; all texts are borrowed and outlive the mapping. */
struct mapping_conf {
	int key_format, value_format; /* enum payload_format */
	int on_error;		      /* enum payload_on_error */
	int json_parity;	      /* enum json_parity */
	int decimal;		      /* enum connect_decimal, of envelopes */
	struct decoder *decoder;      /* for formats that need one (payload.h); borrowed */
	int headers;		      /* enum headers_form */
	const char *source;	      /* NULL: no event leaves, so it needs none */
	struct detail_type_conf detail_type;
	struct opt_list resources;
	const char *replay; /* NULL: no resource keb:replay/NAME */
	int time;	    /* enum mapping_time */
	int group;	    /* enum mapping_group */
	const char *trace_header;
	struct opt_list sets;
	bool flat;	  /* the value is the detail; without sets, which see a whole event */
	const char *wrap; /* flat: a name for what is no object; NULL: it is refused */
};

struct mapping;

/* NULL with err (EXIT_USAGE) when an option cannot be as it is. */
struct mapping *mapping_new(const struct mapping_conf *conf, struct err *err);
void mapping_free(struct mapping *m);

/*
 * Appends the event, one JSON object without LF; *from is where in `to` it begins. (A
 * decoder that has to wait for a schema may have flushed what was there before.) The
 * record has a topic. False with why: nothing was appended.
 */
bool mapping_add(struct mapping *m, const struct record *record, struct buf *to, size_t *from,
		 struct refusal *why);

/*
 * The same for an event that goes on to another shape: an object without keb's own members,
 * which is all that is then in `event`; *marks are those that it would have. The marks live
 * until the next call.
 */
bool mapping_event(struct mapping *m, const struct record *record, struct buf *event,
		   struct marks *marks, struct refusal *why);

/* Whether mapping_add makes what --to flat wants. */
bool mapping_is_flat(const struct mapping *m);

/* Applies every --set to an event that came in as one. */
bool mapping_edit(struct mapping *m, struct buf *event, struct refusal *why);

/* Warns, at the end, of how often a path of an option found nothing, if more than once. */
void mapping_report(const struct mapping *m);

#endif
