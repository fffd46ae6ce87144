/*
 * What an option table says of itself: --help, --version, and the list from which
 * completions and the check of the man pages are made. Only cli/opt.c calls this.
 */
#ifndef KEB_CLI_HELP_H
#define KEB_CLI_HELP_H

#include "cli/opt.h"

void help_show(const struct cli *cli, const struct opt *common);
void help_version(const struct cli *cli);

/*
 * One option a line, tab-separated: long name, letter or "-", argument or "-", kind
 * (flag, count, text, list, number, size, time, choice, fd, file), choices or "-",
 * help. Hidden ones are left out.
 */
void help_list(const struct opt *own, const struct opt *common);

/* Flushes stdout: 0, or -1 with err (status 6) when that failed. */
int help_done(struct err *err);

#endif
