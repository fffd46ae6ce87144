#!/usr/bin/env python3
"""records.py N [KEYS [DROP [PADDING]]]: N record lines for kebwrite.

The value is {"n":1,"keep":true}; keep is false in every DROP-th (0: in none), PADDING
is a number of bytes more.
"""
import sys
from base64 import b64encode


def field(text):
    return b64encode(text.encode()).decode()


def main(n, keys=16, drop=0, padding=0):
    names = [field(f"key-{i}") for i in range(keys)]
    more = f',"padding":"{"x" * padding}"' if padding else ""
    for i in range(1, n + 1):
        keep = "false" if drop and i % drop == 0 else "true"
        value = field(f'{{"n":{i},"keep":{keep}{more}}}')
        sys.stdout.write(f'{{"key":"{names[i % keys]}","value":"{value}"}}\n')


main(*map(int, sys.argv[1:]))
