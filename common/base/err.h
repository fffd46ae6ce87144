/*
 * How a module fails: it fills a struct err and returns -1 (or NULL); main prints
 * the text once and ends with the status. The text has cause, subject and next
 * step in one line without a full stop, never a payload and never a secret.
 */
#ifndef KEB_BASE_ERR_H
#define KEB_BASE_ERR_H

/* The exit statuses of every keb program: keb(7), EXIT STATUS. */
enum exit_status {
	EXIT_OK = 0,
	EXIT_NEGATIVE = 1, /* no match, a failed expectation, rejected or unsettled records */
	EXIT_USAGE = 2,	   /* usage, configuration, a bad pattern: nothing was read */
	EXIT_INPUT = 3,	   /* malformed input */
	EXIT_REFUSED = 4,  /* the remote said no: credentials, permission, unknown topic or bus */
	EXIT_UNREACHABLE = 5, /* remote unreachable or retries spent: running again makes sense */
	EXIT_LOCAL = 6,	      /* local input or output, memory */
};

struct err {
	enum exit_status status;
	char text[960];
};

/* Both return -1, so that a module can end with `return err_set(...)`. */
int err_set(struct err *err, enum exit_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Appends ": " and the text of errno as it was at the call. */
int err_errno(struct err *err, enum exit_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
