/*
 * Where a service is: region, host and path. Everything that gets into a host name
 * is checked before, so a setting cannot move a request to another host.
 */
#ifndef KEB_AWS_ENDPOINT_H
#define KEB_AWS_ENDPOINT_H

#include "aws/profile.h"

#include <stdint.h>

/* ^(?![0-9]+$)(?!-)[a-zA-Z0-9-]{1,63}(?<!-)$ */
bool region_valid(struct slice region);

/*
 * The region: option, then `implied` (what an ARN says; absent if nothing), then AWS_REGION,
 * AWS_DEFAULT_REGION, the profile's. An option unlike `implied`, a region that is none, or no
 * region at all: NULL with err (EXIT_USAGE). The text lives as long as where it came from; that of
 * `implied` must be followed by something that is no NUL, so it is copied into `store`.
 */
const char *region_choose(const char *option, struct slice implied, const struct profile *profile,
			  char store[64], struct err *err);
/* Whether any of these says one, be it wrong. */
bool region_said(const char *option, struct slice implied, const struct profile *profile);

/* "amazonaws.com" for most: the DNS suffix of the region's partition. */
const char *region_suffix(const char *region, bool dual_stack);
/* "aws", "aws-cn", ...: the partition of ARNs. */
const char *region_partition(const char *region);

struct endpoint {
	char url[1280]; /* scheme://host[:port]/path */
	char host[320]; /* the Host header: port only where it is not the scheme's */
	char path[512]; /* begins with '/' */
	bool plain;	/* http */
	bool loopback;	/* the host is this machine: no proxy */
	bool custom;	/* an endpoint URL was given */
};

struct endpoint_conf {
	const char *service; /* "events": the first label of the host */
	const char *id;	     /* "eventbridge": the block of a [services] section, and in capitals
				AWS_ENDPOINT_URL_<this> */
	const char *url;     /* --endpoint-url, or NULL */
	const char *region;
	const char *global_id; /* --endpoint-id: a global endpoint of EventBridge; or NULL */
	bool insecure_http;    /* http to other hosts than loopback is allowed */
	const struct profiles *profiles;
	const struct profile *profile; /* may be NULL */
};

/*
 * First wins: the option, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's services
 * block, the profile's endpoint_url, the region's own. 0, or -1 with err (EXIT_USAGE).
 */
int endpoint_choose(struct endpoint *endpoint, const struct endpoint_conf *conf, struct err *err);

/* Parses an endpoint URL; `from` says where it was set, for messages. */
int endpoint_parse(struct endpoint *endpoint, struct slice url, const char *from, struct err *err);

#endif
