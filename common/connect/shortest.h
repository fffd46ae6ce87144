/*
 * Binary floating point as the shortest decimal digits that read back as the same
 * value; of several, those closest to it, and of two as close the even ones. As in
 * Java 19 and later, a single digit is chosen only if no two digits are closer (4.9E-324).
 * Raffaele Giulietti, "The Schubfach way to render doubles", 2022.
 */
#ifndef KEB_CONNECT_SHORTEST_H
#define KEB_CONNECT_SHORTEST_H

#include <stdint.h>

/* digits * 10^exponent, where digits does not end in a zero. */
struct shortest {
	uint64_t digits;
	int exponent;
};

/* Both are for finite values other than zero; the sign is left aside. */
struct shortest shortest_double(double value);
struct shortest shortest_float(float value);

#endif
