#!/usr/bin/env bats
# What is committed on a real Kafka when kebread ends, well or badly.
bats_require_minimum_version 1.5.0

setup() {
	load ../pipe/lib
	pipe_setup
}
teardown() { pipe_teardown; }

starts_committed() { [ -n "$(committed "$GROUP" "$TOPIC")" ]; }
committed_sum() { committed "$GROUP" "$TOPIC" | awk '{ n += $2 } END { print n + 0 }'; }
places() { jq -c '[.detail.topic, .detail.partition, .detail.offset]' "$EVENTS"; }

@test "-o end, killed before anything was settled: what came meanwhile is read after all" {
	topic "$TOPIC" 2
	bus_and_broker_up
	records 20 | produce "$TOPIC"
	LOOP_READ="-o end $QUICK_SESSION" started loop loop
	KEB_WAIT=20 eventually starts_committed
	[ "$(committed_sum)" -eq 20 ]
	kill -KILL "$pid"
	ended "$pid"
	records 30 | produce "$TOPIC"
	LOOP_READ="-e -o end $QUICK_SESSION" run --separate-stderr loop
	expect_status 0
	[ "$(places | sort -u | wc -l)" -eq 30 ]
	[ "$(committed_sum)" -eq 50 ]
}

@test "SIGTERM under load: all that was handed out is settled and committed, nothing comes twice" {
	topic "$TOPIC" 4
	bus_and_broker_up --fault latency=20ms
	records 20000 64 | produce "$TOPIC"
	started loop loop
	eventually accepted 1000
	kill -TERM "$pid"
	ended "$pid"
	[ "$status" -eq 0 ] || { cat loop.err >&2 && false; }
	local sent
	sent=$(wc -l <"$EVENTS")
	[ "$sent" -lt 20000 ]
	[ "$(committed_sum)" -eq "$sent" ]
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	[ "$(places | wc -l)" -eq 20000 ]
	[ "$(places | sort -u | wc -l)" -eq 20000 ]
}

@test "--checkpoint: killed in mid-run, it resumes at what was settled; the group is untouched" {
	topic "$TOPIC" 2
	bus_and_broker_up --fault latency=20ms
	records 10000 64 | produce "$TOPIC"
	local replay="kebread -t $TOPIC --checkpoint replay.json -e |
		kebmap --source test | kebput --bus default"
	started first kebrun "$replay"
	eventually accepted 500
	KEB_WAIT=20 eventually test -s replay.json
	kill -KILL "$(stage_of "$pid" kebread)"
	ended "$pid"
	[ "$status" -ne 0 ]
	run --separate-stderr kebrun "$replay"
	expect_status 0
	[ "$(places | sort -u | wc -l)" -eq 10000 ]
	run --separate-stderr kebrun "$replay"
	expect_status 0
	[ "$(places | sort -u | wc -l)" -eq 10000 ]
	[ -z "$(committed "$GROUP" "$TOPIC")" ]
}

@test "a second member with the same group.instance.id: the first one ends with 4 and says why" {
	topic "$TOPIC" 1
	bus_and_broker_up
	LOOP_READ="-X group.instance.id=a" started first loop
	local first=$pid
	KEB_WAIT=20 eventually starts_committed
	LOOP_READ="-X group.instance.id=a" started second loop
	ended "$first"
	[ "$status" -eq 4 ]
	grep -q group.instance.id first.err
	kill -TERM "$pid"
	ended "$pid"
	[ "$status" -eq 0 ]
}

# The sink takes 300 records a second, so retention can be faster.
gap_in_a_group() { # STRATEGY
	topic "$TOPIC" 1
	bus_and_broker_up
	records 3000 16 0 4000 | produce "$TOPIC"
	LOOP_READ="-e --prefetch 1MiB --on-gap oldest -X partition.assignment.strategy=$1" \
		LOOP_PUT='--rate 300ev' started loop loop
	eventually accepted 20
	kadm trim "$TOPIC:0:2990"
	ended "$pid"
	[ "$status" -eq 0 ] || { cat loop.err >&2 && false; }
	grep -q "of $TOPIC/0 are gone: going on at 2990" loop.err
	[ "$(places | tail -10 | jq -c '.[2]' | tr '\n' ' ')" = "2990 2991 2992 2993 2994 2995 2996 2997 2998 2999 " ]
	[ "$(committed_sum)" -eq 3000 ]
}

@test "records go while a group reads them, eager: it goes on at the oldest" {
	gap_in_a_group range
}

@test "records go while a group reads them, cooperative: it goes on at the oldest" {
	gap_in_a_group cooperative-sticky
}
