bats_require_minimum_version 1.5.0
# FAULTS rounds (3 in the suite, more by FAULTS=1000) of the whole pipeline under random
# faults of the endpoint, each ended by a kill or a signal at a random moment. After each
# nothing may be committed beyond what has arrived; in the end nothing may be missing.
# KEB_SEED=N repeats the choices.

setup() {
	load ../pipe/lib && pipe_setup
	PIPE=$KEB_ROOT/tests/pipe
}
teardown() { pipe_teardown; }

VICTIMS=(kebread kebmap kebfilter kebexec kebput kebrun TERM)
TROUBLES=(throttle=30/s fail=0.1:InternalFailure http=0.1:503 reset=0.1 latency=5ms..80ms)

storm() {
	exec env --default-signal=INT kebrun "kebread -G $GROUP -t $TOPIC $QUICK_SESSION $* |
		kebmap --source test | kebfilter -p '{\"detail\":{\"value\":{\"keep\":[true]}}}' |
		jq -c . | kebput --bus $BUS"
}

hit() { # VICTIM RUN
	local victim=$2
	case $1 in
	TERM) kill -TERM "$2" 2>/dev/null ;;
	kebrun) kill -KILL "$2" 2>/dev/null ;;
	*) victim=$(stage_of "$2" "$1") && [ -n "$victim" ] && kill -KILL "$victim" ;;
	esac || :
	gone "$2" || [ "$1" = TERM ]
}

@test "the pipeline in a storm" {
	local rounds=${FAULTS:-3} round run_pid victim trouble stages figures one
	echo "# KEB_SEED=$SEED FAULTS=$rounds" >&3
	topic "$TOPIC" 3
	bus_and_broker_up
	for ((round = 1; round <= rounds; round++)); do
		records 1500 48 10 | produce "$TOPIC"
		victim=${VICTIMS[RANDOM % ${#VICTIMS[@]}]}
		trouble=${TROUBLES[RANDOM % ${#TROUBLES[@]}]}
		faults "$trouble"
		started loop storm
		run_pid=$pid
		KEB_WAIT=60 eventually accepted $(($(wc -l <"$EVENTS") + 1 + RANDOM % 600))
		stages=$(pgrep -P "$run_pid" || :)
		KEB_WAIT=30 eventually hit "$victim" "$run_pid"
		ended "$run_pid"
		for one in $stages; do
			KEB_WAIT=30 eventually gone "$one"
		done
		faults "${trouble%%=*}=off"
		figures=$(check_all 2>&1) || { echo "$figures" && false; }
		echo "# round $round: $victim, $trouble, status $status: $figures" >&3
	done
	run --separate-stderr storm -e
	expect_status 0
	figures=$(check_all --complete 2>&1) || { echo "$figures" && false; }
	echo "# the end: $figures" >&3
}
