#!/usr/bin/env python3
"""filter.py FOLDER: kebfilter's table of `make bench`, beside jq, simdjson and Event Ruler.

Whole processes on a file in the page cache, the best of five runs, with --count; Event Ruler
and simdjson are their inner loops. FOLDER keeps what is built and downloaded.
"""
import json
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.abspath(sys.argv[1])
KEBFILTER = os.path.join(os.environ["KEB_BUILD"], "kebfilter")
EVENTS = int(os.environ.get("EVENTS", 200000))
LOTS = os.path.join(FOLDER, "lots-%d.ndjson" % EVENTS)
DEVNULL = subprocess.DEVNULL


def prop(name, *tests):
    return [{"properties": {name: [test]}} for test in tests]


def number(member, *tests):
    return [{"geometry": {member: {"x": [{"numeric": list(test)}]}}} for test in tests]


RANGES = (("<", -122.43), (">", -122.40), (">", -122.45, "<", -122.44), ("=", -122.41), ("<=", -122.49))
RULES = {
    "exact": prop("MAPBLKLOT", "1430022", "0210017", "0000033", "0500001", "4999040"),
    "prefix": prop("STREET", *({"prefix": p} for p in ("AC", "BL", "DR", "FU", "RH"))),
    "suffix": prop("STREET", *({"suffix": s} for s in ("ON", "KE", "MM", "ING", "GO"))),
    "ignore-case": prop("STREET", *({"equals-ignore-case": s} for s in ("fulton", "drumm", "acadia", "rhine", "Oak"))),
    "wildcard": prop("MAPBLKLOT", *({"wildcard": w} for w in ("2*0*1*7", "143*", "*218", "3*5*2", "VA*IL"))),
    "anything-but": prop("STREET", *({"anything-but": [s]} for s in ("FULTON", "DRUMM", "ACADIA", "MISSION", "OAK"))),
    "numeric": number("firstCoordinates", *RANGES),
    "numeric in arrays": number("coordinates", *RANGES),
}


def rules_file(name, rules):
    path = os.path.join(FOLDER, name + ".json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"r%d" % i: rule for i, rule in enumerate(rules)}, file)
    return path


def many(n):
    return prop("MAPBLKLOT", *("%04d%03d" % (i * 7 % 5000, i % 40 + 1) for i in range(n)))


def best(command, runs=5):
    """Seconds of the fastest run, and the matches that it counted."""
    least, out = 1e9, b""
    for _ in range(runs):
        start = time.monotonic()
        out = subprocess.run(command, stdout=subprocess.PIPE, stdin=DEVNULL, check=False).stdout
        least = min(least, time.monotonic() - start)
    counts = [int(line.split(b"\t")[-1]) for line in out.splitlines() if line.split(b"\t")[-1].isdigit()]
    return least, sum(counts)


def speed(seconds, size):
    return "%.0f" % (size / seconds / 1e6)


def ruler(files):
    """Event Ruler's events a second and matches for each file of rules; None without a JVM."""
    if not (shutil.which("mvn") and shutil.which("javac")):
        return None
    libs = os.path.join(FOLDER, "ruler")
    if not os.path.isdir(libs):
        subprocess.run(["mvn", "-q", "-B", "-f", HERE + "/ruler/pom.xml", "dependency:copy-dependencies",
                        "-DoutputDirectory=" + libs], check=True, stdout=DEVNULL)
    path = libs + "/*:" + FOLDER
    subprocess.run(["javac", "-cp", path, "-d", FOLDER, HERE + "/ruler/Bench.java"], check=True)
    out = subprocess.run(["java", "-XX:+UseSerialGC", "-Xmx2g", "-cp", path, "Bench", LOTS, *files],
                         check=True, stdout=subprocess.PIPE).stdout
    return [tuple(int(x) for x in line.split()) for line in out.splitlines()]


def simdjson():
    program = os.path.join(FOLDER, "simdjson")
    built = subprocess.run(["g++", "-O2", "-o", program, HERE + "/simdjson.cpp", "-lsimdjson"],
                           check=False, stderr=DEVNULL)
    if built.returncode:
        return None
    return [int(x) for x in subprocess.run([program, LOTS], check=True, stdout=subprocess.PIPE).stdout.split()]


def row(*cells):
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def table(size):
    names, files, commands = [], [], []
    for kind, rules in RULES.items():
        for n in (1, 5):
            names.append("%d %s" % (n, kind))
            files.append(rules_file("%s-%d" % (kind.replace(" ", "-"), n), rules[:n]))
            commands.append(["-p", json.dumps(rules[0])] if n == 1 else ["--rules", files[-1]])
    for n in (1000, 10000):
        names.append("{:,} exact".format(n))
        files.append(rules_file("exact-%d" % n, many(n)))
        commands.append(["--rules", files[-1]])
    peer = ruler(files)
    row("rules", "kebfilter events/s", "MB/s", "--trust MB/s", "Event Ruler events/s", "times", "--trust times")
    row(*["---"] * 7)
    for i, name in enumerate(names):
        took, count = best([KEBFILTER, "--count", *commands[i], LOTS])
        trusted, _ = best([KEBFILTER, "--count", "--trust", *commands[i], LOTS])
        cells = ["-"] * 3
        if peer:
            if peer[i][1] != count:
                sys.exit("bench: error: %s: %d matches, Event Ruler finds %d" % (name, count, peer[i][1]))
            cells = [peer[i][0]] + ["%.1f" % (EVENTS / t / peer[i][0]) for t in (took, trusted)]
        row(name, "%.0f" % (EVENTS / took), speed(took, size), speed(trusted, size), *cells)


def beside(size):
    """Who else reads the same file, and what kebfilter needs besides time."""
    exact = json.dumps(RULES["exact"][0])
    jq = os.path.join(FOLDER, "lots-jq.ndjson")
    with open(LOTS, "rb") as lots, open(jq, "wb") as part:
        part.writelines(lots.readline() for _ in range(EVENTS // 10))
    print()
    row("beside it", "MB/s")
    row("---", "---")
    row("kebfilter, 1 exact", speed(best([KEBFILTER, "--count", "-p", exact, LOTS])[0], size))
    row("kebfilter --trust, 1 exact", speed(best([KEBFILTER, "--count", "--trust", "-p", exact, LOTS])[0], size))
    parsers = simdjson()
    row("simdjson, DOM", parsers[0] if parsers else "not here")
    row("simdjson, on demand", parsers[1] if parsers else "not here")
    row("jq", speed(best(["jq", "-c", 'select(.properties.MAPBLKLOT == "1430022")', jq], 1)[0], os.path.getsize(jq)))
    row("kebfilter --explain", speed(best([KEBFILTER, "--explain", "-p", exact, jq], 1)[0], os.path.getsize(jq)))
    row("grep -c", speed(best(["grep", "-c", "1430022", LOTS])[0], size))
    row("wc -l", speed(best(["wc", "-l", LOTS])[0], size))
    print()
    path = rules_file("memory", prop("MAPBLKLOT", *("%04d" % i + "x" * 64 for i in range(10000))))
    with open("/dev/null", "rb") as null:
        child = subprocess.Popen(["time", "-f", "%M", KEBFILTER, "--count", "--rules", path], stdin=null,
                                 stdout=DEVNULL, stderr=subprocess.PIPE)
        kb = int(child.communicate()[1].split()[-1])
    print("10,000 rules of 100 bytes: %.1f MB at most" % (kb / 1024))
    print("start with one pattern: %.1f ms" % (best([KEBFILTER, "--count", "-p", exact, "/dev/null"], 20)[0] * 1e3))


def main():
    os.makedirs(FOLDER, exist_ok=True)
    if not os.path.exists(LOTS):
        with open(LOTS + ".tmp", "wb") as file:
            subprocess.run([sys.executable, HERE + "/lots.py", str(EVENTS)], stdout=file, check=True)
        os.rename(LOTS + ".tmp", LOTS)
    size = os.path.getsize(LOTS)
    print("## kebfilter: {:,} events of {:,} bytes on the average\n".format(EVENTS, size // EVENTS))
    table(size)
    beside(size)


main()
