#include "base/mem.h"

#include "base/err.h"
#include "base/msg.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mem_end(const char *why)
{
	msg_error("%s", why);
	_exit(EXIT_LOCAL);
}

static void *must(void *p)
{
	if (!p)
		mem_end("out of memory");
	return p;
}

static size_t product(size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		must(NULL);
	return n ? n : 1;
}

void *mem_alloc(size_t n)
{
	return must(calloc(1, n ? n : 1));
}

void *mem_array(size_t count, size_t size)
{
	return must(calloc(1, product(count, size)));
}

void *mem_resize(void *p, size_t count, size_t size)
{
	return must(realloc(p, product(count, size)));
}

char *mem_text(const char *p, size_t n)
{
	char *copy = must(malloc(product(n + 1, 1)));

	if (n)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

char *mem_dup(const char *text)
{
	return text ? mem_text(text, strlen(text)) : NULL;
}

void mem_wipe(void *p, size_t n)
{
	if (p)
		explicit_bzero(p, n);
}

void mem_wipe_text(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
}

void mem_free_secret(char *text)
{
	mem_wipe_text(text);
	free(text);
}
