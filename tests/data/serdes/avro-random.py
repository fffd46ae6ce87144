#!/usr/bin/env python3
"""Writes avro-random.jsonl: random schemas and data, encoded by Debian's python3-avro.

    /usr/bin/python3 avro-random.py >avro-random.jsonl

What is to be printed follows from the values by the rules of Kafka Connect, told here once
more and independently of keb: each row is a case as in the other files.
"""
import base64
import datetime
import decimal
import io
import json
import random
import struct

import avro.io
import avro.schema

ROWS = 300
PRIMITIVES = ["boolean", "int", "long", "float", "double", "bytes", "string"]
ALPHABET = "abz019 _-\"\\/\n\t\x00\x1f\x7f\u00e9\u20ac\u2028\U0001f600"


class Maker:
    """A schema, and data for it."""

    def __init__(self, rng):
        self.rng = rng
        self.names = {}

    def name(self):
        return self.rng.choice(["", "", "a.b.", "c."]) + "T%d" % len(self.names)

    def named(self, schema):
        self.names[schema["name"]] = schema
        return schema

    def schema(self, depth, in_union=False):
        rng = self.rng
        kinds = ["primitive"] * 4 + ["logical", "enum", "fixed", "known"]
        if depth > 0:
            kinds += ["record", "record", "array", "map"]
            if not in_union:
                kinds += ["nullable", "nullable", "union"]
        return getattr(self, rng.choice(kinds))(depth)

    def primitive(self, _):
        name = self.rng.choice(PRIMITIVES)
        return name if self.rng.random() < 0.8 else {"type": name, "doc": "x"}

    def logical(self, _):
        rng = self.rng
        return rng.choice([
            {"type": "int", "logicalType": "date"},
            {"type": "int", "logicalType": "time-millis"},
            {"type": "long", "logicalType": "timestamp-millis"},
            {"type": "bytes", "logicalType": "decimal", "precision": 20,
             "scale": rng.randrange(5)}])

    def enum(self, _):
        return self.named({"type": "enum", "name": self.name(),
                           "symbols": ["A", "B_2", "_c"][:self.rng.randint(1, 3)]})

    def fixed(self, _):
        return self.named({"type": "fixed", "name": self.name(), "size": self.rng.randint(1, 9)})

    def known(self, depth):
        """A type that is there already, by its name."""
        names = [n for n, s in self.names.items() if "." in n and not s.get("open")]
        return self.rng.choice(names) if names else self.primitive(depth)

    def record(self, depth):
        schema = self.named({"type": "record", "name": self.name(), "open": True, "fields": []})
        for i in range(self.rng.randrange(5)):
            schema["fields"].append({"name": "f%d" % i, "type": self.schema(depth - 1)})
        del schema["open"]
        return schema

    def array(self, depth):
        return {"type": "array", "items": self.schema(depth - 1)}

    def map(self, depth):
        return {"type": "map", "values": self.schema(depth - 1)}

    def nullable(self, depth):
        both = ["null", self.schema(depth - 1, True)]
        return both if self.rng.random() < 0.7 else both[::-1]

    def union(self, depth):
        branches, seen = [], set()
        for _ in range(self.rng.randint(2, 4)):
            schema = self.schema(depth - 1, True)
            full = self.names.get(schema, {}) if isinstance(schema, str) else schema
            kind = full.get("name") or full.get("type") or schema
            # By the value Connect tells no fixed from bytes: that has cases of its own.
            same = "bytes" if full.get("type") == "fixed" else kind
            if same.split(".")[-1] not in seen:
                seen.add(same.split(".")[-1])
                branches.append(schema)
        if self.rng.random() < 0.5:
            branches.insert(self.rng.randrange(len(branches) + 1), "null")
        return branches

    def text(self):
        return "".join(self.rng.choice(ALPHABET) for _ in range(self.rng.choice([0, 1, 5, 40])))

    def datum(self, schema):
        rng = self.rng
        if isinstance(schema, str) and schema in self.names:
            schema = self.names[schema]
        if isinstance(schema, list):
            return self.datum(rng.choice(schema))
        kind = schema if isinstance(schema, str) else schema["type"]
        logical = isinstance(schema, dict) and schema.get("logicalType")
        if logical == "date":
            return datetime.date.fromordinal(rng.randint(1, 3000000))
        if logical == "time-millis":
            ms = rng.randrange(86400000)
            return datetime.time(ms // 3600000, ms // 60000 % 60, ms // 1000 % 60, ms % 1000 * 1000)
        if logical == "timestamp-millis":
            return (datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
                    + datetime.timedelta(milliseconds=rng.randint(-10**12, 10**13)))
        if logical == "decimal":
            digits = rng.randint(-10**rng.randint(1, 18), 10**rng.randint(1, 18))
            return decimal.Decimal(digits).scaleb(-schema["scale"])
        if kind == "int":
            return rng.choice([0, -1, 63, 64, 2**31 - 1, -2**31, rng.randint(-10**6, 10**6)])
        if kind == "long":
            return rng.choice([0, -1, 2**63 - 1, -2**63, rng.getrandbits(63), 2**53 + 1])
        if kind == "float":
            value = struct.unpack("<f", struct.pack("<f", rng.uniform(-1e6, 1e6)))[0]
            return rng.choice([value, 0.5, 1e10, float("nan")])
        if kind == "double":
            return rng.choice([rng.uniform(-1e9, 1e9), rng.randint(0, 10**9) / 100, 1e300,
                               float("inf"), -0.0])
        return {"null": lambda: None, "boolean": lambda: rng.random() < 0.5,
                "bytes": lambda: rng.randbytes(rng.randrange(20)), "string": self.text,
                "enum": lambda: rng.choice(schema["symbols"]),
                "fixed": lambda: rng.randbytes(schema["size"]),
                "array": lambda: [self.datum(schema["items"]) for _ in range(rng.randrange(4))],
                "map": lambda: {self.text(): self.datum(schema["values"])
                                for _ in range(rng.randrange(4))},
                "record": lambda: {f["name"]: self.datum(f["type"]) for f in schema["fields"]},
                }[kind]()


def shortest(value, is_float):
    if value != value or value in (float("inf"), float("-inf")):
        return json.dumps("NaN" if value != value else "Infinity" if value > 0 else "-Infinity")
    if not is_float:
        return repr(value)
    return next(text for n in range(1, 10) for text in ["%.*e" % (n - 1, value)]
                if struct.pack("<f", float(text)) == struct.pack("<f", value))


def base64_text(data):
    return json.dumps(base64.b64encode(data).decode())


def member(schema):
    return schema.name.split(".")[-1] if hasattr(schema, "fullname") and schema.type in (
        "record", "enum", "fixed") else schema.type


def printed_union(schema, datum, profile):
    # Of several that fit, python3-avro writes the last.
    branch = [s for s in schema.schemas if avro.io.validate(s, datum)][-1]
    others = [s for s in schema.schemas if s.type != "null"]
    if branch.type == "null":
        return "null"
    if len(others) == 1 and (len(schema.schemas) == 2 or profile == "confluent"):
        return printed(branch, datum, profile)
    return "{" + ",".join(json.dumps(member(s)) + ":" + (
        printed(s, datum, profile) if s is branch else "null") for s in others) + "}"


def printed(schema, datum, profile):
    """The text for a datum, by an avro.schema object."""
    kind = schema.type
    if kind == "union":
        return printed_union(schema, datum, profile)
    if isinstance(datum, decimal.Decimal):
        n = int(datum.scaleb(schema.scale))
        size = (n if n >= 0 else ~n).bit_length() // 8 + 1
        return base64_text(n.to_bytes(size, "big", signed=True))
    if isinstance(datum, datetime.datetime):
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return str((datum - epoch) // datetime.timedelta(milliseconds=1))
    if isinstance(datum, datetime.date):
        return str(datum.toordinal() - datetime.date(1970, 1, 1).toordinal())
    if isinstance(datum, datetime.time):
        return str(((datum.hour * 60 + datum.minute) * 60 + datum.second) * 1000
                   + datum.microsecond // 1000)
    if kind in ("int", "long"):
        return str(int(datum))  # a union may have taken False for 0
    if kind in ("float", "double"):
        return shortest(float(datum), kind == "float")
    if kind in ("bytes", "fixed"):
        return base64_text(datum)
    if kind == "array":
        return "[" + ",".join(printed(schema.items, d, profile) for d in datum) + "]"
    if kind == "map":
        return "{" + ",".join(json.dumps(k) + ":" + printed(schema.values, d, profile)
                              for k, d in datum.items()) + "}"
    if kind == "record":
        return "{" + ",".join(json.dumps(f.name) + ":" + printed(f.type, datum[f.name], profile)
                              for f in schema.fields) + "}"
    return json.dumps(datum)


def row(number):
    rng = random.Random(number)
    maker = Maker(rng)
    text = json.dumps(maker.record(4))
    datum = maker.datum(json.loads(text))
    schema = avro.schema.parse(text)
    out = io.BytesIO()
    avro.io.DatumWriter(schema).write(datum, avro.io.BinaryEncoder(out))
    profile = rng.choice(["confluent", "glue"])
    frame = bytes(5) if profile == "confluent" else bytes([3]) + bytes(17)
    return {"id": "avro-r-%03d" % number, "format": "AVRO", "registry": profile, "schema": text,
            "record_b64": base64.b64encode(frame + out.getvalue()).decode(), "expect": "json",
            "json": printed(schema, datum, profile)}


def main():
    number = rows = 0
    while rows < ROWS:
        number += 1
        try:
            made = row(number)
        except avro.errors.AvroException:
            continue  # python3-avro is stricter about names that come twice
        print(json.dumps(made, separators=(",", ":")))
        rows += 1


main()
