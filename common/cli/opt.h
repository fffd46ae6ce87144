/*
 * One typed table of options per program. It makes the parsing, --help, the
 * completions (--list-options) and the check that the man page is complete, so
 * none of them can disagree.
 *
 * GNU form: --name=value, --name value, -n value, -nvalue, bundled flags, "--",
 * "-" is an operand; options may follow operands unless the program says
 * otherwise. No abbreviations. The last of a repeated option wins, lists collect.
 */
#ifndef KEB_CLI_OPT_H
#define KEB_CLI_OPT_H

#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum opt_kind {
	OPT_KIND_END,
	OPT_KIND_GROUP,	   /* a heading in --help */
	OPT_KIND_FLAG,	   /* bool */
	OPT_KIND_COUNT,	   /* int, one more each time */
	OPT_KIND_TEXT,	   /* const char *, points into argv */
	OPT_KIND_LIST,	   /* struct opt_list */
	OPT_KIND_NUMBER,   /* uint64_t, min..max */
	OPT_KIND_SIZE,	   /* uint64_t bytes, min..max */
	OPT_KIND_DURATION, /* int64_t ms, min..max */
	OPT_KIND_CHOICE,   /* int, index into "a|b|c" */
	OPT_KIND_FD,	   /* int, 3 to 9 */
};

/* Bits of struct opt.flags. */
enum {
	OPT_SECRET = 1,	  /* blanked in argv after it was copied; the target owns a heap copy */
	OPT_OPTIONAL = 2, /* TEXT: --name or --name=VALUE; without a value the target is "" */
	OPT_HIDDEN = 4,	  /* in neither help nor completions */
	OPT_FILE = 8,	  /* completes as a file name */
};

struct opt_list {
	const char **items;
	size_t n;
};

struct opt {
	enum opt_kind kind;
	char letter;	  /* 0: none */
	const char *name; /* long name without dashes; heading for GROUP */
	const char *arg;  /* name of the argument in help: "FILE"; NULL for flags */
	const char *help; /* lower case, no full stop, with the default in brackets */
	void *to;
	uint64_t min, max;
	unsigned flags;
	const char *choices; /* CHOICE: "stop|oldest" */
};

/* The type of the target is checked at compile time. */
#define OPT_TO(type, target) ((void *)(1 ? (target) : (type *)0))
#define OPT_GROUP(heading)                                                                         \
	{                                                                                          \
		.kind = OPT_KIND_GROUP, .name = heading                                            \
	}
#define OPT_FLAG(l, n, t, h)                                                                       \
	{                                                                                          \
		.kind = OPT_KIND_FLAG, .letter = l, .name = n, .help = h, .to = OPT_TO(bool, t)    \
	}
#define OPT_COUNT(l, n, t, h)                                                                      \
	{                                                                                          \
		.kind = OPT_KIND_COUNT, .letter = l, .name = n, .help = h, .to = OPT_TO(int, t)    \
	}
#define OPT_TEXT(l, n, t, a, h)                                                                    \
	{                                                                                          \
		.kind = OPT_KIND_TEXT, .letter = l, .name = n, .arg = a, .help = h,                \
		.to = OPT_TO(const char *, t)                                                      \
	}
#define OPT_LIST(l, n, t, a, h)                                                                    \
	{                                                                                          \
		.kind = OPT_KIND_LIST, .letter = l, .name = n, .arg = a, .help = h,                \
		.to = OPT_TO(struct opt_list, t)                                                   \
	}
#define OPT_NUMBER(l, n, t, a, lo, hi, h)                                                          \
	{                                                                                          \
		.kind = OPT_KIND_NUMBER, .letter = l, .name = n, .arg = a, .help = h,              \
		.to = OPT_TO(uint64_t, t), .min = lo, .max = hi                                    \
	}
#define OPT_SIZE(l, n, t, lo, hi, h)                                                               \
	{                                                                                          \
		.kind = OPT_KIND_SIZE, .letter = l, .name = n, .arg = "SIZE", .help = h,           \
		.to = OPT_TO(uint64_t, t), .min = lo, .max = hi                                    \
	}
#define OPT_DURATION(l, n, t, lo, hi, h)                                                           \
	{                                                                                          \
		.kind = OPT_KIND_DURATION, .letter = l, .name = n, .arg = "TIME", .help = h,       \
		.to = OPT_TO(int64_t, t), .min = lo, .max = hi                                     \
	}
#define OPT_CHOICE(l, n, t, c, h)                                                                  \
	{                                                                                          \
		.kind = OPT_KIND_CHOICE, .letter = l, .name = n, .arg = c, .help = h,              \
		.to = OPT_TO(int, t), .choices = c                                                 \
	}
#define OPT_FD(l, n, t, h)                                                                         \
	{                                                                                          \
		.kind = OPT_KIND_FD, .letter = l, .name = n, .arg = "FD", .help = h,               \
		.to = OPT_TO(int, t), .min = 3, .max = 9                                           \
	}
#define OPT_END                                                                                    \
	{                                                                                          \
		.kind = OPT_KIND_END                                                               \
	}

#define CLI_LIBRARIES 2

struct cli {
	const char *program;
	const char *summary; /* one line: what it does */
	const char *usage;   /* "[options] [FILE ...]"; several forms apart by LF */
	const struct opt *opts;
	const char *examples;	/* shown at the end of --help, lines apart by LF */
	bool operands_end;	/* options end at the first operand (kebrun, kebmock) */
	const char *stdin_only; /* "events": read from stdin, so that an operand is an error */
	/* "libcurl 7.88.1", a line of --version each. */
	const char *(*libraries[CLI_LIBRARIES])(void);
};

/* -v, -q (through msg_level), -h, -V are added to every table by itself. */

/*
 * Parses. Options are taken out of argv, operands stay, in order, argv[1] on; *argc
 * is set to match and argv[*argc] is NULL. Returns 1 to go on; 0 when --help,
 * --version or --list-options was answered on stdout and the program is done; -1
 * with err (EXIT_USAGE) for a bad option, with "try 'PROGRAM --help'", or an operand
 * where there are none.
 */
int opt_parse(const struct cli *cli, int *argc, char **argv, struct err *err);

/* "a", "b", ... by edit distance: the nearest of the names, or NULL. For suggestions. */
const char *opt_nearest(const char *word, const char *const *names, size_t n);

#endif
