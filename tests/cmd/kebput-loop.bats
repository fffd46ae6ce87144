#!/usr/bin/env bats
# kebput as the end of a loop: statuses, order, signals, readers that leave.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

events() { # events N GROUPS
	for i in $(seq "$1"); do
		printf '{"_ack":"t/0/%d/e","_group":"%d","source":"s","detail-type":"t","detail":{"n":%d,"g":%d}}\n' \
			"$i" $((i % $2)) "$i" $((i % $2))
	done
}

# in_loop FAULTS OPTIONS <EVENTS: a pipe as the status fd; statuses in ./status, arrived events in ./bus.
in_loop() {
	local faults=$1
	shift
	cat >in
	code=0
	kebmock --seed 3 --bus orders --events bus ${faults:+--fault "$faults"} -- \
		bash -c '{ kebput --bus orders "$@" <in 3>&1 >out; echo "$?" >code; } 2>messages | cat >status' \
		sh --status-fd 3 "$@"
	code=$(cat code)
}

@test "every record is settled by one status with the event's id" {
	events 50 5 | in_loop ''
	[ "$(cat code)" -eq 0 ]
	[ "$(jq -r .ack status | sort)" = "$(for i in $(seq 50); do echo "t/0/$i/e"; done | sort)" ]
	[ "$(jq -r .status status | sort -u)" = delivered ]
	[ "$(jq -r .id status | sort)" = "$(jq -r .id bus | sort)" ]
	[ ! -s messages ]
}

@test "rejected records are statuses, and the run ends with 0" {
	echo '{"_ack":"t/0/1/e","source":"s","detail":{}}' | in_loop ''
	[ "$(cat code)" -eq 0 ]
	[ ! -s messages ]
	[ "$(cat status)" = '{"ack":"t/0/1/e","status":"rejected","by":"kebput","class":"invalid","code":"InvalidArgument","error":"'"'detail-type' is missing"'"}' ]
}

@test "a line of several tokens settles each, a line without one none" {
	{
		echo '{"_acks":["a","b"],"source":"s","detail-type":"t","detail":{}}'
		echo '{"source":"s","detail-type":"t","detail":{}}'
	} | in_loop ''
	[ "$(jq -r .ack status)" = $'a\nb' ]
	[ "$(wc -l <bus)" -eq 2 ]
}

@test "a bad line ends the run with 3" {
	{
		events 2 1
		echo oops
	} | in_loop ''
	[ "$(cat code)" -eq 3 ]
	grep -q 'stdin:3: byte 1' messages
}

@test "--dry-run settles as discarded" {
	events 3 1 | in_loop '' --dry-run
	[ "$(jq -r .status status)" = $'discarded\ndiscarded\ndiscarded' ]
	[ ! -s bus ]
}

# The n of each group as they arrived, and whether they rise.
rises() {
	jq -c '[.detail.g,.detail.n]' bus | sort -s -t, -k1,1 | tr -d '[]' |
		awk -F, '$1 == g && $2 <= n { bad = 1 } { g = $1; n = $2 } END { exit bad }'
}

@test "--order request: a group arrives in order, whatever requests are in flight" {
	events 2000 20 | in_loop latency=0ms..5ms
	[ "$(wc -l <bus)" -eq 2000 ]
	rises
}

@test "--order strict: in order even when entries fail" {
	events 300 10 | in_loop latency=0ms..2ms,fail=0.1:InternalFailure --order strict
	[ "$(wc -l <bus)" -eq 300 ]
	rises
}

@test "--order request: requests that fail as a whole keep the order" {
	events 1000 10 | in_loop latency=0ms..2ms,http=0.2:503
	[ "$(wc -l <bus)" -eq 1000 ]
	rises
}

@test "the first signal is left to the source of the loop" {
	mkfifo feed
	kebmock --bus orders --events bus -- bash -c '
		{ kebput --bus orders --status-fd 3 <feed 3>&1 & echo $! >pid; wait $!; echo "$?" >code; } | cat >status' &
	exec 7>feed
	events 1 1 >&7
	eventually grep -q delivered status
	kill -TERM "$(cat pid)"
	events 3 1 | tail -1 >&7
	eventually grep -q t/0/3/e status
	exec 7>&-
	wait
	[ "$(wc -l <bus)" -eq 2 ]
}

@test "alone, the first signal ends the reading and what was read is sent" {
	mkfifo feed
	kebmock --bus orders --events bus -- bash -c '
		kebput --bus orders <feed & echo $! >pid; wait $!; echo "$?" >code' &
	exec 7>feed
	events 1 1 >&7
	eventually test -s bus
	kill -TERM "$(cat pid)"
	eventually test -s code
	exec 7>&-
	wait
	[ "$(cat code)" -eq 0 ]
}

@test "a reader of the status fd that leaves is noticed while nothing happens" {
	mkfifo feed
	kebmock --bus orders -- bash -c '
		{ kebput --bus orders --status-fd 3 <feed 3>&1 2>messages; echo "$?" >code; } | head -c 10 >/dev/null' &
	exec 7>feed
	events 1 1 >&7
	eventually test -s code
	exec 7>&-
	wait
	[ "$(cat code)" -eq 141 ] # of SIGPIPE, as a filter would
	[ ! -s messages ]
}

@test "a reader of --results that leaves ends the run quietly, as a filter's would" {
	mkfifo feed
	kebmock --bus orders -- bash -c '
		{ kebput --bus orders --results <feed 2>messages; echo "$?" >code; } | head -n 1 >first' &
	exec 7>feed
	events 1 1 >&7
	eventually test -s code
	exec 7>&-
	wait
	[ "$(cat code)" -eq 141 ]
	[ ! -s messages ]
	grep -q delivered first
}
