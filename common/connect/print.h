/*
 * Values as the text that Kafka Connect's JsonConverter prints (schemas.enable=false).
 */
#ifndef KEB_CONNECT_PRINT_H
#define KEB_CONNECT_PRINT_H

#include "base/buf.h"
#include "form.h"

#include <stdint.h>

void connect_add_int(struct buf *to, int64_t value);

/*
 * Java's Double.toString and Float.toString with the shortest digits that read back as
 * the same value: 1.0, 1.0E7, 0.001, 1.0E-4, -0.0; "NaN", "Infinity", "-Infinity" as
 * strings. A float has the digits of its own 32 bits.
 */
void connect_add_double(struct buf *to, double value);
void connect_add_float(struct buf *to, float value);

/*
 * A string with its quotes: escaped are only " \ and U+0000 to U+001F (\b \t \n \f \r,
 * else \u00XX in upper case). Bytes that are not UTF-8 become U+FFFD, as many as
 * Java's decoder makes of them.
 */
void connect_add_string(struct buf *to, struct slice text);

/* The content of such a string, without quotes. */
void connect_add_text(struct buf *to, struct slice text);

/* RFC 4648 base64 with padding, in quotes. */
void connect_add_bytes(struct buf *to, struct slice bytes);

/* The longest unscaled number that is written in digits (39457 of them). */
#define CONNECT_DECIMAL_MAX (16u << 10)

/*
 * A decimal of `unscaled` (big endian two's complement, 1 byte at least) times
 * 10^-scale. Base64: of the shortest two's complement; else the text of Java's
 * BigDecimal.toString (123.45, -1.00, 5E-10), as a number or in quotes. False, with
 * nothing appended, if there is no byte, or digits are asked for and there are more than
 * CONNECT_DECIMAL_MAX bytes: their number grows with the square of the length.
 */
bool connect_add_decimal(struct buf *to, struct slice unscaled, int32_t scale,
			 enum connect_decimal form);

#endif
