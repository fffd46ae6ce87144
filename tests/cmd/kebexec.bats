#!/usr/bin/env bats
# kebexec: what becomes of each line that a foreign command is given.
# shellcheck disable=SC2016 # $ is for the command's shell
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

teardown() {
	exec 7>&- 8<&-
	[ -z "${STARTED-}" ] || { kill -KILL "$STARTED" 2>/dev/null && wait "$STARTED"; } || true
}

# lines FROM TO: {"_ack":"t/0/1/e","n":1}
lines() {
	jq -nc "range($1; $2 + 1) | {_ack:\"t/0/\(.)/e\", n:.}"
}

# in_loop OPTION ...: kebexec with a pipe as its status fd: $output, $stderr, $code, ./status.
in_loop() {
	{ kebexec --status-fd 3 "$@" 3>&1 >out 2>err || echo "$?" >code; } | cat >status
	code=$(cat code 2>/dev/null || echo 0)
	output=$(cat out) stderr=$(cat err)
	rm -f code
}

said() { # what became of the lines, in order: "filtered 3 5"
	jq -r "select(.status == \"$1\") | .ack" status | sed 's|t/0/||; s|/e||' | tr '\n' ' '
}

@test "a filter: what comes back goes on, byte for byte, the rest is filtered" {
	printf '%s\n' '{"a":1.50,"_ack":"t/0/1/e"}' '{"_ack":"t/0/2/e"}' '{"_ack":"t/0/3/e", "x":"\u00e9"}' >in
	in_loop --filter 'sed 2d' <in
	[ "$code" = 0 ]
	[ "$output" = "$(sed 2d in)" ]
	[ "$(cat status)" = '{"ack":"t/0/2/e","status":"filtered","by":"kebexec"}' ]
}

@test "jq, awk and python are filters" {
	lines 1 100 >in
	for filter in 'jq -c "select(.n % 10 == 0)"' 'awk -F "[:}]" "\$3 % 10 == 0"' \
		"python3 -c 'import sys, json
for line in sys.stdin:
    if json.loads(line)[\"n\"] % 10 == 0: print(json.dumps(json.loads(line)))'"; do
		in_loop --filter "$filter" <in
		[ "$code" = 0 ]
		[ "$(jq .n out | tr '\n' ' ')" = "10 20 30 40 50 60 70 80 90 100 " ]
		[ "$(wc -l <status)" = 90 ]
	done
}

@test "grep ends with 1 when nothing matched: --ok 0,1" {
	lines 1 3 >in
	in_loop --ok 0,1 --filter 'grep nothing' <in
	[ "$code" = 0 ]
	[ "$(said filtered)" = "1 2 3 " ]
	in_loop --filter 'grep nothing' <in
	[ "$code" = 6 ]
	[ ! -s status ]
	[[ $stderr == *"'grep nothing' ended with status 1 (see --ok)"* ]]
}

@test "several lines of one become parts" {
	lines 1 2 >in
	in_loop --filter 'sed p' <in
	[ "$code" = 0 ]
	[ "$output" = '{"_ack":"t/0/1/e~1/2","n":1}
{"_ack":"t/0/1/e~2/2","n":1}
{"_ack":"t/0/2/e~1/2","n":2}
{"_ack":"t/0/2/e~2/2","n":2}' ]
	[ ! -s status ]
}

@test "a line of several records stays one, and becomes parts of each" {
	echo '{"_acks":["a","b"],"n":1}' >in
	in_loop --filter 'jq -c "., ."' <in
	[ "$output" = '{"_acks":["a~1/2","b~1/2"],"n":1}
{"_acks":["a~2/2","b~2/2"],"n":1}' ]
	in_loop --filter 'sed d' <in
	[ "$(jq -r .ack status | tr '\n' ' ')" = "a b " ]
}

@test "a window ends the input of a run, and the next line begins another" {
	lines 1 7 >in
	in_loop --window 3 --filter 'echo run >>runs; cat' <in
	[ "$code" = 0 ]
	[ "$output" = "$(cat in)" ]
	[ "$(wc -l <runs)" = 3 ]
}

# A filter that reads from a pipe which stays open: ask LINE, and `answered N` waits.
open_filter() {
	mkfifo in statuses
	kebexec --status-fd 3 "$@" <in >out 2>err 3>statuses &
	STARTED=$!
	exec 7>in 8<statuses
}

answered() { [ "$(wc -l <out)" -ge "$1" ]; }

@test "what a filter holds back comes without waiting for the window" {
	open_filter --idle 50ms --filter 'jq -c .'
	lines 1 3 >&7
	eventually answered 3
	lines 4 4 >&7
	eventually answered 4
}

@test "a filter that drops everything does not keep the records" {
	open_filter --idle 50ms --filter 'sed d'
	lines 1 3 >&7
	for n in 1 2 3; do
		read -r -t 10 line <&8
		[ "$line" = '{"ack":"t/0/'$n'/e","status":"filtered","by":"kebexec"}' ]
	done
}

@test "a filter that always talks is ended by --window-time" {
	open_filter --window-time 200ms --idle 10s --filter 'echo run >>runs; sed -u "/[13579]}/d"'
	n=0
	begun() { lines $((++n)) "$n" >&7; [ "$(wc -l <runs)" -ge 3 ]; }
	touch runs
	eventually begun
	read -r -t 10 line <&8
	[ "$line" = '{"ack":"t/0/1/e","status":"filtered","by":"kebexec"}' ]
}

@test "an idle kebexec notices that the reader of statuses has left" {
	open_filter --filter cat
	lines 1 1 >&7
	exec 8<&-
	ended=0
	wait "$STARTED" || ended=$?
	STARTED=
	[ "$ended" = 141 ]
}

@test "a filter that breaks the rules ends it with 3, and calls nothing filtered" {
	lines 1 5 >in
	while IFS='|' read -r filter message; do
		in_loop --filter "$filter" <in
		echo "$filter: $code $stderr"
		[ "$code" = 3 ]
		[[ $stderr == *"of the output of '$filter': $message"* ]]
		[ -z "$(said filtered)" ]
	done <<-'END'
		tac|it comes after the answer to a later line
		jq -c "{n}"|it has lost its _ack
		sed s/e\",/x\",/|its _ack is not that of a line
		jq .|byte 2: 
		sed s/^/#/|byte 1: expected an object
		echo header; cat|byte 1:
	END
}

@test "a filter that ends badly, or too soon, ends it with 6, and calls nothing filtered" {
	lines 1 30000 >in
	while IFS='|' read -r filter message; do
		in_loop --filter "$filter" <in
		[ "$code" = 6 ]
		[[ $stderr == *"kebexec: error: '$filter' $message"* ]]
		[ -z "$(said filtered)" ]
	done <<-'END'
		head -n 3|ended with status 0 before it had read all of its input
		cat; exit 3|ended with status 3 (see --ok): what it had not answered comes again
		head -c 30; kill -9 $$|was ended by signal 9
		cat >/dev/null; kill -9 $$|was ended by signal 9
		true|ended with status 0 before it had read all of its input
	END
}

@test "a process that a filter leaves behind with its output does not hold the loop for ever" {
	lines 1 3 >in
	in_loop --filter 'cat; sleep 60 &' <in
	[ "$code" = 6 ]
	[[ $stderr == *"has ended, but a process that it left behind holds its output"* ]]
	[ ! -s status ]
	# One that closes it is no concern of the loop's, and one that soon ends is waited for.
	in_loop --filter 'cat; sleep 1 >/dev/null 2>&1 &' <in
	[ "$code" = 0 ]
	in_loop --filter 'cat; sleep 1 2>/dev/null &' <in
	[ "$code" = 0 ]
	[ "$output" = "$(cat in)" ]
}

@test "a command that is not there is status 2" {
	lines 1 3 >in
	for mode in filter sink; do
		in_loop --$mode 'no-such-command' <in
		[ "$code" = 2 ]
		[ ! -s status ]
		[[ $stderr == *"'no-such-command' was not found (see --$mode)"* ]]
		touch plain
		in_loop --$mode './plain' <in
		[ "$code" = 2 ]
	done
}

@test "the command has no descriptor and no variable of the loop, and a group of its own" {
	lines 1 1 >in
	in_loop --filter 'test ! -e /proc/$$/fd/3 && echo none >fds; env >env; cat /proc/$$/stat >stat; exec cat' <in
	[ "$code" = 0 ]
	[ "$(cat fds)" = none ]
	run ! grep KEB_STATUS_FD env
	[ "$(cut -d' ' -f1 stat)" = "$(cut -d' ' -f5 stat)" ]
}

@test "a bad line ends it with 3 in a loop; alone it is reported, and the rest goes on" {
	printf '%s\n' '{"_ack":"a"}' nonsense '{"_ack":"b"}' >in
	for mode in '--filter cat' '--sink cat'; do
		in_loop $mode <in
		[ "$code" = 3 ]
		[[ $stderr == *"stdin:2: byte 1 (offset 13 of the input): expected an object"* ]]
		run --separate-stderr kebexec $mode <in
		expect_status 3
		expect_out '{"_ack":"a"}
{"_ack":"b"}'
	done
}

@test "captured events have no token: they pass through" {
	printf '%s\n' '{"n":1}' '{"n":2}' >in
	in_loop --filter 'jq -c "{n}, {m:0}"' <in
	[ "$code" = 0 ]
	[ "$output" = '{"n":1}
{"m":0}
{"n":2}
{"m":0}' ]
	[ ! -s status ]
	# Beside lines with a token, each kind has runs of its own.
	{ lines 1 1 && cat in && lines 2 2; } >mixed
	in_loop --filter 'cat' <mixed
	[ "$output" = "$(cat mixed)" ]
	in_loop --filter 'jq -c "{n}"' <mixed
	[ "$code" = 3 ]
}

@test "a sink takes each line with a run of its own; its output is ours" {
	lines 1 3 >in
	in_loop --sink 'cat; echo end' <in
	[ "$code" = 0 ]
	[ "$output" = '{"_ack":"t/0/1/e","n":1}
end
{"_ack":"t/0/2/e","n":2}
end
{"_ack":"t/0/3/e","n":3}
end' ]
	[ "$(said delivered)" = "1 2 3 " ]
}

@test "batches are bounded by lines and by bytes" {
	lines 1 7 >in
	in_loop -n 3 --linger 10s --sink 'wc -l' <in
	[ "$output" = $'3\n3\n1' ]
	in_loop -n 100 --batch-bytes 60 --linger 10s --sink 'wc -l' <in
	[ "$output" = $'2\n2\n2\n1' ]
	in_loop -n 100 --batch-bytes 1 --sink 'wc -l' <in
	[ "$(wc -l <out)" = 7 ]
	[ "$(said delivered)" = "1 2 3 4 5 6 7 " ]
}

@test "65 refuses: the batch is halved until the bad lines stand alone" {
	lines 1 20 >in
	in_loop -n 20 --linger 10s --sink 'cat >b; grep -qE ":(7|8|20)}" b && exit 65; cat b' <in
	[ "$code" = 0 ]
	[ "$(said rejected)" = "7 8 20 " ]
	[ "$(said delivered)" = "1 2 3 4 5 6 9 10 11 12 13 14 15 16 17 18 19 " ]
	[ "$output" = "$(grep -vE ':(7|8|20)}' in)" ]
	[ "$(jq -c 'select(.status == "rejected") | [.class, .code, .by]' status | sort -u)" = '["refused","Exit65","kebexec"]' ]
	in_loop --reject-status 9,22 --sink 'exit 22' <in
	[ "$(grep -c '"code":"Exit22"' status)" = 20 ]
}

@test "another status, or a signal, is tried again" {
	lines 1 2 >in
	in_loop --sink 'cat >>seen; echo x >>tries; case $(wc -l <tries) in 1) exit 1;; 2) kill -9 $$;; esac' <in
	[ "$code" = 0 ]
	[ "$(said delivered)" = "1 2 " ]
	[ "$(jq .n seen | tr '\n' ' ')" = "1 1 1 2 " ]
}

@test "--retry-for gives up with 5; nothing is settled" {
	lines 1 2 >in
	in_loop --retry-for 300ms --sink 'exit 75' <in
	[ "$code" = 5 ]
	[ ! -s status ]
	[[ $stderr == *"'exit 75' ended with status 75 (given up after 300 ms, see --retry-for)"* ]]
}

@test "a sink need not read its lines, and they may be many" {
	jq -nc '[range(100000)]' | jq -c '{_ack:"big",v:.}' >in
	in_loop --sink 'true' <in
	[ "$code" = 0 ]
	[ "$(jq -r .status status)" = delivered ]
	in_loop --sink 'wc -c' <in
	[ "$output" = "$(wc -c <in)" ]
}

@test "alone, a rejected line is a message and status 1, or goes to --reject-file" {
	lines 1 2 >in
	run --separate-stderr kebexec --sink 'grep -q :1 && exit 65; true' <in
	expect_status 1
	expect_err "stdin:1: rejected (refused): Exit65: 'grep -q :1 && exit 65; true' ended with status 65"
	run --separate-stderr kebexec --reject-file bad --sink 'grep -q :1 && exit 65; true' <in
	expect_status 1
	[ "$(jq -c '[._rejected.code, .n]' bad)" = '["Exit65",1]' ]
}

@test "usage" {
	while IFS='|' read -r options message; do
		eval "run --separate-stderr kebexec $options" </dev/null
		expect_status 2
		expect_err "$message"
	done <<-'END'
		|give one of --filter and --sink
		--filter a --sink b|give one of --filter and --sink
		--filter a -n 3|are for --sink
		--sink a --ok 1|are for --filter
		--filter jq .a|unexpected '.a'
		--filter a --ok 0,256|--ok '0,256': expected exit statuses
		--sink a --reject-status x|--reject-status 'x'
	END
}
