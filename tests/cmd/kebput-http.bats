#!/usr/bin/env bats
# kebput against servers that kebmock is not: TLS, redirects, clocks that differ, keys that expire, endless answers.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	cat >serve.py <<'END'
"""serve.py KIND [tls]: an HTTP server that answers every POST the way KIND says; its port goes to ./port."""
import email.utils, http.server, json, ssl, sys, time
kind, log = sys.argv[1], open("log", "a", buffering=1)
OK = {"FailedEntryCount": 0, "Entries": [{"EventId": "11710aed-b79e-4468-a20b-bb3c0c3b4860"}]}
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen = 0
    def log_message(self, *args): pass
    def date_time_string(self, timestamp=None):
        return email.utils.formatdate(time.time() + (3600 if kind == "clock" else 0), usegmt=True)
    def answer(self, status, body, headers=()):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers: self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        Handler.seen += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Authorization"].split("Credential=")[1].split("/")[0]
        print(self.path, key, self.headers["X-Amz-Date"], int(time.time() * 1000), file=log)
        if kind == "redirect":
            self.answer(307, b"", [("Location", "http://%s/elsewhere" % self.headers["Host"])])
        elif kind == "clock" and abs(time.time() + 3600 - self.date()) > 300:
            self.answer(403, {"__type": "InvalidSignatureException", "message": "Signature expired"})
        elif kind == "expired" and key == "OLD":
            self.answer(400, {"__type": "ExpiredTokenException", "message": "The security token is expired"})
        elif kind == "endless" and Handler.seen == 1:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for _ in range(400): self.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            except OSError: self.close_connection = True
        elif kind == "hint" and Handler.seen == 1:
            self.answer(503, {"__type": "ServiceUnavailable"}, [("x-amz-retry-after", "900")])
        elif kind == "html" and Handler.seen == 1:
            self.answer(200, b"<html>welcome to the hotel</html>")
        else:
            self.answer(200, OK)
    def date(self):
        import calendar
        return calendar.timegm(time.strptime(self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ"))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("cert.pem", "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open("port.tmp", "w") as file: file.write(str(server.server_port))
import os; os.rename("port.tmp", "port")
server.serve_forever()
END
	export AWS_ACCESS_KEY_ID=NEW AWS_SECRET_ACCESS_KEY=secret AWS_REGION=eu-west-1
	echo '{"source":"s","detail-type":"t","detail":{}}' >event
}

teardown() {
	[ -z "${server-}" ] || kill "$server" || true
}

serve() { # serve KIND [tls]; then $url
	python3 serve.py "$@" 3>&- &
	server=$!
	eventually test -e port
	url=http${2:+s}://127.0.0.1:$(cat port)
}

has_socket() {
	readlink "/proc/$1/fd/"* | grep -q socket:
}

@test "a redirect is not followed" {
	serve redirect
	run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url" <event
	expect_status 4
	expect_err "answered PutEvents with status 307: is it an endpoint of EventBridge"
	[ "$(cut -d' ' -f1 log)" = / ]
}

@test "a path in the endpoint's URL is kept" {
	serve ok
	run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url/a/b" <event
	expect_status 0
	[ "$(cut -d' ' -f1 log)" = /a/b ]
}

@test "a clock that differs is learnt from the answer" {
	serve clock
	run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url" <event
	expect_status 0
	[ "$(wc -l <log)" -eq 2 ]
}

@test "keys of a profile that have expired are read again" {
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	mkdir .aws
	printf '[default]\naws_access_key_id=OLD\naws_secret_access_key=s\n' >.aws/credentials
	chmod 600 .aws/credentials
	serve expired
	mkfifo feed
	kebput --bus x --no-bus-check --endpoint-url "$url" <feed 2>messages 3>&- &
	exec 7>feed
	eventually has_socket "$!" # it has read its keys by then
	sed -i 's/OLD/NEWER/' .aws/credentials
	cat event >&7
	eventually grep -q NEWER log
	grep -q OLD log
	exec 7>&-
	wait $!
	[ ! -s messages ]
}

@test "keys that have expired and are not renewed end the run with 4" {
	serve expired
	AWS_ACCESS_KEY_ID=OLD run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url" <event
	expect_status 4
	expect_err 'ExpiredTokenException: The security token is expired'
}

@test "an answer without end is cut off, and the request made again" {
	serve endless
	run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url" -vv <event
	expect_status 0
	expect_err 'the answer is too long'
}

@test "x-amz-retry-after is waited for" {
	serve hint
	run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url" <event
	expect_status 0
	# in any case at once after a failure would be 50 ms at most
	[ "$(awk '{ at[NR] = $4 } END { print NR, (at[2] - at[1] >= 850) }' log)" = '2 1' ]
}

@test "an answer that is none settles nothing" {
	serve html
	run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url" -vv <event
	expect_status 0
	expect_err 'answered PutEvents with something that is no answer to it'
	[ "$(wc -l <log)" -eq 2 ]
}

@test "TLS: a certificate that nobody vouches for is not trusted; AWS_CA_BUNDLE vouches" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
	serve ok tls
	run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url" --retry-for 200ms <event
	expect_status 5
	expect_err 'no trust in'
	AWS_CA_BUNDLE=cert.pem run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url" <event
	expect_status 0
}

@test "TLS: a name that is not the certificate's is not trusted" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=other \
		-addext subjectAltName=DNS:other.example -keyout key.pem -out cert.pem 2>/dev/null
	serve ok tls
	AWS_CA_BUNDLE=cert.pem run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url" --retry-for 200ms <event
	expect_status 5
	expect_err 'no trust in'
	[ ! -s log ]
}

@test "TLS: the profile's ca_bundle vouches, too; one that cannot be read is an error at the start" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
	serve ok tls
	printf '[default]\nca_bundle = %s/cert.pem\n' "$PWD" >config
	AWS_CONFIG_FILE=config run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url" <event
	expect_status 0
	rm cert.pem
	AWS_CONFIG_FILE=config run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url" <event
	expect_status 2
	expect_err "cannot read CA bundle '$PWD/cert.pem'"
}

# The log has what stood behind POST: a whole URL is what a proxy gets.
@test "a proxy is asked where the environment says so, but never for this machine" {
	serve ok
	http_proxy=$url run --separate-stderr kebput --bus x --no-bus-check --insecure-http --endpoint-url http://192.0.2.1/bus <event
	expect_status 0
	[ "$(cut -d' ' -f1 log)" = http://192.0.2.1/bus ]
	http_proxy=http://127.0.0.1:1 run --separate-stderr kebput --bus x --no-bus-check --endpoint-url "$url/own" <event
	expect_status 0
	[ "$(tail -n 1 log | cut -d' ' -f1)" = /own ]
	http_proxy=http://u:hunter2@127.0.0.1:1 run --separate-stderr kebput --bus x --no-bus-check --insecure-http --retry-for 10ms \
		--endpoint-url http://192.0.2.1/ -vv <event
	expect_status 5
	[[ $stderr != *hunter2* ]]
	http_proxy=http://127.0.0.1:1 no_proxy=.example,192.0.2.1 run --separate-stderr timeout 20 kebput --bus x --no-bus-check --insecure-http \
		--retry-for 10ms --endpoint-url http://192.0.2.1:9/ <event
	[[ $stderr != *127.0.0.1* ]]
}
