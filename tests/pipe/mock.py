#!/usr/bin/env python3
"""mock.py faults NAME=VALUE ...   sets faults of the kebmock at AWS_ENDPOINT_URL ("off" ends one)
mock.py stats NAME               prints one of its counts
"""
import json
import os
import sys
import urllib.request


def ask(path, body=None):
    url = os.environ["AWS_ENDPOINT_URL"] + "/_mock/" + path
    with urllib.request.urlopen(url, body, timeout=10) as answer:
        return answer.read().decode()


if sys.argv[1] == "faults":
    ask("faults", json.dumps(dict(one.split("=", 1) for one in sys.argv[2:])).encode())
else:
    print(json.loads(ask("stats"))[sys.argv[2]])
