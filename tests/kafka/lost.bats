#!/usr/bin/env bats
# A real Kafka takes things away while a group reads: a member's partitions, a topic.
bats_require_minimum_version 1.5.0

setup() {
	load ../pipe/lib
	pipe_setup
}
teardown() { pipe_teardown; }

committed_sum() { committed "$GROUP" "$TOPIC" | awk '{ n += $2 } END { print n + 0 }'; }
places() { jq -c '[.detail.partition, .detail.offset]' "$EVENTS"; }

# The bus is slow, so statuses are outstanding while the member sleeps past its session.
sleeps_past_its_session() { # STRATEGY
	topic "$TOPIC" 2
	bus_and_broker_up --fault latency=300ms
	records 4000 64 | produce "$TOPIC"
	LOOP_READ="-v -e -X partition.assignment.strategy=$1 -X session.timeout.ms=2000 -X heartbeat.interval.ms=300" \
		LOOP_PUT='--in-flight 4' started first loop
	local first=$pid reader
	KEB_WAIT=20 eventually accepted 50
	reader=$(stage_of "$first" kebread)
	kill -STOP "$reader"
	mkfifo hold
	exec 7<>hold
	# shellcheck disable=SC2086 # options, by words
	started second kebread -v -G "$GROUP" -t "$TOPIC" $QUICK_SESSION -X partition.assignment.strategy="$1" \
		-e --ack-fd 4 4<hold >second.out 7>&-
	KEB_WAIT=30 eventually grep -q 'reading from' second.err
	kill -CONT "$reader"
	KEB_WAIT=30 eventually grep -q 'giving up partitions with\|come again\|reading from' first.err
	faults latency=0ms
	kill -KILL "$pid" # what it had comes to the first one again
	ended "$first"
	[ "$status" -le 1 ] || { cat first.err >&2 && false; }
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	[ "$(places | sort -u | wc -l)" -eq 4000 ]
	[ "$(committed_sum)" -eq 4000 ]
}

@test "a member sleeps past its session, eager: what it had is lost, nothing is missing" {
	sleeps_past_its_session range
}

@test "a member sleeps past its session, cooperative: what it had is lost, nothing is missing" {
	sleeps_past_its_session cooperative-sticky
}

@test "nobody takes the lines for longer than max.poll.interval.ms: the membership lives" {
	topic "$TOPIC" 1
	bus_and_broker_up
	records 20000 64 0 200 | produce "$TOPIC"
	mkfifo acks lines
	kebread -v -G "$GROUP" -t "$TOPIC" -e -X session.timeout.ms=1500 -X heartbeat.interval.ms=300 \
		-X max.poll.interval.ms=2000 --in-flight 20000 --ack-fd 4 4<acks >lines 2>read.err 3>&- &
	pid=$!
	STARTED+=("$pid")
	exec 6>acks 5<lines
	KEB_WAIT=20 eventually grep -q 'reading from 0' read.err
	# the pipe is full: time goes by, measured by a clock that is not this test's hope
	local until=$((SECONDS + 6))
	past() { ((SECONDS >= until)); }
	eventually past
	jq -c --unbuffered '{ack:._ack,status:"delivered"}' <&5 >&6 5<&- 6>&- 3>&- &
	exec 5<&- 6>&-
	ended "$pid"
	[ "$status" -eq 0 ] || { cat read.err >&2 && false; }
	[ "$(grep -c 'reading from' read.err)" -eq 1 ]
	[ "$(committed_sum)" -eq 20000 ]
}

@test "three members, both ways to join: eager and cooperative ones do not mix, and say so" {
	topic "$TOPIC" 3
	bus_and_broker_up
	records 300 | produce "$TOPIC"
	LOOP_READ="-X partition.assignment.strategy=range" started first loop
	local first=$pid
	KEB_WAIT=20 eventually accepted 300
	LOOP_READ="-X partition.assignment.strategy=cooperative-sticky" run --separate-stderr loop
	expect_status 4
	kill -TERM "$first"
	ended "$first"
	[ "$status" -eq 0 ]
	[ "$(committed_sum)" -eq 300 ]
}

@test "the topic is deleted while a group reads it: status 4, and it is named" {
	topic "$TOPIC" 1
	bus_and_broker_up
	records 100 | produce "$TOPIC"
	LOOP_READ="-X topic.metadata.refresh.interval.ms=1000" started loop loop
	local loop=$pid
	KEB_WAIT=20 eventually accepted 100
	all_committed() { [ "$(committed_sum)" -eq 100 ]; }
	eventually all_committed
	kadm delete "$TOPIC"
	ended "$loop"
	[ "$status" -eq 4 ] || { cat loop.err >&2 && false; }
	grep -q "Subscribed topic not available: $TOPIC: .* (was it deleted?)" loop.err
}
