#!/usr/bin/env python3
"""failing.py [CASE ...]: every program once for each allocation, write and close that it
makes, with that one failing (preload.c), as TAP.

Of keb's own calls: the program ends with 6, a message, and no more on stdout and the status
fd than it had written before. Inside a library it may do without, abort, end with any
status of its page, or, with librdkafka, whose threads wait for what the failed call would
have begun, not end at all; if it says that all went well, then it did. FAILING=N takes N of the
calls of each kind, evenly spread; 40 by default, 0: all.
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
LIMIT = 10  # seconds a run may take
STATUSES = {0, 1, 2, 3, 4, 5, 6, -signal.SIGABRT}
LIBRARY_MAY = STATUSES | {-signal.SIGSEGV}
ON_LIBRDKAFKA = {"kebread", "kebwrite"}


def text(value):
    return base64.b64encode(value.encode()).decode()


RECORDS = "".join('{"topic":"t","partition":0,"offset":%d,"timestamp":1545084650987,"timestampType":"CREATE_TIME",'
                  '"key":"%s","value":"%s","headers":[]}\n' % (n, text("k%d" % n), text('{"n":%d}' % n)) for n in range(9))
EVENTS = "".join('{"source":"s","detail-type":"t","detail":{"n":%d,"big":"%s"}}\n' % (n, "x" * 200) for n in range(9))

LOOP = "".join('{"_ack":"t/0/%d/e",%s' % (n, line[1:]) for n, line in enumerate(EVENTS.splitlines(keepends=True)))
READ = "".join('{"_ack":"t/0/%d/e",%s' % (n, line[1:]) for n, line in enumerate(RECORDS.splitlines(keepends=True)))
STATUS_FD = 9

# What is run, and what it reads. A line with a token is read in a loop: with a status fd.
CASES = {
    "kebmap": (["kebmap", "--source", "s"], RECORDS),
    "kebmap in a loop": (["kebmap", "--source", "s"], READ.replace(text('{"n":3}'), text("no JSON"))),
    "kebfilter": (["kebfilter", "-p", '{"detail":{"n":[1,3,{"numeric":[">",5]}]}}'], EVENTS),
    "kebfilter in a loop": (["kebfilter", "-p", '{"detail":{"n":[1,3,{"numeric":[">",5]}]}}'], LOOP),
    "kebput": (["kebput", "--bus", "default", "--results", "--metrics", "%s/metrics"], EVENTS),
    "kebput in a loop": (["kebput", "--bus", "default"], LOOP),
    "keboffload": (["keboffload", "--bucket", "bucket", "--field", "$.detail.big", "--threshold", "0"], EVENTS),
    "kebwrite": (["kebwrite", "-t", "out", "--results"], RECORDS),
    "kebread": (["kebread", "-t", "in", "-e", "--metrics", "%s/metrics"], ""),
    "kebexec --filter": (["kebexec", "--filter", "grep -v 3"], EVENTS),
    "kebexec --filter in a loop": (["kebexec", "--ok", "0,1", "--filter", "grep -v 3"], LOOP),
    "kebexec --sink in a loop": (["kebexec", "-n", "4", "--sink", "cat >/dev/null"], LOOP),
    "kebrun": (["kebrun", "cat | grep -v 3"], EVENTS),
}


class Run:
    """A run with one call that fails: its status, what it wrote, and what it said of records."""

    def __init__(self, name, env, **fail):
        command, lines = CASES[name]
        command = [word.replace("%s", env["TMPDIR"]) for word in command]
        more = {"KEB_FAIL_" + k.upper(): str(v) for k, v in fail.items()}
        more["KEB_FAIL_PROGRAM"] = command[0]
        more["KEB_FAIL_FD"] = str(STATUS_FD)
        statuses, fds = None, ()
        if '"_ack"' in lines:
            statuses, write = os.pipe()
            os.dup2(write, STATUS_FD)
            os.close(write)
            fds, command = (STATUS_FD,), command + ["--status-fd", str(STATUS_FD)]
        try:
            done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False, timeout=LIMIT,
                                  env={**env, **more}, pass_fds=fds)
            self.status, self.out, self.err = done.returncode, outline(done.stdout), done.stderr.strip()
        except subprocess.TimeoutExpired:
            self.status, self.out, self.err = None, [], "does not end"
        self.said = []
        if statuses is not None:
            os.close(STATUS_FD)
            with os.fdopen(statuses, encoding="utf-8") as file:
                self.said = outline(file.read())


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


def strange(lines, good):
    """A whole line that a run without failures does not write; the last may be cut."""
    whole = lines if not lines or lines[-1] in good else lines[:-1]
    return [line for line in whole if line not in good and "rejected" not in line]


def wrong(clean, done, own, may_hang):
    """Why a run with one failing call is not as it has to be; None: it is."""
    if done.status is None and may_hang:
        return None
    if done.status not in (STATUSES if own else LIBRARY_MAY):
        return "status %s: %s" % (done.status, done.err)
    if done.status == 0:
        same = sorted(done.out) == sorted(clean.out) and sorted(done.said) == sorted(clean.said)
        return None if same else "status 0, but the output is another"
    if own and (done.status != 6 or not done.err):
        return "status %d: %s" % (done.status, done.err or "no message")
    odd = strange(done.out, clean.out) + strange(done.said, clean.said)
    return "it wrote %r" % odd[0] if odd else None


def check(name, env, call, who):
    """The failures of one kind of call, as (how many there are, what was wrong)."""
    count = os.path.join(env["TMPDIR"], "count")
    clean = Run(name, env, call=call, who=who, at=0, count=count)
    if clean.status != 0:
        return 0, ["the clean run: status %s: %s" % (clean.status, clean.err)]
    with open(count, encoding="ascii") as file:
        calls = int(file.read())
    faults = []
    for at in picked(calls):
        done = Run(name, env, call=call, who=who, at=at, count="/dev/null")
        fault = wrong(clean, done, who == "own", who == "library" and name in ON_LIBRDKAFKA)
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
        kinds = [("alloc", "own"), ("write", "own"), ("close", "own"), ("alloc", "library")]
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
