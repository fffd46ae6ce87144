#!/usr/bin/env python3
"""failing.py [PROGRAM ...]: every program once for each allocation and each write that it
makes, with that one failing (preload.c), as TAP.

Of keb's own calls: the program ends with 6, a message, and no more on stdout than it had
written before. Inside a library it may do without, abort or end with any status of its
page; if it says that all went well, then it did. FAILING=N takes N of the calls of each
kind, evenly spread; 40 by default, 0: all.
"""
import base64
import json
import os
import signal
import subprocess
import sys
import tempfile

BUILD = os.environ["KEB_BUILD"]
SOME = int(os.environ.get("FAILING", 40))
LIMIT = 20  # seconds a run may take
STATUSES = {0, 1, 2, 3, 4, 5, 6, -signal.SIGABRT}
LIBRARY_MAY = STATUSES | {-signal.SIGSEGV}


def text(value):
    return base64.b64encode(value.encode()).decode()


RECORDS = "".join('{"topic":"t","partition":0,"offset":%d,"timestamp":1545084650987,"timestampType":"CREATE_TIME",'
                  '"key":"%s","value":"%s","headers":[]}\n' % (n, text("k%d" % n), text('{"n":%d}' % n)) for n in range(9))
EVENTS = "".join('{"source":"s","detail-type":"t","detail":{"n":%d,"big":"%s"}}\n' % (n, "x" * 200) for n in range(9))

# What is run, and what it reads.
CASES = {
    "kebmap": (["kebmap", "--source", "s"], RECORDS),
    "kebfilter": (["kebfilter", "-p", '{"detail":{"n":[1,3,{"numeric":[">",5]}]}}'], EVENTS),
    "kebput": (["kebput", "--bus", "default", "--results", "--metrics", "%s/metrics"], EVENTS),
    "keboffload": (["keboffload", "--bucket", "bucket", "--field", "$.detail.big", "--threshold", "0"], EVENTS),
    "kebwrite": (["kebwrite", "-t", "out", "--results"], RECORDS),
    "kebread": (["kebread", "-t", "in", "-e", "--metrics", "%s/metrics"], ""),
    "kebexec": (["kebexec", "--filter", "grep -v 3"], EVENTS),
    "kebrun": (["kebrun", "cat | grep -v 3"], EVENTS),
}


def run(name, env, **fail):
    command, stdin = CASES[name]
    command = [word.replace("%s", env["TMPDIR"]) for word in command]
    more = {"KEB_FAIL_" + k.upper(): str(v) for k, v in fail.items()}
    try:
        return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=LIMIT,
                              env={**env, "KEB_FAIL_PROGRAM": name, **more})
    except subprocess.TimeoutExpired:
        return None


def picked(count):
    if not SOME or count <= SOME:
        return range(1, count + 1)
    return sorted({1 + i * count // SOME for i in range(SOME)})


def outline(output):
    """Lines without what differs from run to run."""
    lines = []
    for line in output.splitlines(keepends=True):
        try:
            value = json.loads(line)
            value.pop("id", None)
            value.pop("offset", None)
            lines.append(json.dumps(value))
        except ValueError:
            lines.append(line)
    return lines


def wrong(clean, done, own):
    """Why a run with one failing call is not as it has to be; None: it is."""
    if done is None:
        return "does not end"
    if done.returncode not in (STATUSES if own else LIBRARY_MAY):
        return "status %d" % done.returncode
    good, got = outline(clean.stdout), outline(done.stdout)
    if done.returncode == 0:
        return None if sorted(got) == sorted(good) else "status 0, but the output is another"
    if own and (done.returncode != 6 or not done.stderr):
        return "status %d: %s" % (done.returncode, done.stderr.strip() or "no message")
    whole = got if not got or got[-1].endswith("\n") or got[-1].startswith("{") and got[-1] in good else got[:-1]
    strange = [line for line in whole if line not in good and "rejected" not in line]
    return "it wrote %r" % strange[0] if strange else None


def check(name, env, call, who):
    """The failures of one kind of call, as (how many were tried, what was wrong)."""
    count = os.path.join(env["TMPDIR"], "count")
    clean = run(name, env, call=call, who=who, at=0, count=count)
    if clean is None or clean.returncode:
        return 0, ["the clean run: %s" % (clean and clean.stderr.strip())]
    with open(count, encoding="ascii") as file:
        calls = int(file.read())
    faults = []
    for at in picked(calls):
        fault = wrong(clean, run(name, env, call=call, who=who, at=at, count="/dev/null"), who == "own")
        if fault:
            faults.append("%s %s %d of %d: %s" % (who, call, at, calls, fault))
    return calls, faults


def mock(folder):
    """kebmock with a topic of nine records and a bucket, as the environment of what runs beside it."""
    process = subprocess.Popen(["kebmock", "-t", "in:1", "-t", "out:1", "--bucket", "bucket"], stdout=subprocess.PIPE, text=True)
    env = {**os.environ, "TMPDIR": folder}
    while "AWS_SECRET_ACCESS_KEY" not in env:
        name, _, value = process.stdout.readline().rstrip("\n").partition("=")
        env[name] = value
    subprocess.run(["kebwrite", "-t", "in"], input=RECORDS, text=True, check=True, env=env, stderr=subprocess.DEVNULL)
    return process, env


def main(names):
    with tempfile.TemporaryDirectory(prefix="keb-failing.") as folder:
        process, env = mock(folder)
        env["LD_PRELOAD"] = os.path.join(BUILD, "tests/preload.so")
        kinds = [("alloc", "own"), ("write", "own"), ("alloc", "library")]
        print("1..%d" % (len(names) * len(kinds)))
        bad, number = 0, 0
        for name in names:
            for call, who in kinds:
                number += 1
                calls, faults = check(name, env, call, who)
                bad += bool(faults)
                print("%s %d - %s: %d %ss %s" % ("not ok" if faults else "ok", number, name, calls, call,
                                                "of its own" if who == "own" else "of its libraries"))
                print("".join("# %s\n" % f for f in faults[:8]), end="", flush=True)
        process.terminate()
        process.communicate()
    sys.exit(1 if bad else 0)


main(sys.argv[1:] or list(CASES))
