#!/usr/bin/env bats
# What lies in a real topic: transactions, records of many megabytes, a topic that grows
# while it is read, records that go while it is read.
bats_require_minimum_version 1.5.0

setup() {
	load ../pipe/lib
	pipe_setup
	KEB_BROKERS=$KEB_TEST_KAFKA
}
teardown() { pipe_teardown; }

offsets() { jq -r .offset | tr '\n' ' '; }

# kcat commits its transaction at the end of its input.
transaction() {
	kcat -P -b "$KEB_BROKERS" -t "$TOPIC" -p 0 -X transactional.id="$1"
}

@test "records of an aborted transaction are not shown, and -e ends behind its marker" {
	broker_topic "$TOPIC" 1
	printf 'a\nb\n' | transaction one
	kadm abort "$TOPIC:0"
	printf 'c\n' | transaction three
	run --separate-stderr kebread -t "$TOPIC" -e
	expect_status 0
	[ "$(jq -r .value <<<"$output" | tr '\n' ' ')" = "YQ== Yg== Yw== " ]
	[ "$(offsets <<<"$output")" = "0 1 5 " ] # 2: marker, 3: aborted, 4: its marker
}

@test "gaps between offsets are committed over" {
	topic "$TOPIC" 1
	bus_and_broker_up
	printf '{"n":1}\n{"n":2}\n' | transaction one
	printf '{"n":3}\n' | transaction two
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	[ "$(wc -l <"$EVENTS")" -eq 3 ]
	[ "$(kadm ends "$TOPIC" | awk '{ print $3 }')" -eq 5 ] # 0 1 marker 3 marker
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	[ "$(wc -l <"$EVENTS")" -eq 3 ]
}

@test "a record of ten megabytes comes whole, with a small prefetch too" {
	broker_topic "$TOPIC" 1 max.message.bytes=20000000
	head -c 10000000 /dev/urandom >value
	printf '{"key":null,"value":"%s"}\n' "$(base64 -w0 value)" |
		kebwrite -t "$TOPIC" -X message.max.bytes=20000000
	kebread -t "$TOPIC" -e --prefetch 1MiB | jq -rj .value | base64 -d | cmp - value
}

@test "a topic that grows all the time: -e ends at what was the end at the start" {
	broker_topic "$TOPIC" 2
	records 1000 16 | kebwrite -t "$TOPIC"
	(while records 1000 16 | kebwrite -t "$TOPIC"; do :; done) 3>&- &
	STARTED+=("$!")
	run --separate-stderr timeout 20 kebread -t "$TOPIC" -e
	expect_status 0
	[ "$(wc -l <<<"$output")" -ge 1000 ]
}

@test "-c ends after so many records, ^ reads all topics that match" {
	broker_topic "$TOPIC-a" 2
	broker_topic "$TOPIC-b" 1
	records 5 | kebwrite -t "$TOPIC-a"
	records 5 | kebwrite -t "$TOPIC-b"
	run --separate-stderr kebread -t "^$TOPIC-[ab]\$" -e
	expect_status 0
	[ "$(jq -r .topic <<<"$output" | sort | uniq -c | awk '{ print $1 }' | tr '\n' ' ')" = "5 5 " ]
	run --separate-stderr kebread -t "$TOPIC-a" -c 3
	expect_status 0
	[ "$(wc -l <<<"$output")" -eq 3 ]
}

# Reads the first line of a topic of 12 MB, and no more until the rest is nearly gone.
trim_while_reading() { # OPTION...
	broker_topic "$TOPIC" 1
	records 3000 16 0 4000 | kebwrite -t "$TOPIC"
	mkfifo lines
	kebread -t "$TOPIC" -e --prefetch 1MiB "$@" >lines 2>reader.err 3>&- &
	pid=$!
	STARTED+=("$pid")
	exec 7<lines
	IFS= read -r _ <&7
	kadm trim "$TOPIC:0:2990"
	cat <&7 >out
	exec 7<&-
	ended "$pid"
}

@test "records go while they are read: --on-gap stop ends with 1 and names them" {
	trim_while_reading
	[ "$status" -eq 1 ]
	grep -q "$TOPIC/0" reader.err
	[ "$(tail -1 out | jq .offset)" -lt 2990 ]
}

@test "records go while they are read: --on-gap oldest says so and goes on" {
	trim_while_reading --on-gap oldest
	[ "$status" -eq 0 ]
	grep -q "$TOPIC/0" reader.err
	[ "$(tail -10 out | jq .offset | tr '\n' ' ')" = "2990 2991 2992 2993 2994 2995 2996 2997 2998 2999 " ]
}

@test "kebwrite: a batch that is too large for the topic takes only the record along that is" {
	bus_and_broker_up
	kadm create "$TOPIC:1:max.message.bytes=2000"
	{
		records 100
		printf '{"value":"%s"}\n' "$(head -c 3000 /dev/zero | tr '\0' x | base64 -w0)"
		records 100
	} >lines
	run --separate-stderr kebwrite -t "$TOPIC" --results <lines
	expect_status 1
	[ "$(grep -c '"status":"delivered"' <<<"$output")" -eq 200 ]
	[ "$(jq -c 'select(.status == "rejected") | [.class, .line]' <<<"$output")" = '["too-large",101]' ]
}
