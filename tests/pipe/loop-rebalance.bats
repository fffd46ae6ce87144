bats_require_minimum_version 1.5.0
# Members of a group that join and leave while records flow.

setup() { load lib && pipe_setup; }
teardown() { pipe_teardown; }

feed() { # in the background, so that the loops have something to do all the time
	local part
	for part in 1 2 3 4 5 6 7 8; do
		records 3000 64 10
		sleep 0.5
	done | produce "$TOPIC"
}

fed() { gone "$FEED"; }

# On kebmock a commit is refused while any member joins, so what is given up then comes
# again: nothing may be missing, nothing committed too early, and a member that is alone
# commits it all. On a real broker it is committed at once.
nothing_is_missing() { # [OPTION OF CHECK ...]
	if on_mock; then
		check_all --no-order
		everything_arrived
		LOOP_READ="-e ${LOOP_READ-}" run --separate-stderr loop
		expect_status 0
		set --
	fi
	check_all --complete --no-order "$@"
}

everything_arrived() {
	topic_dump "$TOPIC" >topic.tsv
	check --topic topic.tsv --complete --no-order
}

@test "-j 3 shares the partitions, each record arrives once" {
	topic "$TOPIC" 6
	bus_and_broker_up
	records 12000 64 10 | produce "$TOPIC"
	LOOP_RUN='-j 3' LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	nothing_is_missing --once
}

@test "a copy without partitions ends with -e as well" {
	topic "$TOPIC" 1
	bus_and_broker_up
	records 100 | produce "$TOPIC"
	LOOP_RUN='-j 2' LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	nothing_is_missing --once
}

@test "kebruns join and leave while records flow" {
	topic "$TOPIC" 6
	bus_and_broker_up --fault latency=5ms
	started feed feed
	FEED=$pid
	started one loop
	one=$pid
	eventually accepted 300
	LOOP_RUN='-j 2' started two loop
	two=$pid
	KEB_WAIT=30 eventually accepted 6000
	kill -TERM "$one"
	ended "$one"
	[ "$status" = 0 ]
	KEB_WAIT=60 eventually fed
	KEB_WAIT=60 eventually everything_arrived
	kill -TERM "$two"
	ended "$two"
	[ "$status" = 0 ]
	nothing_is_missing
}

@test "cooperative members join and leave while records flow" {
	topic "$TOPIC" 6
	bus_and_broker_up
	export LOOP_READ='-X partition.assignment.strategy=cooperative-sticky'
	started feed feed
	FEED=$pid
	started one loop
	one=$pid
	eventually accepted 300
	started two loop
	two=$pid
	KEB_WAIT=60 eventually fed
	kill -TERM "$one"
	ended "$one"
	[ "$status" = 0 ]
	KEB_WAIT=60 eventually everything_arrived
	kill -TERM "$two"
	ended "$two"
	[ "$status" = 0 ]
	nothing_is_missing
}
