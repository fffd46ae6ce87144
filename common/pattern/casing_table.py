#!/usr/bin/env python3
"""Writes casing_table.h from the Unicode tables of this python3.

Every character whose full lower- or upper-case form is not itself, with both forms
and with a key: the text that all forms of the character come to. The properties
that casing.c relies on are checked here.
"""
import sys
import unicodedata


def lower(c):
    # In isolation: python's str.lower would look at a sigma's neighbours.
    return c.lower()


def key(c):
    last = None
    while c != last:
        last = c
        c = "".join(lower(x) for x in c.upper())
    return c


def keys(s):
    return "".join(key(c) for c in s)


rows, pool, offset = [], bytearray(), {}


def put(s):
    b = s.encode()
    if b not in offset:
        offset[b] = len(pool)
        pool.extend(bytes([len(b)]) + b)
    return offset[b]


for code in range(0x80, 0x110000):
    if 0xD800 <= code <= 0xDFFF:
        continue
    c = chr(code)
    lo, up = lower(c), c.upper()
    if lo == c and up == c:
        assert key(c) == c
        continue
    assert key(c) == keys(lo) == keys(up), hex(code)
    forms = {lo.encode(), up.encode(), c.encode()}
    for a in forms:
        for b in forms:
            assert a == b or not (a.startswith(b) or a.endswith(b)), hex(code)
    rows.append((code, put(lo), put(up), put(key(c))))

def table(head, items):
    out(head + " = {\n")
    line = ""
    for item in items:
        if len(line) + len(item) + 9 > 100:
            out("\t%s\n" % line)
            line = ""
        line += (" " if line else "") + item
    out("\t%s\n};\n" % line)


out = sys.stdout.write
version = unicodedata.unidata_version
out("/*\n * The characters above U+007F that have case, by code, and where their forms stand in\n")
out(" * casing_pool, each text behind its length in bytes; key is the text that all forms of\n")
out(" * a character come to. Written by casing_table.py from Unicode %s: do not edit.\n */\n" % version)
out("#ifndef KEB_PATTERN_CASING_TABLE_H\n#define KEB_PATTERN_CASING_TABLE_H\n\n")
out("#include <stdint.h>\n\n/* clang-format off */\n")
out("#define CASING_ROWS %d\n\n" % len(rows))
out("struct casing_row {\n\tuint32_t code;\n\tuint16_t lower, upper, key;\n};\n\n")
table("static const struct casing_row casing_rows[]", ["{0x%x, %d, %d, %d}," % row for row in rows])
out("\n")
table("static const unsigned char casing_pool[]", ["%d," % b for b in pool])
out("\n#endif\n")
