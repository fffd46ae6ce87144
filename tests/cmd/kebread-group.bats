#!/usr/bin/env bats
# kebread in a loop: what is settled is committed, nothing else.
bats_require_minimum_version 1.5.0
load kebread

setup() {
	kebread_setup
}

teardown() {
	kebread_teardown
}

@test "what was delivered is committed and does not come again" {
	mock -t t:2
	fill_many t 0 1000
	fill_many t 1 500
	run --separate-stderr settle_with "$DELIVERED" -G g -t t -e
	expect_status 0
	[ "$(wc -l <out)" -eq 1500 ]
	fill t 1 new
	run --separate-stderr settle_with "$DELIVERED" -v -G g -t t -e
	expect_status 0
	expect_err "t/0: reading from 1000 (committed)"
	[ "$(values <out)" = new ]
}

@test "tokens say topic, partition, offset and the epoch of the assignment" {
	mock -t t:1
	fill t 0 a b
	run --separate-stderr settle_with "$DELIVERED" -G g -t t -e
	run grep -cE '^\{"_ack":"t/0/[01]/[a-z0-9]{4,7}\.1","topic":"t","partition":0,"offset":[01],' out
	expect_out 2
}

@test "a rejected record stops: it is named, not committed, and comes again" {
	mock -t t:1
	fill t 0 a b c
	run --separate-stderr settle_with 'if .offset == 1 then {ack:._ack,status:"rejected",by:"kebput",class:"refused",code:"MalformedDetail",error:"Detail is malformed."} else {ack:._ack,status:"delivered"} end' -G g -t t -e
	expect_status 1
	[[ $stderr =~ "record t/0/1/"[a-z0-9]+".1 was rejected by kebput: refused: MalformedDetail: Detail is malformed. (it was not committed; --on-reject skip goes on)" ]]
	run --separate-stderr settle_with "$DELIVERED" -G g -t t -e
	expect_status 0
	[ "$(values <out | xargs)" = "b c" ]
}

@test "--on-reject skip counts it as settled" {
	mock -t t:1
	fill t 0 a b c
	run --separate-stderr settle_with '{ack:._ack,status:"rejected",by:"kebmap",class:"decode",error:"no JSON"}' -G g -t t -e --on-reject skip --metrics m
	expect_status 0
	expect_err "was rejected by kebmap: decode: no JSON: skipped"
	grep -qx 'keb_read_settled_total{outcome="rejected"} 3' m
	grep -qx 'keb_read_committed_offset{topic="t",partition="0"} 3' m
}

@test "filtered settles; parts settle when all are there; other statuses do nothing" {
	mock -t t:1
	fill t 0 a b c
	run --separate-stderr settle_with '{ack:._ack,status:"later"},{ack:"t/0/0/zzzz.1",status:"delivered"},{ack:(._ack+"~1/2"),status:"filtered",by:"kebfilter"},{ack:(._ack+"~1/2"),status:"delivered"},{ack:(._ack+"~2/2"),status:"delivered"},{ack:._ack,status:"rejected"}' -G g -t t -e --metrics m
	expect_status 0
	grep -qx 'keb_read_settled_total{outcome="delivered"} 3' m
	grep -qx 'keb_read_stale_statuses_total 3' m
}

@test "a record without a status is unsettled: status 1, committed up to it" {
	mock -t t:1
	fill t 0 a b c d
	run --separate-stderr settle_with 'select(.offset != 2)|{ack:._ack,status:"delivered"}' -G g -t t -e
	expect_status 1
	[[ $stderr =~ "1 record is unsettled, the oldest is t/0/2/"[a-z0-9]+".1: it comes again" ]]
	run --separate-stderr settle_with "$DELIVERED" -v -G g -t t -e
	expect_err "t/0: reading from 2 (committed)"
}

@test "discarded where something is committed ends with 2 and names the program" {
	mock -t t:1
	fill t 0 a b
	run --separate-stderr settle_with '{ack:._ack,status:"discarded",by:"kebput"}' -G g -t t -e
	expect_status 2
	expect_err "was discarded by kebput, but kebread commits"
	run --separate-stderr settle_with '{ack:._ack,status:"discarded",by:"kebput"}' -t t -e
	expect_status 0
}

@test "-o is for partitions without a commit, --reset is over it" {
	mock -t t:1
	fill t 0 a b c d
	run --separate-stderr settle_with "$DELIVERED" -G g -t t -e -o 3
	[ "$(values <out | xargs)" = d ]
	fill t 0 e
	run --separate-stderr settle_with "$DELIVERED" -G g -t t -e -o beginning
	[ "$(values <out | xargs)" = e ]
	run --separate-stderr settle_with "$DELIVERED" -G g -t t -e -o 1 --reset
	[ "$(values <out | xargs)" = "b c d e" ]
}

@test "-o end is committed before the first record: a crash loses nothing after it" {
	mock -t t:1
	fill t 0 old
	mkfifo acks
	kebread -v -F client.conf -G g -t t -o end --ack-fd 4 4<acks >out 2>err 3>&- &
	reader_pid=$!
	exec 5>acks
	eventually grep -q 'reading from 1' err
	fill t 0 new
	eventually test -s out
	kill -KILL "$reader_pid"
	wait "$reader_pid" || :
	exec 5>&-
	run --separate-stderr settle_with "$DELIVERED" -G g -t t -e -o end
	expect_status 0
	[ "$(values <out)" = new ]
}

@test "cooperative-sticky groups work as well" {
	mock -t t:2
	fill_many t 0 100
	echo partition.assignment.strategy=cooperative-sticky >>client.conf
	run --separate-stderr settle_with "$DELIVERED" -G g -t t -e
	expect_status 0
	[ "$(wc -l <out)" -eq 100 ]
	run --separate-stderr settle_with "$DELIVERED" -v -G g -t t -e
	expect_status 0
	expect_err "t/0: reading from 100 (committed)"
}

@test "a copy without partitions ends with -e" {
	mock -t t:1
	mkfifo hold
	kebread -v -F client.conf -G g -t t --ack-fd 4 4<hold >out 2>err 3>&- &
	reader_pid=$!
	exec 5>hold
	eventually grep -q 'reading from' err
	KEB_COPIES=2 run --separate-stderr settle_with "$DELIVERED" -G g -t t -e
	expect_status 0
	exec 5>&-
}

@test "--checkpoint resumes a replay, also after kill -9" {
	mock -t t:1
	fill_many t 0 1000
	mkfifo acks
	kebread -F client.conf -t t --checkpoint cp --ack-fd 4 4<acks >out 2>err 3>&- &
	reader_pid=$!
	exec 5>acks
	eventually lines_in out 400
	head -n 400 out | jq -c "$DELIVERED" >&5
	eventually grep -qx '{"topic":"t","partition":0,"offset":400}' cp
	kill -KILL "$reader_pid"
	wait "$reader_pid" || :
	exec 5>&-
	run --separate-stderr settle_with "$DELIVERED" -t t --checkpoint cp -e
	expect_status 0
	[ "$(values <out | head -n 1)" = 401 ]
	[ "$(values <out | tail -n 1)" = 1000 ]
	run cat cp
	expect_out '{"topic":"t","partition":0,"offset":1000}'
}
