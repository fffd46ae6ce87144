# What the tests of kebread share: a Kafka to read from, records in it, and a hand-made end of
# the pipeline that settles them.

kebread_setup() {
	load ../lib
	keb_setup
	# The mock cluster parks fetches and joins for as long as these say.
	cat >client.conf <<-'CONF'
		fetch.wait.max.ms=10
		session.timeout.ms=4000
		heartbeat.interval.ms=300
	CONF
}

# mock ARGUMENT...: a kebmock that lives until the end of the test.
mock() {
	kebmock "$@" >mock.env 2>mock.err 3>&- &
	mock_pid=$!
	eventually grep -q '^KEBMOCK_PID=' mock.env
	KEB_BROKERS=$(sed -n 's/^KEB_BROKERS=//p' mock.env)
	export KEB_BROKERS
}

kebread_teardown() {
	local pid
	for pid in ${reader_pid-} ${mock_pid-}; do
		kill -KILL "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
}

# fill TOPIC PARTITION VALUE...
fill() {
	local topic=$1 partition=$2 value
	shift 2
	for value in "$@"; do
		printf '{"topic":"%s","partition":%d,"key":null,"value":"%s"}\n' \
			"$topic" "$partition" "$(printf %s "$value" | base64 -w0)"
	done | kebwrite --keep-partition 3>&-
}

# fill_many TOPIC PARTITION N: the values 1 to N.
fill_many() {
	seq "$3" | jq -c --arg t "$1" --argjson p "$2" \
		'{topic:$t,partition:$p,key:null,value:(tostring|@base64)}' | kebwrite --keep-partition 3>&-
}

lines_in() { # FILE N: at least so many
	[ "$(wc -l <"$1")" -ge "$2" ]
}

values() { # the decoded values of record lines on stdin
	jq -r '.value|if . == null then "null" else @base64d end'
}

DELIVERED='{ack:._ack,status:"delivered"}'

# settle_with JQ ARGUMENT...: kebread in a loop with jq, which answers each record; its lines are
# kept in `out`, its messages on stderr, its status is the result.
settle_with() {
	local filter=$1
	shift
	[ -p acks ] || mkfifo acks
	# shellcheck disable=SC2094 # a pipe with a name
	kebread -F client.conf "$@" --ack-fd 3 3<acks | tee out | jq -c --unbuffered "$filter" >acks 3>&-
	return "${PIPESTATUS[0]}"
}
