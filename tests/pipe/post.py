#!/usr/bin/env python3
"""post.py URL BODY: one POST, the answer on stdout; ends with 1 if it is no success."""
import sys
import urllib.request

try:
    request = urllib.request.Request(sys.argv[1], sys.argv[2].encode(), method="POST")
    print(urllib.request.urlopen(request, timeout=10).read().decode(), end="")
except OSError as error:
    sys.exit(f"post.py: {error}")
