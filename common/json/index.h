/*
 * Where the strings and the brackets of a JSON text are: enough to leap over whatever
 * nobody asks for. A walk begins behind a bracket and asks for the next stop, which is the
 * content of a string that may be a wanted name, or the bracket that closes the one it is in.
 *
 * All of it are bits, one a byte, by the widest instructions of the machine, or byte by
 * byte on those that have none; all find the same.
 */
#ifndef KEB_JSON_INDEX_H
#define KEB_JSON_INDEX_H

#include "json/landmarks.h"
#include "json/scan.h"

/* Keeps its room from text to text, half a byte a byte. Starts as {0}; free with index_free. */
struct index {
	const char *text; /* from the first bracket on */
	uint32_t n;
	bool escapes;		 /* some string holds a backslash */
	struct landmarks *block; /* and one behind the last, which ends every search */
	size_t room;
	struct ascii leads;
	uint32_t (*leap)(const struct index *x, uint32_t at);
};

/* Names that begin with c are wanted; '"' for the empty one. Those with a backslash are anyway. */
void index_lead(struct index *x, char c);
void index_free(struct index *x);

/*
 * True only if the text, which has to outlive the index, is one valid array or object.
 * `trust`: strings, brackets and UTF-8 are checked, and that nothing but ASCII without
 * backslashes stands between strings. What is wrong otherwise is for json_check to say.
 */
bool index_build(struct index *x, struct slice text, bool trust);

/* Those that this machine can run: the i-th, NULL behind the last. For tests. */
typedef bool index_fn(struct index *x, struct slice text, bool trust);
index_fn *index_nth(size_t i);

/* --- for walks: all places count from x->text and are outside of strings ------------- */

/* The first quote at `at` or behind it. */
static inline uint32_t index_quote(const struct index *x, uint32_t at)
{
	const struct landmarks *b = &x->block[at / BLOCK];
	uint64_t set = b->quote >> at % BLOCK;

	if (set)
		return at + (uint32_t)__builtin_ctzll(set);
	do
		set = (++b)->quote;
	while (set == 0);
	return (uint32_t)(b - x->block) * BLOCK + (uint32_t)__builtin_ctzll(set);
}

/* Behind the bracket that closes the one at `at`. */
static inline uint32_t index_leap(const struct index *x, uint32_t at)
{
	return x->leap(x, at);
}

/*
 * From a place within a bracket, but not within a deeper one, to the next stop: true for
 * the content of a string, that of a name or another one, false for the closing bracket.
 */
bool index_stop(const struct index *x, uint32_t *at);

#endif
