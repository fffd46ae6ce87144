#!/usr/bin/env python3
"""The cases of tests/data/serdes as what kebmock and kebmap read, and what comes out beside
what Kafka Connect's own classes printed.

    cases.py write FOLDER     schemas.ndjson, and NAME.records for each set of options
    cases.py compare FOLDER   NAME.events against the expectations; prints what differs
"""

import base64
import json
import os
import sys
from decimal import Decimal

DATA = os.path.join(os.path.dirname(__file__), "..", "data", "serdes")
FILES = ("avro.jsonl", "protobuf.jsonl", "malformed.jsonl")


def rows():
    for name in FILES:
        with open(os.path.join(DATA, name), encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def batch(row):
    """Rows of one format and one set of options are mapped together."""
    numeric = (row.get("config") or {}).get("decimal.format") == "NUMERIC"
    return row["format"].lower() + ("-numeric" if numeric else "")


def schemas(row):
    """The lines of a registry's list: dependencies under subjects of this case alone."""
    if "registry_reply" in row or "schema_id" not in row or "schema" not in row:
        return
    kind = row["format"]
    references = []
    for ref in row.get("references") or []:
        subject = row["id"] + "/" + ref["subject"]
        yield {"subject": subject, "version": ref["version"], "schemaType": kind,
               "schema": ref["schema"], "references": references[:]}
        references.append({"name": ref["name"], "subject": subject, "version": ref["version"]})
    line = {"subject": row.get("schema_name", row["id"]), "schemaType": kind,
            "schema": row["schema"], "references": references}
    if row["registry"] == "glue":
        line["guid"] = row["schema_id"]
    else:
        line["id"] = row["schema_id"]
        if "schema_guid" in row:
            line["guid"] = row["schema_guid"]
    yield line


def record(row):
    headers = [{h["key"]: h["value_b64"]} for h in row.get("headers") or []]
    return {"topic": row["id"], row["field"]: row["record_b64"], "headers": headers}


def write(folder):
    files = {}
    with open(os.path.join(folder, "schemas.ndjson"), "w", encoding="utf-8") as out:
        for row in rows():
            for line in schemas(row):
                print(json.dumps(line), file=out)
            files.setdefault(batch(row), []).append(record(row))
    for name, records in files.items():
        with open(os.path.join(folder, name + ".records"), "w", encoding="utf-8") as out:
            for line in records:
                print(json.dumps(line), file=out)


class Text(str):
    """A number by its text."""


def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return type(a) is type(b) and a == b


def read(text, strict):
    number = Text if strict else Decimal
    return json.loads(text, parse_float=number, parse_int=number)


def fault_of(row, got):
    """Why the event's text (None: there is none) is not what it has to be."""
    if row["expect"] == "error":
        right = row.get("also_right")
        if got is not None and not (right and same(read(got, False), read(right, False))):
            return "printed " + got
    elif got is None:
        return "was rejected"
    else:
        strict = bool(row.get("strict_number_text"))
        expected = row.get("json", "null")
        also = row.get("also_right")
        if not any(same(read(got, strict), read(text, strict)) for text in (expected, also) if text):
            return "printed " + got + ", not " + expected
    return None


def text_of(line, field):
    """The value's text as it stands in the line: members have their order, the other one is null."""
    if field == "value":
        between = ',"key":null,"value":'
        return line[line.index(between) + len(between):line.rindex("}}")]
    return line[line.index(',"key":') + 7:line.rindex(',"value":null}}')]


def events(folder):
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".events"):
            with open(os.path.join(folder, name), encoding="utf-8") as lines:
                for line in lines:
                    found[json.loads(line)["detail"]["topic"]] = line
    return found


def compare(folder):
    found = events(folder)
    seen = wrong = 0
    for row in rows():
        line = found.get(row["id"])
        fault = fault_of(row, line and text_of(line, row["field"]))
        seen += 1
        if fault:
            wrong += 1
            print(row["id"], row["name"] + ":", fault[:300])
    print(seen, "cases,", wrong, "wrong")
    return wrong == 0


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        sys.exit(0 if compare(sys.argv[2]) else 1)
