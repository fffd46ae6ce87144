/*
 * The characters that have case: Unicode's full mappings, written by casing_table.py.
 */
#ifndef KEB_PATTERN_CASING_TABLE_H
#define KEB_PATTERN_CASING_TABLE_H

#include <stdint.h>

/* A character above U+007F, and where its forms stand in casing_pool. */
struct casing_row {
	uint32_t code;
	uint16_t lower, upper;
	uint16_t key; /* the text that all forms of the character come to */
};

extern const unsigned casing_row_count;
extern const struct casing_row casing_rows[]; /* by code */
extern const unsigned char casing_pool[];     /* each text behind its length in bytes */

#endif
