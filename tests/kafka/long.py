#!/usr/bin/env python3
"""long.py RECORDS: the loop over so many small records, as a table of what each program holds.

Ends with 1 if a record did not arrive, an offset is not committed to the end, or a program
holds more at the end than after the first tenth by over 4 MB.
"""
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request

BUILD, BROKERS = os.environ["KEB_BUILD"], os.environ["KEB_BROKERS"]
PROGRAMS = ("kebread", "kebmap", "kebfilter", "kebput", "kebrun")
SLACK = 4.0  # MB
LOOP = ("kebread -G long -t long -c %d | kebmap --source long | "
        "kebfilter -p '{\"source\":[\"long\"]}' | kebput --bus default")


def kadm(*words):
    return subprocess.run([BUILD + "/tests/kadm", BROKERS, *words], check=True, capture_output=True, text=True).stdout


def produce(count):
    with subprocess.Popen(["kcat", "-P", "-b", BROKERS, "-t", "long", "-K", "\\t"], stdin=subprocess.PIPE,
                          text=True) as kcat:
        for n in range(count):
            kcat.stdin.write('k%d\t{"n":%d,"state":"on"}\n' % (n % 9973, n))


def bus():
    """kebmock's endpoint, and the environment of whoever puts there."""
    mock, env = subprocess.Popen(["kebmock"], stdout=subprocess.PIPE, text=True), dict(os.environ)
    while "AWS_SECRET_ACCESS_KEY" not in env:
        name, _, value = mock.stdout.readline().rstrip("\n").partition("=")
        if name != "KEB_BROKERS":
            env[name] = value
    return mock, env


def accepted(env):
    with urllib.request.urlopen(env["AWS_ENDPOINT_URL"] + "/_mock/stats", timeout=10) as answer:
        return json.load(answer)["accepted"]


def held(top):
    """MB in memory, by program."""
    found = {}
    for pid in [top] + list(map(int, open("/proc/%d/task/%d/children" % (top, top), encoding="ascii").read().split())):
        with open("/proc/%d/status" % pid, encoding="utf-8") as file:
            fields = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        found[fields["Name"]] = int(fields["VmRSS"].split()[0]) / 1024
    return found


def row(words):
    print("".join(str(w).rjust(12) for w in words), flush=True)


def main(count):
    kadm("create", "long:4")
    producer = threading.Thread(target=produce, args=(count,))
    producer.start()
    mock, env = bus()
    began = time.monotonic()
    loop = subprocess.Popen(["kebrun", LOOP % count], env=env)
    row(("records", "seconds", *(p + " MB" for p in PROGRAMS)))
    samples, due = [], count // 10
    while loop.poll() is None:
        time.sleep(0.2)
        arrived = accepted(env)
        if arrived < due or arrived >= count:
            continue
        try:
            samples.append(held(loop.pid))
        except (OSError, KeyError):
            continue
        row((arrived, "%.0f" % (time.monotonic() - began), *("%.1f" % samples[-1].get(p, 0) for p in PROGRAMS)))
        due += count // 10
    took, arrived = time.monotonic() - began, accepted(env)
    producer.join()
    mock.send_signal(signal.SIGTERM)
    mock.communicate()
    committed = sum(int(line.split()[1]) for line in kadm("committed", "long", "long").splitlines())
    print("%d of %d records arrived in %.0f s (%.0f/s), %d committed, status %d"
          % (arrived, count, took, count / took, committed, loop.returncode))
    grown = {p: samples[-1][p] - samples[0][p] for p in PROGRAMS if samples[-1][p] - samples[0][p] > SLACK}
    for program, by in grown.items():
        print("%s has grown by %.1f MB" % (program, by))
    sys.exit(1 if loop.returncode or arrived != count or committed != count or grown else 0)


main(int(sys.argv[1]))
