#!/usr/bin/python3
"""Writes sigv4a.ndjson: requests as the AWS common runtime signs them (Debian: python3-awscrt).

Each line is one vector of version 4A, whose signatures are others each time: what is sent, who
signs it when and where, and the Authorization header that has to hold.

    /usr/bin/python3 tests/data/sigv4a.py >tests/data/sigv4a.ndjson
"""
import datetime
import hashlib
import io
import json
import urllib.parse

import awscrt.auth
import awscrt.http

PLAIN = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)
SESSION = ("ASIAEXAMPLE", "short", "IQoJb3JpZ2luX2VjEA//==+/token")
EVENTS = [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "AWSEvents.PutEvents")]
GLOBAL = "https://abcde.veo.endpoint.events.amazonaws.com/"

REQUESTS = [
    ("PutEvents", "events", "*", PLAIN, "2026-01-29T00:00:00", GLOBAL, EVENTS, b'{"Entries":[]}'),
    ("PutEvents with a session token", "events", "*", SESSION, "2026-01-29T23:59:59", GLOBAL, EVENTS,
     "{\"a\":\"\u00e9\"}".encode()),
    ("two regions", "events", "us-east-1,eu-west-1", PLAIN, "2026-02-28T12:00:00", GLOBAL, EVENTS, b"x" * 300),
    ("to a port", "events", "*", PLAIN, "2026-12-31T23:59:59", "http://127.0.0.1:8080/", EVENTS, b"{}"),
    ("path and query", "service", "*", SESSION, "2026-01-29T00:00:00", "https://h.example/a%20b/c?b=2&a=%20&a-b=1", [], b""),
]


def vector(name, service, regions, keys, date, url, headers, body):
    """Signs one request and returns all that is needed to verify it."""
    parts = urllib.parse.urlsplit(url)
    when = datetime.datetime.fromisoformat(date).replace(tzinfo=datetime.timezone.utc)
    sent = [("Host", parts.netloc), *headers]
    request = awscrt.http.HttpRequest("POST", parts.path + ("?" + parts.query if parts.query else ""),
                                      awscrt.http.HttpHeaders(sent), io.BytesIO(body))
    config = awscrt.auth.AwsSigningConfig(
        algorithm=awscrt.auth.AwsSigningAlgorithm.V4_ASYMMETRIC,
        signature_type=awscrt.auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=awscrt.auth.AwsCredentialsProvider.new_static(*keys),
        region=regions, service=service, date=when)
    signed = awscrt.auth.aws_sign_request(request, config).result()
    return {"name": name, "method": "POST", "path": parts.path, "query": parts.query,
            "headers": [list(pair) for pair in signed.headers if pair[0] != "Authorization"],
            "body": body.decode(), "body_hash": hashlib.sha256(body).hexdigest(),
            "key_id": keys[0], "secret": keys[1], "service": service, "date": when.strftime("%Y%m%dT%H%M%SZ"),
            "authorization": signed.headers.get("Authorization")}


for arguments in REQUESTS:
    print(json.dumps(vector(*arguments), separators=(",", ":")))
