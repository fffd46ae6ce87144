#!/usr/bin/env bats
# Where reading starts, on a real Kafka: what the mock cannot show, since it answers no
# ListOffsets by time, keeps no records by age and has no admin requests.
bats_require_minimum_version 1.5.0

setup() {
	load ../pipe/lib
	pipe_setup
	KEB_BROKERS=$KEB_TEST_KAFKA
}
teardown() { pipe_teardown; }

offsets() { jq -r '"\(.partition) \(.offset)"'; }

# Ten records a second apart, from 1 700 000 000 000 on, in one partition.
fill_by_time() {
	broker_topic "$TOPIC" 1
	local i
	for i in 0 1 2 3 4 5 6 7 8 9; do
		echo "{\"timestamp\":$((1700000000000 + i * 1000)),\"key\":null,\"value\":\"MQ==\"}"
	done | kebwrite -t "$TOPIC"
}

@test "-o s@ starts at the first record of that time or later" {
	fill_by_time
	run --separate-stderr kebread -t "$TOPIC" -e -o s@1700000003000
	expect_status 0
	[ "$(offsets <<<"$output" | tr '\n' ,)" = "0 3,0 4,0 5,0 6,0 7,0 8,0 9," ]
	run --separate-stderr kebread -t "$TOPIC" -e -o s@1700000003001
	[ "$(offsets <<<"$output" | head -1)" = "0 4" ]
}

@test "-o e@ ends before the first record of that time or later" {
	fill_by_time
	run --separate-stderr kebread -t "$TOPIC" -e -o s@1700000002000 -o e@1700000005000
	expect_status 0
	[ "$(offsets <<<"$output" | tr '\n' ,)" = "0 2,0 3,0 4," ]
}

@test "-o s@ beyond the last record reads nothing and ends" {
	fill_by_time
	run --separate-stderr kebread -t "$TOPIC" -e -o s@1800000000000
	expect_status 0
	expect_out ""
}

@test "timestamps, keys, headers and null come back as they were written" {
	broker_topic "$TOPIC" 1
	local line='"timestamp":1545084650987,"timestampType":"CREATE_TIME","key":"AAH/","value":null,"headers":[{"a":"MQ=="},{"a":""},{"b":null}]'
	echo "{$line}" | kebwrite -t "$TOPIC"
	run --separate-stderr kebread -t "$TOPIC" -e
	expect_out "{\"topic\":\"$TOPIC\",\"partition\":0,\"offset\":0,$line}"
}

@test "a topic that is missing: status 4, and it is named" {
	run --separate-stderr kebread -t "no-$TOPIC" -e
	expect_status 4
	expect_err "no-$TOPIC"
}

@test "a topic that is missing, with a group: status 4, nothing is created" {
	bus_and_broker_up
	run --separate-stderr kebrun "kebread -G $GROUP -t missing-$TOPIC -e |
		kebmap --source test | kebput --bus default"
	expect_status 4
	expect_err "missing-$TOPIC"
	run -1 kadm ends "missing-$TOPIC"
}

@test "the committed offset is gone: stop says which, oldest goes on and says so" {
	topic "$TOPIC" 1
	bus_and_broker_up
	records 20 | produce "$TOPIC"
	kadm commit "$GROUP" "$TOPIC:0:5"
	kadm trim "$TOPIC:0:12"
	LOOP_READ=-e run --separate-stderr loop
	expect_status 1
	expect_err "$TOPIC"
	[ "$(committed "$GROUP" "$TOPIC")" = "0	5" ]
	LOOP_READ='-e --on-gap oldest' run --separate-stderr loop
	expect_status 0
	[ "$(committed "$GROUP" "$TOPIC")" = "0	20" ]
	[ "$(wc -l <"$EVENTS")" -eq 8 ]
}

@test "-o end is committed as a number before the first record" {
	topic "$TOPIC" 2
	bus_and_broker_up
	records 10 | produce "$TOPIC"
	LOOP_READ='-e -o end' run --separate-stderr loop
	expect_status 0
	[ "$(committed "$GROUP" "$TOPIC" | awk '{ n += $2 } END { print n }')" -eq 10 ]
	[ ! -s "$EVENTS" ]
	records 4 | produce "$TOPIC"
	LOOP_READ='-e -o end' run --separate-stderr loop
	expect_status 0
	[ "$(wc -l <"$EVENTS")" -eq 4 ]
}

@test "a partition that appears later is read from its beginning, with -o end too" {
	topic "$TOPIC" 1
	bus_and_broker_up
	LOOP_READ='-o end -X topic.metadata.refresh.interval.ms=500' started loop loop
	KEB_WAIT=20 eventually starts_committed
	kadm grow "$TOPIC:3"
	records 30 16 | produce "$TOPIC"
	KEB_WAIT=30 eventually has_events 30
	kill -TERM "$pid"
	ended "$pid"
	[ "$status" -eq 0 ]
}
starts_committed() { [ -n "$(committed "$GROUP" "$TOPIC")" ]; }
has_events() { [ "$(wc -l <"$EVENTS")" -ge "$1" ]; }

@test "--reset begins where -o says, over what is committed" {
	topic "$TOPIC" 1
	bus_and_broker_up
	fill=$(records 10)
	produce "$TOPIC" <<<"$fill"
	kadm commit "$GROUP" "$TOPIC:0:10"
	LOOP_READ='-e --reset -o 4' run --separate-stderr loop
	expect_status 0
	[ "$(wc -l <"$EVENTS")" -eq 6 ]
	[ "$(committed "$GROUP" "$TOPIC")" = "0	10" ]
}
