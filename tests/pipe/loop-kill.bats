bats_require_minimum_version 1.5.0
# kill -9 at random points, then a restart: nothing may be missing, and at no moment may
# anything be committed at or beyond the first record that has not arrived. The seed is
# printed; KEB_SEED=N repeats the points.

setup() { load lib && pipe_setup; }
teardown() { pipe_teardown; }

killed_at_random() { # PROGRAM [EVENTS], at most so many after the start
	local run_pid victim stages
	started loop loop
	run_pid=$pid
	eventually accepted $(($(wc -l <"$EVENTS") + 1 + RANDOM % ${2:-2000}))
	victim=$run_pid
	[ "$1" = kebrun ] || victim=$(stage_of "$run_pid" "$1")
	stages=$(pgrep -P "$run_pid")
	kill -KILL "$victim"
	ended "$run_pid"
	[ "$status" = 137 ]
	[ "$1" = kebrun ] || grep -q "($1) was ended by SIGKILL" loop.err
	# shellcheck disable=SC2086 # pids, by words
	KEB_WAIT=30 eventually all_gone $stages
	check_all
}

kill_in_a_loop() { # PROGRAM [RUNS]
	local run
	echo "# KEB_SEED=$SEED" >&3
	topic "$TOPIC" 3
	bus_and_broker_up --fault latency=2ms..20ms
	records 12000 48 10 | produce "$TOPIC"
	for ((run = 1; run <= ${2:-2}; run++)); do
		killed_at_random "$1"
	done
	LOOP_READ=-e run --separate-stderr loop
	expect_status 0
	check_all --complete
}

all_gone() {
	local one
	for one in "$@"; do
		gone "$one" || return 1
	done
}

@test "kebread is killed" {
	kill_in_a_loop kebread
}

@test "kebmap is killed" {
	kill_in_a_loop kebmap
}

@test "kebfilter is killed" {
	kill_in_a_loop kebfilter
}

@test "kebput is killed" {
	kill_in_a_loop kebput
}

@test "kebrun is killed: the stages end within seconds" {
	kill_in_a_loop kebrun
}

# A checkpoint is written once a second: the kills come before, between and after.
@test "a replay with --checkpoint, one stage after the other is killed" {
	local program
	export CHECKPOINT=settled.ndjson LOOP_PUT='--rate 5000ev'
	echo "# KEB_SEED=$SEED" >&3
	topic "$TOPIC" 3
	bus_and_broker_up
	records 30000 48 10 | produce "$TOPIC"
	for program in kebread kebput kebrun kebread; do
		killed_at_random "$program" 6000
	done
	LOOP_PUT='' LOOP_READ='-e -v' run --separate-stderr loop
	expect_status 0
	check_all --complete
}

@test "kebwrite is killed in a loop from topic to topic" {
	echo "# KEB_SEED=$SEED" >&3
	topic "$TOPIC" 2
	topic "$TOPIC-copy" 2
	bus_and_broker_up
	records 40000 | produce "$TOPIC"
	copy() {
		exec kebrun "kebread -G $GROUP -t $TOPIC $QUICK_SESSION $1 | kebwrite -t $TOPIC-copy"
	}
	started copy copy
	arrived() { [ "$(topic_dump "$TOPIC-copy" | wc -l)" -ge $((1 + RANDOM % 5000)) ]; }
	eventually arrived
	victim=$(stage_of "$pid" kebwrite)
	[ -z "$victim" ] || kill -KILL "$victim"
	ended "$pid"
	[ "$status" = 137 ]
	run --separate-stderr copy -e
	expect_status 0
	# Every value is in the copy, at least once.
	topic_dump "$TOPIC" | cut -f5 | sort -u >values
	topic_dump "$TOPIC-copy" | cut -f5 | sort -u >copied
	cmp values copied
}
