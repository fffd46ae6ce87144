#!/usr/bin/env python3
"""Writes powers_table.h: powers of ten to 126 bits, for shortest.c.

    ./powers_table.py >powers_table.h

For each k, 10^-k = beta * 2^r with 2^125 <= beta < 2^126; the entry is floor(beta) + 1,
split into its higher and its lower 63 bits (Giulietti, "The Schubfach way to render
doubles", section 9.8.3).
"""

FIRST, LAST = -324, 292


def entry(k):
    if k <= 0:
        power = 10**-k
        shift = power.bit_length() - 126
        beta = power >> shift if shift > 0 else power << -shift
    else:
        power = 10**k
        shift = power.bit_length() + 125
        beta = (1 << shift) // power
        if beta.bit_length() > 126:
            beta = (1 << shift - 1) // power
    assert beta.bit_length() == 126
    g = beta + 1
    return "{0x%016x, 0x%016x}" % (g >> 63, g & (1 << 63) - 1)


print("""/* Made by powers_table.py: powers of ten to 126 bits. */
#ifndef KEB_CONNECT_POWERS_TABLE_H
#define KEB_CONNECT_POWERS_TABLE_H

#include <stdint.h>

#define POWERS_FIRST (%d)

/* powers[k - POWERS_FIRST] is of 10^-k: its higher and its lower 63 bits. */
static const uint64_t powers[][2] = {""" % FIRST)
entries = [entry(k) for k in range(FIRST, LAST + 1)]
for i in range(0, len(entries), 2):
    print("\t" + ", ".join(entries[i:i + 2]) + ",")
print("""};

#endif""")
