bats_require_minimum_version 1.5.0
# Commands of the user's own in the loop, under kebexec: nothing lost, nothing stuck,
# whatever they do, and whoever is killed. The places are kept in a checkpoint but for one
# test: what a group is to it is not different here.
# shellcheck disable=SC2016 # $ is for the stages' shells

setup() { load lib && pipe_setup && CHECKPOINT=settled.ndjson; }
teardown() { pipe_teardown; }

# The loop with FILTER between kebmap and kebput. $MAP: behind kebmap.
foreign() { # FILTER [OPTION OF KEBREAD ...]
	local filter=$1
	shift
	exec kebrun "kebread $(places_kept) -t $TOPIC $* | kebmap --source test |
		$filter | kebput --bus $BUS"
}

busy() { # RECORDS [DROP]
	topic "$TOPIC" 3
	bus_and_broker_up
	records "$1" 48 "${2-10}" | produce "$TOPIC"
}

ENRICH='python3 -c "
import sys, json
for line in sys.stdin:
    event = json.loads(line)
    if event[\"detail\"][\"value\"][\"keep\"]:
        event[\"detail\"][\"warehouse\"] = event[\"detail\"][\"value\"][\"n\"] % 4
        print(json.dumps(event))
"'

@test "jq, grep, awk and a program in Python, one behind the other" {
	CHECKPOINT=
	busy 2000
	run --separate-stderr foreign "jq -c 'select(.detail.value.n % 10 > 0)' |
		grep '\"keep\":true' | awk '/\"keep\":true/' | $ENRICH" -e
	expect_status 0
	[ -z "$stderr" ]
	check_all --complete --once
	[ "$(jq -r '.detail.warehouse == .detail.value.n % 4' "$EVENTS" | sort | uniq -c)" = "   1800 true" ]
}

@test "a filter that drops everything: all is committed, nothing is put" {
	busy 2000
	run --separate-stderr foreign 'sed d' -e
	expect_status 0
	[ ! -s "$EVENTS" ]
	[ "$(settled | awk '{ n += $2 } END { print n }')" = 2000 ]
}

@test "a filter that holds everything back until the end of its input" {
	busy 2000
	run --separate-stderr foreign 'perl -ne "push @l, \$_; END { print grep { /\"keep\":true/ } @l }"' -e
	expect_status 0
	check_all --complete --once
}

@test "a filter that duplicates: every record arrives twice, and is settled once" {
	busy 2000
	run --separate-stderr foreign 'sed -n "/\"keep\":true/ { p; p; }"' -e
	expect_status 0
	[ "$(wc -l <"$EVENTS")" = 3600 ]
	check_all --complete
}

@test "a filter that keeps no order ends the run with 3, and loses nothing" {
	busy 300 0
	run --separate-stderr foreign tac -e
	expect_status 3
	expect_err "it comes after the answer to a later line"
	expect_err "stage 3 (tac) ended with status 3"
	check_all --no-order
	run --separate-stderr foreign cat -e
	expect_status 0
	check_all --complete --no-order
}

@test "a filter that dies ends the run with 6, and loses nothing" {
	busy 1200
	run --separate-stderr foreign 'awk "/\"keep\":true/ { print } NR == 100 { exit 7 }"' -e
	expect_status 6
	check_all
	run --separate-stderr foreign 'jq -c "select(.detail.value.keep)"' -e
	expect_status 0
	check_all --complete
}

kill_in_a_loop() { # PROGRAM FILTER
	local run_pid victim
	echo "# KEB_SEED=$SEED" >&3
	topic "$TOPIC" 3
	bus_and_broker_up --fault latency=2ms..20ms
	records 4000 48 10 | produce "$TOPIC"
	started loop foreign "$2"
	run_pid=$pid
	eventually accepted $((1 + RANDOM % 2000))
	KEB_WAIT=60 eventually killed "$1" "$run_pid"
	ended "$run_pid"
	[ "$status" -ne 0 ]
	check_all
	run --separate-stderr foreign "$2" -e
	expect_status 0
	check_all --complete
}

# The program itself, or the command that the kebexec of the run has started.
victim_of() { # PROGRAM RUN
	local stage
	victim=$(stage_of "$2" "$1")
	stage=$(stage_of "$2" kebexec)
	[ -n "$victim" ] || [ -z "$stage" ] || victim=$(stage_of "$stage" "$1")
	[ -n "$victim" ]
}

# One that was about to end anyway leaves the run alive: then it is the next one's turn.
killed() { # PROGRAM RUN
	! victim_of "$@" || kill -KILL "$victim" 2>/dev/null || :
	gone "$2"
}

@test "kebexec is killed" {
	kill_in_a_loop kebexec 'jq -c "select(.detail.value.keep)"'
}

@test "the filter is killed" {
	kill_in_a_loop jq 'jq -c "select(.detail.value.keep)"'
}

@test "a sink: a file, and a command that fails now and then" {
	busy 600
	run --separate-stderr kebrun "kebread $(places_kept) -t $TOPIC -e | kebmap --source test |
		jq -c 'select(.detail.value.keep)' |
		kebexec -n 50 --sink 'cat >>sunk; test \$((\$(wc -l <sunk) % 3)) -ne 1'"
	expect_status 0
	# What was tried again came twice.
	jq -r '.detail.value.n' sunk | sort -n | uniq >numbers
	[ "$(wc -l <numbers)" = 540 ]
	[ "$(settled | awk '{ n += $2 } END { print n }')" = 600 ]
}
