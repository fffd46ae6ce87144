#include "meaning.h"

#include "base/num.h"
#include "json/scan.h"

#include <strings.h>

#define CONNECT_DATA "org.apache.kafka.connect.data."

/* The names that Connect's converters know. */
enum logical { LOGICAL_NONE, LOGICAL_DECIMAL, LOGICAL_DATE, LOGICAL_TIME, LOGICAL_TIMESTAMP };

static const char *const logical_names[] = {"", CONNECT_DATA "Decimal", CONNECT_DATA "Date",
					    CONNECT_DATA "Time", CONNECT_DATA "Timestamp"};

static bool is_type(struct slice value, enum json_type type)
{
	return value.p && json_type_of(value) == type;
}

static struct slice string_of(struct slice value)
{
	return is_type(value, JSON_STRING) ? json_raw(value) : SLICE_NONE;
}

static bool is_ignoring_case(struct slice a, const char *b)
{
	return a.p && a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

/* Java's intValue: what is behind the point is cut off. */
static int32_t int_of(struct slice number)
{
	const char *point = memchr(number.p, '.', number.n);
	struct slice whole = {number.p, point ? (size_t)(point - number.p) : number.n};
	int64_t n;

	return num_i64(whole, &n) ? (int32_t)n : 0;
}

static bool bad(struct parse *parse, const char *what)
{
	return codec_fail(parse->fault, CODEC_SCHEMA, "schema: %s", what);
}

/* connect.version and connect.parameters have no effect, but must be what they say. */
static bool check_connect(struct parse *parse, const struct slice *attribute, struct slice *scale)
{
	struct slice parameters = attribute[ATTR_CONNECT_PARAMETERS];
	struct slice version = attribute[ATTR_CONNECT_VERSION];
	struct json_walk walk;
	struct json_member member;

	if (version.p && json_type_of(version) != JSON_NUMBER)
		return bad(parse, "connect.version is no number");
	if (!parameters.p)
		return true;
	if (json_type_of(parameters) != JSON_OBJECT)
		return bad(parse, "connect.parameters is no object");
	json_walk(&walk, parameters);
	while (json_next(&walk, &member)) {
		if (member.type != JSON_STRING)
			return bad(parse, "a value of connect.parameters is no string");
		if (json_is(member.name, SLICE("scale")))
			*scale = json_raw(member.value);
	}
	return true;
}

/* The logical type that Connect knows by the annotation, on this base type. */
static enum logical annotated(const struct node *node, struct slice name)
{
	if (node->kind == NODE_INT && is_ignoring_case(name, "date"))
		return LOGICAL_DATE;
	if (node->kind == NODE_INT && is_ignoring_case(name, "time-millis"))
		return LOGICAL_TIME;
	if (node->kind == NODE_LONG && is_ignoring_case(name, "timestamp-millis"))
		return LOGICAL_TIMESTAMP;
	if ((node->kind == NODE_BYTES || node->kind == NODE_FIXED) &&
	    is_ignoring_case(name, "decimal"))
		return LOGICAL_DECIMAL;
	return LOGICAL_NONE;
}

static bool decimal_attributes(struct parse *parse, struct node *node,
			       const struct slice *attribute)
{
	struct slice precision = attribute[ATTR_PRECISION], scale = attribute[ATTR_SCALE];

	if (precision.p && json_type_of(precision) != JSON_NUMBER)
		return bad(parse, "the precision of a decimal is no number");
	if (is_type(scale, JSON_NUMBER))
		node->scale = int_of(scale);
	else if (parse->plan->form.profile == CONNECT_GLUE)
		return bad(parse, "a decimal has no scale");
	return true;
}

/* A small integer of Connect's: only where there is no annotation at all. */
static bool small_int(struct parse *parse, struct node *node, const struct slice *attribute)
{
	struct slice type = string_of(attribute[ATTR_CONNECT_TYPE]);

	if (node->kind != NODE_INT || !type.p || string_of(attribute[ATTR_LOGICAL_TYPE]).p)
		return true;
	if (slice_is(type, "int8"))
		node->meaning = MEANS_INT8;
	else if (slice_is(type, "int16"))
		node->meaning = MEANS_INT16;
	else
		return bad(parse, "connect.type of an int is neither int8 nor int16");
	return true;
}

/* Which type the values of a logical type have. */
static bool fits(const struct node *node, enum logical logical)
{
	switch (logical) {
	case LOGICAL_DECIMAL:
		return node->kind == NODE_BYTES || node->kind == NODE_FIXED;
	case LOGICAL_DATE:
	case LOGICAL_TIME:
		return node->kind == NODE_INT && node->meaning == MEANS_ITSELF;
	case LOGICAL_TIMESTAMP:
		return node->kind == NODE_LONG;
	default:
		return true;
	}
}

static void set_logical(struct node *node, enum logical logical, bool by_name, struct slice scale)
{
	int64_t n;

	if (!fits(node, logical)) {
		node->refused = "its connect.name is of another type";
		return;
	}
	if (logical == LOGICAL_TIME)
		node->meaning = MEANS_TIME;
	if (logical != LOGICAL_DECIMAL)
		return;
	node->meaning = MEANS_DECIMAL;
	if (scale.p && num_i64(scale, &n) && n >= INT32_MIN && n <= INT32_MAX)
		node->scale = (int32_t)n;
	else if (scale.p || by_name)
		node->refused = "a decimal without a scale in connect.parameters";
}

bool meaning_of(struct parse *parse, uint32_t self)
{
	struct node *node = &parse->plan->nodes[self];
	const struct slice *attribute = parse->sources[self].attribute;
	struct slice scale = SLICE_NONE, name = string_of(attribute[ATTR_CONNECT_NAME]);
	enum logical logical = annotated(node, string_of(attribute[ATTR_LOGICAL_TYPE]));
	enum logical named = LOGICAL_NONE;

	if (!parse->sources[self].object.p)
		return true;
	if (!check_connect(parse, attribute, &scale) || !small_int(parse, node, attribute))
		return false;
	if (logical == LOGICAL_DECIMAL && !decimal_attributes(parse, node, attribute))
		return false;
	for (enum logical i = LOGICAL_DECIMAL; name.p && i <= LOGICAL_TIMESTAMP; i++) {
		if (slice_is(name, logical_names[i]))
			named = i;
	}
	if (logical != LOGICAL_NONE && name.p && named != logical)
		return bad(parse, "logicalType and connect.name are two different types");
	set_logical(node, logical != LOGICAL_NONE ? logical : named, logical == LOGICAL_NONE,
		    scale);
	return true;
}
