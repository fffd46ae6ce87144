/*
 * A growable array of anything: struct { T *p; uint32_t n, cap; }.
 */
#ifndef KEB_BASE_LIST_H
#define KEB_BASE_LIST_H

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>

#define LIST_OF(type)                                                                              \
	struct {                                                                                   \
		type *p;                                                                           \
		uint32_t n, cap;                                                                   \
	}

/* Makes room for `more` items behind n. */
#define list_room(list, more)                                                                      \
	do {                                                                                       \
		if ((list)->cap - (list)->n < (more))                                              \
			(list)->p = list_grow((list)->p, (list)->n, (more), &(list)->cap,          \
					      sizeof(*(list)->p));                                 \
	} while (0)

/* Appends one item and returns its index. */
#define list_add(list, item)                                                                       \
	__extension__({                                                                            \
		list_room(list, 1);                                                                \
		(list)->p[(list)->n] = (item);                                                     \
		(list)->n++;                                                                       \
	})

#define list_free(list) free((list)->p)

static inline void *list_grow(void *p, uint32_t n, uint32_t more, uint32_t *cap, size_t size)
{
	uint64_t want = (uint64_t)n + more, room = *cap ? *cap : 8;

	while (room < want)
		room += room / 2 + 8;
	if (room > UINT32_MAX)
		room = UINT32_MAX;
	*cap = (uint32_t)room;
	return mem_resize(p, room, size);
}

#endif
