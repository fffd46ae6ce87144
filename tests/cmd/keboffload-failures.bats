#!/usr/bin/env bats
# keboffload against an S3 that fails in ways which kebmock does not: keys that expire and clocks that go apart while
# an object is sent, objects that fail for ever beside others that do not, outages.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	cat >s3.py <<'END'
"""s3.py KIND: takes every PUT, but as KIND says; what was asked goes to ./log, the port to ./port."""
import calendar, email.utils, http.server, os, sys, time
kind, log = sys.argv[1], open("log", "a", buffering=1)
AHEAD = 3600 if kind == "clock" else 0
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args): pass
    def date_time_string(self, timestamp=None): return email.utils.formatdate(time.time() + AHEAD, usegmt=True)
    def handle_expect_100(self): return True  # only once it is clear that the body is wanted
    def answer(self, status, code):
        body = b"<Error><Code>%s</Code><Message>of the test</Message></Error>" % code if code else b""
        self.send_response(status)
        self.send_header("Content-Length", str(0 if self.command == "HEAD" else len(body)))
        if status >= 400: self.send_header("Connection", "close"); self.close_connection = True
        self.end_headers()
        if self.command != "HEAD": self.wfile.write(body)
    def verdict(self):
        key = self.headers["Authorization"].split("Credential=")[1].split("/")[0]
        date = calendar.timegm(time.strptime(self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ"))
        if abs(time.time() + AHEAD - date) > 900: return 403, b"RequestTimeTooSkewed"
        if kind == "expired" and key == "OLD": return 400, b"ExpiredToken"
        if kind == "away": return 500, b"InternalError"
        return 200, b""
    def do_HEAD(self):
        status, code = (404, b"") if kind == "gone" else self.verdict()
        print("HEAD", status, file=log)
        self.answer(status, code)
    def do_PUT(self):
        status, code = self.verdict()
        expect = self.headers.get("Expect", "")
        if status == 200 and expect: self.send_response_only(100); self.end_headers()
        body = self.rfile.read(int(self.headers["Content-Length"])) if status == 200 or not expect else b""
        if b"poison" in body and kind in ("digest", "broken", "gone"):
            status, code = (400, b"BadDigest") if kind == "digest" else (500, b"InternalError")
        print("PUT", status, expect, len(body), body[:30].decode(), file=log)
        self.answer(status, code)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open("port.tmp", "w") as file: file.write(str(server.server_port))
os.rename("port.tmp", "port")
server.serve_forever()
END
	export AWS_ACCESS_KEY_ID=NEW AWS_SECRET_ACCESS_KEY=secret AWS_REGION=eu-west-1
	for n in 1 2 3 4; do event "$n"; done >in
	event '"poison"' >>in
	for n in 6 7 8; do event "$n"; done >>in
}

teardown() {
	[ -z "${server-}" ] || kill "$server" || true
}

event() { # event VALUE
	printf '{"source":"s","detail-type":"t","detail":{"value":%s}}\n' "$1"
}

serve() { # serve KIND
	python3 s3.py "$@" 3>&- &
	server=$!
	eventually test -e port
	AWS_ENDPOINT_URL_S3=http://127.0.0.1:$(cat port)
	export AWS_ENDPOINT_URL_S3
}

large() { # an event whose object S3 may refuse before it is sent
	python3 -c 'print("{\"source\":\"s\",\"detail-type\":\"t\",\"detail\":{\"value\":\"%s\"}}" % ("x" * 3000000))'
}

has_socket() {
	readlink "/proc/$1/fd/"* | grep -q socket:
}

@test "a clock that differs is learnt from the answer, in the midst of an upload too" {
	serve clock
	large >in
	run --separate-stderr keboffload --bucket big <in
	expect_status 0
	[ "$(jq -r .detail.datarefs[0].size <<<"$output")" = 3000002 ]
	[ "$(cut -d' ' -f1-4 log)" = "PUT 403 100-continue 0
PUT 200 100-continue 3000002" ]
}

@test "keys that expire in the midst of an upload are got anew, and the object is sent" {
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	mkdir .aws
	printf '[default]\naws_access_key_id=OLD\naws_secret_access_key=s\n' >.aws/credentials
	chmod 600 .aws/credentials
	serve expired
	mkfifo feed
	keboffload --bucket big <feed >out 2>messages 3>&- &
	exec 7>feed
	eventually has_socket "$!" # it has read its keys by then
	sed -i 's/OLD/NEWER/' .aws/credentials
	{ large; large | sed s/x/y/; } >&7
	exec 7>&-
	wait $!
	[ ! -s messages ]
	[ "$(wc -l <out)" -eq 2 ]
	[ "$(grep -c 'PUT 400 100-continue 0' log)" -ge 1 ]
	[ "$(grep -c 'PUT 200 100-continue 3000002' log)" -eq 2 ]
}

@test "keys that have expired and are not renewed end the run with 4, and nothing is rejected" {
	serve expired
	AWS_ACCESS_KEY_ID=OLD run --separate-stderr keboffload --bucket big --threshold 0 --reject-file rejected <in
	expect_status 4
	expect_err 'ExpiredToken'
	[ ! -s rejected ]
}

@test "--max-attempts: an object that S3 has found bad so often rejects its record, the others go on" {
	serve digest
	run --separate-stderr keboffload --bucket big --threshold 0 --max-attempts 3 --reject-file rejected <in
	expect_status 1
	[ "${#lines[@]}" -eq 7 ]
	[ "$(jq -c '._rejected|[.by,.class,.code,.attempts]' rejected)" = '["keboffload","refused","BadDigest",3]' ]
	[ "$(jq -c 'del(._rejected)' rejected)" = "$(sed -n 5p in)" ]
	[ "$(grep -c 'poison' log)" -eq 3 ]
	run --separate-stderr keboffload --bucket big --threshold 0 --retry-for 300ms <in
	expect_status 5
}

@test "--max-age: an object that fails too long while the bucket takes others is expired" {
	serve broken
	run --separate-stderr keboffload --bucket big --threshold 0 --max-age 300ms --reject-file rejected <in
	expect_status 1
	[ "${#lines[@]}" -eq 7 ]
	[ "$(jq -c '._rejected|[.by,.class,.code]' rejected)" = '["keboffload","expired","Expired"]' ]
	[ "$(jq -r '._rejected.error' rejected)" = "object '$(jq -rj '.detail.value|tojson' <<<"$(sed -n 5p in)" | sha256sum | cut -d' ' -f1)': InternalError for longer than --max-age, while the bucket answers" ]
}

@test "an outage rejects nothing, whatever --max-attempts and --max-age say" {
	serve away
	run --separate-stderr keboffload --bucket big --threshold 0 --max-attempts 1 --max-age 1ms \
		--retry-for 700ms --reject-file rejected <in
	expect_status 5
	expect_err 'answered PutObject with 500 InternalError (given up after'
	[ ! -s rejected ]
}

@test "a bucket that is gone when the limit is reached: status 4, and nothing is rejected" {
	serve gone
	run --separate-stderr keboffload --bucket big --threshold 0 --max-attempts 2 --max-age 100ms --reject-file rejected <in
	expect_status 4
	expect_err "HeadBucket in bucket 'big' refused: 404 NoSuchBucket"
	[ ! -s rejected ]
}

@test "an object over what the endpoint takes rejects its record as too large, the others go on" {
	{ event 1; large; event 3; } >in
	run --separate-stderr kebmock --bucket big --max-body 1MiB -- keboffload --bucket big --threshold 0 --reject-file rejected <in
	expect_status 1
	[ "${#lines[@]}" -eq 2 ]
	[ "$(jq -c '._rejected|[.class,.code]' rejected)" = '["too-large","EntityTooLarge"]' ]
}

@test "--reject-file keeps what --restore could not put back, as it came" {
	{
		printf '%s\n' ' {"source":"s", "detail-type":"t","detail":{"dataref":"arn:aws:s3:::other/k","datarefJsonPath":"$.detail.value"}}'
		event 2
	} >in
	run --separate-stderr kebmock --bucket big -- keboffload --restore --bucket big --reject-file rejected <in
	expect_status 1
	expect_out "$(event 2)"
	[ "$(cat rejected)" = '{"_rejected":{"by":"keboffload","class":"refused","code":"ForeignBucket","error":"the reference is to bucket '"'other'"' (see --bucket)"},"source":"s", "detail-type":"t","detail":{"dataref":"arn:aws:s3:::other/k","datarefJsonPath":"$.detail.value"}}' ]
	expect_err "rejected lines: 1, kept in 'rejected' with the reasons"
	[[ $stderr != *stdin:1* ]]
}

@test "--reject-file is not for a loop" {
	run --separate-stderr sh -c 'keboffload --bucket big --reject-file rejected --status-fd 5 5>&1 </dev/null | cat'
	expect_err '--reject-file is for a program alone'
}
