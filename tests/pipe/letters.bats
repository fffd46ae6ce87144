bats_require_minimum_version 1.5.0
# Poisoned records: they leave the loop for a topic of dead letters, byte for byte, and once
# the cause is gone exactly these come to the bus.

setup() {
	load lib && pipe_setup
	DLQ=dlq-$TOPIC
	export DLQ
}
teardown() { pipe_teardown; }

# Every 50th record is no JSON, has a header, and a key of bytes.
poisoned() { # N
	records "$1" | jq -c 'if input_line_number % 50 == 0 then .value = ("{broken \(input_line_number)\u00ff" | @base64) | .headers = [{"trace": "AAEC"}] | .key = "/wAK" else . end'
}

as_kcat_sees() { # TOPIC: key, value, timestamp, first header, with lengths
	kcat -C -b "$KEB_BROKERS" -t "$1" -o beginning -e -q -f '%K %k %S %s %T %h\n' |
		sed 's/,__connect[.]errors[.]topic=.*//' | grep -a broken | sort
}

places() { jq -c '[.detail.topic, .detail.partition, .detail.offset]' "$EVENTS" | sort -u; }

letters_loop() { # kebread OPTION...
	exec kebrun "kebread $QUICK_SESSION --on-reject decode=dlq=$DLQ $* |
		kebmap --source test ${LOOP_MAP-} | kebput --bus default"
}

@test "exactly the poisoned records are dead letters, byte for byte, and are redriven to the bus" {
	topic "$TOPIC" 4
	topic "$DLQ" 2
	bus_and_broker_up
	poisoned 2000 | produce "$TOPIC"
	run --separate-stderr letters_loop -G "$GROUP" -t "$TOPIC" -e
	expect_status 0
	[ "$(places | wc -l)" -eq 1960 ]
	as_kcat_sees "$TOPIC" >wanted
	[ "$(wc -l <wanted)" -eq 40 ]
	diff wanted <(as_kcat_sees "$DLQ")
	[ "$(committed "$GROUP" "$TOPIC" | awk '{ n += $2 } END { print n }')" -eq 2000 ]

	LOOP_MAP='--value-format string --key-format base64' run --separate-stderr \
		letters_loop -G "$GROUP-redrive" -t "$DLQ" --redrive --max-redrives 3
	expect_status 0
	[ "$(places | wc -l)" -eq 2000 ]
	[ "$(jq -r 'select(.detail.value | type == "string") | .detail.topic' "$EVENTS" | sort | uniq -c | xargs)" = "40 $TOPIC" ]
	[ "$(committed "$GROUP-redrive" "$DLQ" | awk '{ n += $2 } END { print n }')" -eq 40 ]
}

@test "kebread killed again and again: each poisoned record is a dead letter, all others arrive" {
	topic "$TOPIC" 2
	topic "$DLQ" 1
	bus_and_broker_up --fault latency=10ms
	poisoned 6000 | produce "$TOPIC"
	local i
	for i in 1 2 3; do
		started loop letters_loop --checkpoint replay -t "$TOPIC" -e
		eventually accepted $((i * 1200))
		kill -KILL "$(stage_of "$pid" kebread)" || :
		ended "$pid"
	done
	run --separate-stderr letters_loop --checkpoint replay -t "$TOPIC" -e
	expect_status 0
	[ "$(places | wc -l)" -eq 5880 ]
	as_kcat_sees "$TOPIC" >wanted
	[ "$(wc -l <wanted)" -eq 120 ]
	diff wanted <(as_kcat_sees "$DLQ" | uniq)
}
