#!/usr/bin/env python3
"""Writes visible_table.h from the Unicode tables of this python3.

The ranges of characters that take no column of a terminal, or two: combining marks,
format characters and the inner letters of Hangul syllables; wide and fullwidth ones
(UAX #11). Characters that are not assigned go with their neighbours.
"""
import sys
import unicodedata

SHOWN_FORMATS = {0xAD, 0x6DD, 0x70F, 0x8E2, 0x890, 0x891, 0x110BD, 0x110CD, *range(0x600, 0x606)}


def columns(code):
    if 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:
        return 0
    if 0x20000 <= code <= 0x3FFFD:
        return 2
    if 0xD800 <= code <= 0xDFFF:
        return 1
    char = chr(code)
    category = unicodedata.category(char)
    if category == "Cn":
        return None
    if category in ("Mn", "Me") or (category == "Cf" and code not in SHOWN_FORMATS):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


ranges, last = [], 1
for code in range(0x80, 0x110000):
    width = columns(code)
    if width is None:
        continue
    if width != last and width != 1:
        ranges.append([code, code, width])
    if width != 1:
        ranges[-1][1] = code
    last = width

out = sys.stdout
out.write("/*\n * Characters that take no column of a terminal, or two. Written by visible_table.py from\n")
out.write(f" * Unicode {unicodedata.unidata_version}: do not edit.\n */\n")
out.write("#ifndef KEB_BASE_VISIBLE_TABLE_H\n#define KEB_BASE_VISIBLE_TABLE_H\n\n")
out.write("#include <stdint.h>\n\n")
out.write("/* clang-format off */\n")
out.write("static const struct {\n\tuint32_t from, to;\n\tuint8_t columns;\n} visible_range[] = {\n")
line = "\t"
for first, to, width in ranges:
    item = f"{{0x{first:x}, 0x{to:x}, {width}}}, "
    if len(line) + len(item) > 92:
        out.write(line.rstrip() + "\n")
        line = "\t"
    line += item
out.write(line.rstrip() + "\n};\n/* clang-format on */\n\n#endif\n")
