#include "collection.h"

#include "pattern/fault.h"
#include "pattern/lint.h"
#include "json/scan.h"
#include "json/text.h"

#include <stdio.h>

struct reading {
	struct slice text;
	const char *path;
	bool disabled;
	collection_fn *each;
	void *ctx;
	struct buf *excerpt;
	struct err *err;
	struct buf name, pattern; /* unescaped */
	struct buf joined;	  /* the name of a rule that SAM makes, escaped */
	bool doubtful;		  /* the next rule is: see collection.h */
	size_t given, passed;	  /* rules; passed over since they are disabled */
	size_t schedules;
};

/* What a rule's members are called. */
struct form {
	const char *name, *pattern;
	bool is_template;
};

static const struct form deployed = {"Name", "EventPattern", false};
static const struct form resource = {"Name", "EventPattern", true};
/* EventBridgeRule and CloudWatchEvent: AWS SAM Developer Guide, property reference. */
static const struct form sam_event = {"RuleName", "Pattern", true};

/* The value of the last member of that name; its type is JSON_NONE if there is none. */
static struct json_member member_of(struct slice object, const char *name)
{
	struct json_member found = {.type = JSON_NONE}, member;
	struct json_walk walk;

	if (json_type_of(object) != JSON_OBJECT)
		return found;
	for (json_walk(&walk, object); json_next(&walk, &member);)
		if (json_is(member.name, slice_of(name)))
			found = member;
	return found;
}

static bool string_is(struct slice object, const char *name, const char *text)
{
	struct json_member m = member_of(object, name);

	return m.type == JSON_STRING && json_is(json_raw(m.value), slice_of(text));
}

/* Says where in the file, and shows the place. */
static int refuse_fault(struct reading *r, const struct pattern_fault *fault)
{
	struct pattern_place place = {0};

	pattern_place_find(&place, r->text, fault->at);
	pattern_fault_show(r->excerpt, r->text, fault);
	return err_set(r->err, EXIT_USAGE, "%s:%u:%u: %s", r->path, place.line, place.column,
		       fault->text);
}

static int refuse(struct reading *r, struct slice where, const char *what)
{
	struct pattern_fault fault;

	pattern_fault_set(&fault, r->text, (size_t)(where.p - r->text.p), where.n, "%s", what);
	return refuse_fault(r, &fault);
}

/* `before` and `after` the file: what converts it. */
static int refuse_yaml(struct reading *r, const char *before, const char *after)
{
	return err_set(r->err, EXIT_USAGE,
		       "%s: a template in YAML, and JSON is read: convert it ('%s%s%s', 'cdk synth "
		       "--json'), or take the rules that are deployed ('aws events list-rules')",
		       r->path, before, r->path, after);
}

/* Gives out a pattern that is an object, or a string that holds one. */
static int give(struct reading *r, struct slice raw_name, const struct json_member *pattern,
		struct slice function)
{
	struct collected rule = {
		.pattern = pattern->value, .function = function, .doubtful = r->doubtful};

	r->doubtful = false;
	buf_reset(&r->name);
	json_unescape(raw_name, &r->name);
	if (pattern->type == JSON_STRING) {
		buf_reset(&r->pattern);
		json_unescape(json_raw(pattern->value), &r->pattern);
		rule.pattern = buf_slice(&r->pattern);
	}
	r->given++;
	rule.name = buf_slice(&r->name);
	return r->each(r->ctx, &rule);
}

/* {"Ref": ...} or {"Fn::...": ...}, at any depth. */
static struct slice find_function(const struct json_member *value)
{
	struct slice function = SLICE_NONE;
	struct json_member m;
	struct json_walk walk;
	size_t n = 0;

	if (value->type != JSON_OBJECT && value->type != JSON_ARRAY)
		return SLICE_NONE;
	for (json_walk(&walk, value->value); !function.p && json_next(&walk, &m); n++) {
		if (value->type == JSON_OBJECT && n == 0 &&
		    (json_is(m.name, SLICE("Ref")) || slice_starts(m.name, SLICE("Fn::"))) &&
		    !json_next(&walk, &(struct json_member){0}))
			return value->value;
		function = find_function(&m);
	}
	return function;
}

static bool is_disabled(struct slice rule)
{
	return string_is(rule, "State", "DISABLED") ||
	       member_of(rule, "Enabled").type == JSON_FALSE;
}

/* One rule of list-rules, or the properties of one in a template. */
static int read_rule(struct reading *r, struct slice raw_name, struct slice rule,
		     const struct form *form)
{
	struct json_member pattern = member_of(rule, form->pattern);
	struct json_member name = member_of(rule, form->name);

	if (pattern.type == JSON_NONE || pattern.type == JSON_NULL) {
		r->schedules++;
		return 0;
	}
	if (!r->disabled && is_disabled(rule)) {
		r->passed++;
		return 0;
	}
	if (name.type == JSON_STRING)
		raw_name = json_raw(name.value);
	if (raw_name.p == NULL)
		return refuse(r, rule, "a rule without a name");
	return give(r, raw_name, &pattern,
		    form->is_template ? find_function(&pattern) : SLICE_NONE);
}

static int read_list_rules(struct reading *r, struct slice rules)
{
	struct json_member m, next = member_of(json_trim(r->text), "NextToken");
	struct json_walk walk;

	if (next.type == JSON_STRING)
		return refuse(r, next.whole,
			      "a NextToken: not all rules are here (let aws events list-rules "
			      "page by itself, without --no-paginate or --max-items)");
	for (json_walk(&walk, rules); json_next(&walk, &m);)
		if (read_rule(r, SLICE_NONE, m.value, &deployed))
			return -1;
	return 0;
}

/*
 * Each such event of a function or state machine becomes a rule with both names: AWS SAM
 * Developer Guide, "CloudFormation resources generated when ... is specified".
 */
static int read_sam_events(struct reading *r, struct slice resource_name, struct slice properties)
{
	struct json_member events = member_of(properties, "Events"), m;
	struct json_walk walk;

	if (events.type != JSON_OBJECT)
		return 0;
	for (json_walk(&walk, events.value); json_next(&walk, &m);) {
		if (!string_is(m.value, "Type", "EventBridgeRule") &&
		    !string_is(m.value, "Type", "CloudWatchEvent"))
			continue;
		buf_reset(&r->joined);
		buf_adds(&r->joined, resource_name);
		buf_adds(&r->joined, m.name);
		if (read_rule(r, buf_slice(&r->joined), member_of(m.value, "Properties").value,
			      &sam_event))
			return -1;
	}
	return 0;
}

static int read_resource(struct reading *r, const struct json_member *m)
{
	struct slice properties = member_of(m->value, "Properties").value;

	if (string_is(m->value, "Type", "AWS::Events::Rule"))
		return read_rule(r, m->name, properties, &resource);
	if (string_is(m->value, "Type", "AWS::Serverless::Function") ||
	    string_is(m->value, "Type", "AWS::Serverless::StateMachine"))
		return read_sam_events(r, m->name, properties);
	return 0;
}

static int read_template(struct reading *r, struct slice resources)
{
	struct json_member m;
	struct json_walk walk;

	for (json_walk(&walk, resources); json_next(&walk, &m);)
		if (read_resource(r, &m))
			return -1;
	return 0;
}

static int read_filters(struct reading *r, struct slice filters)
{
	struct json_member m, pattern;
	struct json_walk walk;
	char name[32];
	int n = 0;

	for (json_walk(&walk, filters); json_next(&walk, &m);) {
		pattern = member_of(m.value, "Pattern");
		if (pattern.type != JSON_STRING)
			return refuse(r, m.value, "a filter without a Pattern");
		snprintf(name, sizeof name, "filter-%d", ++n);
		if (give(r, slice_of(name), &pattern, SLICE_NONE))
			return -1;
	}
	return 0;
}

static bool names_event_members(struct slice object)
{
	struct json_member m;
	struct json_walk walk;

	for (json_walk(&walk, object); json_next(&walk, &m);)
		if (!lint_knows_member(m.name))
			return false;
	return true;
}

static int read_named(struct reading *r, struct slice object)
{
	struct json_member m;
	struct json_walk walk;

	r->doubtful = names_event_members(object);
	for (json_walk(&walk, object); json_next(&walk, &m);) {
		if (m.type != JSON_OBJECT)
			return refuse(r, m.whole,
				      "no pattern: a file of rules is {\"name\": pattern, ...} "
				      "(for a single pattern use -f)");
		if (give(r, m.name, &m, SLICE_NONE))
			return -1;
	}
	return 0;
}

static int read_any(struct reading *r)
{
	struct slice object = json_trim(r->text);
	struct json_member rule = member_of(object, "EventPattern");
	struct json_member schedule = member_of(object, "ScheduleExpression");
	struct json_member rules = member_of(object, "Rules");
	struct json_member template = member_of(object, "TemplateBody");
	struct json_member resources =
		member_of(template.type == JSON_OBJECT ? template.value : object, "Resources");
	struct json_member filters = member_of(object, "Filters");
	struct json_member source = member_of(object, "SourceParameters");
	struct json_member criteria =
		member_of(source.type == JSON_OBJECT ? source.value : object, "FilterCriteria");

	if (json_type_of(object) == JSON_ARRAY)
		return read_list_rules(r, object);
	if (rules.type == JSON_ARRAY)
		return read_list_rules(r, rules.value);
	if (rule.type == JSON_STRING || schedule.type == JSON_STRING)
		return read_rule(r, SLICE_NONE, object, &deployed);
	if (resources.type == JSON_OBJECT)
		return read_template(r, resources.value);
	if (template.type == JSON_STRING)
		return refuse_yaml(r, "jq -r .TemplateBody ", " | cfn-flip");
	if (criteria.type == JSON_OBJECT)
		filters = member_of(criteria.value, "Filters");
	if (filters.type == JSON_ARRAY)
		return read_filters(r, filters.value);
	return read_named(r, object);
}

static bool is_yaml_template(struct slice text)
{
	static const struct slice begins[] = {{"AWSTemplateFormatVersion:", 25},
					      {"Resources:", 10}};
	const char *lf;

	while (text.n) {
		for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
			if (slice_starts(text, begins[i]))
				return true;
		lf = memchr(text.p, '\n', text.n);
		if (lf == NULL)
			return false;
		lf++;
		text = (struct slice){lf, text.n - (size_t)(lf - text.p)};
	}
	return false;
}

bool collection_is(struct slice text)
{
	struct slice object = json_trim(text);

	return member_of(object, "Rules").type == JSON_ARRAY ||
	       member_of(object, "Resources").type == JSON_OBJECT ||
	       member_of(object, "EventPattern").type == JSON_STRING ||
	       member_of(object, "ScheduleExpression").type == JSON_STRING ||
	       member_of(object, "FilterCriteria").type == JSON_OBJECT ||
	       member_of(object, "Filters").type == JSON_ARRAY;
}

/* Why there is no rule. */
static const char *reason(const struct reading *r)
{
	if (r->passed)
		return " that is enabled (see --disabled)";
	if (r->schedules)
		return r->schedules == 1 ? ": it is a schedule" : ": they are schedules";
	return "";
}

int collection_read(struct slice text, const char *path, bool disabled, collection_fn *each,
		    void *ctx, struct buf *excerpt, struct err *err)
{
	struct reading r = {.text = text,
			    .path = path,
			    .disabled = disabled,
			    .each = each,
			    .ctx = ctx,
			    .excerpt = excerpt,
			    .err = err};
	struct json_fault fault = {0};
	struct pattern_fault bad;
	enum json_type type = json_check(text, &fault);
	int failed;

	if (type == JSON_NONE && is_yaml_template(text))
		return refuse_yaml(&r, "cfn-flip ", "");
	if (type == JSON_NONE) {
		pattern_fault_json(&bad, text, &fault);
		return refuse_fault(&r, &bad);
	}
	if (type != JSON_OBJECT && type != JSON_ARRAY)
		return refuse(&r, json_trim(text),
			      "a file of rules is an object: {\"name\": pattern, ...}");
	failed = read_any(&r);
	if (!failed && r.given == 0)
		failed = err_set(err, EXIT_USAGE, "%s: there is no rule with a pattern in it%s",
				 path, reason(&r));
	buf_free(&r.joined);
	buf_free(&r.name);
	buf_free(&r.pattern);
	return failed ? -1 : 0;
}
