#include "cli/help.h"

#include <stdio.h>

#define COLUMN 30 /* where the help texts begin */

static bool shadowed(const struct opt *o, const struct opt *own)
{
	for (; own->kind != OPT_KIND_END; own++)
		if (own->kind != OPT_KIND_GROUP && strcmp(own->name, o->name) == 0)
			return true;
	return false;
}

static bool letter_taken(const struct opt *o, const struct opt *own)
{
	for (; own->kind != OPT_KIND_END; own++)
		if (own->kind != OPT_KIND_GROUP && own->letter == o->letter)
			return true;
	return false;
}

static void show_row(const struct opt *o, bool with_letter)
{
	char left[96];
	int n;

	n = snprintf(left, sizeof left, "  %c%c%s--%s%s%s%s", with_letter && o->letter ? '-' : ' ',
		     with_letter && o->letter ? o->letter : ' ',
		     with_letter && o->letter ? ", " : "  ", o->name,
		     o->arg ? (o->flags & OPT_OPTIONAL ? "[=" : " ") : "", o->arg ? o->arg : "",
		     o->arg && o->flags & OPT_OPTIONAL ? "]" : "");
	if (n < COLUMN)
		printf("%-*s%s\n", COLUMN, left, o->help);
	else
		printf("%s\n%*s%s\n", left, COLUMN, "", o->help);
}

static void show_table(const struct opt *o, const struct opt *own)
{
	for (; o->kind != OPT_KIND_END; o++) {
		if (o->kind == OPT_KIND_GROUP)
			printf("\n%s:\n", o->name);
		else if (!(o->flags & OPT_HIDDEN) && !(own && shadowed(o, own)))
			show_row(o, !(own && letter_taken(o, own)));
	}
}

/* Each line of text behind `first` or `rest`. */
static void show_lines(const char *text, const char *first, const char *rest)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		printf("%s%.*s\n", first, (int)n, text);
		first = rest;
		text += n + (text[n] == '\n');
	}
}

void help_show(const struct cli *cli, const struct opt *common)
{
	char first[64], rest[64];

	snprintf(first, sizeof first, "usage: %s ", cli->program);
	snprintf(rest, sizeof rest, "       %s ", cli->program);
	show_lines(cli->usage, first, rest);
	printf("\n%s\n", cli->summary);
	show_table(cli->opts, NULL);
	show_table(common, cli->opts);
	if (cli->examples) {
		printf("\nExamples:\n");
		show_lines(cli->examples, "  ", "  ");
	}
	printf("\nMore: man %s, man 7 keb\n", cli->program);
}

void help_version(const struct cli *cli)
{
	printf("%s (keb) %s\n", cli->program, KEB_VERSION);
	for (size_t i = 0; i < CLI_LIBRARIES && cli->libraries[i]; i++)
		printf("%s\n", cli->libraries[i]());
}

static const char *kind_name(const struct opt *o)
{
	switch (o->kind) {
	case OPT_KIND_FLAG:
		return "flag";
	case OPT_KIND_COUNT:
		return "count";
	case OPT_KIND_LIST:
		return o->flags & OPT_FILE ? "file" : "list";
	case OPT_KIND_NUMBER:
		return "number";
	case OPT_KIND_SIZE:
		return "size";
	case OPT_KIND_DURATION:
		return "time";
	case OPT_KIND_CHOICE:
		return "choice";
	case OPT_KIND_FD:
		return "fd";
	default:
		return o->flags & OPT_FILE ? "file" : "text";
	}
}

static void list_table(const struct opt *o, const struct opt *own)
{
	for (; o->kind != OPT_KIND_END; o++) {
		bool letter = o->letter && !(own && letter_taken(o, own));

		if (o->kind == OPT_KIND_GROUP || o->flags & OPT_HIDDEN || (own && shadowed(o, own)))
			continue;
		printf("%s\t%c\t%s\t%s\t%s\t%s\n", o->name, letter ? o->letter : '-',
		       o->arg ? o->arg : "-", kind_name(o), o->choices ? o->choices : "-", o->help);
	}
}

void help_list(const struct opt *own, const struct opt *common)
{
	list_table(own, NULL);
	list_table(common, own);
}

int help_done(struct err *err)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return err_errno(err, EXIT_LOCAL, "cannot write to stdout");
	return 0;
}
