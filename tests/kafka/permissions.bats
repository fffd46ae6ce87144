#!/usr/bin/env bats
# What a broker that checks permissions refuses to the user of a pipeline: nothing stalls,
# every run ends with 4 and says what may not be done.
bats_require_minimum_version 1.5.0

load own
own_listeners=(user:SASL_PLAINTEXT)
# Who comes without a name is the tests' own admin client, and may do everything.
own_properties() {
	own_plain_passwords
	cat <<-END
		authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
		super.users=User:ANONYMOUS
		allow.everyone.if.no.acl.found=true
	END
}

setup() {
	own_setup
	DLQ=dlq-$TOPIC
	own_plain_client right
}

letters_loop() { # kebread OPTION...
	exec timeout 60 kebrun "kebread -b $(own_address user) -F client -G $GROUP -t $TOPIC \
		--on-reject dlq=$DLQ $* | kebmap --source test | kebput --bus default"
}

good_and_bad() {
	printf '{"value":"%s"}\n' e30= e2Jyb2tlbg== e30= | produce "$TOPIC"
}

@test "dead letters may be looked at but not written: status 4, nothing is committed beyond the record" {
	topic "$TOPIC" 1
	topic "$DLQ" 1
	bus_and_broker_up
	good_and_bad
	kadm allow "topic:$DLQ:describe"
	run --separate-stderr letters_loop -e
	expect_status 4
	expect_err "the dead letter of $TOPIC/0/1 cannot be written to '$DLQ': Broker: Topic authorization failed"
	expect_err "the permission to write to it"
	[ "$(committed "$GROUP" "$TOPIC")" = "0	1" ]
	# Allowed, it goes on where it was.
	kadm allow "topic:$DLQ:write"
	run --separate-stderr letters_loop -e
	expect_status 0
	[ "$(committed "$GROUP" "$TOPIC")" = "0	3" ]
	[ "$(kcat -C -b "$KEB_BROKERS" -t "$DLQ" -e -q -f '%s\n')" = '{broken' ]
}

@test "the permission is taken away in mid-run: status 4, it does not stall" {
	topic "$TOPIC" 1
	topic "$DLQ" 1
	bus_and_broker_up
	started loop letters_loop
	good_and_bad
	KEB_WAIT=30 eventually committed_up_to 3
	kadm deny "topic:$DLQ:write"
	good_and_bad
	ended "$pid"
	[ "$status" -eq 4 ] || { cat loop.err >&2 && false; }
	grep -q "the dead letter of $TOPIC/0/4 cannot be written to '$DLQ'" loop.err
	[ "$(committed "$GROUP" "$TOPIC")" = "0	4" ]
	[ "$(kcat -C -b "$KEB_BROKERS" -t "$DLQ" -e -q -f '%s\n')" = '{broken' ]
}
committed_up_to() { [ "$(committed "$GROUP" "$TOPIC")" = "0	$1" ]; }

@test "dead letters that may not even be seen: status 4 before the first record" {
	topic "$TOPIC" 1
	topic "$DLQ" 1
	bus_and_broker_up
	good_and_bad
	kadm deny "topic:$DLQ:describe"
	run --separate-stderr letters_loop -e
	expect_status 4
	expect_err "$DLQ"
	[ ! -s "$EVENTS" ]
}

@test "a topic that may not be read, a group that may not be joined, a topic that may not be written" {
	topic "$TOPIC" 1
	topic "$TOPIC-closed" 1
	topic "$DLQ" 1
	bus_and_broker_up
	good_and_bad
	kadm allow "topic:$TOPIC-closed:describe" "group:$GROUP-closed:describe"
	GROUP=$GROUP-closed run --separate-stderr letters_loop -e
	expect_status 4
	expect_err "group '$GROUP-closed': JoinGroup failed: Broker: Group authorization failed"
	TOPIC=$TOPIC-closed run --separate-stderr letters_loop
	expect_status 4
	expect_err "$TOPIC-closed"
	run --separate-stderr timeout 60 kebwrite -b "$(own_address user)" -F client -t "$TOPIC-closed" <<<'{"value":"e30="}'
	expect_status 4
	expect_err "uthorization"
}
