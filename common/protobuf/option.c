#include "option.h"

#include "descriptor.pb-c.h"

/* What stands to the left of an option's `=`, without parentheses. */
static bool option_name(struct parser *p, char *name, size_t room)
{
	size_t n = 0;

	while (p->lex.kind == TOKEN_NAME || lex_is(&p->lex, "(") || lex_is(&p->lex, ")") ||
	       lex_is(&p->lex, ".")) {
		bool part = p->lex.kind == TOKEN_NAME || (lex_is(&p->lex, ".") && n > 0);

		if (part && n + p->lex.text.n < room) {
			memcpy(name + n, p->lex.text.p, p->lex.text.n);
			n += p->lex.text.n;
		}
		lex_next(&p->lex);
	}
	name[n] = '\0';
	return n > 0 || parser_expected(p, "the name of an option");
}

static bool opens(const struct parser *p)
{
	return lex_is(&p->lex, "{") || lex_is(&p->lex, "[");
}

/* A scalar as text: a string, a name, a number with or without a sign. */
static char *scalar(struct parser *p)
{
	char *text;

	if (p->lex.kind == TOKEN_STRING)
		return lex_take_strings(&p->lex, p->arena);
	while (lex_is(&p->lex, "-") || lex_is(&p->lex, "+"))
		lex_next(&p->lex);
	if (p->lex.kind != TOKEN_NAME && p->lex.kind != TOKEN_NUMBER) {
		parser_expected(p, "a value");
		return NULL;
	}
	text = arena_take(p->arena, p->lex.text.n + 1);
	memcpy(text, p->lex.text.p, p->lex.text.n);
	lex_next(&p->lex);
	while (parser_take(p, "."))
		lex_next(&p->lex);
	return text;
}

static bool skip_value(struct parser *p)
{
	return opens(p) ? parser_skip_brackets(p) : scalar(p) != NULL;
}

/* In an aggregate: the name of the next member and what is between it and its value. */
static bool member_name(struct parser *p, char *name, size_t room)
{
	if (lex_is(&p->lex, "[")) { /* an extension: [confluent.field_meta] */
		*name = '\0';
		if (!parser_skip_brackets(p))
			return false;
	} else if (!option_name(p, name, room)) {
		return false;
	}
	parser_take(p, ":");
	return true;
}

static void separators(struct parser *p)
{
	while (parser_take(p, ",") || parser_take(p, ";"))
		;
}

/* { key: "scale", value: "2" } */
static bool meta_param(struct parser *p, struct Meta *meta)
{
	struct MetaParam *param = arena_take(p->arena, sizeof(*param));
	char name[96];

	meta_param__init(param);
	if (!parser_want(p, "{"))
		return false;
	while (!parser_take(p, "}")) {
		if (!member_name(p, name, sizeof(name)))
			return false;
		if (opens(p)) {
			if (!parser_skip_brackets(p))
				return false;
		} else {
			char *value = scalar(p);

			if (!value)
				return false;
			if (strcmp(name, "key") == 0)
				param->key = value;
			else if (strcmp(name, "value") == 0)
				param->value = value;
		}
		separators(p);
	}
	meta->n_params = parser_append(p, (void ***)&meta->params, meta->n_params, param);
	return true;
}

/* One param or a list of them. */
static bool meta_params(struct parser *p, struct Meta *meta)
{
	if (!parser_take(p, "["))
		return meta_param(p, meta);
	while (!parser_take(p, "]")) {
		if (!meta_param(p, meta))
			return false;
		separators(p);
	}
	return true;
}

static struct Meta *meta_of(struct parser *p, struct FieldOptions *options)
{
	if (!options->field_meta) {
		options->field_meta = arena_take(p->arena, sizeof(*options->field_meta));
		meta__init(options->field_meta);
	}
	return options->field_meta;
}

/* { doc: "...", params: [...] }, or a list of such where two options were merged */
static bool field_meta(struct parser *p, struct Meta *meta)
{
	char name[96];

	if (parser_take(p, "[")) {
		while (!parser_take(p, "]")) {
			if (!lex_is(&p->lex, "{") || !field_meta(p, meta))
				return parser_expected(p, "'{'");
			separators(p);
		}
		return true;
	}
	if (!parser_want(p, "{"))
		return false;
	while (!parser_take(p, "}")) {
		if (!member_name(p, name, sizeof(name)))
			return false;
		if (strcmp(name, "params") == 0 ? !meta_params(p, meta) : !skip_value(p))
			return false;
		separators(p);
	}
	return true;
}

static struct FeatureSet *features_of(struct parser *p, struct FeatureSet **features)
{
	if (!*features) {
		*features = arena_take(p->arena, sizeof(**features));
		feature_set__init(*features);
	}
	return *features;
}

/* features.field_presence = IMPLICIT, features.enum_type = CLOSED; others make no difference. */
static void note_feature(struct parser *p, const char *name, const char *value,
			 struct FeatureSet **features)
{
	if (strcmp(name, "features.field_presence") == 0) {
		struct FeatureSet *f = features_of(p, features);

		f->has_field_presence = true;
		f->field_presence = strcmp(value, "IMPLICIT") == 0
					    ? FEATURE_SET__FIELD_PRESENCE__IMPLICIT
				    : strcmp(value, "LEGACY_REQUIRED") == 0
					    ? FEATURE_SET__FIELD_PRESENCE__LEGACY_REQUIRED
					    : FEATURE_SET__FIELD_PRESENCE__EXPLICIT;
	} else if (strcmp(name, "features.enum_type") == 0) {
		struct FeatureSet *f = features_of(p, features);

		f->has_enum_type = true;
		f->enum_type = strcmp(value, "CLOSED") == 0 ? FEATURE_SET__ENUM_TYPE__CLOSED
							    : FEATURE_SET__ENUM_TYPE__OPEN;
	}
}

bool parser_option(struct parser *p, struct option_marks *marks)
{
	char name[96], *value;

	if (!option_name(p, name, sizeof(name)) || !parser_want(p, "="))
		return false;
	if (opens(p)) {
		if (!parser_skip_brackets(p))
			return false;
	} else {
		value = scalar(p);
		if (!value)
			return false;
		note_feature(p, name, value, &marks->features);
		if (strcmp(name, "java_string_check_utf8") == 0)
			marks->java_string_check_utf8 = strcmp(value, "true") == 0;
	}
	return parser_want(p, ";");
}

/* Whether an option is the extension `full`, named whole or from its last part on. */
static bool is_extension(const char *name, const char *full)
{
	return strcmp(name, full) == 0 || strcmp(name, strchr(full, '.') + 1) == 0;
}

static bool field_option(struct parser *p, struct FieldOptions *options)
{
	char name[96], *value;

	if (!option_name(p, name, sizeof(name)) || !parser_want(p, "="))
		return false;
	if (opens(p)) {
		if (is_extension(name, "confluent.field_meta"))
			return field_meta(p, meta_of(p, options));
		if (is_extension(name, "confluent.field_meta.params"))
			return meta_params(p, meta_of(p, options));
		return parser_skip_brackets(p);
	}
	value = scalar(p);
	if (!value)
		return false;
	if (strcmp(name, "packed") == 0) {
		options->has_packed = true;
		options->packed = strcmp(value, "true") == 0;
	} else if (is_extension(name, "metadata.metadata_key")) {
		options->metadata_key = value;
	} else if (is_extension(name, "metadata.metadata_value")) {
		options->metadata_value = value;
	} else {
		note_feature(p, name, value, &options->features);
	}
	return true;
}

bool parser_field_options(struct parser *p, struct FieldOptions **options)
{
	if (!parser_take(p, "["))
		return true;
	*options = arena_take(p->arena, sizeof(**options));
	field_options__init(*options);
	while (!parser_take(p, "]")) {
		if (!field_option(p, *options))
			return false;
		if (!parser_take(p, ",") && !lex_is(&p->lex, "]"))
			return parser_expected(p, "',' or ']'");
	}
	return true;
}
