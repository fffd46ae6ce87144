/*
 * kebfilter's command line.
 */
#ifndef KEB_KEBFILTER_OPTIONS_H
#define KEB_KEBFILTER_OPTIONS_H

#include "rules.h"

enum mode {
	MODE_BUS,    /* lines are events */
	MODE_PIPES,  /* lines are records, patterns are the filters of a pipe */
	MODE_LAMBDA, /* the same of an event source mapping */
};

struct options {
	struct rules_conf rules;
	bool library;
	int mode;
	const char *bus;      /* ARN; NULL: events as they are */
	const char *annotate; /* the member's name; NULL: none */
	const char *explain;  /* "", "text" or "json"; NULL: no */
	const char *split;    /* folder */
	const char *expect;   /* file of contract tests */
	bool lint;
	bool invert, count, quiet;
	uint64_t most; /* -m; 0: no end */
	bool stream;
	const char *each, *field; /* paths to the events in a line */
	bool whole;
	bool trust;
	uint64_t max_line;
	int status_fd;
};

/* As opt_parse; also what of the options excludes what. */
int options_parse(struct options *o, int *argc, char **argv, struct err *err);
void options_free(struct options *o);

/* The first of the options that keep a program from being a stage of a loop; NULL if none. */
const char *options_alone(const struct options *o);

#endif
