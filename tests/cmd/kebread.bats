#!/usr/bin/env bats
# kebread alone: records become lines, as they are.
bats_require_minimum_version 1.5.0
load kebread

setup() {
	kebread_setup
}

teardown() {
	kebread_teardown
}

@test "a record is one line, byte for byte" {
	mock -t orders:1
	echo '{"topic":"orders","partition":0,"timestamp":1545084650987,"key":"b3JkZXItMQ==","value":"eyJhIjoxfQ==","headers":[{"trace":"MDAtYWY="}]}' |
		kebwrite
	run --separate-stderr kebread -t orders -e
	expect_status 0
	expect_out '{"topic":"orders","partition":0,"offset":0,"timestamp":1545084650987,"timestampType":"CREATE_TIME","key":"b3JkZXItMQ==","value":"eyJhIjoxfQ==","headers":[{"trace":"MDAtYWY="}]}'
	[ -z "$stderr" ]
}

@test "a tombstone, an empty value and the text null are three records" {
	mock -t t:1
	printf '{"topic":"t","partition":0,"key":%s,"value":%s}\n' '"aw=="' null '"aw=="' '""' '""' '"bnVsbA=="' null '"//8A"' | kebwrite
	run --separate-stderr bash -c 'kebread -t t -e | jq -c "[.key,.value]"'
	expect_out '["aw==",null]
["aw==",""]
["","bnVsbA=="]
[null,"//8A"]'
}

@test "headers keep order, duplicates, null and empty values" {
	mock -t t:1
	echo '{"topic":"t","partition":0,"value":"","headers":[{"b":"MQ=="},{"a":null},{"b":""},{"a":"/w=="}]}' | kebwrite
	run --separate-stderr bash -c 'kebread -t t -e | jq -c .headers'
	expect_out '[{"b":"MQ=="},{"a":null},{"b":""},{"a":"/w=="}]'
}

@test "several topics, as options, operands and expressions" {
	mock -t a.one:1 -t a.two:2 -t b:1
	fill a.one 0 x
	fill a.two 1 y
	fill b 0 z
	run --separate-stderr bash -c 'kebread -e -t a.one b | jq -r .topic | sort'
	expect_out $'a.one\nb'
	run --separate-stderr bash -c "kebread -e '^a[.]' | jq -r .topic | sort"
	expect_out $'a.one\na.two'
	run --separate-stderr kebread -e '^nothing'
	expect_status 4
	expect_err "no topic matches"
}

@test "-p reads one partition, -c counts" {
	mock -t t:3
	fill t 0 a b c
	fill t 2 d e f
	run --separate-stderr bash -c 'kebread -t t -p 2 -c 2 | jq -r .value | base64 -d'
	expect_out de
	run --separate-stderr kebread -t t -p 7 -e
	expect_status 4
	expect_err "check -p"
}

@test "-o: beginning, end, N, -N" {
	mock -t t:1
	fill t 0 0 1 2 3 4 5 6 7 8 9
	for o in beginning 7 -2 -100 10 end; do
		echo "$o: $(kebread -t t -e -o "$o" | values | xargs)"
	done >out
	run cat out
	expect_out 'beginning: 0 1 2 3 4 5 6 7 8 9
7: 7 8 9
-2: 8 9
-100: 0 1 2 3 4 5 6 7 8 9
10: 
end: '
}

@test "-o beyond the end is a gap: said, and passed with --on-gap oldest" {
	mock -t t:1
	fill t 0 a b
	run --separate-stderr kebread -t t -e -o 5
	expect_status 1
	expect_err "t/0 ends at 2, before 5"
	run --separate-stderr bash -c 'kebread -t t -e -o 5 --on-gap oldest | wc -l'
	expect_out 2
	expect_err "going on at 0"
}

@test "-e on an empty topic ends at once" {
	mock -t t:4
	run --separate-stderr kebread -t t -e
	expect_status 0
	expect_out ''
}

@test "without -e it waits for more" {
	mock -t t:1
	kebread -F client.conf -t t >out 3>&- &
	reader_pid=$!
	fill t 0 first
	eventually grep -q Zmlyc3Q= out
	fill t 0 second
	eventually grep -q c2Vjb25k out
	kill -TERM "$reader_pid"
	wait "$reader_pid"
}

@test "the whole of a larger topic comes once and in order" {
	mock -t t:2
	fill_many t 0 20000
	fill_many t 1 10000
	kebread -t t -e >out
	run --separate-stderr bash -c 'jq -r "select(.partition==0).value|@base64d" out | cmp - <(seq 20000) && jq -r "select(.partition==1).value|@base64d" out | cmp - <(seq 10000)'
	expect_status 0
}

@test "a line over the limit is left out, said, and the status is 1" {
	mock -t t:1
	fill t 0 small "$(printf '%0300d' 7)" small
	run --separate-stderr bash -c 'kebread --max-line 400 -t t -e >out'
	expect_status 1
	expect_err "record t/0/1 makes a line of 529 bytes, over the limit of 400 (--max-line)"
	run jq -c .offset out
	expect_out $'0\n2'
}

@test "a reader that left ends it quietly" {
	mock -t t:1
	fill_many t 0 20000
	# shellcheck disable=SC2016
	run --separate-stderr bash -c 'kebread -t t | head -n 1 | jq .offset; echo "${PIPESTATUS[0]}"'
	expect_out $'0\n141'
	[ -z "$stderr" ]
}

@test "a reader that leaves while nothing comes is noticed" {
	mock -t t:1
	# shellcheck disable=SC2016
	run --separate-stderr timeout 10 bash -c 'kebread -t t | sleep 0.3; echo "${PIPESTATUS[0]}"'
	expect_out 141
}

@test "a full disk on stdout" {
	mock -t t:1
	fill t 0 a
	run --separate-stderr bash -c 'kebread -t t -e >/dev/full'
	expect_status 6
	expect_err "kebread: error: cannot write to stdout: No space left on device"
}

@test "metrics are Prometheus text" {
	mock -t t:1
	fill t 0 a b c
	kebread -t t -e --metrics m.prom >/dev/null
	run --separate-stderr grep -vE '^#' m.prom
	expect_out 'keb_read_records_total 3
keb_read_bytes_total '"$(sed -n 's/^keb_read_bytes_total //p' m.prom)"'
keb_read_rebalances_total 0
keb_read_refused_total 0
keb_read_exhausted_total 0
keb_read_lag_records{topic="t",partition="0"} 0
keb_read_next_offset{topic="t",partition="0"} 3
keb_read_end_offset{topic="t",partition="0"} 3'
}
