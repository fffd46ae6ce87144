#!/usr/bin/env python3
"""protobuf.py FOLDER: the Protobuf table of `make bench`, beside protoc --decode.

protobuf.c is the reader's inner loop on one message again and again; protoc reads and prints a
batch of such messages, so its start counts for little. CPU seconds, one thread, the best of
three. FOLDER keeps what is built.
"""
import os
import resource
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.abspath(sys.argv[1])
BUILD = os.environ["KEB_BUILD"]
BATCH = os.path.join(FOLDER, "batch.pb")
PROTO = """syntax = "proto3"; package bench;
message Order { int64 id = 1; string customer = 2; int32 quantity = 3; double price = 4;
  bool express = 5; Status status = 6; string note = 7; repeated int32 sizes = 8;
  Address address = 9; bytes digest = 10; }
enum Status { NEW = 0; PAID = 1; SENT = 2; }
message Address { string street = 1; string city = 2; int32 zip = 3; }
message Batch { repeated Order orders = 1; }
"""


def reader():
    program = os.path.join(FOLDER, "protobuf")
    archives = [os.path.join(BUILD, "common", name + ".a") for name in ("protobuf", "connect", "json", "base")]
    subprocess.run(["cc", "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-Icommon", "-o", program, HERE + "/protobuf.c"]
                   + archives + ["-lprotobuf-c", "-lm"], check=True)
    best = {}
    for _ in range(3):
        for line in subprocess.run([program, BATCH], stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines():
            name, wire, json, rate = line.split()
            best[name] = (int(wire), int(json), max(float(rate), best.get(name, (0, 0, 0))[2]))
    return best


def protoc():
    with open(os.path.join(FOLDER, "bench.proto"), "w") as file:
        file.write(PROTO)
    best = 0
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(BATCH, "rb") as batch:
            out = subprocess.run(["protoc", "-I" + FOLDER, "--decode=bench.Batch", "bench.proto"], stdin=batch,
                                 stdout=subprocess.PIPE, check=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = max(best, out.count(b"orders {") / spent)
    return best


def main():
    os.makedirs(FOLDER, exist_ok=True)
    ours = reader()
    wire, json, rate = ours["confluent"]
    print("## Protobuf: a message of 10 fields, {} bytes, {} bytes of JSON\n".format(wire, json))
    print("| | records/s |\n| --- | --- |")
    print("| keb, Confluent's form | {:,.0f} |".format(rate))
    print("| keb, Glue's form | {:,.0f} |".format(ours["glue"][2]))
    print("| protoc --decode | {:,.0f} |".format(protoc()))


main()
