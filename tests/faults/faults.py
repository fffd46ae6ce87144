#!/usr/bin/env python3
"""faults.py [--kills N] [--groups N] [--seed N] [--kafka BOOTSTRAP]: the whole loop under
kills and faults that a seed chooses, every record followed by its sequence number.

Several consumer groups run side by side, each with a topic and a loop of its own, on one
kebmock (or on the real broker that --kafka names; the bus is always kebmock's). A round of
a group: some more records, the loop started, a program of it killed at a random point (or
stopped for a while, or told to end, or an allocation of it made to fail), faults of the
endpoint and the broker changed. Then,
with nobody running, it holds that

    no offset is committed at or beyond the first record that was not settled;
    no record that was committed when the loop was started has arrived again.

In the end the loop runs to the end of the topic without faults, and nothing is missing.
Prints the seed, and a line of counts for each group; ends with 1 if anything did not hold.
"""
import argparse
import base64
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

BUILD = os.environ["KEB_BUILD"]
PARTITIONS = 3
STAGES = ("kebread", "kebmap", "kebfilter", "kebexec", "kebput")
FOREIGN = ("", "", "cat | ", "grep detail | ", "jq -c . | ")
PATTERN = json.dumps({"detail": {"value": {"keep": [True]}}})
ENDS_WITHIN = 30  # seconds, when one of a loop has died
ENDPOINT = ({"latency": "1ms..40ms"}, {"fail": "0.1:InternalFailure"}, {"fail": "0.3:ThrottlingException"},
            {"http": "0.1:503"}, {"reset": "0.05"}, {"reset-after": "0.05"}, {"garble": "0.05"},
            {"throttle": "60/s:20"}, {"stall": "0.02:1s"})
BROKER = ({"broker.rtt": "20ms"}, {"broker.errors": "OffsetCommit:2:REBALANCE_IN_PROGRESS"},
          {"broker.errors": "Fetch:3:_TRANSPORT"}, {"broker.errors": "Heartbeat:1:_TRANSPORT"})
OFF = {"latency": "1ms..10ms", "fail": "", "http": "", "reset": "", "reset-after": "", "garble": "", "throttle": "",
       "stall": "", "broker.rtt": "0ms"}


class Broken(Exception):
    """What must hold does not."""


class Bus:
    """kebmock, and what has arrived on its bus, in the order of arrival."""

    def __init__(self, folder, topics, seed, kafka):
        self.path = folder + "/events"
        self.arrived, self.read, self.lock = {}, 0, threading.Lock()
        options = [word for topic in topics for word in ("-t", "%s:%d" % (topic, PARTITIONS))]
        with open(folder + "/kebmock.err", "wb") as err:
            self.process = subprocess.Popen(["kebmock", "--events", self.path, "--seed", str(seed), *options],
                                            stdout=subprocess.PIPE, stderr=err, text=True)
        self.env = dict(os.environ)
        while "AWS_SECRET_ACCESS_KEY" not in self.env:
            name, _, value = self.process.stdout.readline().rstrip("\n").partition("=")
            self.env[name] = value
        if kafka:
            self.env["KEB_BROKERS"] = kafka

    def faults(self, values):
        request = urllib.request.Request(self.env["AWS_ENDPOINT_URL"] + "/_mock/faults", json.dumps(values).encode())
        urllib.request.urlopen(request, timeout=10).close()

    def places(self, topic):
        """(partition, offset) of every event of the topic so far."""
        with self.lock:
            with open(self.path, encoding="utf-8") as file:
                file.seek(self.read)
                while (line := file.readline()).endswith("\n"):
                    self.read = file.tell()
                    detail = json.loads(line)["detail"]
                    self.arrived.setdefault(detail["topic"], []).append((detail["partition"], detail["offset"]))
            return list(self.arrived.get(topic, ()))

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate()


class Group(threading.Thread):
    """One consumer group, its topic and its loop."""

    def __init__(self, number, bus, seed, kills, folder, kafka):
        super().__init__(daemon=True)
        self.topic = self.name = "faults-%d-%d" % (seed, number)
        self.bus, self.kills, self.kafka = bus, kills, kafka
        self.dice = random.Random("%d-%d" % (seed, number))
        self.err = "%s/%s.err" % (folder, self.name)
        self.made, self.killed, self.starts, self.broken = 0, 0, 0, "did not come to its end"
        self.session = 1500 if kafka else 4000

    # --- the tools

    def ask(self, *command):
        """What a client says of the broker; its faults meet that client too, so it asks again."""
        for _ in range(10):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return done.stdout
        raise Broken("%s: %s" % (" ".join(command), done.stderr.strip()))

    def kadm(self, *words):
        return self.ask(BUILD + "/tests/kadm", self.bus.env["KEB_BROKERS"], *words)

    def produce(self, count):
        def text(value):
            return base64.b64encode(value.encode()).decode()
        lines = "".join('{"key":"%s","value":"%s"}\n' % (text("key-%d" % (n % 37)), text('{"n":%d,"keep":%s}' % (
            n, "false" if n % 10 == 0 else "true"))) for n in range(self.made, self.made + count))
        subprocess.run(["kebwrite", "-t", self.topic], input=lines, text=True, check=True, env=self.bus.env,
                       stderr=subprocess.DEVNULL)
        self.made += count

    def held(self):
        """What the topic holds: place, sequence number, and whether it is meant to arrive."""
        found = {}
        for line in self.ask("kcat", "-C", "-b", self.bus.env["KEB_BROKERS"], "-t", self.topic, "-o", "beginning",
                             "-e", "-q", "-f", "%p %o %s\n").splitlines():
            partition, offset, value = line.split(" ", 2)
            found[int(partition), int(offset)] = json.loads(value)
        return found

    def committed(self):
        lines = (line.split() for line in self.kadm("committed", self.topic, self.topic).splitlines())
        return {int(partition): int(offset) for partition, offset in lines if offset != "-"}

    def poisoned(self):
        """Once in a while an allocation of some stage fails (preload.c)."""
        if self.dice.random() > 0.15:
            return self.bus.env
        own = self.dice.random() < 0.3
        return {**self.bus.env, "LD_PRELOAD": BUILD + "/tests/preload.so", "KEB_FAIL_CALL": "alloc",
                "KEB_FAIL_PROGRAM": self.dice.choice(STAGES), "KEB_FAIL_WHO": "own" if own else "library",
                "KEB_FAIL_AT": str(self.dice.randint(1, 60 if own else 8000))}

    def start_loop(self, env, *more):
        self.starts += 1
        read = "kebread -G %s -t %s -X session.timeout.ms=%d -X heartbeat.interval.ms=300 %s" % (
            self.topic, self.topic, self.session, " ".join(more))
        line = "%s | kebmap --source faults | kebfilter -p '%s' | %skebput --bus default --order %s" % (
            read, PATTERN, self.dice.choice(FOREIGN), self.dice.choice(("request", "strict")))
        with open(self.err, "ab") as err:
            return subprocess.Popen(["kebrun", line], env=env, stdout=subprocess.DEVNULL, stderr=err,
                                    start_new_session=True)

    def pids(self, loop):
        found = {"kebrun": loop.pid}
        for word in open("/proc/%d/task/%d/children" % (loop.pid, loop.pid), encoding="ascii").read().split():
            try:
                found[open("/proc/%s/comm" % word, encoding="ascii").read().strip()] = int(word)
            except OSError:
                pass
        return found

    def await_end(self, loop, pids):
        """All of them, the stages whose kebrun was killed too."""
        limit = time.monotonic() + ENDS_WITHIN
        while loop.poll() is None or any(map(running, pids.values())):
            if time.monotonic() > limit:
                raise Broken("%s still run %d s after a death" % (
                    [n for n, p in pids.items() if running(p)], ENDS_WITHIN))
            time.sleep(0.02)

    # --- what must hold

    def check(self, before, committed_then, complete=False):
        records, committed, places = self.held(), self.committed(), self.bus.places(self.topic)
        arrived = set(places)
        if len(records) != self.made:
            raise Broken("the topic has %d of %d records: the mock has thrown some away" % (len(records), self.made))
        for place, value in records.items():
            settled = place in arrived or not value["keep"]
            if place[1] < committed.get(place[0], 0) and not settled:
                raise Broken("offset %d of partition %d is committed, and record %d has not arrived" % (
                    committed[place[0]], place[0], value["n"]))
            if complete and not settled:
                raise Broken("record %d is missing" % value["n"])
        for place in places[before:]:
            if place[1] < committed_then.get(place[0], 0):
                raise Broken("%s arrived again, though %d was committed" % (place, committed_then[place[0]]))
        if complete and sum(committed.values()) != self.made:
            raise Broken("%d of %d records are committed" % (sum(committed.values()), self.made))

    # --- the rounds

    def strike(self, loop, pids):
        """Kills somebody; says whether the loop has to end for it."""
        what = self.dice.random()
        if what < 0.8:
            os.kill(pids[self.dice.choice(sorted(pids))], signal.SIGKILL)
            self.killed += 1
        elif what < 0.9:
            pid = pids[self.dice.choice(sorted(pids))]
            os.kill(pid, signal.SIGSTOP)
            time.sleep(self.dice.uniform(0, 2 * self.session / 1000))
            os.kill(pid, signal.SIGCONT)
            os.kill(loop.pid, signal.SIGTERM)
        else:
            os.kill(loop.pid, signal.SIGTERM)

    def round(self):
        before, committed = len(self.bus.places(self.topic)), self.committed()
        self.produce(self.dice.randint(50, 400))
        self.bus.faults(self.dice.choice(ENDPOINT + (() if self.kafka else BROKER)))
        loop = self.start_loop(self.poisoned())
        limit = time.monotonic() + 20
        while len(self.bus.places(self.topic)) == before and loop.poll() is None and time.monotonic() < limit:
            time.sleep(0.02)
        time.sleep(self.dice.uniform(0, 0.7))
        pids = self.pids(loop) if loop.poll() is None else {}
        if pids:
            try:
                self.strike(loop, pids)
            except ProcessLookupError:
                pass
        self.await_end(loop, pids)
        self.bus.faults(OFF)
        self.check(before, committed)

    def finish(self):
        before, committed = len(self.bus.places(self.topic)), self.committed()
        self.bus.faults(OFF)
        loop = self.start_loop(self.bus.env, "-e")
        try:
            if loop.wait(120) != 0:
                raise Broken("the last run ended with %d" % loop.returncode)
        except subprocess.TimeoutExpired as late:
            raise Broken("the last run does not end") from late
        self.check(before, committed, complete=True)

    def run(self):
        try:
            if self.kafka:
                self.kadm("create", "%s:%d" % (self.topic, PARTITIONS))
            while self.killed < self.kills:
                self.round()
            self.finish()
            self.broken = None
        except (Broken, OSError, subprocess.SubprocessError, ValueError) as error:
            self.broken = "%s: %s" % (type(error).__name__, error)


def running(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as file:
            return file.read().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--groups", type=int, default=4)
    options.add_argument("--seed", type=int, default=random.randrange(1, 1 << 16))
    options.add_argument("--kafka")
    o = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="keb-faults.") as folder:
        bus = Bus(folder, ["faults-%d-%d" % (o.seed, n) for n in range(o.groups)], o.seed, o.kafka)
        groups = [Group(n, bus, o.seed, -(-o.kills // o.groups), folder, o.kafka) for n in range(o.groups)]
        print("# seed %d, %s" % (o.seed, "Kafka at " + o.kafka if o.kafka else "kebmock"), flush=True)
        began = time.monotonic()
        for group in groups:
            group.start()
        for group in groups:
            group.join()
            places = bus.places(group.topic)
            print("# %s: %d records, %d starts, %d kills, %d arrivals, %d twice" % (
                group.name, group.made, group.starts, group.killed, len(places), len(places) - len(set(places))))
        broken = [g for g in groups if g.broken]
        for group in broken:
            print("# %s: %s" % (group.name, group.broken))
            with open(group.err, encoding="utf-8", errors="replace") as file:
                print("".join("#   " + line for line in file.readlines()[-12:]), end="")
        print("# %d kills in %.0f s: %s" % (sum(g.killed for g in groups), time.monotonic() - began,
                                           "BROKEN" if broken else "nothing missing, nothing committed too early"))
        bus.end()
    sys.exit(1 if broken else 0)


main()
