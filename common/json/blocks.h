/*
 * Sixty-four bytes of JSON text at a time, as sets of bits: which of them are what. The
 * widest instructions of the machine are chosen at run time; the portable twin answers
 * the same.
 */
#ifndef KEB_JSON_BLOCKS_H
#define KEB_JSON_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#define BLOCK 64

/* Bit i is about byte i. */
struct block {
	uint64_t quote, slash;
	uint64_t open_object, close_object, open_array, close_array;
	uint64_t colon, comma;
	uint64_t space;	  /* blank, tab, LF, CR */
	uint64_t control; /* below 0x20 */
	uint64_t high;	  /* not ASCII */
	uint64_t digit, zero, minus, plus, dot, exponent;
};

/* Fills n blocks from n * BLOCK bytes. */
typedef void blocks_fn(const char *p, size_t n, struct block *to);

blocks_fn *blocks_best(void);
blocks_fn blocks_portable;

/* Those that this machine can run: the i-th, NULL behind the last. For tests. */
blocks_fn *blocks_nth(size_t i);

#endif
