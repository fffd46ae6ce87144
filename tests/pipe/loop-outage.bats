bats_require_minimum_version 1.5.0
# An endpoint that is away: the records wait in Kafka, the members stay, the memory is
# flat, and all goes on without a hand when it is back. KEB_LONG=1: ten minutes of it.

setup() { load lib && pipe_setup; }
teardown() { pipe_teardown; }

rss_kb() { # of all stages of the kebrun $1
	local pid sum=0
	for pid in $(pgrep -P "$1"); do
		sum=$((sum + $(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")))
	done
	echo "$sum"
}

# A sanitizer keeps what was freed for a while.
sanitized() { ldd "$KEB_BUILD/kebread" | grep -q 'lib.*san'; }

metric() { awk -v name="$1" '$1 == name { print $2 }' "$2"; }
older_than() { [ "$(metric keb_put_outage_seconds put.prom)" -ge "$1" ]; }

# Both the session and the poll interval of the group are shorter than the outage.
@test "the endpoint is away: nobody leaves the group, no memory grows, nothing is lost" {
	local seconds=10 before after
	[ -z "$KEB_LONG" ] || seconds=600
	topic "$TOPIC" 4
	bus_and_broker_up --fault latency=50ms
	records 30000 100 10 200 | produce "$TOPIC"
	export QUICK_SESSION="$QUICK_SESSION -X max.poll.interval.ms=6000"
	LOOP_READ='-e --metrics read.prom' LOOP_PUT='--metrics put.prom' started loop loop
	run_pid=$pid
	eventually accepted 2000
	faults http=1:503
	KEB_WAIT=20 eventually older_than 4
	before=$(rss_kb "$run_pid")
	KEB_WAIT=$((seconds + 20)) eventually older_than "$seconds"
	after=$(rss_kb "$run_pid")
	[ "$(metric keb_read_rebalances_total read.prom)" -eq 1 ]
	sanitized || [ $((after - before)) -lt 2048 ]
	topic_dump "$TOPIC" >topic.tsv
	committed "$GROUP" "$TOPIC" >committed.tsv
	check --topic topic.tsv --committed committed.tsv
	faults http=off latency=off
	ended "$run_pid"
	[ "$status" = 0 ]
	grep -q 'trying again' loop.err
	grep -q 'the endpoint answers again' loop.err
	check_all --complete --once
}

# 2,500 entries a second is what the endpoint takes; it says so by throttling.
@test "--rate finds the pace of an endpoint that throttles" {
	topic "$TOPIC" 2
	bus_and_broker_up --log log --fault throttle-entries=2500/s:500
	records 12000 100 | produce "$TOPIC"
	LOOP_READ=-e LOOP_PUT='--rate 8000ev' run --separate-stderr loop
	expect_status 0
	check_all --complete --once --no-order
	# Of the second half of the requests few meet the limit, and the pace is near to it.
	jq -es 'map(select(.call == "PutEvents")) | .[(length / 2 | floor):] |
		(map(.failed) | add) / (map(.entries) | add) < 0.25 and
		(map(.entries - .failed) | add) / ((.[-1].at_us - .[0].at_us) / 1e6) > 1500' log
}
