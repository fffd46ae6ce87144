#!/usr/bin/env bats
# What only a real group coordinator does to a member: taking its partitions while it is
# away, with statuses outstanding, and what a topic can do under a reader.
bats_require_minimum_version 1.5.0

setup() {
	load ../pipe/lib
	pipe_setup
}
teardown() { pipe_teardown; }

committed_sum() { committed "$GROUP" "$TOPIC" | awk '{ n += $2 } END { print n + 0 }'; }
committed_all() { [ "$(committed_sum)" -ge "$1" ]; }

member() { # STRATEGY
	echo "kebread -G $GROUP -t $TOPIC -X session.timeout.ms=4000 -X heartbeat.interval.ms=500 \
		-X max.poll.interval.ms=5000 -X partition.assignment.strategy=$1 |
		kebmap --source test | kebput --bus default"
}

# The member stands still for longer than its session and its poll interval: the other one
# takes its partitions and reads again what was not committed. When it wakes up, the statuses
# that come for what it had handed out are stale: they settle nothing and commit nothing.
stopped_past_its_session() { # STRATEGY
	local first asleep
	topic "$TOPIC" 4
	bus_and_broker_up --fault latency=100ms..300ms
	started first kebrun "$(member "$1")"
	first=$pid
	started second kebrun "$(member "$1")"
	records 2000 64 | produce "$TOPIC"
	eventually accepted 300
	asleep=$(stage_of "$first" kebread)
	kill -STOP "$asleep"
	faults latency=off
	records 2000 64 | produce "$TOPIC"
	KEB_WAIT=40 eventually committed_all 4000
	kill -CONT "$asleep"
	records 2000 64 | produce "$TOPIC"
	KEB_WAIT=40 eventually committed_all 6000
	kill -TERM "$first" "$pid"
	ended "$first"
	[ "$status" -eq 0 ] || { cat first.err >&2 && false; }
	ended "$pid"
	[ "$status" -eq 0 ] || { cat second.err >&2 && false; }
	check_all --complete --no-order
}

@test "a member that stands still past its session and poll interval, eager" {
	stopped_past_its_session range
}

@test "a member that stands still past its session and poll interval, cooperative" {
	stopped_past_its_session cooperative-sticky
}

# The new topic ends before the position of the reader, which may look before it is filled.
@test "a topic that is deleted and made anew under a reader: it stops and says so" {
	topic "$TOPIC" 1
	bus_and_broker_up
	records 1000 | produce "$TOPIC"
	started loop loop
	eventually accepted 1000
	KEB_WAIT=20 eventually committed_all 1000
	kadm delete "$TOPIC"
	eventually recreated
	records 10 | produce "$TOPIC"
	KEB_WAIT=60 eventually gone "$pid"
	ended "$pid"
	[ "$status" -eq 1 ]
	grep -q "$TOPIC/0 ends at [0-9]*, before 1000: was it made anew or cut?" loop.err
}
recreated() { kadm create "$TOPIC:1"; }

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
	eventually committed_all 100
	kadm delete "$TOPIC"
	ended "$loop"
	[ "$status" -eq 4 ] || { cat loop.err >&2 && false; }
	grep -q "Subscribed topic not available: $TOPIC: .* (was it deleted?)" loop.err
}
