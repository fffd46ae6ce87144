bats_require_minimum_version 1.5.0
# The scripts of examples/, run as their first lines say.

setup() {
	load lib && pipe_setup
	EXAMPLES=$KEB_ROOT/examples
	export TOPIC GROUP BUS
}
teardown() { pipe_teardown; }

orders() { # two of three have a total above 0
	local n
	for ((n = 0; n < 300; n++)); do
		printf '{"key":"%s","value":"%s"}\n' "$(printf 'order-%d' $((n % 7)) | base64)" \
			"$(printf '{"n":%d,"keep":%s,"total":%d}' "$n" \
				"$([ $((n % 3)) = 0 ] && echo false || echo true)" $((n % 3)) | base64 -w0)"
	done
}

@test "01-loop.sh" {
	topic "$TOPIC" 4
	bus_and_broker_up
	orders | produce "$TOPIC"
	run --separate-stderr "$EXAMPLES/01-loop.sh" -e
	expect_status 0
	check_all --complete --once
}

@test "02-loop-by-hand.sh does the same" {
	topic "$TOPIC" 4
	bus_and_broker_up
	orders | produce "$TOPIC"
	run --separate-stderr timeout 30 "$EXAMPLES/02-loop-by-hand.sh" -e
	expect_status 0
	check_all --complete --once
}

@test "02-loop-by-hand.sh drains on TERM" {
	topic "$TOPIC" 4
	bus_and_broker_up --fault latency=50ms
	orders | produce "$TOPIC"
	started hand "$EXAMPLES/02-loop-by-hand.sh"
	eventually accepted 20
	kill -TERM "$pid"
	ended "$pid"
	[ "$status" = 0 ]
	check_all --once
}

@test "03-copies.sh" {
	topic "$TOPIC" 6
	bus_and_broker_up
	orders | produce "$TOPIC"
	METRICS=$PWD READ=$QUICK_SESSION run --separate-stderr timeout 90 "$EXAMPLES/03-copies.sh" -e
	expect_status 0
	[ -s keb.1.prom ] && [ -s keb.3.prom ]
	# none of them is filtered; on kebmock a rebalance may repeat some
	[ "$(jq -c '[.detail.partition, .detail.offset]' "$EVENTS" | sort -u | wc -l)" = 300 ]
}

@test "04-copy-a-topic.sh" {
	topic "$TOPIC" 4
	topic "$TOPIC-copy" 4
	bus_and_broker_up
	orders | produce "$TOPIC"
	COPY=$TOPIC-copy run --separate-stderr "$EXAMPLES/04-copy-a-topic.sh" -e
	expect_status 0
	topic_dump "$TOPIC" | cut -f4,5 | sort >topic.tsv
	topic_dump "$TOPIC-copy" | cut -f4,5 | sort | cmp - topic.tsv
}

@test "05-test-rules.sh" {
	run --separate-stderr "$EXAMPLES/05-test-rules.sh"
	expect_status 0
	expect_out "ok 1 - a large order, paid
ok 2 - an open order
ok 3 - an amount as text is no number
1..3"
}

@test "06-large-payloads.sh, out and back" {
	topic "$TOPIC" 2
	bus_and_broker_up --bucket big
	{
		printf '{"key":null,"value":"%s"}\n' "$(printf '{"n":1}' | base64)"
		printf '{"key":null,"value":"%s"}\n' "$(printf '{"n":2,"text":"%s"}' "$(head -c 3000 /dev/zero | tr '\0' x)" | base64 -w0)"
	} | produce "$TOPIC"
	THRESHOLD=2KiB run --separate-stderr "$EXAMPLES/06-large-payloads.sh" -e
	expect_status 0
	run jq -r '.detail.dataref // "none" | sub("[0-9a-f]{64}$"; "")' "$EVENTS"
	[ "$(sort <<<"$output")" = "arn:aws:s3:::big/$TOPIC/"$'\n'none ]
	"$EXAMPLES/06-large-payloads.sh" --restore <"$EVENTS" >restored
	[ "$(jq -c '[.detail.value.n, (.detail.value.text // "" | length)]' restored | sort)" = $'[1,0]\n[2,3000]' ]
}

@test "07-dead-letters.sh" {
	export DLQ=dlq-$TOPIC
	topic "$TOPIC" 2
	topic "$DLQ" 1
	bus_and_broker_up
	{
		records 50
		echo '{"key":"aw==","value":"bm8ganNvbg=="}'
	} | produce "$TOPIC"
	run --separate-stderr "$EXAMPLES/07-dead-letters.sh" -e
	expect_status 0
	[ "$(wc -l <"$EVENTS")" -eq 50 ]
	run --separate-stderr "$EXAMPLES/07-dead-letters.sh" again
	expect_status 0
	[ "$(tail -1 "$EVENTS" | jq -c '[.detail.topic, .detail.value]')" = "[\"$TOPIC\",\"no json\"]" ]
	[ "$(wc -l <"$EVENTS")" -eq 51 ]
}

# A web server that says 422 to the order 7, and 503 to every tenth request.
hook() {
	cat >hook.py <<-'END'
		import http.server, json
		count = 0
		class Hook(http.server.BaseHTTPRequestHandler):
		    def do_POST(self):
		        global count
		        count += 1
		        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
		        code = 503 if count % 10 == 0 else 422 if event["detail"]["value"]["n"] == 7 else 200
		        if code == 200:
		            print(json.dumps(event), flush=True)
		        self.send_response(code)
		        self.end_headers()
		    def log_message(self, *args):
		        pass
		server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
		open("port", "w").write(str(server.server_port))
		server.serve_forever()
	END
	started hook python3 hook.py >taken
	eventually test -s port
	URL=http://127.0.0.1:$(cat port)/
	export URL
}

# `aws SERVICE CALL ...` by a stand-in: its arguments and its payload are in ./calls.
stand_in() {
	mkdir -p fake
	{ echo '#!/usr/bin/env python3' && cat; } >fake/aws
	chmod +x fake/aws
	PATH=$PWD/fake:$PATH
}

some_orders() { orders | head -40; }

# Of forty orders, all but the seventh; nothing else was settled without arriving.
all_but_the_seventh() { # JQ FILTER <FILE: the event's n
	[ "$(jq "$1" | sort -n | uniq | tr '\n' ' ')" = "$(seq 0 39 | grep -vx 7 | tr '\n' ' ')" ]
	[ "$(committed "$GROUP" "$TOPIC" | awk '{ n += $2 } END { print n }')" = 40 ]
}

@test "08-webhook.sh" {
	command -v curl >/dev/null || skip "no curl here (make deps)"
	topic "$TOPIC" 2
	bus_and_broker_up
	some_orders | produce "$TOPIC"
	hook
	ON_REJECT=skip run --separate-stderr "$EXAMPLES/08-webhook.sh" -e
	expect_status 0
	expect_err "the hook answers 503"
	all_but_the_seventh .detail.value.n <taken
	run ! grep -q '"_' taken
}

@test "09-lambda.sh" {
	topic "$TOPIC" 2
	bus_and_broker_up
	some_orders | produce "$TOPIC"
	stand_in <<-'END'
		import json, sys
		args = sys.argv[1:]
		assert args[:4] == ["lambda", "invoke", "--function-name", "on-order"], args
		n = json.load(open(args[args.index("--payload") + 1].removeprefix("file://")))["detail"]["value"]["n"]
		calls = open("calls", "a+")
		calls.seek(0)
		if n == 7:
		    sys.exit("An error occurred (RequestTooLargeException) when calling the Invoke operation")
		if n == 11 and "tried" not in calls.read():
		    calls.write("\"tried\"\n")
		    sys.exit("An error occurred (TooManyRequestsException) when calling the Invoke operation")
		calls.write(f"{n}\n")
	END
	ON_REJECT=skip FUNCTION=on-order run --separate-stderr "$EXAMPLES/09-lambda.sh" -e
	expect_status 0
	expect_err TooManyRequestsException
	all_but_the_seventh 'numbers' <calls
}

@test "10-sqs.sh" {
	topic "$TOPIC" 2
	bus_and_broker_up
	some_orders | produce "$TOPIC"
	stand_in <<-'END'
		import json, os, sys
		args = sys.argv[1:]
		assert args[:4] == ["sqs", "send-message-batch", "--queue-url", "https://queue"], args
		entries = json.loads(args[args.index("--entries") + 1])
		assert 1 <= len(entries) <= 10 and len({e["Id"] for e in entries}) == len(entries), entries
		failed = []
		for entry in entries:
		    n = json.loads(entry["MessageBody"])["detail"]["value"]["n"]
		    if n == 7 or (n == 11 and not os.path.exists("tried")):
		        failed.append({"Id": entry["Id"], "SenderFault": n == 7, "Code": "x"})
		        n == 11 and open("tried", "w")
		    else:
		        print(n, file=open("calls", "a"))
		print(json.dumps({"Successful": [{}], "Failed": failed}))
	END
	ON_REJECT=skip QUEUE=https://queue run --separate-stderr "$EXAMPLES/10-sqs.sh" -e
	expect_status 0
	all_but_the_seventh . <calls
	[ -e tried ]
}

@test "11-schema-registry.sh: Avro, Protobuf and JSON in one topic" {
	mkdir schemas
	echo '{"type":"record","name":"Order","fields":[{"name":"n","type":"int"}]}' >schemas/a.avsc
	echo 'syntax = "proto3"; message Order { int32 n = 1; }' >schemas/b.proto
	topic "$TOPIC" 2
	bus_and_broker_up --schema schemas
	{ # {"n":1} by schema 1, {"n":2} by schema 2, and as it is
		echo '{"key":null,"value":"AAAAAAEC"}'
		echo '{"key":null,"value":"AAAAAAIACAI="}'
		echo '{"key":null,"value":"eyJuIjozfQ=="}'
	} | produce "$TOPIC"
	CACHE=$PWD/cache run --separate-stderr "$EXAMPLES/11-schema-registry.sh" -e
	expect_status 0
	[ "$(jq -c .detail.value "$EVENTS" | sort)" = $'{"n":1}\n{"n":2}\n{"n":3}' ]
	[ "$(find cache -type f | wc -l)" -eq 2 ]
}
