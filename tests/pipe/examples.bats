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
