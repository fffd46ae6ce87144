# The whole loop: a broker, a bus, and what every test of tests/pipe starts from.
#
#   pipe_setup             in setup(): keb_setup, plus TOPIC, GROUP and BUS, names that
#                          no other test of this run has
#   pipe_teardown          in teardown(): ends what the test has started
#   topic NAME PARTITIONS  declares a topic; call it before bus_and_broker_up
#   bus_and_broker_up [kebmock option ...]
#                          starts both; exports KEB_BROKERS and the AWS_* that kebread
#                          and kebput read; $EVENTS is the file of accepted events
#   faults NAME=VALUE ...  sets kebmock's faults while it runs; `stats NAME`: its counts
#   produce TOPIC <FILE    record lines into a topic, by kebwrite
#   topic_dump TOPIC       what the topic holds: partition, offset, key, value (TSV)
#   committed GROUP TOPIC  prints partition<TAB>offset, no line where nothing is committed
#   started NAME COMMAND.. runs a command in the background, stderr in NAME.err, pid in
#                          $pid; `ended PID` waits for it and sets $status
#   check [OPTION ...]     check.py with $EVENTS: what was delivered against topic.tsv
#
# On a real Kafka: KEB_TEST_KAFKA=bootstrap makes the broker that one instead of
# kebmock's. Then tests/kafka/lib.bash is loaded last; it defines `broker_topic NAME
# PARTITIONS`, which creates a topic there. Everything else is the same: AWS is always
# kebmock, and `on_mock` says which broker a test runs on (`on_mock || skip ...`).
#
# KEB_LONG=1 runs the million records, KEB_SEED=N repeats the kills of an earlier run.

pipe_setup() {
	local kafka=${KEB_TEST_KAFKA-} long=${KEB_LONG-} seed=${KEB_SEED-}

	load ../lib
	keb_setup
	KEB_TEST_KAFKA=$kafka KEB_LONG=$long
	[ -z "$kafka" ] || load ../kafka/lib
	SEED=${seed:-$RANDOM}
	RANDOM=$SEED
	local id=$BATS_TEST_NUMBER-$$-$SEED
	TOPIC=orders-$id GROUP=group-$id BUS=default
	PIPE=$BATS_TEST_DIRNAME
	[ -e "$PIPE/check.py" ] || PIPE=$KEB_ROOT/tests/pipe
	EVENTS=$BATS_TEST_TMPDIR/events.ndjson
	TOPICS=()
	STARTED=()
	export KEB_BROKERS TOPIC GROUP BUS EVENTS
}

pipe_teardown() {
	local one
	for one in "${STARTED[@]}"; do
		kill -KILL "$one" 2>/dev/null || :
	done
	# What a test has killed leaves no orphans of its own; kebmock is ours to end.
	for one in "${STARTED[@]}"; do
		wait "$one" 2>/dev/null || :
	done
}

on_mock() { [ -z "$KEB_TEST_KAFKA" ]; }

topic() {
	TOPICS+=("$1:$2")
}

bus_and_broker_up() {
	local options=() one line
	for one in "${TOPICS[@]}"; do
		options+=(-t "$one")
	done
	started mock kebmock "${options[@]}" --events "$EVENTS" "$@" >mock.env
	MOCK=$pid
	touch "$EVENTS"
	eventually grep -q '^AWS_SECRET_ACCESS_KEY=' mock.env
	while IFS= read -r line; do
		[[ $line != [A-Z]*=* ]] || export "${line?}"
	done <mock.env
	on_mock && return
	KEB_BROKERS=$KEB_TEST_KAFKA
	for one in "${TOPICS[@]}"; do
		broker_topic "${one%:*}" "${one##*:}"
	done
}

started() {
	local name=$1
	shift
	# bats waits for whoever holds its fd 3.
	"$@" 2>"$name.err" 3>&- &
	pid=$!
	STARTED+=("$pid")
}

ended() { # within a minute, or the test has failed
	status=0
	KEB_WAIT=60 eventually gone "$1" || return 1
	wait "$1" || status=$?
}

gone() { # a zombie, whose status nobody has asked for yet, is gone as well
	! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$1/status" 2>/dev/null
}

faults() {
	python3 "$PIPE/mock.py" faults "$@"
}

stats() {
	python3 "$PIPE/mock.py" stats "$1"
}

produce() {
	kebwrite -t "$1"
}

# N records with K keys: {"n":1,"keep":true}, every DROP-th with keep false (0: none).
records() { # N [K [DROP [PADDING]]]
	python3 "$PIPE/records.py" "$@"
}

topic_dump() {
	kcat -C -b "$KEB_BROKERS" -t "$1" -o beginning -e -q -f '%t\t%p\t%o\t%k\t%s\n'
}

committed() {
	"$KEB_BUILD/tests/kadm" "$KEB_BROKERS" committed "$1" "$2" | awk '$2 != "-" { print $1 "\t" $2 }'
}

check() {
	python3 "$PIPE/check.py" --events "$EVENTS" "$@"
}

# A dead member keeps its partitions until its session is over, and kebmock lets every
# join after the first wait for a session less a second (kebmock(1), Limits), whoever has
# left in whatever order: let that be soon. All members of a group say the same, since it
# is the first one's session that counts.
export QUICK_SESSION='-X session.timeout.ms=4000 -X heartbeat.interval.ms=300'

# The loop that most tests run: some records filtered, the rest onto the bus. For `run`
# and `started` only, whose subshell becomes kebrun (with INT, which the shell ignores
# in the background). LOOP_RUN, _READ, _MAP, _PUT: further options; -e: end with the topic.
# CHECKPOINT=FILE: no group, which a run on kebmock joins for three seconds.
loop() {
	exec env --default-signal=INT kebrun ${LOOP_RUN-} "kebread $(places_kept) -t $TOPIC ${LOOP_READ-} |
		kebmap --source test ${LOOP_MAP-} |
		kebfilter -p '{\"detail\":{\"value\":{\"keep\":[true,{\"exists\":false}]}}}' |
		kebput --bus $BUS ${LOOP_PUT-}"
}

places_kept() {
	[ -n "${CHECKPOINT-}" ] && echo "--checkpoint $CHECKPOINT" || echo "-G $GROUP $QUICK_SESSION"
}

# partition<TAB>offset of what a run has settled, in its group or its checkpoint.
settled() {
	if [ -z "${CHECKPOINT-}" ]; then
		committed "$GROUP" "$TOPIC"
	elif [ -e "$CHECKPOINT" ]; then
		jq -r '[.partition, .offset] | @tsv' "$CHECKPOINT"
	fi
}

# Waits until the bus has accepted N events.
accepted() { [ "$(wc -l <"$EVENTS")" -ge "$1" ]; }

# The pid of a stage of the kebrun $1; $3: of which copy, if there are several.
stage_of() {
	pgrep -P "$1" -x "$2" | sed -n "${3:-1}p"
}

# What is held when a run has ended: compares everything. check_all [OPTION ...]
check_all() {
	topic_dump "$TOPIC" >topic.tsv
	settled >committed.tsv
	check --topic topic.tsv --committed committed.tsv "$@"
}
