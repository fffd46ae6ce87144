#!/usr/bin/env bats
# A broker that is away, or says no: on a Kafka of this file's own, which may be stopped
# and which asks for a password at its second port.
bats_require_minimum_version 1.5.0

load own
own_listeners=(sasl:SASL_PLAINTEXT)
own_properties() { own_plain_passwords; }

sasl() { # PASSWORD OPTION...
	own_plain_client "$1"
	run --separate-stderr timeout 25 kebread -b "$(own_address sasl)" -F client -t "$TOPIC" "${@:2}"
}

@test "a password that is right, and one that is wrong: status 4 at once, and why" {
	broker_topic "$TOPIC" 1
	records 3 | kebwrite -t "$TOPIC"
	sasl right -e
	expect_status 0
	[ "$(wc -l <<<"$output")" -eq 3 ]
	sasl wrong -e
	expect_status 4
	expect_err "uthentication failed"
	[[ $stderr != *wrong* ]]
}

@test "the broker is away in mid-run: it waits, says so once a minute, and goes on" {
	topic "$TOPIC" 2
	bus_and_broker_up
	records 1000 16 | produce "$TOPIC"
	started loop loop
	local loop=$pid
	eventually accepted 1000
	. "$KEB_ROOT/tests/kafka/broker.bash"
	kafka_fetch "$BROKER_VERSION"
	kafka_stop "$(cat "$BATS_FILE_TMPDIR/pid")"
	eventually grep -q 'cannot reach broker' loop.err
	kafka_java "$BROKER" kafka.Kafka "$BROKER/server.properties" >"$BROKER/again.log" 2>&1 3>&- &
	echo "$!" >"$BATS_FILE_TMPDIR/pid"
	kadm wait 60
	records 1000 16 | produce "$TOPIC"
	KEB_WAIT=40 eventually accepted 2000
	kill -TERM "$loop"
	ended "$loop"
	[ "$status" -eq 0 ] || { cat loop.err >&2 && false; }
	check_all
	[ "$(grep -c 'cannot reach broker' loop.err)" -le 3 ]
}

@test "no broker answers: status 5 after 30 s, and the cause" {
	run --separate-stderr kebread -b 127.0.0.1:1 -t "$TOPIC" -e
	expect_status 5
	expect_err "gave up after 30 s"
	expect_err "cannot reach broker '127.0.0.1:1': connection refused (check -b)"
}
