bats_require_minimum_version 1.5.0
# What goes wrong at the bus is retried until it is delivered: nothing is lost, nothing
# rejected, nothing committed before its time.

setup() { load lib && pipe_setup; }
teardown() { pipe_teardown; }

under() { # FAULTS [RECORDS [OPTION OF CHECK]...]
	topic "$TOPIC" 3
	bus_and_broker_up --seed 7 --fault "$1"
	records "${2:-3000}" 48 10 | produce "$TOPIC"
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	check_all --complete "${@:3}"
}

@test "30 ms of latency cost no order and no duplicates" {
	under latency=30ms 20000 --once
}

@test "latency that spreads lets answers overtake, not the records of a key" {
	under latency=1ms..200ms 10000 --once
}

# Entries of one key may share a request: if one of them fails alone, the others are
# ahead of it. Who cannot have that says --order strict.
@test "a fifth of the entries fails with InternalFailure" {
	under fail=0.2:InternalFailure 3000 --once --no-order
}

@test "a fifth of the entries fails, and the order of each key is strict" {
	LOOP_PUT='--order strict' under fail=0.2:InternalFailure 1000 --once
}

@test "a fifth of the entries is throttled" {
	under fail=0.2:ThrottlingException 3000 --once --no-order
}

@test "the endpoint throttles by the second" {
	under throttle=100/s:20 3000 --once
}

@test "HTTP 500 and 503" {
	under http=0.2:500 3000 --once
}

@test "HTTP 503" {
	under http=0.2:503 3000 --once
}

@test "connections are reset before the request is done" {
	under reset=0.1 3000 --once
}

@test "connections are reset before the answer: those records come twice, none is missing" {
	under reset-after=0.1
}

@test "some requests stall for seconds" {
	under stall=0.01:3s 2000
}

@test "large entries are split over requests, also where too large is a bare 413" {
	topic "$TOPIC" 1
	bus_and_broker_up --max-request-size 256KiB --fault too-large=413
	records 40 8 0 60000 | produce "$TOPIC"
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	check_all --complete
}

@test "an outage holds the records back, and its end lets them through" {
	topic "$TOPIC" 2
	bus_and_broker_up --fault latency=100ms
	records 2000 16 10 | produce "$TOPIC"
	LOOP_READ=-e LOOP_PUT='--in-flight 2' started loop loop
	run_pid=$pid
	eventually accepted 50
	faults http=1:503
	outage() { [ "$(stats failed_requests)" -gt 5 ]; }
	eventually outage
	topic_dump "$TOPIC" >topic.tsv
	committed "$GROUP" "$TOPIC" >committed.tsv
	check --topic topic.tsv --committed committed.tsv
	faults http=off latency=off
	ended "$run_pid"
	[ "$status" = 0 ]
	check_all --complete --once
}

@test "a record that the service refuses stops the run and is not committed" {
	topic "$TOPIC" 1
	bus_and_broker_up --fault 'refuse=n\":700'
	records 1000 | produce "$TOPIC"
	LOOP_READ=-e run --separate-stderr loop
	expect_status 1
	expect_err "stage 1 (kebread) ended with status 1: records rejected or unsettled"
	check_all --no-order
	[ "$(committed "$GROUP" "$TOPIC")" = $'0\t699' ]
}
