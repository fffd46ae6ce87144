/*
 * INT, TERM and HUP as something a poll loop can see: the handlers count, note the
 * last signal and make stop_fd readable; nothing else.
 */
#ifndef KEB_CLI_STOP_H
#define KEB_CLI_STOP_H

/* Installs the handlers; a signal that was ignored when the program started stays ignored. */
void stop_install(void);
int stop_fd(void);     /* for poll(2), POLLIN; -1 before stop_install */
int stop_count(void);  /* signals so far; those within 2 s of the first count as one */
int stop_signal(void); /* the last one, 0 if none */
void stop_clear(void); /* empties stop_fd, keeps the count */

#endif
