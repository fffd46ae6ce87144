#!/usr/bin/env bats
# -e in a group of several members, as a real coordinator runs it: nobody ends before all has
# been read that was there at the start, and nobody waits for what never comes.
bats_require_minimum_version 1.5.0

setup() {
	load ../pipe/lib
	pipe_setup
}
teardown() {
	exec 5>&-
	pipe_teardown
}

committed_sum() { committed "$GROUP" "$TOPIC" | awk '{ n += $2 } END { print n + 0 }'; }
places() { jq -c '[.detail.partition, .detail.offset]' "$EVENTS"; }

# reader NAME OPTION...: a member whose lines are in NAME.out, its messages in NAME.err; who
# opens NAME.acks for writing settles them.
reader() {
	local name=$1
	shift
	mkfifo "$name.acks"
	# shellcheck disable=SC2086 # options
	kebread -v -G "$GROUP" $QUICK_SESSION -t "$TOPIC" "$@" --ack-fd 4 4<"$name.acks" >"$name.out" 2>"$name.err" 3>&- 5>&- &
	pid=$!
	STARTED+=("$pid")
}

# A member that holds what it gets; the others, each with -e, read the rest and wait for it.
# Then it dies, and they read what it had.
one_is_killed() { # STRATEGY
	local strategy="-X partition.assignment.strategy=$1" held one
	topic "$TOPIC" 6
	bus_and_broker_up
	records 600 64 | produce "$TOPIC"
	reader held $strategy
	held=$pid
	exec 5>held.acks
	eventually test -s held.out
	LOOP_READ="-e -v $strategy" started one loop
	one=$pid
	LOOP_READ="-e -v $strategy" started two loop
	KEB_WAIT=30 eventually grep -q 'waiting for [0-9]* of other members' one.err
	KEB_WAIT=30 eventually grep -q 'waiting for [0-9]* of other members' two.err
	kill -KILL "$held"
	ended "$one"
	[ "$status" -eq 0 ] || { cat one.err >&2 && false; }
	ended "$pid"
	[ "$status" -eq 0 ] || { cat two.err >&2 && false; }
	[ "$(committed_sum)" -eq 600 ]
	[ "$(places | sort -u | wc -l)" -eq 600 ]
}

@test "a member that is killed: the others were not done before, and read what it had, eager" {
	one_is_killed range
}

@test "a member that is killed: the others were not done before, and read what it had, cooperative" {
	one_is_killed cooperative-sticky
}

@test "what ends in markers of transactions, or is empty, is waited for until it is committed over" {
	topic "$TOPIC" 3
	bus_and_broker_up
	printf '{"n":1}\n{"n":2}\n' | kcat -P -b "$KEB_BROKERS" -t "$TOPIC" -p 0 -X transactional.id="$TOPIC"
	kadm abort "$TOPIC:1"
	run --separate-stderr timeout 30 kebrun -j 2 "kebread -G $GROUP -t $TOPIC -e | kebmap --source test | kebput --bus default"
	expect_status 0
	[ "$(wc -l <"$EVENTS")" -eq 2 ]
	[ "$(committed "$GROUP" "$TOPIC")" = "$(kadm ends "$TOPIC" | awk '{ print $1 "\t" $NF }')" ]
}

@test "topic.blacklist: topics that an expression matches and nobody is given are not waited for" {
	topic "$TOPIC" 1
	topic "$TOPIC-not" 1
	bus_and_broker_up
	records 10 | produce "$TOPIC"
	records 10 | produce "$TOPIC-not"
	LOOP_READ="-e -t ^$TOPIC -X topic.blacklist=-not" started loop loop
	ended "$pid"
	[ "$status" -eq 0 ] || { cat loop.err >&2 && false; }
	[ "$(wc -l <"$EVENTS")" -eq 10 ]
}

@test "a program that settles at the end of its input: after 30 s without a status it gets it" {
	topic "$TOPIC" 2
	bus_and_broker_up
	records 100 16 | produce "$TOPIC"
	reader held
	exec 5>held.acks
	eventually test -s held.out
	mkfifo late.out
	reader late -e
	local late=$pid
	tee late.lines <late.out | jq -s -c '.[] | {ack: ._ack, status: "delivered"}' >late.acks 3>&- 5>&- &
	ended "$late"
	[ "$status" -eq 0 ] || { cat late.err >&2 && false; }
	grep -q 'no status for 30 s' late.err
	[ "$(committed_sum)" -eq "$(wc -l <late.lines)" ]
}
