/*
 * The tokens of a JSON text: what they are, where they begin, and which bracket closes
 * which. Building it checks the text; walking it needs no look at what is skipped.
 *
 *	{"a": [1, true]}
 *	{ " : [ 1 , t ] }	kind: a byte a token
 *	0 1 4 6 7 8 10 ...	at
 *
 * Structure and strings are known by their first byte, everything else is a number or a
 * word. It is built by the widest instructions of the machine, or byte by byte on those
 * that have none; both find the same.
 */
#ifndef KEB_JSON_INDEX_H
#define KEB_JSON_INDEX_H

#include "json/scan.h"

#include <stdint.h>

/* Keeps its room from text to text, 9 bytes a token. Starts as {0}; free with index_free. */
struct index {
	const char *text;
	uint32_t n;	  /* tokens */
	bool escapes;	  /* some string holds a backslash */
	char *kind;	  /* 0 behind the last */
	uint32_t *at;	  /* the length of the text behind the last */
	uint32_t *behind; /* of opening brackets only: the token behind the closing one */
	size_t room;
	uint32_t stack[JSON_DEPTH_MAX]; /* of open brackets, while it is built */
};

void index_free(struct index *x);

/*
 * True only if the text, which has to outlive the index, is one valid array or object.
 * `trust`: only quotes, brackets and UTF-8 are checked, and that nothing but ASCII without
 * backslashes stands between strings. What is wrong then is for json_check to say.
 */
bool index_build(struct index *x, struct slice text, bool trust);

/* Behind the token, which is none that opens: without white space at its end. */
static inline const char *index_end(const struct index *x, uint32_t token)
{
	const char *p = x->text + x->at[token + 1];

	while (p[-1] == ' ' || p[-1] == '\n' || p[-1] == '\t' || p[-1] == '\r')
		p--;
	return p;
}

/* Those that this machine can run: the i-th, NULL behind the last. For tests. */
typedef bool index_fn(struct index *x, struct slice text, bool trust);
index_fn *index_nth(size_t i);

#endif
