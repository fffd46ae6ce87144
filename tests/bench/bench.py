#!/usr/bin/env python3
"""bench.py FOLDER [PART ...]: the tables of `make bench`, on the Kafka that KEB_BROKERS names.

CPU is user and system time of a command and its children (wait4), peak memory the largest
resident set of one process, PSS the largest sum over the processes of a pipeline (sampled).
"""
import base64
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time

BUILD = os.environ["KEB_BUILD"]
BROKERS = os.environ["KEB_BROKERS"]
RECORDS = int(os.environ.get("RECORDS", 200000))
PROGRAMS = ("kebread", "kebmap", "kebfilter", "kebput", "kebwrite", "kebrun", "kebmock")
LIMIT = 180  # seconds for one pipeline
DEVNULL = subprocess.DEVNULL


class Run:
    """A finished command: wall and CPU seconds, peak memory in MB, largest PSS sum in MB."""

    def __init__(self, command, stdin=DEVNULL, stdout=DEVNULL, env=None, watch=False):
        # A child's maximum counts that of whoever forked it: time(1) is smaller than Python.
        note = "/tmp/keb-bench.%d" % os.getpid()
        command = ["sh", "-c", command] if isinstance(command, str) else command
        start = time.monotonic()
        child = subprocess.Popen(["time", "-f", "%M", "-o", note, *command], stdin=stdin, stdout=stdout,
                                 env=env and {**os.environ, **env})
        self.pss, self.peaks = 0.0, {}
        while not os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) and watch:
            if time.monotonic() - start > LIMIT:
                for pid in reversed(tree(child.pid)):
                    os.kill(pid, signal.SIGKILL)
                sys.exit("bench: error: not done in %d s: %s" % (LIMIT, command))
            self.sample(child.pid)
            time.sleep(0.1)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.wall = time.monotonic() - start
        self.cpu = used.ru_utime + used.ru_stime
        with open(note, encoding="ascii") as file:
            self.peak = int(file.read().split()[-1]) / 1024
        os.unlink(note)
        if child.returncode:
            sys.exit("bench: error: status %d of: %s" % (child.returncode, command))

    def sample(self, top):
        total = 0
        for pid in tree(top):
            try:
                with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as file:
                    total += sum(int(l.split()[1]) for l in file if l.startswith("Pss:"))
                with open("/proc/%d/status" % pid, encoding="utf-8") as file:
                    fields = dict(l.rstrip("\n").split(":\t", 1) for l in file if ":\t" in l)
                high = int(fields["VmHWM"].split()[0]) / 1024
                self.peaks[fields["Name"]] = max(high, self.peaks.get(fields["Name"], 0))
            except (OSError, KeyError):
                pass
        self.pss = max(self.pss, total / 1024)


def tree(top):
    found = [top]
    for pid in found:
        try:
            with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
                found.extend(map(int, file.read().split()))
        except OSError:
            pass
    return found


def median(runs, what):
    return statistics.median(getattr(r, what) for r in runs)


def repeat(times, *args, **more):
    return [Run(*args, **more) for _ in range(times)]


def table(title, heads, rows):
    rows = [[c if isinstance(c, str) else "%.*f" % (0 if c >= 1000 else 2 if c < 10 else 1, c) for c in r]
            for r in rows]
    widths = [max(map(len, column)) for column in zip(heads, *rows)]
    print("\n" + title)
    for row in [heads] + rows:
        print("  " + "  ".join(c.ljust(w) if i == 0 else c.rjust(w)
                               for i, (c, w) in enumerate(zip(row, widths))).rstrip())
    sys.stdout.flush()


# --- what is measured on ------------------------------------------------------------------

def lot(dice, n):
    """A record of about 900 bytes in the shape of the city lots: key, tab, value."""
    corners = [[-122.4 + dice.random() / 10, 37.7 + dice.random() / 10, 0.0]
               for _ in range(dice.randint(9, 13))]
    value = {"type": "Feature", "properties": {
        "MAPBLKLOT": "%07d" % n, "BLKLOT": "%07d" % n, "BLOCK_NUM": "%04d" % (n % 9999),
        "LOT_NUM": "%03d" % (n % 999), "FROM_ST": str(dice.randint(1, 4000)), "TO_ST": str(dice.randint(1, 4000)),
        "STREET": dice.choice(("MARKET", "MISSION", "VALENCIA", "FOLSOM", "UNKNOWN")), "ST_TYPE": "ST",
        "ODD_EVEN": dice.choice("EO")},
        "geometry": {"type": "Polygon", "coordinates": [corners + corners[:1]]}}
    return "lot-%d\t%s\n" % (dice.randint(1, 50000), json.dumps(value))


def kadm(*words):
    return subprocess.run([BUILD + "/tests/kadm", BROKERS, *words], check=True, capture_output=True, text=True).stdout


class Topics:
    def __init__(self, folder):
        self.folder, self.made = folder, set()

    def lots(self):
        path = self.folder + "/lots.tsv"
        if not os.path.exists(path):
            dice = random.Random(1)
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(lot(dice, n) for n in range(RECORDS))
        return path

    def get(self, name, codec="none"):
        if name not in self.made:
            kadm("create", name + ":4")
            subprocess.run(["kcat", "-P", "-b", BROKERS, "-t", name, "-K", "\\t", "-z", codec, "-l", self.lots()],
                           check=True)
            self.made.add(name)
        return name

    def small(self, count):
        name = "small"
        if name not in self.made:
            kadm("create", name + ":4")
            with subprocess.Popen(["kcat", "-P", "-b", BROKERS, "-t", name, "-K", "\\t"], stdin=subprocess.PIPE,
                                  text=True) as kcat:
                for n in range(count):
                    kcat.stdin.write('k%d\t{"n":%d,"state":"on"}\n' % (n % 9973, n))
            self.made.add(name)
        return name


class Bus:
    """kebmock's endpoint, with a latency, as the environment of whatever puts."""

    def __init__(self, *options):
        self.process = subprocess.Popen(["kebmock", *options], stdout=subprocess.PIPE, text=True)
        self.env = {}
        while "AWS_SECRET_ACCESS_KEY" not in self.env:
            name, _, value = self.process.stdout.readline().rstrip("\n").partition("=")
            self.env[name] = value
        self.env["KEB_BROKERS"] = BROKERS

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate()


# --- the tables ---------------------------------------------------------------------------

def start(_):
    rows = []
    for program in PROGRAMS:
        runs = repeat(15, [program, "--version"])
        rows.append([program, 1000 * median(runs, "wall"), 1000 * max(r.wall for r in runs)])
    table("Start-up (--version), ms", ["program", "median", "worst"], rows)


def read(topics):
    mb = os.path.getsize(topics.lots()) / 1e6
    for name, codec in (("plain", "none"), ("zstd", "zstd")):
        topic = topics.get(name, codec)
        kcat = ["kcat", "-C", "-b", BROKERS, "-t", topic, "-o", "beginning", "-e", "-q"]
        keb = ["kebread", "-b", BROKERS, "-t", topic, "-e"]
        commands = (("kcat -C", kcat), ("kcat -C -J", kcat + ["-J"]), ("kebread", keb),
                    ("kebread --prefetch 4MiB", keb + ["--prefetch", "4MiB"]))
        runs = {label: repeat(3, command) for label, command in commands}
        base = median(runs["kcat -C -J"], "cpu")
        table("Reading %d records, %.0f MB, 4 partitions, %s, to /dev/null" % (RECORDS, mb, name),
              ["command", "records/s", "wall s", "CPU s", "kcat -J's CPU / this", "peak MB"],
              [[label, RECORDS / median(r, "wall"), median(r, "wall"), median(r, "cpu"), base / median(r, "cpu"),
                median(r, "peak")] for label, r in runs.items()])


JQ = """{source:"bench","detail-type":("kafka-connect-"+.topic),resources:[],detail:{topic,partition,offset,timestamp,
timestampType:"CreateTime",headers,key:(.key|@base64d),value:(.value|@base64d|fromjson)}}"""


def pass_through(folder, records, part):
    """Payload bytes a second of CPU: kebmap's, which also reads records and writes events, and jq's."""
    values = folder + "/values.ndjson"
    sizes = [0, 0]  # of the part, of all

    def payloads(name):
        with open(name, encoding="utf-8") as file:
            for line in file:
                yield base64.b64decode(json.loads(line)["value"] or "")

    with open(values, "wb") as file:
        for payload in payloads(part):
            sizes[0] += file.write(payload + b"\n")
    sizes[1] = sum(map(len, payloads(records)))
    rows = []
    for label, size, command in (
            ("jq -c . of the payloads alone", sizes[0], ["jq", "-c", ".", values]),
            ("kebmap", sizes[1], ["kebmap", "--source", "bench", records]),
            ("kebmap --to flat", sizes[1], ["kebmap", "--source", "bench", "--to", "flat", records]),
            ("kebmap --json-parity connect", sizes[1],
             ["kebmap", "--source", "bench", "--json-parity", "connect", records])):
        rate = size / 1e6 / median(repeat(3, command), "cpu")
        rows.append([label, rate, rate / rows[0][1] if rows else 1.0])
    table("JSON passing through, MB of payload a second of CPU", ["command", "MB/s", "this / jq"], rows)


def mapping(topics):
    records, events = topics.folder + "/records.ndjson", topics.folder + "/events.ndjson"
    part = topics.folder + "/part.ndjson"
    some = min(RECORDS, 10000)
    Run("kebread -t %s -e >%s && head -n %d %s >%s" % (topics.get("plain"), records, some, records, part))
    rows = []
    jq = repeat(3, ["jq", "-c", JQ, part])
    keb = repeat(3, ["kebmap", "--source", "bench", records])
    each = 1e6 * median(jq, "cpu") / some
    rows.append(["jq, the same mapping", some / median(jq, "wall"), each, 1.0, median(jq, "peak")])
    mine = 1e6 * median(keb, "cpu") / RECORDS
    rows.append(["kebmap", RECORDS / median(keb, "wall"), mine, each / mine, median(keb, "peak")])
    pass_through(topics.folder, records, part)
    Run("kebmap --source bench %s >%s" % (records, events))
    pattern = '{"detail":{"value":{"properties":{"STREET":["MARKET"]}}}}'
    keb = repeat(3, ["kebfilter", "-p", pattern, events])
    select = 'select(.detail.value.properties.STREET == "MARKET")'
    Run("head -n %d %s >%s" % (some, events, part))
    jq = repeat(3, ["jq", "-c", select, part])
    each = 1e6 * median(jq, "cpu") / some
    rows.append(["jq, the same filter", some / median(jq, "wall"), each, 1.0, median(jq, "peak")])
    mine = 1e6 * median(keb, "cpu") / RECORDS
    rows.append(["kebfilter", RECORDS / median(keb, "wall"), mine, each / mine, median(keb, "peak")])
    table("Mapping and filtering records of 900 bytes (jq on %d of them)" % some,
          ["command", "records/s", "CPU us/record", "jq's CPU / this", "peak MB"], rows)


def pipeline(group, topic, count, put=""):
    return ("exec kebrun 'kebread -G %s -t %s -c %d | kebmap --source bench | "
            "kebfilter -p \"{\\\"source\\\":[\\\"bench\\\"]}\" | kebput --bus default %s'" % (group, topic, count, put))


def flowed(log):
    """Seconds from the first to the last request: joining the group takes as long as the group wants."""
    with open(log, encoding="utf-8") as file:
        times = [parse(json.loads(line)["time"]) for line in file]
    os.unlink(log)
    return (max(times) - min(times)) / 1000


def loop(topics):
    topic, rows, log = topics.get("plain"), [], topics.folder + "/requests.ndjson"
    for latency in (0, 30):
        for width, count in ((1, RECORDS if not latency else RECORDS // 40), (8, RECORDS if not latency else RECORDS // 5),
                             (32, RECORDS)):
            with Bus("--fault", "latency=%dms" % latency, "--log", log) as bus:
                group = "bench-%d-%d" % (latency, width)
                run = Run(pipeline(group, topic, count, "--in-flight %d" % width), env=bus.env, watch=True)
            rows.append(["%d ms, %d in flight%s" % (latency, width, " (default)" if width == 32 else ""), str(count),
                         count / flowed(log), 1e6 * run.cpu / count, run.pss])
    table("kebread | kebmap | kebfilter | kebput under kebrun, real Kafka to kebmock's bus, first to last request",
          ["endpoint", "records", "records/s", "CPU us/record", "PSS MB"], rows)


def latency(topics):
    log, events = topics.folder + "/requests.ndjson", topics.folder + "/bus.ndjson"
    kadm("create", "trickle:4")
    count, own = 200, 30
    with Bus("--fault", "latency=%dms" % own, "--log", log, "--events", events) as bus:
        keb = subprocess.Popen(pipeline("trickle", "trickle", count), shell=True, env={**os.environ, **bus.env})
        with subprocess.Popen(["kebwrite", "-t", "trickle", "-X", "linger.ms=0"], stdin=subprocess.PIPE,
                              text=True) as producer:
            time.sleep(3)  # the group's first join is not part of it
            for n in range(count):
                value = subprocess.run(["base64", "-w0"], input='{"at":%.3f}' % (1000 * time.time()), text=True,
                                       capture_output=True, check=True).stdout
                producer.stdin.write('{"key":null,"value":"%s"}\n' % value)
                producer.stdin.flush()
                time.sleep(0.1)
        keb.wait()
    with open(events, encoding="utf-8") as file:
        made = {e["id"]: e["detail"]["value"]["at"] for e in map(json.loads, file)}
    took = []
    with open(log, encoding="utf-8") as file:
        for r in map(json.loads, file):
            answered = parse(r["time"])
            took += [answered - made[i] for i in r["ids"]]
    took.sort()
    table("From producing a record to its acceptance, %d records, 10 a second, endpoint of %d ms" % (len(took), own),
          ["", "p50", "p90", "p99", "worst"],
          [["ms", *(took[int(q * (len(took) - 1))] for q in (0.5, 0.9, 0.99, 1))]])


def parse(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    seconds = time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone
    return 1000 * seconds + float("0." + (fraction or "0")) * 1000


def memory(topics):
    counts = (100000, 1000000)
    topic, peaks = topics.small(counts[-1]), []
    for count in counts:
        with Bus() as bus:
            peaks.append(Run(pipeline("flat-%d" % count, topic, count), env=bus.env, watch=True).peaks)
    table("Peak memory in the loop, MB", ["program"] + ["%d records" % c for c in counts],
          [[p] + [one.get(p, 0.0) for one in peaks] for p in PROGRAMS if p in peaks[-1]])


PARTS = {"start": start, "read": read, "map": mapping, "loop": loop, "latency": latency, "memory": memory}


def main(folder, *names):
    topics = Topics(folder)
    for name in names or PARTS:
        PARTS[name](topics)


main(*sys.argv[1:])
