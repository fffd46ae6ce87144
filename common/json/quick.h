/*
 * Whether text is valid JSON, without a reason if it is not: the grammar is checked for
 * all bytes of a block at once, by arithmetic on sets of bits. Whoever needs to know
 * what is wrong asks json_check. On the way it finds where arrays and objects end, so
 * that a walk over checked text can leap over them.
 */
#ifndef KEB_JSON_QUICK_H
#define KEB_JSON_QUICK_H

#include "json/blocks.h"
#include "json/scan.h"

/* An array or object, in the order of their opening brackets. */
struct quick_leap {
	uint32_t end;  /* behind its closing bracket */
	uint32_t next; /* how many were opened before that */
};

/* Keeps its room from text to text. Starts as {0}; free with quick_free. */
struct quick {
	struct quick_leap *leap;
	size_t room;
	uint32_t stack[JSON_DEPTH_MAX]; /* of open brackets */
};

void quick_free(struct quick *q);

/* Whether it is worth a call: elsewhere than on wide machines it is not. */
bool quick_is_worth(void);

/*
 * True only if text is one valid array or object. `trust`: only quotes, brackets and
 * UTF-8 are checked.
 */
bool quick_check(struct quick *q, struct slice text, blocks_fn *classify, bool trust);

#endif
