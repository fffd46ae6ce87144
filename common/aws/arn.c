#include "aws/arn.h"

#include "aws/endpoint.h"

static bool name_valid(struct slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '.' || c == '-' || c == '_'))
			return false;
	}
	return name.n > 0;
}

static bool account_valid(struct slice account)
{
	for (size_t i = 0; i < account.n; i++) {
		if (account.p[i] < '0' || account.p[i] > '9')
			return false;
	}
	return account.n == 12;
}

/* "aws", "aws-cn", "aws-us-gov", ... */
static bool partition_valid(struct slice partition)
{
	for (size_t i = 0; i < partition.n; i++) {
		if (!(partition.p[i] >= 'a' && partition.p[i] <= 'z') && partition.p[i] != '-')
			return false;
	}
	return slice_starts(partition, SLICE("aws"));
}

/* Splits "arn:P:S:R:A:rest" into its parts; the last may hold colons. */
static bool split(struct slice text, struct slice parts[6])
{
	for (size_t i = 0; i < 5; i++) {
		const char *colon = text.n ? memchr(text.p, ':', text.n) : NULL;

		if (!colon)
			return false;
		parts[i] = (struct slice){text.p, (size_t)(colon - text.p)};
		text = (struct slice){colon + 1, text.n - parts[i].n - 1};
	}
	parts[5] = text;
	return true;
}

bool arn_split(struct slice text, struct arn *arn)
{
	struct slice part[6];

	if (!split(text, part) || !slice_is(part[0], "arn"))
		return false;
	*arn = (struct arn){part[1], part[2], part[3], part[4], part[5]};
	return partition_valid(arn->partition) && region_valid(arn->region) &&
	       account_valid(arn->account) && arn->resource.n > 0;
}

static int parse_arn(struct slice text, struct bus *bus, struct err *err)
{
	struct slice part[6];

	if (!split(text, part) || !slice_is(part[0], "arn"))
		return err_set(err, EXIT_USAGE,
			       "'%.*s' is no ARN of an event bus "
			       "(arn:aws:events:REGION:ACCOUNT:event-bus/NAME)",
			       SLICE_ARG(text));
	if (slice_starts(part[5], SLICE("event-busv2/")))
		return err_set(
			err, EXIT_USAGE,
			"bus '%.*s' is a custom event bus of EventBridge V2, which has another "
			"API (name a classic bus: event-bus/NAME)",
			SLICE_ARG(text));
	if (!slice_is(part[2], "events") || !slice_starts(part[5], SLICE("event-bus/")))
		return err_set(err, EXIT_USAGE,
			       "'%.*s' is the ARN of something else than an event bus "
			       "(arn:aws:events:REGION:ACCOUNT:event-bus/NAME)",
			       SLICE_ARG(text));
	bus->partition = part[1];
	bus->region = part[3];
	bus->account = part[4];
	bus->name = (struct slice){part[5].p + 10, part[5].n - 10};
	if (!partition_valid(bus->partition) || !region_valid(bus->region) ||
	    !account_valid(bus->account))
		return err_set(
			err, EXIT_USAGE,
			"bus '%.*s': its partition, region or account (12 digits) is not valid",
			SLICE_ARG(text));
	return 0;
}

int bus_parse(const char *text, struct bus *bus, struct err *err)
{
	*bus = (struct bus){.text = slice_of(text)};
	if (bus->text.n > BUS_TEXT_MAX)
		return err_set(err, EXIT_USAGE, "the bus has more than %d characters",
			       BUS_TEXT_MAX);
	bus->name = bus->text;
	if (memchr(text, ':', bus->text.n) && parse_arn(bus->text, bus, err) != 0)
		return -1;
	if (slice_starts(bus->name, SLICE("aws.partner/")))
		return err_set(
			err, EXIT_USAGE,
			"bus '%s' belongs to a partner: only the partner can put events on it",
			text);
	if (!name_valid(bus->name))
		return err_set(err, EXIT_USAGE,
			       "'%s' is no name of a bus (letters, digits, '.', '-', '_')", text);
	return 0;
}
