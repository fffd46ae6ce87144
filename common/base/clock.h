/*
 * Clocks: monotonic for deadlines, real for dates; dates as RFC 3339 in UTC.
 */
#ifndef KEB_BASE_CLOCK_H
#define KEB_BASE_CLOCK_H

#include "base/slice.h"

#include <stdint.h>

int64_t clock_ms(void);	     /* monotonic */
int64_t clock_us(void);	     /* monotonic */
int64_t clock_real_ms(void); /* since the epoch */

/* "2018-12-17T22:10:50.987Z", no NUL. Years 0000 to 9999; others are clamped. */
#define CLOCK_DATE_LEN 24
void clock_put_date(char to[CLOCK_DATE_LEN], int64_t real_ms);
/* RFC 3339 with T, t or a blank, any number of decimals (cut to ms), Z or an offset. */
bool clock_parse_date(struct slice text, int64_t *real_ms);

#endif
