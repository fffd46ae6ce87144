bats_require_minimum_version 1.5.0

setup() { load lib && pipe_setup; }
teardown() { pipe_teardown; }

@test "every record arrives once, in the order of its key, and everything is committed" {
	topic "$TOPIC" 4
	bus_and_broker_up
	records 20000 16 10 | produce "$TOPIC"
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	[ -z "$output$stderr" ]
	check_all --complete --once
	[ "$(wc -l <"$EVENTS")" = 18000 ]
}

@test "a second run begins where the first has ended" {
	topic "$TOPIC" 2
	bus_and_broker_up
	records 100 | produce "$TOPIC"
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	records 50 | produce "$TOPIC"
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	check_all --complete --once
	[ "$(wc -l <"$EVENTS")" = 150 ]
}

@test "records of several topics go through one loop" {
	topic "$TOPIC" 2
	topic "$TOPIC-b" 3
	bus_and_broker_up
	records 1000 | produce "$TOPIC"
	records 500 5 | produce "$TOPIC-b"
	LOOP_READ="-t $TOPIC-b -e" LOOP_MAP='--detail-type {topic}' run --separate-stderr loop
	expect_status 0
	topic_dump "$TOPIC" >topic.tsv
	topic_dump "$TOPIC-b" >>topic.tsv
	check --topic topic.tsv --complete --once
	[ "$(grep -c "\"detail-type\":\"$TOPIC-b\"" "$EVENTS")" = 500 ]
}

@test "an empty topic ends at once with nothing on the bus" {
	topic "$TOPIC" 3
	bus_and_broker_up
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	[ ! -s "$EVENTS" ]
}

@test "TERM drains: what was read arrives and is committed, the rest stays" {
	stop_while_busy TERM
}

@test "INT drains as well" {
	stop_while_busy INT
}

stop_while_busy() {
	topic "$TOPIC" 4
	bus_and_broker_up --fault latency=20ms
	records 20000 64 10 | produce "$TOPIC"
	started loop loop
	run_pid=$pid
	eventually accepted 500
	kill "-$1" "$run_pid"
	ended "$run_pid"
	[ "$status" = 0 ]
	check_all --once
	[ "$(wc -l <"$EVENTS")" -lt 18000 ]
	# Nothing that has arrived comes again.
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	check_all --complete --once
}

@test "two signals end everything, and the next run fills the gaps" {
	topic "$TOPIC" 2
	bus_and_broker_up --fault latency=20ms
	records 10000 | produce "$TOPIC"
	started loop loop
	run_pid=$pid
	eventually accepted 100
	faults stall=1:60s
	kill -TERM "$run_pid"
	again() { # it may end between the two
		kill -TERM "$run_pid" 2>/dev/null || :
		grep -q 'stopping at once' loop.err
	}
	KEB_WAIT=5 eventually again
	ended "$run_pid"
	[ "$status" = 143 ]
	faults stall=off
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	check_all --complete
}

@test "a slow reader of the results slows the loop, and loses nothing" {
	topic "$TOPIC" 2
	bus_and_broker_up
	records 20000 | produce "$TOPIC"
	run --separate-stderr kebrun --pipe-size 4KiB "kebread -G $GROUP -t $TOPIC -e |
		kebmap --source test | kebput --bus $BUS --results |
		python3 -c 'import sys, time
for n, line in enumerate(sys.stdin):
    if n % 2000 == 0: time.sleep(0.1)
print(n + 1)'"
	expect_status 0
	expect_out 20000
	check_all --complete --once
}

@test "a reader of the results that leaves ends the run; what was not settled comes again" {
	topic "$TOPIC" 2
	bus_and_broker_up
	records 20000 | produce "$TOPIC"
	run --separate-stderr kebrun "kebread -G $GROUP -t $TOPIC $QUICK_SESSION -e |
		kebmap --source test | kebput --bus $BUS --results | head -1"
	[ "$status" -ne 0 ]
	check_all
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	check_all --complete
}

@test "pipes of one page stop nobody for ever" {
	topic "$TOPIC" 4
	bus_and_broker_up
	records 50000 64 3 | produce "$TOPIC"
	LOOP_READ=-e LOOP_RUN='--pipe-size 4KiB' run --separate-stderr timeout 60 bash -c "$(declare -f loop places_kept); loop"
	expect_status 0
	check_all --complete --once
}

@test "records of a megabyte, and of nothing, arrive as they are" {
	topic "$TOPIC" 1
	bus_and_broker_up
	records 3 1 0 300000 | produce "$TOPIC"
	echo '{"key":null,"value":"e30="}' | produce "$TOPIC" # {}
	LOOP_READ=-e LOOP_RUN='--pipe-size 4KiB' run --separate-stderr loop
	expect_status 0
	check_all --complete --once
}
