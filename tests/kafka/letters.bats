#!/usr/bin/env bats
# Dead letters on a real Kafka: the topic that is made, and letters that it never takes.
bats_require_minimum_version 1.5.0

setup() {
	load ../pipe/lib
	pipe_setup
	DLQ=dlq-$TOPIC
}
teardown() { pipe_teardown; }

letters_loop() { # kebread OPTION...
	exec kebrun "kebread -G $GROUP -t $TOPIC -e --on-reject dlq=$DLQ $* |
		kebmap --source test | kebput --bus default"
}

@test "--dlq-create makes the topic, with as many partitions and replicas as it says" {
	topic "$TOPIC" 1
	bus_and_broker_up
	echo '{"key":"aw==","value":"e2Jyb2tlbg=="}' | produce "$TOPIC"
	run --separate-stderr letters_loop
	expect_status 4
	expect_err "there is no topic '$DLQ' for dead letters"
	run --separate-stderr letters_loop --dlq-create 3:2 # one broker
	expect_status 4
	expect_err "cannot create topic '$DLQ'"
	run --separate-stderr letters_loop --dlq-create 3:1
	expect_status 0
	[ "$(kadm ends "$DLQ" | wc -l)" -eq 3 ]
	[ "$(kcat -C -b "$KEB_BROKERS" -t "$DLQ" -e -q -f '%k %s')" = "k {broken" ]
	[ "$(committed "$GROUP" "$TOPIC")" = "0	1" ]
	run --separate-stderr letters_loop --dlq-create 3:1 # it is there
	expect_status 0
}

@test "a letter over the topic's max.message.bytes: status 4, nothing is committed beyond its record" {
	topic "$TOPIC" 1
	bus_and_broker_up
	kadm create "$DLQ:1:max.message.bytes=2000"
	{
		echo '{"value":"e2Jyb2tlbg=="}'
		printf '{"value":"%s"}\n' "$(head -c 3000 /dev/zero | tr '\0' x | base64 -w0)"
		echo '{"value":"e2Jyb2tlbg=="}'
	} | produce "$TOPIC"
	run --separate-stderr letters_loop
	expect_status 4
	expect_err "the dead letter of $TOPIC/0/1 cannot be written to '$DLQ'"
	expect_err "raise max.message.bytes of that topic"
	[ "$(committed "$GROUP" "$TOPIC")" = "0	1" ]
}

@test "the topic of dead letters is deleted in mid-run: status 4, it does not stall" {
	topic "$TOPIC" 1
	bus_and_broker_up
	kadm create "$DLQ:1"
	started loop kebrun "kebread -G $GROUP -t $TOPIC --on-reject dlq=$DLQ -X topic.metadata.propagation.max.ms=1000 -X topic.metadata.refresh.interval.ms=1000 | kebmap --source test | kebput --bus default"
	echo '{"value":"e30="}' | produce "$TOPIC"
	KEB_WAIT=20 eventually accepted 1
	kadm delete "$DLQ"
	echo '{"value":"e2Jyb2tlbg=="}' | produce "$TOPIC"
	ended "$pid"
	[ "$status" -eq 4 ] || { cat loop.err >&2 && false; }
	grep -q "cannot be written to '$DLQ'" loop.err
	[ "$(committed "$GROUP" "$TOPIC")" = "0	1" ]
}
