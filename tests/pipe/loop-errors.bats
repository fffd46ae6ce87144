bats_require_minimum_version 1.5.0
# What is wrong from the start, and bad lines on the way: a clear message, the right
# status, and nothing committed that has not arrived.

setup() { load lib && pipe_setup; }
teardown() { pipe_teardown; }

nothing_happened() {
	[ ! -s "$EVENTS" ]
	[ "$(committed "$GROUP" "$TOPIC" | awk '$2 > 0')" = "" ]
}

@test "wrong credentials end the run with 4, the records stay" {
	topic "$TOPIC" 2
	bus_and_broker_up
	records 100 | produce "$TOPIC"
	AWS_SECRET_ACCESS_KEY=wrong LOOP_READ=-e run --separate-stderr loop
	expect_status 4
	expect_err "stage 4 (kebput) ended with status 4: the remote said no"
	nothing_happened
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	check_all --complete --once
}

@test "no permission ends it with 4" {
	topic "$TOPIC" 2
	bus_and_broker_up --fault deny=request
	records 100 | produce "$TOPIC"
	LOOP_READ=-e run --separate-stderr loop
	expect_status 4
	nothing_happened
}

@test "permissions that are taken away later drain nothing into nowhere" {
	topic "$TOPIC" 2
	bus_and_broker_up --fault latency=20ms
	records 10000 | produce "$TOPIC"
	LOOP_READ=-e started loop loop
	run_pid=$pid
	eventually accepted 200
	faults deny=request
	ended "$run_pid"
	[ "$status" = 4 ]
	check_all
	faults deny=off
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	check_all --complete
}

@test "a bus that is missing ends it with 4, though PutEvents would say yes" {
	topic "$TOPIC" 2
	bus_and_broker_up
	records 100 | produce "$TOPIC"
	BUS=no-such-bus
	LOOP_READ=-e run --separate-stderr loop
	expect_status 4
	expect_err "no-such-bus"
	nothing_happened
}

@test "a bad pattern ends it with 2 before anything is read" {
	topic "$TOPIC" 1
	bus_and_broker_up
	records 100 | produce "$TOPIC"
	run --separate-stderr kebrun "kebread -G $GROUP -t $TOPIC -e | kebmap --source test |
		kebfilter -p '{\"detail\":[]}' | kebput --bus $BUS"
	expect_status 2
	expect_err "stage 3 (kebfilter) ended with status 2: usage or configuration"
	nothing_happened
}

@test "a value that is no JSON stops the run at that record, with the reason" {
	topic "$TOPIC" 1
	bus_and_broker_up
	{ records 10 && echo '{"key":null,"value":"bm8ganNvbg=="}' && records 10; } | produce "$TOPIC"
	LOOP_READ=-e run --separate-stderr loop
	expect_status 1
	expect_err "stage 1 (kebread) ended with status 1"
	[ "$(committed "$GROUP" "$TOPIC")" = $'0\t10' ]
}

@test "--on-reject skip goes on behind it" {
	topic "$TOPIC" 1
	bus_and_broker_up
	{ records 10 && echo '{"key":null,"value":"bm8ganNvbg=="}' && records 10; } | produce "$TOPIC"
	LOOP_READ='-e --on-reject skip' run --separate-stderr loop
	expect_status 0
	[ "$(committed "$GROUP" "$TOPIC")" = $'0\t21' ]
	[ "$(wc -l <"$EVENTS")" = 20 ]
}

# A stand-in for kebmap that breaks one line: what a foreign program would do.
broken_kebmap() { # WHAT: a sed command
	mkdir -p fake
	printf '#!/bin/sh\n%s/kebmap "$@" | sed -u %s\n' "$KEB_BUILD" "'$1'" >fake/kebmap
	chmod +x fake/kebmap
}

@test "a malformed line ends the run with 3; its record comes again" {
	topic "$TOPIC" 1
	bus_and_broker_up
	records 100 | produce "$TOPIC"
	for what in '50s/}$//' '50s/"source"/so\\x00urce/' '50s/test/te\xff/'; do
		broken_kebmap "$what"
		PATH=$PWD/fake:$PATH LOOP_READ=-e run --separate-stderr loop
		expect_status 3
		expect_err "stage 3 (kebfilter) ended with status 3: malformed input"
		check_all
		[ "$(committed "$GROUP" "$TOPIC" | awk '$2 > 49')" = "" ]
		committed "$GROUP" "$TOPIC"
		kadm_reset
	done
}

kadm_reset() { # the next round begins again
	GROUP=$GROUP-again
	: >"$EVENTS"
}

@test "an event over the line limit is rejected, never cut" {
	topic "$TOPIC" 1
	bus_and_broker_up
	{ records 5 && records 1 1 0 5000 && records 5; } | produce "$TOPIC"
	LOOP_READ=-e LOOP_MAP='--max-line 1KiB' run --separate-stderr loop
	[ "$status" -ne 0 ]
	[ "$(committed "$GROUP" "$TOPIC" | cut -f2)" -le 5 ]
}

@test "a broker that is not there ends it with 5" {
	topic "$TOPIC" 1
	bus_and_broker_up
	KEB_BROKERS=127.0.0.1:1 LOOP_READ=-e run --separate-stderr timeout 60 bash -c "$(declare -f loop places_kept); loop"
	expect_status 5
	expect_err "127.0.0.1:1"
}

@test "results to a full disk end it with 6, and nothing is committed that has not arrived" {
	topic "$TOPIC" 1
	bus_and_broker_up
	records 5000 | produce "$TOPIC"
	LOOP_READ=-e LOOP_PUT='--results >/dev/full' run --separate-stderr loop
	expect_status 6
	check_all
}
