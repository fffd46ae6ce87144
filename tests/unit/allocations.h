/*
 * Counts calls of malloc, calloc and realloc, to show that a loop makes none: read
 * allocations before and after it. Under AddressSanitizer its hooks count.
 */
#ifndef KEB_TESTS_ALLOCATIONS_H
#define KEB_TESTS_ALLOCATIONS_H

#include <stddef.h>
#include <stdlib.h>

static volatile size_t allocations;

#if defined(__SANITIZE_ADDRESS__)

/* Of sanitizer/allocator_interface.h, which gcc's packages lack. */
extern int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void *,
								       size_t),
						     void (*freed)(const volatile void *));

static void count_allocation(const volatile void *p, size_t n)
{
	(void)p;
	(void)n;
	allocations++;
}

static void count_free(const volatile void *p)
{
	(void)p;
}

__attribute__((constructor)) static void count_allocations(void)
{
	__sanitizer_install_malloc_and_free_hooks(count_allocation, count_free);
}

#else

/* The C library's own, which these stand before. */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n)
{
	allocations++;
	return __libc_malloc(n);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *p, size_t n)
{
	allocations++;
	return __libc_realloc(p, n);
}

#endif

#endif
