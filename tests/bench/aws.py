#!/usr/bin/env python3
"""aws.py FOLDER: the table of `make bench T=aws`: signatures, requests and objects a second.

Everything runs on kebmock, which verifies each signature, on the same machine: the ceiling is
what it serves to a client that does nothing but send the same signed bytes again.
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ["KEB_BUILD"]
FOLDER = os.path.abspath(sys.argv[1])
PUTS = int(os.environ.get("PUTS", 4000))


def build(name, *folders):
    """A helper in C, made anew when it or what it stands on has changed."""
    out = os.path.join(FOLDER, name)
    source = os.path.join(HERE, name + ".c")
    archives = [os.path.join(BUILD, "common", f + ".a") for f in folders]
    if not os.path.exists(out) or any(os.path.getmtime(out) < os.path.getmtime(f) for f in [source, *archives]):
        subprocess.run(["cc", "-O2", "-D_GNU_SOURCE", "-Icommon", "-o", out, source, *archives,
                        *(["-lcrypto", "-lcurl"] if folders else [])], check=True)
    return out


def line(what, value, unit, note=""):
    print("  %-44s %10s %-11s %s" % (what, f"{value:,.0f}", unit, note))


class Mock:
    def __init__(self, *options):
        self.process = subprocess.Popen([os.path.join(BUILD, "kebmock"), *options], stdout=subprocess.PIPE, text=True)
        told = dict(text.rstrip("\n").split("=", 1) for text in self.process.stdout)
        self.env = {**os.environ, **told}
        self.url = told["AWS_ENDPOINT_URL"]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait()


def capture(env, line_of_events):
    """The request that kebput makes of one event, as bytes."""
    server = socket.create_server(("127.0.0.1", 0))
    caught = []

    def serve():
        peer = server.accept()[0]
        data = b""
        while b"\r\n\r\n" not in data:
            data += peer.recv(65536)
        head, body = data.split(b"\r\n\r\n", 1)
        length = int([h for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:")][0].split(b":")[1])
        while len(body) < length:
            body += peer.recv(65536)
        caught.append(head + b"\r\n\r\n" + body)
        answer = b'{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}'
        peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
        peer.close()

    thread = threading.Thread(target=serve)
    thread.start()
    subprocess.run([os.path.join(BUILD, "kebput"), "--bus", "default", "--no-bus-check", "--endpoint-url",
                    "http://127.0.0.1:%d" % server.getsockname()[1]], input=line_of_events, env=env, check=True)
    thread.join()
    return caught[0]


def run(command, env, data):
    """Seconds by the clock, and of the processor."""
    before, start = os.times(), time.monotonic()
    subprocess.run(command, input=data, env=env, check=True, stdout=subprocess.DEVNULL)
    took, after = time.monotonic() - start, os.times()
    return took, after.children_user + after.children_system - before.children_user - before.children_system


def signatures():
    out = subprocess.run([build("sign", "aws", "http", "json", "base"), "4096", "100000"],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    rates = dict(text.rsplit(" ", 1) for text in out.splitlines())
    print("signatures, one processor")
    line("version 4", float(rates["v4"]), "a second")
    line("version 4, with the hash of a body of 4 KiB", float(rates["v4 hash"]), "a second")
    line("version 4A", float(rates["v4a"]), "a second")


def puts():
    event = json.dumps({"source": "s", "detail-type": "t", "detail": {"text": "x" * 900}}).encode() + b"\n"
    raw = build("raw")
    print("\nPutEvents of one entry of 1 KiB, at 0 ms, 32 at a time")
    with Mock() as mock, tempfile.NamedTemporaryFile() as file:
        file.write(capture(mock.env, event))
        file.flush()
        ceiling = float(subprocess.run([raw, mock.url.rsplit(":", 1)[1], "32", str(PUTS), file.name],
                                       stdout=subprocess.PIPE, check=True).stdout)
        line("the same bytes again (the ceiling)", ceiling, "requests/s")
        # a request cannot hold two of them
        took, cpu = run([os.path.join(BUILD, "kebput"), "--bus", "default", "--max-request", "1024"],
                        mock.env, event * PUTS)
        line("kebput", PUTS / took, "requests/s", "%.2f of the ceiling, %.0f us of processor each" %
             (PUTS / took / ceiling, cpu / PUTS * 1e6))
        n = max(PUTS // 100, 10)
        body = json.dumps({"Entries": [{"Source": "s", "DetailType": "t", "EventBusName": "default",
                                        "Detail": json.dumps({"text": "x" * 900})}]})
        user = mock.env["AWS_ACCESS_KEY_ID"] + ":" + mock.env["AWS_SECRET_ACCESS_KEY"]
        curl = ["curl", "-sf", "--aws-sigv4", "aws:amz:us-east-1:events", "-u", user, "-H",
                "Content-Type: application/x-amz-json-1.1", "-H", "X-Amz-Target: AWSEvents.PutEvents", "-d", body, mock.url]
        took, cpu = run(["sh", "-c", 'n=$1; shift; while [ "$n" -gt 0 ]; do "$@"; n=$((n - 1)); done', "sh", str(n), *curl],
                        mock.env, b"")
        line("curl --aws-sigv4 in a loop", n / took, "requests/s", "%.0f us of processor each" % (cpu / n * 1e6))
        took, _ = run([os.path.join(BUILD, "kebput"), "--bus", "default"], mock.env, event * PUTS * 5)
        line("kebput, ten entries a request", PUTS * 5 / took, "events/s")


def objects():
    events = b"".join(json.dumps({"source": "s", "detail-type": "t", "detail": {"value": "%d-" % i + "x" * 65536}}).encode() +
                      b"\n" for i in range(400))
    print("\nkeboffload, objects of 64 KiB, 10 ms each")
    with Mock("--bucket", "big", "--fault", "latency=10ms") as mock:
        for width in (1, 8, 32):
            took, cpu = run([os.path.join(BUILD, "keboffload"), "--bucket", "big", "--threshold", "0", "--reuse", "0", "--in-flight",
                             str(width)], mock.env, events)
            line("%d at a time" % width, 400 / took, "objects/s", "%.0f us of processor each" % (cpu / 400 * 1e6))


os.makedirs(FOLDER, exist_ok=True)
signatures()
puts()
objects()
