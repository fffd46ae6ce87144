#!/usr/bin/python3
"""Writes sigv4.ndjson: requests as botocore signs them (Debian: python3-botocore).

Each line is one vector: the request as it is sent, who signs it when and where, and
the canonical request, string to sign and signature that must come out.

    /usr/bin/python3 tests/data/sigv4.py >tests/data/sigv4.ndjson
"""
import datetime
import hashlib
import json
import sys
import urllib.parse

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

PLAIN = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SESSION = Credentials("ASIAEXAMPLE", "short", "IQoJb3JpZ2luX2VjEA//==+/token")
EVENTS = [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "AWSEvents.PutEvents")]

REQUESTS = [
    ("PutEvents", "events", PLAIN, "2026-01-29T00:00:00", "POST",
     "https://events.eu-west-1.amazonaws.com/", EVENTS, b'{"Entries":[]}'),
    ("PutEvents with a session token", "events", SESSION, "2026-01-29T23:59:59", "POST",
     "https://events.eu-west-1.amazonaws.com/", EVENTS, "{\"a\":\"\u00e9\"}".encode()),
    ("PutEvents to a port", "events", PLAIN, "2026-02-28T12:00:00", "POST",
     "http://127.0.0.1:8080/", EVENTS, b"x" * 300),
    ("path encoded twice", "service", PLAIN, "2026-01-29T00:00:00", "GET",
     "https://h.example/a%20b/c%2Fd/(e)", [], b""),
    ("query sorted after encoding", "service", PLAIN, "2026-01-29T00:00:00", "GET",
     "https://h.example/?b=2&a=~&a=%20&a-b=1&a=A&B=&c=%C3%A9", [], b""),
    ("header values folded", "service", PLAIN, "2026-01-29T00:00:00", "GET",
     "https://h.example/", [("X-Amz-Z", "  a   b  "), ("X-Ab", "1"), ("X-Ab-C", "2"), ("X-Empty", "")], b""),
    ("s3 key of reserved characters", "s3", PLAIN, "2026-01-29T00:00:00", "PUT",
     "https://b.s3.eu-west-1.amazonaws.com/a%2Bb/%28c%29//d/../%C3%A9", [], b"body"),
    ("s3 with a session token", "s3", SESSION, "2026-01-29T00:00:00", "PUT",
     "https://b.s3.eu-west-1.amazonaws.com/k", [("X-Amz-Server-Side-Encryption", "AES256")], b""),
    ("MSK token", "kafka-cluster", SESSION, "2026-01-29T00:00:00", "GET",
     "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect", None, b""),
    ("MSK token without session", "kafka-cluster", PLAIN, "2026-12-31T23:59:59", "GET",
     "https://kafka.us-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect", None, b""),
]


def signer(service, region, credentials, presigned):
    """botocore's signer for the service, made to keep what it computes."""
    base = (botocore.auth.SigV4QueryAuth if presigned else
            botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth)

    class Keeping(base):
        """Keeps the texts between request and signature."""

        def canonical_request(self, request):
            self.canonical = super().canonical_request(request)
            return self.canonical

        def string_to_sign(self, request, canonical_request):
            self.string = super().string_to_sign(request, canonical_request)
            return self.string

        def signature(self, string_to_sign, request):
            self.hex = super().signature(string_to_sign, request)
            return self.hex

    if presigned:
        return Keeping(credentials, service, region, expires=900)
    return Keeping(credentials, service, region)


def vector(name, service, credentials, date, method, url, headers, body):
    """Signs one request and returns all that is needed to do it again."""
    when = datetime.datetime.fromisoformat(date)

    class Clock(datetime.datetime):
        """A clock that stands still."""

        @classmethod
        def utcnow(cls):
            return when

    botocore.auth.datetime.datetime = Clock
    region = "us-east-1" if "us-east-1" in url else "eu-west-1"
    presigned = headers is None
    request = AWSRequest(method, url, dict(headers or []), body)
    auth = signer(service, region, credentials, presigned)
    auth.add_auth(request)
    target = urllib.parse.urlsplit(request.url)
    sent = [] if presigned else [(n, v) for n, v in request.headers.items() if n != "Authorization"]
    return {
        "name": name, "method": method, "path": target.path,
        "query": target.query.partition("&X-Amz-Signature=")[0],
        "headers": [["Host", target.netloc]] + [[n, v] for n, v in sent if n.lower() != "host"],
        "body": body.decode(), "body_hash": hashlib.sha256(body).hexdigest(),
        "path_rule": "as-is" if service == "s3" else "encoded twice",
        "key_id": credentials.access_key, "secret": credentials.secret_key,
        "region": region, "service": service, "date": when.strftime("%Y%m%dT%H%M%SZ"),
        "canonical": auth.canonical, "string": auth.string, "signature": auth.hex,
        "authorization": request.headers.get("Authorization", ""),
    }


for spec in REQUESTS:
    json.dump(vector(*spec), sys.stdout, separators=(",", ":"))
    print()
