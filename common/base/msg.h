/*
 * Messages on stderr: "kebput: error: text", one line, one write(2), at most 4096
 * bytes, shown as base/visible does. Errors and warnings are shown by default,
 * info with -v, debug with -vv; -q leaves the errors. Never a payload above debug,
 * never a secret.
 */
#ifndef KEB_BASE_MSG_H
#define KEB_BASE_MSG_H

#include <stdbool.h>
#include <stdint.h>

enum msg_level { MSG_ERROR, MSG_WARNING, MSG_INFO, MSG_DEBUG };

/* The name in front of every message (not copied) and the level up to which they are shown. */
void msg_program(const char *name);
const char *msg_program_name(void);
void msg_level(enum msg_level level);
bool msg_shows(enum msg_level level);

void msg_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void msg_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void msg_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void msg_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The words that go with a number: msg_plural(n, "record is", "records are"). */
const char *msg_plural(uint64_t n, const char *one, const char *other);

/*
 * A message that would repeat: msg_due answers true when `every_ms` have passed
 * since it last did for this gate, and counts what was held back in between.
 */
struct msg_gate {
	int64_t next_ms;
	uint64_t held;
};
bool msg_due(struct msg_gate *gate, int64_t every_ms);

#endif
