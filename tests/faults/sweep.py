#!/usr/bin/env python3
"""sweep.py PRELOAD KIND: fails the Nth allocation, write or close of every program that needs no
network, for every N that there is. Each run has to end well with everything done, or with 6;
whatever it ends with, no line is settled that has not ended its journey, and nothing goes on
that would not have gone on. Prints a line of figures a program."""
import json
import os
import subprocess
import sys
import tempfile

PRELOAD, KIND = os.path.abspath(sys.argv[1]), sys.argv[2]
RECORDS = [{"_ack": f"t/0/{n}/e", "topic": "t", "partition": 0, "offset": n, "value": value}
           for n, value in enumerate(["eyJuIjoxfQ==", "b29wcw==", "eyJuIjozfQ=="])]
EVENTS = [{"_ack": f"t/0/{n}/e", "source": "s", "detail-type": "d", "detail": {"n": n}} for n in range(4)]
PROGRAMS = {
    "kebmap": (["kebmap", "--source", "s"], RECORDS),
    "kebfilter": (["kebfilter", "-p", '{"detail":{"n":[1,2]}}'], EVENTS),
    "kebexec --filter": (["kebexec", "--filter", "sed 2d"], EVENTS),
    "kebexec --sink": (["kebexec", "-n", "4", "--sink", "cat >/dev/null"], EVENTS),
}


def run(command, lines, fault):
    """Exit status, lines that went on, statuses, and whether the fault has happened."""
    with tempfile.TemporaryDirectory() as folder:
        mark = folder + "/mark"
        read, write = os.pipe()
        env = dict(os.environ, KEB_FAULT_MARK=mark)
        if fault:
            env.update(LD_PRELOAD=PRELOAD, KEB_FAULT=fault)
        done = subprocess.run(command + ["--status-fd", "9"], input="".join(map(dumps, lines)).encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, pass_fds=[9],
                              preexec_fn=None, timeout=30, check=False) if move(write, 9) else None
        os.close(9)
        statuses = os.read(read, 65536).decode().splitlines(keepends=True)
        os.close(read)
        return (done.returncode, done.stdout.decode().splitlines(keepends=True), statuses,
                os.path.exists(mark), done.stderr.decode())


def dumps(line):
    return json.dumps(line) + "\n"


def move(fd, to):
    os.dup2(fd, to)
    os.close(fd)
    return True


def sweep(name, command, lines):
    status, out, said, _, _ = run(command, lines, None)
    assert status == 0 and out + said, name
    ends = {}
    for n in range(1, 100000):
        got, went, told, happened, message = run(command, lines, f"{KIND}:{n}")
        where = f"{name}, {KIND} {n}: status {got}, {message}"
        if not happened:
            assert n > 1, f"{name}: no {KIND} at all"
            break
        assert got in (0, 6), where
        # A line may be cut by the failure; what is whole is what it would have been, in order.
        assert [line for line in went if line.endswith("\n")] == out[:len(went) - bool(went and went[-1][-1] != "\n")], where
        assert all(line in said for line in told), where
        assert got == 6 or (went, told) == (out, said), where
        assert got == 0 or "error" in message or KIND == "write", where
        ends[got] = ends.get(got, 0) + 1
    print(f"{name}: {n - 1} faults ({KIND}): " + ", ".join(f"{ends[e]} ended with {e}" for e in sorted(ends)))


for program, (command, lines) in PROGRAMS.items():
    sweep(program, command, lines)
