/*
 * Allocation that cannot fail from the caller's point of view: when the memory is
 * not there the program says so and ends with status 6 (EXIT_LOCAL). Nothing but
 * committed offsets is persistent state in keb, so ending here loses nothing:
 * unsettled records come again.
 */
#ifndef KEB_BASE_MEM_H
#define KEB_BASE_MEM_H

#include <stddef.h>

_Noreturn void mem_end(const char *why); /* says it, and ends as above */

void *mem_alloc(size_t n);			      /* zeroed; release with free(3) */
void *mem_array(size_t count, size_t size);	      /* zeroed; the product is checked */
void *mem_resize(void *p, size_t count, size_t size); /* realloc(3); the product is checked */
char *mem_text(const char *p, size_t n);	      /* a copy of n bytes with a NUL behind it */
char *mem_dup(const char *text);		      /* a copy; NULL of NULL */
void mem_wipe(void *p, size_t n);		      /* overwrite a secret; never optimised away */
void mem_wipe_text(char *text);			      /* wipe up to the NUL; NULL is fine */
void mem_free_secret(char *text);		      /* the same, and free(3) */

#endif
