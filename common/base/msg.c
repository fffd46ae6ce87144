#include "base/msg.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/visible.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

static struct {
	const char *program;
	enum msg_level level;
} self = {"keb", MSG_WARNING};

void msg_program(const char *name)
{
	self.program = name;
}

const char *msg_program_name(void)
{
	return self.program;
}

void msg_level(enum msg_level level)
{
	self.level = level;
}

bool msg_shows(enum msg_level level)
{
	return level <= self.level;
}

/* Copies text to line as it is shown; a message that does not fit ends in "...". */
static size_t put_visible(char *line, size_t used, const char *text)
{
	size_t n = strlen(text);

	while (n) {
		struct visible v = visible_char(text, n);

		if (used > LINE_MAX_BYTES - VISIBLE_MAX - 4) {
			memcpy(line + used, "...", 3);
			return used + 3;
		}
		memcpy(line + used, v.text, v.len);
		used += v.len;
		text += v.taken;
		n -= v.taken;
	}
	return used;
}

__attribute__((format(printf, 3, 0))) static void say(enum msg_level level, const char *kind,
						      const char *format, va_list args)
{
	char text[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
	int used;

	if (!msg_shows(level))
		return;
	vsnprintf(text, sizeof text, format, args);
	used = snprintf(line, 256, "%s: %s: ", self.program, kind);
	if (used < 0)
		return;
	if (used > 255)
		used = 255;
	used = (int)put_visible(line, (size_t)used, text);
	line[used++] = '\n';
	/* Nothing is left to do when stderr itself is broken. */
	(void)!fd_write_all(STDERR_FILENO, line, (size_t)used);
}

#define SAY(level, kind)                                                                           \
	do {                                                                                       \
		va_list args;                                                                      \
		va_start(args, format);                                                            \
		say(level, kind, format, args);                                                    \
		va_end(args);                                                                      \
	} while (0)

void msg_error(const char *format, ...)
{
	SAY(MSG_ERROR, "error");
}

void msg_warning(const char *format, ...)
{
	SAY(MSG_WARNING, "warning");
}

void msg_info(const char *format, ...)
{
	SAY(MSG_INFO, "info");
}

void msg_debug(const char *format, ...)
{
	SAY(MSG_DEBUG, "debug");
}

const char *msg_plural(uint64_t n, const char *one, const char *other)
{
	return n == 1 ? one : other;
}

bool msg_due(struct msg_gate *gate, int64_t every_ms)
{
	int64_t now = clock_ms();

	if (now < gate->next_ms) {
		gate->held++;
		return false;
	}
	gate->next_ms = now + every_ms;
	gate->held = 0;
	return true;
}
