#include "aws/endpoint.h"

#include "base/buf.h"
#include "base/env.h"
#include "base/num.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>

/* --- regions and partitions -------------------------------------------------- */

static const struct {
	const char *prefix, *suffix, *dual, *name;
} partitions[] = {
	/* The first match counts: us-gov- stands before the us- of the end. */
	{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "aws-cn"},
	{"us-gov-", "amazonaws.com", "api.aws", "aws-us-gov"},
	{"us-iso-", "c2s.ic.gov", NULL, "aws-iso"},
	{"us-isob-", "sc2s.sgov.gov", NULL, "aws-iso-b"},
	{"us-isof-", "csp.hci.ic.gov", NULL, "aws-iso-f"},
	{"eu-isoe-", "cloud.adc-e.uk", NULL, "aws-iso-e"},
	{"eusc-de-", "amazonaws.eu", "api.amazonwebservices.eu", "aws-eusc"},
	{"", "amazonaws.com", "api.aws", "aws"},
};

static bool alphanumeric(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool region_valid(struct slice region)
{
	bool digits = true;

	if (region.n == 0 || region.n > 63 || region.p[0] == '-' || region.p[region.n - 1] == '-')
		return false;
	for (size_t i = 0; i < region.n; i++) {
		if (!alphanumeric(region.p[i]) && region.p[i] != '-')
			return false;
		if (region.p[i] < '0' || region.p[i] > '9')
			digits = false;
	}
	return !digits;
}

const char *region_suffix(const char *region, bool dual_stack)
{
	size_t i = 0;

	while (!slice_starts(slice_of(region), slice_of(partitions[i].prefix)))
		i++;
	return dual_stack ? partitions[i].dual : partitions[i].suffix;
}

const char *region_partition(const char *region)
{
	size_t i = 0;

	while (!slice_starts(slice_of(region), slice_of(partitions[i].prefix)))
		i++;
	return partitions[i].name;
}

/* The environment's, then the profile's. */
static const char *configured_region(const struct profile *profile)
{
	const char *region = env_text("AWS_REGION");

	if (!region)
		region = env_text("AWS_DEFAULT_REGION");
	return region ? region : profile_get(profile, "region");
}

bool region_said(const char *option, struct slice implied, const struct profile *profile)
{
	return option || (implied.p && region_valid(implied)) || configured_region(profile);
}

const char *region_choose(const char *option, struct slice implied, const struct profile *profile,
			  char store[64], struct err *err)
{
	const char *region = option;

	if (option && implied.p && !slice_is(implied, option)) {
		err_set(err, EXIT_USAGE,
			"--region '%s' is not the region of the ARN, '%.*s' (leave --region out)",
			option, SLICE_ARG(implied));
		return NULL;
	}
	if (!region && implied.p && region_valid(implied)) {
		memcpy(store, implied.p, implied.n);
		store[implied.n] = '\0';
		region = store;
	}
	if (!region)
		region = configured_region(profile);
	if (!region) {
		err_set(err, EXIT_USAGE, "no region (give --region or an ARN, or set AWS_REGION)");
		return NULL;
	}
	if (!region_valid(slice_of(region))) {
		err_set(err, EXIT_USAGE, "'%s' is no region", region);
		return NULL;
	}
	return region;
}

/* --- URLs ------------------------------------------------------------------ */

/* This machine by its address, or by the name that RFC 6761 keeps for it. */
static bool is_loopback(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return (ntohl(four.s_addr) >> 24) == 127;
	return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool host_valid(struct slice host)
{
	for (size_t i = 0; i < host.n; i++) {
		if (!alphanumeric(host.p[i]) && host.p[i] != '-' && host.p[i] != '.' &&
		    host.p[i] != '_')
			return false;
	}
	return host.n > 0 && host.n <= 253 && host.p[0] != '-' && host.p[0] != '.';
}

/* Unreserved characters, '/' and %XX only: what needs no thought about encoding. */
static bool path_valid(struct slice path)
{
	for (size_t i = 0; i < path.n; i++) {
		if (!alphanumeric(path.p[i]) && !(path.p[i] && strchr("-._~/%", path.p[i])))
			return false;
	}
	return path.n < sizeof(((struct endpoint *)0)->path);
}

/* The parts of scheme://host[:port][/path]; host without brackets. */
struct url {
	bool plain, six;
	struct slice host, port, path;
};

static bool take_host(struct url *url, struct slice *rest)
{
	const char *end;

	if (rest->n && rest->p[0] == '[') {
		end = memchr(rest->p, ']', rest->n);
		if (!end)
			return false;
		url->six = true;
		url->host = (struct slice){rest->p + 1, (size_t)(end - rest->p) - 1};
		*rest = (struct slice){end + 1, rest->n - url->host.n - 2};
		return true;
	}
	url->host = (struct slice){rest->p, 0};
	while (url->host.n < rest->n && rest->p[url->host.n] != ':' && rest->p[url->host.n] != '/')
		url->host.n++;
	*rest = (struct slice){rest->p + url->host.n, rest->n - url->host.n};
	return true;
}

static bool split_url(struct url *url, struct slice text)
{
	struct slice rest = text;
	uint64_t port;

	*url = (struct url){0};
	url->plain = slice_starts(text, SLICE("http://"));
	if (!url->plain && !slice_starts(text, SLICE("https://")))
		return false;
	rest = (struct slice){text.p + (url->plain ? 7 : 8), text.n - (url->plain ? 7 : 8)};
	if (!take_host(url, &rest))
		return false;
	if (rest.n && rest.p[0] == ':') {
		url->port = (struct slice){rest.p + 1, 0};
		while (url->port.n + 1 < rest.n && url->port.p[url->port.n] != '/')
			url->port.n++;
		rest = (struct slice){rest.p + 1 + url->port.n, rest.n - 1 - url->port.n};
		if (!num_u64(url->port, &port) || port == 0 || port > 65535)
			return false;
	}
	url->path = rest;
	return (url->path.n == 0 || url->path.p[0] == '/') && path_valid(url->path);
}

static bool check_host(const struct url *url, char host[256])
{
	struct in6_addr six;

	if (url->host.n > 253)
		return false;
	memcpy(host, url->host.p, url->host.n);
	host[url->host.n] = '\0';
	for (char *c = host; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
	return url->six ? inet_pton(AF_INET6, host, &six) == 1 : host_valid(url->host);
}

int endpoint_parse(struct endpoint *endpoint, struct slice text, const char *from, struct err *err)
{
	char host[256];
	struct url url;
	bool default_port;

	*endpoint = (struct endpoint){.custom = true};
	if (text.n > 700 || !split_url(&url, text) || !check_host(&url, host))
		return err_set(err, EXIT_USAGE,
			       "the endpoint of %s is no URL of the form "
			       "http[s]://HOST[:PORT][/PATH]: '%.*s'",
			       from, (int)(text.n > 200 ? 200 : text.n), text.p);
	endpoint->plain = url.plain;
	endpoint->loopback = is_loopback(host);
	default_port = !url.port.p || slice_is(url.port, url.plain ? "80" : "443");
	snprintf(endpoint->host, sizeof(endpoint->host), "%s%s%s%s%.*s", url.six ? "[" : "", host,
		 url.six ? "]" : "", default_port ? "" : ":", default_port ? 0 : (int)url.port.n,
		 default_port ? "" : url.port.p);
	snprintf(endpoint->path, sizeof(endpoint->path), "%.*s", url.path.n ? (int)url.path.n : 1,
		 url.path.n ? url.path.p : "/");
	snprintf(endpoint->url, sizeof(endpoint->url), "%s://%s%s", url.plain ? "http" : "https",
		 endpoint->host, endpoint->path);
	return 0;
}

/* --- choosing -------------------------------------------------------------- */

static bool is_true(const char *text)
{
	return text && strcasecmp(text, "true") == 0;
}

static bool setting(const char *name, const struct profile *profile, const char *key)
{
	const char *value = env_text(name);

	return is_true(value ? value : profile_get(profile, key));
}

/* The URL that was configured and where; absent if none was. */
static struct slice configured(const struct endpoint_conf *conf, char from[128])
{
	const char *url = conf->url;
	struct slice nested;
	char name[64];

	snprintf(from, 128, "--endpoint-url");
	if (url || is_true(env_text("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")))
		return slice_of(url);
	snprintf(name, sizeof(name), "AWS_ENDPOINT_URL_%s", conf->id);
	for (char *c = name; *c; c++)
		*c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
	snprintf(from, 128, "%s", name);
	if ((url = env_text(name)))
		return slice_of(url);
	snprintf(from, 128, "AWS_ENDPOINT_URL");
	if ((url = env_text("AWS_ENDPOINT_URL")))
		return slice_of(url);
	if (!conf->profile ||
	    is_true(profile_get(conf->profile, "ignore_configured_endpoint_urls")))
		return SLICE_NONE;
	snprintf(from, 128, "profile '%.80s'", profile_name(conf->profile));
	if ((url = profile_get(conf->profile, "services"))) {
		nested = profile_nested(profiles_find(conf->profiles, PROFILE_SERVICES, url),
					conf->id, "endpoint_url");
		if (nested.p)
			return nested;
	}
	return slice_of(profile_get(conf->profile, "endpoint_url"));
}

/* ^[A-Za-z0-9-]+[.][A-Za-z0-9-]+$, at most 50: what may be the front of a host name. */
static bool id_valid(struct slice id)
{
	const char *dot = id.n ? memchr(id.p, '.', id.n) : NULL;

	if (!dot || id.n > 50 || dot == id.p || dot == id.p + id.n - 1)
		return false;
	for (const char *c = id.p; c < id.p + id.n; c++) {
		if (c != dot && !alphanumeric(*c) && *c != '-')
			return false;
	}
	return true;
}

/* What the service's endpoint rules make of EndpointId; the API's own example is another host. */
static int global(struct endpoint *endpoint, const struct endpoint_conf *conf, bool fips, bool dual,
		  struct err *err)
{
	char url[512];

	if (fips || dual)
		return err_set(err, EXIT_USAGE,
			       "--endpoint-id and %s exclude each other: global endpoints have no "
			       "such form",
			       fips ? "AWS_USE_FIPS_ENDPOINT" : "AWS_USE_DUALSTACK_ENDPOINT");
	snprintf(url, sizeof(url), "https://%s.endpoint.%s.%s", conf->global_id, conf->service,
		 region_suffix(conf->region, false));
	if (endpoint_parse(endpoint, slice_of(url), "--endpoint-id", err) != 0)
		return -1;
	endpoint->custom = false;
	return 0;
}

/* The host of the region's own endpoint, as the services' endpoint rules have it. */
static int put_host(char *to, size_t size, const struct endpoint_conf *conf, bool fips, bool dual,
		    struct err *err)
{
	struct slice region = slice_of(conf->region), service = slice_of(conf->service);
	const char *suffix = region_suffix(conf->region, dual);

	if (dual && !suffix)
		return err_set(err, EXIT_USAGE, "region '%s' has no dual-stack endpoints",
			       conf->region);
	if (slice_is(service, "s3")) {
		if (fips && slice_starts(region, SLICE("cn-")))
			return err_set(err, EXIT_USAGE, "S3 has no FIPS endpoints in region '%s'",
				       conf->region);
		snprintf(to, size, "s3%s%s.%s.%s", fips ? "-fips" : "", dual ? ".dualstack" : "",
			 conf->region, region_suffix(conf->region, false));
		return 0;
	}
	/* In us-gov the plain names of these two are the FIPS ones. */
	if (slice_starts(region, SLICE("us-gov-")) && !dual &&
	    (slice_is(service, "events") || slice_is(service, "sts")))
		fips = false;
	snprintf(to, size, "%s%s.%s.%s", conf->service, fips ? "-fips" : "", conf->region, suffix);
	return 0;
}

static int own(struct endpoint *endpoint, const struct endpoint_conf *conf, bool fips, bool dual,
	       struct err *err)
{
	char host[320], url[512];

	if (put_host(host, sizeof(host), conf, fips, dual, err) != 0)
		return -1;
	snprintf(url, sizeof(url), "https://%s", host);
	if (endpoint_parse(endpoint, slice_of(url), "the region", err) != 0)
		return -1;
	endpoint->custom = false;
	return 0;
}

int endpoint_choose(struct endpoint *endpoint, const struct endpoint_conf *conf, struct err *err)
{
	bool fips = setting("AWS_USE_FIPS_ENDPOINT", conf->profile, "use_fips_endpoint");
	bool dual = setting("AWS_USE_DUALSTACK_ENDPOINT", conf->profile, "use_dualstack_endpoint");
	char from[128];
	struct slice url = configured(conf, from);

	if (conf->global_id && !id_valid(slice_of(conf->global_id)))
		return err_set(err, EXIT_USAGE,
			       "--endpoint-id '%s' is no id of a global endpoint, as 'abcde.veo'",
			       conf->global_id);
	if (conf->global_id && (!url.p || fips || dual))
		return global(endpoint, conf, fips, dual, err);
	if (!url.p)
		return own(endpoint, conf, fips, dual, err);
	if (endpoint_parse(endpoint, url, from, err) != 0)
		return -1;
	if (fips || dual)
		return err_set(err, EXIT_USAGE,
			       "%s gives an endpoint, and %s is on: they exclude each other", from,
			       fips ? "AWS_USE_FIPS_ENDPOINT" : "AWS_USE_DUALSTACK_ENDPOINT");
	if (endpoint->plain && !endpoint->loopback && !conf->insecure_http)
		return err_set(err, EXIT_USAGE,
			       "endpoint '%s' of %s is plain http to another machine: credentials "
			       "would go in clear (use https, or --insecure-http)",
			       endpoint->url, from);
	return 0;
}
