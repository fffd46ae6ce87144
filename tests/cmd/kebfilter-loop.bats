#!/usr/bin/env bats
# kebfilter as a stage of a loop: what it drops is settled as filtered.
# shellcheck disable=SC2016 # the dollar signs are for patterns and inner shells
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	cat >events <<'END'
{"_ack":"t/0/1/e","_group":"g","source":"a"}
{"source":"b","_ack":"t/0/2/e"}
{"_acks":["t/0/3/e","t/0/4/e~1/2"],"source":"b"}
{"source":"b"}
END
}

# in_loop OPTIONS: kebfilter with a pipe as its status fd; what came through it goes to ./status.
in_loop() {
	{ kebfilter --status-fd 3 "$@" 3>&1 >out 2>messages || echo "$?" >code; } | cat >status
	code=$(cat code 2>/dev/null || echo 0)
}

@test "a line that matches goes on with its members; what does not is filtered, a status a token" {
	in_loop -p '{"source":["a"]}' <events
	[ "$code" -eq 0 ]
	[ "$(cat out)" = "$(head -1 events)" ]
	[ "$(cat status)" = '{"ack":"t/0/2/e","status":"filtered","by":"kebfilter"}
{"ack":"t/0/3/e","status":"filtered","by":"kebfilter"}
{"ack":"t/0/4/e~1/2","status":"filtered","by":"kebfilter"}' ]
}

@test "nothing matched is no failure there" {
	in_loop -p '{"source":["z"]}' <events
	[ "$code" -eq 0 ]
	[ ! -s out ]
	[ "$(wc -l <status)" -eq 4 ]
}

@test "--invert settles what matches" {
	in_loop --invert -p '{"source":["b"]}' <events
	[ "$(cat out)" = "$(head -1 events)" ]
	[ "$(wc -l <status)" -eq 3 ]
}

@test "a bad line ends it at once with 3" {
	in_loop -p '{"source":["a"]}' <<<$'{"_ack":"t/0/1/e","source":"a"}\nnothing\n{"_ack":"t/0/2/e","source":"b"}'
	[ "$code" -eq 3 ]
	grep -q 'stdin:2: byte 1' messages
	[ ! -s status ]
}

@test "a token of the wrong type is a bad line" {
	in_loop -p '{"source":["a"]}' <<<'{"_ack":7,"source":"a"}'
	[ "$code" -eq 3 ]
}

@test "--count and --quiet are refused in a loop" {
	for option in --count --quiet; do
		in_loop -p '{"source":["a"]}' $option <events
		[ "$code" -eq 2 ]
		grep -q -e "$option passes no lines on" messages
	done
	{ KEB_STATUS_FD=3 kebfilter --count -p '{"a":[1]}' 3>&1 <events >out 2>messages || echo "$?" >code; } | cat >status
	[ "$(cat code)" -eq 2 ]
}

@test "what would lose marks or leave records behind is refused" {
	run --separate-stderr kebfilter -p '{"a":[1]}' --annotate=_ack
	expect_status 2
	expect_err "--annotate=_ack: that member is keb's own"
	run --separate-stderr bash -c 'kebfilter -p "{\"a\":[1]}" -m 5 --status-fd 3 3> >(cat) <<<"{}"'
	expect_status 2
	expect_err '--max-count passes no lines on as they came: it cannot be a stage of a loop'
}
