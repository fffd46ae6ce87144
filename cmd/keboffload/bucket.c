#include "bucket.h"

#include "aws/canonical.h"

#include <stdio.h>
#include <string.h>

/* One DNS label: with dots in it the name would break the wildcard certificate. */
static bool one_label(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n >= 3 && n <= 63 && !name[n] && name[0] != '-' && name[n - 1] != '-';
}

static int move_host(struct bucket *b, struct err *err)
{
	struct endpoint e = b->endpoint;
	int n = snprintf(b->endpoint.host, sizeof(e.host), "%s.%s", b->name, e.host);

	if (n < 0 || (size_t)n >= sizeof(e.host))
		return err_set(err, EXIT_USAGE, "the host of bucket '%s' is too long", b->name);
	n = snprintf(b->endpoint.url, sizeof(e.url), "%s://%.319s%.511s",
		     e.plain ? "http" : "https", b->endpoint.host, e.path);
	return n < 0 ? -1 : 0;
}

/* --path-style, else the profile's `s3 = addressing_style`, else by the endpoint. */
static bool in_host(const struct bucket *b, const struct bucket_conf *conf)
{
	struct slice style = profile_nested(conf->session->profile, "s3", "addressing_style");

	if (conf->path_style || slice_is(style, "path") || !one_label(b->name))
		return false;
	return slice_is(style, "virtual") || !b->endpoint.custom;
}

/* All that goes by the region. */
static int settle(struct bucket *b, const struct bucket_conf *conf, struct err *err)
{
	struct endpoint_conf endpoint = {
		.service = "s3",
		.id = "s3",
		.url = conf->endpoint_url,
		.region = b->region,
		.insecure_http = conf->insecure_http,
		.profiles = conf->session->profiles,
		.profile = conf->session->profile,
	};
	struct aws_service_conf service = {
		.name = "s3",
		.endpoint = &b->endpoint,
		.region = b->region,
		.credentials = conf->session->credentials,
		.http = conf->session->http,
	};

	if (endpoint_choose(&b->endpoint, &endpoint, err) != 0)
		return -1;
	b->in_host = in_host(b, conf);
	if (b->in_host && move_host(b, err) != 0)
		return -1;
	aws_service_free(b->service);
	b->service = aws_service_new(&service);
	return 0;
}

int bucket_open(struct bucket *b, const char *name, const struct bucket_conf *conf, struct err *err)
{
	b->name = name;
	memcpy(b->region, conf->session->region, sizeof(b->region));
	return settle(b, conf, err);
}

int bucket_move(struct bucket *b, struct slice region, const struct bucket_conf *conf,
		struct err *err)
{
	memcpy(b->region, region.p, region.n);
	b->region[region.n] = '\0';
	return settle(b, conf, err);
}

void bucket_close(struct bucket *b)
{
	aws_service_free(b->service);
}

void bucket_add_path(const struct bucket *b, struct slice object, struct buf *to)
{
	buf_adds(to, slice_of(b->endpoint.path));
	if (to->len == 0 || to->p[to->len - 1] != '/')
		buf_addc(to, '/');
	if (!b->in_host)
		buf_addf(to, "%s/", b->name);
	if (object.p)
		canonical_encode(to, object, true);
}
