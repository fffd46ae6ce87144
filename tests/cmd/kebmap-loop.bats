#!/usr/bin/env bats
# kebmap alone and in a loop: bad lines, rejected records, statuses, descriptors.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	cat >mixed <<'END'
{"_ack":"t/0/1/e","topic":"t","value":"MQ=="}
{"_ack":"t/0/2/e","topic":"t","value":"eHg="}
{"_ack":"t/0/3/e","topic":"t","value":"Mw=="}
END
}

# in_loop FILE OPTIONS: kebmap with a pipe as its status fd; what came through it goes to ./status.
in_loop() {
	local file=$1
	shift
	{ kebmap --source s --status-fd 3 "$@" <"$file" 3>&1 >events 2>messages || echo "$?" >code; } | cat >status
	code=$(cat code 2>/dev/null || echo 0)
}

@test "alone, a rejected record is a message with its line; the rest goes on; status 1" {
	run --separate-stderr bash -c 'kebmap --source s mixed >events'
	expect_status 1
	[ "$stderr" = "kebmap: error: mixed:2: rejected (decode): value of t (78 78, 2 bytes): not JSON: expected a value at byte 0 (try --value-format string or base64)" ]
	[ "$(jq .detail.value events)" = $'1\n3' ]
}

@test "in a loop, a rejected record is a status; the rest goes on; status 0" {
	in_loop mixed
	[ "$code" -eq 0 ]
	[ ! -s messages ]
	[ "$(jq -c '[._ack,.detail.value]' events)" = $'["t/0/1/e",1]\n["t/0/3/e",3]' ]
	[ "$(cat status)" = '{"ack":"t/0/2/e","status":"rejected","by":"kebmap","class":"decode","code":"data","error":"value of t (78 78, 2 bytes): not JSON: expected a value at byte 0 (try --value-format string or base64)"}' ]
}

@test "a record of several tokens is rejected with one status for each" {
	echo '{"_acks":["a","b"],"topic":"t","value":""}' >two
	in_loop two
	[ "$code" -eq 0 ]
	[ "$(jq -r .ack status)" = $'a\nb' ]
}

@test "alone, a bad line is reported with line and byte, the run goes on, status 3" {
	{
		echo '{"topic":"t","value":"MQ=="}'
		echo 'oops'
		echo '{"topic":"t","partition":"0"}'
		echo '{"source":"s","detail":{}}'
		echo '{"topic":"t","value":"Mg=="}'
	} >lines
	run --separate-stderr bash -c 'kebmap --source s lines >events'
	expect_status 3
	expect_err 'kebmap: error: lines:2: byte 1 (offset 29 of the input): expected an object'
	expect_err 'lines:3: byte 26'
	expect_err 'lines:4: byte 1 (offset 64 of the input): no topic: this is no record line'
	[ "$(jq .detail.value events)" = $'1\n2' ]
}

@test "in a loop, a bad line ends the run with 3 at once: its record could never be settled" {
	{
		echo '{"_ack":"a","topic":"t","value":"MQ=="}'
		echo '{"_ack":"b","topic":"t"'
		echo '{"_ack":"c","topic":"t","value":"MQ=="}'
	} >lines
	in_loop lines
	[ "$code" -eq 3 ]
	grep -q "error: stdin:2: byte 24 (offset 63 of the input): expected ',' or '}'" messages
	[ "$(jq -r ._ack events)" = a ]
	[ ! -s status ]
}

@test "lines that are no JSON objects of one line are bad lines" {
	local line
	for line in '[]' '"x"' '{}{}' '{"topic":"t",}' $'{"topic":"\xff"}' '{"topic":"t","_ack":7}' '{"topic":7}' \
		'{"topic":"t","offset":1.5}' '{"topic":"t","offset":-1}' '{"topic":"t","key":7}' '{"topic":"t","headers":{}}' \
		$'\xef\xbb\xbf{"topic":"t"}'; do
		run --separate-stderr kebmap --source s <<<"$line"
		expect_status 3
		expect_out ''
	done
	printf '{"topic":"t\0"}\n' >nul
	run --separate-stderr kebmap --source s nul
	expect_status 3
	expect_err 'nul:1: byte 12 (offset 11 of the input): control byte in a string'
}

@test "a line over --max-line is a bad line, an event over it is rejected as too large" {
	printf '{"topic":"t","value":"%s"}\n' "$(head -c 400 /dev/zero | tr '\0' 1 | base64 -w0)" >long
	run --separate-stderr kebmap --source s --max-line 300 long
	expect_status 3
	expect_err 'long:1: byte 1 (offset 0 of the input): line longer than 300 bytes (see --max-line)'
	printf '{"topic":"t","value":"%s"}\n' "$(head -c 150 /dev/zero | tr '\0' 1 | base64 -w0)" >short
	run --separate-stderr kebmap --source s --max-line 256 short
	expect_status 1
	expect_out ''
	expect_err 'short:1: rejected (too-large): the line it makes has'
	KEB_MAX_LINE=256 run --separate-stderr kebmap --source s short
	expect_status 1
}

@test "KEB_STATUS_FD wires the status fd, too; a descriptor that is no pipe is a usage error" {
	KEB_STATUS_FD=3 kebmap --source s mixed 3>&1 >events | cat >status
	[ "$(jq -r .status status)" = rejected ]
	run --separate-stderr kebmap --source s --status-fd 4 mixed
	expect_status 2
	run --separate-stderr bash -c 'kebmap --source s --status-fd 4 mixed 4>file'
	expect_status 2
	expect_err 'status fd 4 is no pipe open for writing'
}

@test "each line goes out before kebmap waits for the next" {
	mkfifo in
	kebmap --source s <in >events &
	exec 5>in
	echo '{"topic":"t","value":"MQ=="}' >&5
	eventually test -s events
	exec 5>&-
	wait $!
}

@test "a full disk on stdout: status 6" {
	run --separate-stderr bash -c 'kebmap --source s mixed >/dev/full'
	expect_status 6
	expect_err 'cannot write to stdout: No space left on device'
}

@test "a reader that leaves ends kebmap quietly" {
	yes '{"topic":"t","value":"MQ=="}' | head -100000 >many
	# shellcheck disable=SC2016
	run --separate-stderr bash -c 'kebmap --source s many | head -1 | jq .detail.value; echo "${PIPESTATUS[0]}"'
	expect_out $'1\n141'
	[ -z "$stderr" ]
}

@test "nothing in, nothing out" {
	run --separate-stderr kebmap --source s </dev/null
	expect_status 0
	expect_out ''
	[ -z "$stderr" ]
}
