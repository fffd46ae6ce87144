#!/usr/bin/env bats
# kebwrite as the last stage of a loop: what the broker confirmed is settled, nothing else.
# shellcheck disable=SC2016 # $ is for the shell that kebmock starts
bats_require_minimum_version 1.5.0
load mock

# in_loop: kebwrite with a pipe as its status fd; what came through it goes to ./status.
in_loop() {
	{ kebwrite --status-fd 3 3>&1 >out 2>messages || echo "$?" >code; } | cat >status
	code=$(cat code 2>/dev/null || echo 0)
}

@test "delivered once confirmed, rejected where the record is at fault; the status is 0" {
	mock -t t
	in_loop <<'END'
{"_ack":"s/0/1/e","topic":"t","value":"MQ=="}
{"_acks":["s/0/2/e","s/0/3/e"],"topic":"t","value":"Mg=="}
{"topic":"t","value":"Mw==","_ack":"s/0/4/e~1/2"}
{"_ack":"s/0/5/e","topic":"t","value":"?"}
{"topic":"t","value":"NA=="}
END
	[ "$code" -eq 0 ]
	[ ! -s out ]
	[ "$(sort status)" = '{"ack":"s/0/1/e","status":"delivered"}
{"ack":"s/0/2/e","status":"delivered"}
{"ack":"s/0/3/e","status":"delivered"}
{"ack":"s/0/4/e~1/2","status":"delivered"}
{"ack":"s/0/5/e","status":"rejected","by":"kebwrite","class":"decode","code":"BadRecord","error":"the value is not base64"}' ]
}

@test "a bad line ends it with 3, after what was confirmed" {
	mock -t t
	in_loop <<'END'
{"_ack":"s/0/1/e","topic":"t","value":"MQ=="}
nonsense
{"_ack":"s/0/2/e","topic":"t","value":"MQ=="}
END
	[ "$code" -eq 3 ]
	[ "$(cat status)" = '{"ack":"s/0/1/e","status":"delivered"}' ]
}

@test "no permission settles nothing and ends it with 4" {
	mock -t t --fault broker.errors=Produce:1:TOPIC_AUTHORIZATION_FAILED
	in_loop <<<'{"_ack":"s/0/1/e","topic":"t","value":"MQ=="}'
	[ "$code" -eq 4 ]
	[ ! -s status ]
}

@test "an idle kebwrite notices that the reader of statuses has left" {
	mock -t t
	mkfifo statuses lines
	kebwrite --status-fd 3 <lines 3>statuses 2>messages &
	writer=$!
	exec 8>lines 7<statuses
	echo '{"_ack":"s/0/1/e","topic":"t","value":"MQ=="}' >&8
	read -r line <&7
	[ "$line" = '{"ack":"s/0/1/e","status":"delivered"}' ]
	exec 7<&-
	ended=0
	wait "$writer" || ended=$?
	[ "$ended" -eq 141 ] # of SIGPIPE, as a filter would
	[ ! -s messages ]
}

@test "a first signal is for the source, the second ends it" {
	mock -t t
	mkfifo lines
	exec 7<>lines
	kebwrite --status-fd 3 <lines 3> >(cat >status) 2>messages 7<&- &
	writer=$!
	echo '{"_ack":"s/0/1/e","topic":"t","value":"MQ=="}' >&7
	eventually test -s status
	kill -TERM "$writer"
	echo '{"_ack":"s/0/2/e","topic":"t","value":"MQ=="}' >&7
	eventually grep -q s/0/2/e status
	kill -KILL "$writer"
}

@test "alone a signal ends the reading, and what was read is written" {
	mock -t t
	mkfifo lines
	kebwrite --results <lines >out 2>messages &
	writer=$!
	exec 7>lines
	echo '{"topic":"t","value":"MQ=="}' >&7
	eventually test -s out
	kill -TERM "$writer"
	ended=0
	wait "$writer" || ended=$?
	[ "$ended" -eq 0 ]
}

@test "KEB_STATUS_FD wires it too" {
	mock -t t
	KEB_STATUS_FD=3 kebwrite 3>&1 >out <<<'{"_ack":"s/0/1/e","topic":"t","value":"MQ=="}' | cat >status
	[ "$(cat status)" = '{"ack":"s/0/1/e","status":"delivered"}' ]
}
