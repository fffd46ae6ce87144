/*
 * What has to hold of every input: libFuzzer and the replay report an abort.
 */
#ifndef KEB_TESTS_MUST_H
#define KEB_TESTS_MUST_H

#include <stdlib.h>

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

#endif
