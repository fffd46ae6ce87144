#!/usr/bin/env python3
"""Compares what a bus has accepted with what the topics hold and what was committed.

    check.py --events FILE --topic TSV [--committed TSV] [--complete] [--once] [--no-order]

--topic: lines of topic, partition, offset, key, value, as `topic_dump` prints them; a
record whose value has "keep":false is meant to be filtered, every other to arrive.
--committed: lines of partition, offset, as `committed` prints them (one topic).

Always: every event is a record of the topic, its value as it was produced, and the
first arrivals of each key are in the order of the topic. With --committed: no offset
at or beyond the first record of its partition that has not arrived. --complete:
everything has arrived and, if given, is committed to the end. --once: nothing twice.
Prints one line of figures; says what is wrong on stderr and ends with 1.
"""
import argparse
import json
import sys


def fail(text):
    print("check.py:", text, file=sys.stderr)
    sys.exit(1)


def read_topic(path):
    records = {}
    for line in open(path, encoding="utf-8"):
        topic, partition, offset, key, value = line.rstrip("\n").split("\t")
        records[topic, int(partition), int(offset)] = (key, json.loads(value))
    return records


def read_events(path, records):
    """Every event's place in the order of acceptance; a begun last line is no event yet."""
    arrived = {}
    twice = 0
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        if not line.endswith("\n"):
            break
        detail = json.loads(line)["detail"]
        place = detail["topic"], detail["partition"], detail["offset"]
        if place not in records:
            fail(f"event {number} is no record of the topic: {place}")
        if detail["value"] != records[place][1]:
            fail(f"event {number} is not what was produced at {place}: {detail['value']}")
        twice += place in arrived
        arrived.setdefault(place, number)
    return arrived, twice


def check_order(records, arrived):
    last = {}
    for place in sorted(arrived, key=arrived.get):
        key = place[0], place[1], records[place][0]
        if last.get(key, -1) > place[2]:
            fail(f"key {key[2]!r}: offset {place[2]} of {place[:2]} arrived after {last[key]}")
        last[key] = place[2]


def wanted(record):
    value = record[1]
    return not (isinstance(value, dict) and value.get("keep") is False)


def check_committed(path, records, arrived):
    offsets = dict(map(int, line.split("\t")) for line in open(path, encoding="utf-8"))
    for place in sorted(records):
        committed = offsets.get(place[1], 0)
        if wanted(records[place]) and place not in arrived and committed > place[2]:
            fail(f"committed {committed} in partition {place[1]}, but {place[2]} never arrived")
    return offsets


def check_complete(records, arrived, offsets):
    missing = [place for place in sorted(records) if wanted(records[place]) and place not in arrived]
    if missing:
        fail(f"{len(missing)} records are missing, the first is {missing[0]}")
    if offsets is None:
        return
    for _, partition, offset in records:
        if offsets.get(partition, 0) <= offset:
            fail(f"partition {partition}: committed {offsets.get(partition)}, not beyond {offset}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--committed")
    for flag in ("--complete", "--once", "--no-order"):
        parser.add_argument(flag, action="store_true")
    args = parser.parse_args()
    records = read_topic(args.topic)
    arrived, twice = read_events(args.events, records)
    unwanted = [place for place in arrived if not wanted(records[place])]
    if unwanted:
        fail(f"{len(unwanted)} records should have been filtered, one is {unwanted[0]}")
    if not args.no_order:
        check_order(records, arrived)
    offsets = check_committed(args.committed, records, arrived) if args.committed else None
    if args.complete:
        check_complete(records, arrived, offsets)
    if args.once and twice:
        fail(f"{twice} events arrived more than once")
    print(f"records={len(records)} arrived={len(arrived)} twice={twice}")


main()
