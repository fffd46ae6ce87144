#!/usr/bin/env bats
# Large payloads out of a real topic: what a bus takes just so, and what it never would.
bats_require_minimum_version 1.5.0

setup() {
	load ../pipe/lib
	pipe_setup
	KEB_BROKERS=$KEB_TEST_KAFKA
}
teardown() { pipe_teardown; }

# text NAME BYTES: a JSON string of printable bytes, into the file NAME
text() {
	python3 -c 'import random, sys
random.seed(1)
letters = "abcdefghijklmnopqrstuvwxyz0123456789 \u00e9"
print("\"" + "".join(random.choices(letters, k=int(sys.argv[1]))) + "\"", end="")' "$2" >"$1"
}

# hwm PID: the most memory that it ever had, in KiB
hwm() { awk '$1 == "VmHWM:" { print $2 }' "/proc/$1/status"; }

@test "events of 900 KiB through the loop, the memory of each stage bounded by what is in flight" {
	topic "$TOPIC" 1
	bus_and_broker_up --max-body 16MiB --fault latency=20ms..60ms
	text value 850000
	for n in $(seq 100); do
		printf '{"key":null,"value":"%s"}\n' "$( (printf '{"n":%d,"text":' "$n" && cat value && printf '}') | base64 -w0)"
	done | kebwrite -t "$TOPIC"
	started loop kebrun "kebread -G $GROUP -t $TOPIC --in-flight-bytes 16MiB |
		kebmap --source test | kebput --bus default --in-flight 8"
	loop=$pid
	KEB_WAIT=60 eventually accepted 100
	# about: 16 MiB handed out and 16 MiB fetched ahead; 8 requests, each event twice, and a queue
	for stage in kebread:80000 kebmap:40000 kebput:70000; do
		most=$(hwm "$(stage_of "$loop" "${stage%:*}")")
		echo "${stage%:*} $most KiB"
		[ "$most" -lt "${stage#*:}" ]
	done
	kill -TERM "$loop"
	ended "$loop"
	[ "$status" = 0 ]
	[ "$(jq .detail.value.n "$EVENTS" | sort -n | uniq | wc -l)" = 100 ]
}

@test "a record of 30 MB is offloaded, and restored byte for byte" {
	broker_topic "$TOPIC" 1 max.message.bytes=40000000
	bus_and_broker_up --max-body 64MiB --bucket big:eu-central-1
	text value 30000000
	printf '{"key":"aw==","value":"%s"}\n{"key":"aw==","value":"%s"}\n' "$(base64 -w0 value)" "$(printf '{"small":1}' | base64)" |
		kebwrite -t "$TOPIC" -X message.max.bytes=40000000
	run --separate-stderr kebrun "kebread -G $GROUP -t $TOPIC -e | kebmap --source test |
		keboffload --bucket big | kebput --bus default"
	expect_status 0
	[ "$(jq -c .detail.value "$EVENTS")" = $'null\n{"small":1}' ]
	[ "$(jq -r '.detail.datarefs[0].size // empty' "$EVENTS")" = "$(wc -c <value)" ]
	keboffload --restore --bucket big <"$EVENTS" >restored
	python3 - value restored <<'END'
import sys
value = open(sys.argv[1], "rb").read()
first, second = open(sys.argv[2], "rb").read().splitlines()
assert b'"value":' + value in first and b'"value":{"small":1}' in second
END
	run --separate-stderr committed "$GROUP" "$TOPIC"
	expect_out $'0\t2'
}
