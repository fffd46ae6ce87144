bats_require_minimum_version 1.5.0
# A schema registry that is away in a loop: the records wait in Kafka, none is rejected,
# and a signal ends the wait, too.

setup() { load lib && pipe_setup; }
teardown() { pipe_teardown; }

# avro_records N: {"n":1} ... by schema 1, as it is in schemas.
avro_records() {
	mkdir -p schemas
	echo '{"type":"record","name":"R","fields":[{"name":"n","type":"int"}]}' >schemas/a.avsc
	python3 -c '
import base64, sys
for n in range(int(sys.argv[1])):
    value = base64.b64encode(bytes([0, 0, 0, 0, 1, 2 * (n % 60)])).decode()
    print("{\"key\":\"aw==\",\"value\":\"%s\"}" % value)' "$1"
}

@test "the registry is away at first: all arrive when it is back, once each" {
	topic "$TOPIC" 2
	avro_records 500 >records
	bus_and_broker_up --schema schemas --fault registry.http=1:503
	produce "$TOPIC" <records
	LOOP_READ=-e LOOP_MAP='--value-format auto' started loop loop
	run_pid=$pid
	KEB_WAIT=20 eventually grep -q 'answered 503 (since [0-9]* s; trying again)' loop.err
	[ ! -s "$EVENTS" ]
	faults registry.http=off
	ended "$run_pid"
	[ "$status" = 0 ]
	[ "$(wc -l <"$EVENTS")" -eq 500 ]
	[ "$(jq -s 'map(.detail.value.n) | add' "$EVENTS")" -eq "$(python3 -c 'print(sum(n % 60 for n in range(500)))')" ]
}

@test "TERM while it is away: the loop ends in time, nothing is rejected or committed" {
	topic "$TOPIC" 2
	avro_records 100 >records
	bus_and_broker_up --schema schemas --fault registry.reset=1
	produce "$TOPIC" <records
	LOOP_READ='--drain-limit 500ms --on-reject skip' LOOP_MAP='--value-format auto' started loop loop
	run_pid=$pid
	KEB_WAIT=20 eventually grep -q 'trying again' loop.err
	kill -TERM "$run_pid"
	ended "$run_pid"
	[ "$status" = 1 ]
	grep -q 'unsettled' loop.err
	[ -z "$(committed "$GROUP" "$TOPIC" | awk '$2 > 0')" ]
	[ ! -s "$EVENTS" ]
}

@test "who may not ask ends the loop with 4, nothing is rejected or committed" {
	topic "$TOPIC" 2
	avro_records 100 >records
	bus_and_broker_up --schema schemas --fault registry.deny=request
	produce "$TOPIC" <records
	LOOP_READ='-e --drain-limit 500ms --on-reject skip' LOOP_MAP='--value-format auto' run --separate-stderr loop
	expect_status 4
	expect_err 'answered 403: '
	[ -z "$(committed "$GROUP" "$TOPIC" | awk '$2 > 0')" ]
}
