#!/usr/bin/env bats
# How kebread ends, and that nobody waits for the other for ever.
bats_require_minimum_version 1.5.0
load kebread

setup() {
	kebread_setup
}

teardown() {
	exec 5>&- 6>&-
	kebread_teardown
}

# A kebread in a group whose statuses the test writes to fd 5.
start_reader() { # STDOUT ARGUMENT...
	local out=$1
	shift
	mkfifo acks
	kebread -v -F client.conf -G g -t t --ack-fd 4 "$@" 4<acks >"$out" 2>err 3>&- 6>&- &
	reader_pid=$!
	exec 5>acks
}

ended() {
	! kill -0 "$reader_pid" 2>/dev/null
}

@test "TERM drains: statuses are awaited, then committed, status 0" {
	mock -t t:1
	fill t 0 a b
	start_reader out
	eventually lines_in out 2
	kill -TERM "$reader_pid"
	jq -c "$DELIVERED" out >&5
	wait "$reader_pid"
	run --separate-stderr settle_with "$DELIVERED" -v -G g -t t -e
	expect_err "t/0: reading from 2 (committed)"
}

@test "TERM with statuses that never come: --drain-limit, status 1, how many and the oldest" {
	mock -t t:1
	fill t 0 a b
	start_reader out --drain-limit 300ms
	eventually lines_in out 2
	kill -TERM "$reader_pid"
	rc=0
	wait "$reader_pid" || rc=$?
	[ "$rc" -eq 1 ]
	grep -q '2 records are unsettled, the oldest is t/0/0/' err
}

@test "the programs behind it are gone: it ends at once, not by the limit" {
	mock -t t:1
	fill t 0 a b
	start_reader out
	eventually lines_in out 2
	head -n 1 out | jq -c "$DELIVERED" >&5
	exec 5>&-
	eventually ended
	rc=0
	wait "$reader_pid" || rc=$?
	[ "$rc" -eq 1 ]
	grep -q '1 record is unsettled' err
}

@test "the reader of stdout is gone: statuses to their end, then the commit" {
	mock -t t:1
	fill t 0 a b
	mkfifo lines
	start_reader lines
	exec 6<lines
	read -r line <&6
	eventually read -r -t 0 -u 6 # the other one is in the pipe
	exec 6<&-
	jq -c "$DELIVERED" <<<"$line" >&5
	jq -c "$DELIVERED" <<<"$line" | sed 's|t/0/0/|t/0/1/|' >&5 # read by nobody, but it was written
	exec 5>&-
	rc=0
	wait "$reader_pid" || rc=$?
	[ "$rc" -eq 141 ]
	run --separate-stderr settle_with "$DELIVERED" -v -G g -t t -e
	expect_err "t/0: reading from 2 (committed)"
}

@test "a blocked stdout: statuses are read, the membership lives, all goes on after it" {
	mock -t t:1
	fill_many t 0 3000
	echo max.poll.interval.ms=4500 >>client.conf
	mkfifo lines
	KEB_PIPE_SIZE=4KiB start_reader lines
	exec 6<lines
	eventually grep -q 'reading from 0' err
	# Longer than the session and the poll interval: nothing but time can show this.
	sleep 6
	[ "$(grep -c 'reading from' err)" -eq 1 ]
	jq -c --unbuffered "$DELIVERED" <&6 >&5 3>&- &
	settler=$!
	exec 5>&- 6<&-
	kill -TERM "$reader_pid"
	wait "$reader_pid"
	wait "$settler"
	[ "$(grep -c 'reading from' err)" -eq 1 ]
}

@test "in flight is bounded, and goes on when there is room" {
	mock -t t:1
	fill_many t 0 2000
	start_reader out --in-flight 100
	eventually lines_in out 100
	head -n 50 out | jq -c "$DELIVERED" >&5
	eventually lines_in out 150
	kill -KILL "$reader_pid"
	wait "$reader_pid" || :
}

@test "a stuck record stops its partition at the window, not the others" {
	mock -t t:2
	fill_many t 0 1000
	fill_many t 1 1000
	mkfifo lines
	start_reader lines --window 100 --metrics m.prom
	jq -c --unbuffered 'select(.partition == 1 or .offset > 0)|{ack:._ack,status:"delivered"}' <lines >&5 3>&- &
	settler=$!
	exec 5>&-
	KEB_WAIT=25 eventually grep -qsx 'keb_read_next_offset{topic="t",partition="1"} 1000' m.prom
	grep -qx 'keb_read_next_offset{topic="t",partition="0"} 100' m.prom || { cat err m.prom >&2; false; }
	kill -KILL "$reader_pid"
	wait "$reader_pid" "$settler" || :
}

@test "the only member waits for nobody: what is behind it may need the end of its input to settle" {
	mock -t t:2
	fill t 0 a b
	fill t 1 c
	mkfifo acks
	kebread -F client.conf -G g -t t -e --ack-fd 3 3<acks 2>err | jq -s -c ".[]|$DELIVERED" >acks 3>&-
	[ "${PIPESTATUS[0]}" -eq 0 ]
}
