#!/usr/bin/env bats
# -e with several members of one group: nobody ends while another one may leave partitions
# unread.
bats_require_minimum_version 1.5.0
load kebread

setup() {
	kebread_setup
	KEB_WAIT=30 # the mock cluster's rebalances take three seconds each
	mock -t t:2
	fill_many t 0 50
	fill_many t 1 50
}

teardown() {
	exec 5>&-
	kebread_teardown
	[ -z "${ending_pid-}" ] || pkill -KILL -P "$ending_pid" || :
}

# Two members, which the first join of the group gives a partition each: one whose records
# nobody settles, and one with -e, whose lines are in `out` and whose status is in `status`.
two_members() { # ARGUMENT... of the second
	mkfifo held
	kebread -v -F client.conf -G g -t t --drain-limit 100ms --ack-fd 4 4<held >held.out 2>held.err 3>&- &
	reader_pid=$!
	exec 5>held
	(settle_with "$DELIVERED" -v -G g -t t -e "$@" 2>err 5>&- && echo 0 >status || echo $? >status) 3>&- &
	ending_pid=$!
	eventually lines_in held.out 50
	eventually grep -q 'waiting for 1 of other members' err
}

one_is_committed() {
	"$KEB_BUILD/tests/kadm" "$KEB_BROKERS" committed g t | awk '$2 == 50 { n++ } END { exit n != 1 }'
}

@test "it waits for what the others read, and reads what one of them leaves" {
	two_members
	eventually one_is_committed
	[ ! -e status ]
	[ "$(wc -l <out)" -eq 50 ]
	kill -TERM "$reader_pid"
	eventually test -s status
	[ "$(cat status)" -eq 0 ] || { cat err >&2 && false; }
	[ "$(jq -c '[.partition,.offset]' out | sort -u | wc -l)" -eq 100 ]
}

@test "it ends with the others, without a rebalance" {
	local before
	two_members
	before=$(grep -c 'reading from' err)
	jq -c "$DELIVERED" held.out >&5
	eventually test -s status
	[ "$(cat status)" -eq 0 ]
	[ "$(grep -c 'reading from' err)" -eq "$before" ]
}

@test "--drain-limit bounds the wait: status 1, how many and which" {
	two_members --drain-limit 500ms
	eventually test -s status
	[ "$(cat status)" -eq 1 ]
	grep -qE "1 partition of other members of the group is not at its end, t/[01] is committed up to 0 of 50 \(--drain-limit\)" err
}
