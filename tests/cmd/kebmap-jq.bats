#!/usr/bin/env bats
# kebmap: jq programs in --set and --jq.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	value='{"id":9007199254740993,"x":1.50,"o":{"big":18446744073709551615,"s":"\/"},"l":[1.0,{"a":1e400}],"t":"T"}'
	printf '{"_ack":"a","topic":"t","partition":0,"offset":1,"value":"%s"}\n' "$(printf %s "$value" | base64 -w0)" >record
}

# map OPTIONS: detail.value, the last member of the detail, is then in $value.
map() {
	run --separate-stderr kebmap --source s "$@" record
	value=${output#*,\"value\":}
	value=${value%\}\}}
}

@test "--jq: what the program does not touch keeps its text, digits and escapes" {
	local before=$value
	map --jq .
	[ "$value" = "$before" ]
	map --jq '.detail.value.x += 1'
	[ "$value" = "${before/1.50/2.5}" ]
	map --jq '.detail.value.l[0] = "new"'
	[ "$value" = "${before/1.0/\"new\"}" ]
	map --jq 'del(.detail.value.x)'
	[ "$value" = "${before/\"x\":1.50,/}" ]
}

@test "--jq: objects and arrays that are moved keep their text" {
	map --jq '.detail = .detail.value.o'
	[[ $output == *',"detail":{"big":18446744073709551615,"s":"\/"}}' ]]
	map --jq '.detail = {l: .detail.value.l, sum: (.detail.value.l | length)}'
	[[ $output == *',"detail":{"l":[1.0,{"a":1e400}],"sum":2}}' ]]
}

@test "--jq: names that come twice, escapes in names, slices of arrays" {
	value='{"a":1,"\u0062":2.50,"a":3.0,"l":[1.0,2.0,3.0]}'
	printf '{"topic":"t","value":"%s"}\n' "$(printf %s "$value" | base64 -w0)" >record
	map --jq '.detail.value.n = 1'
	[ "$(jq -S . <<<"$value")" = "$(jq -nS '{a: 3, b: 2.5, l: [1,2,3], n: 1}')" ]
	[[ $value == *'"a":3.0'* && $value == *'"b":2.50'* ]]
	map --jq '.detail.value.l |= .[1:]'
	[ "$(jq -c .l <<<"$value")" = '[2,3]' ]
}

@test "--jq: several results are parts, none is filtered" {
	map --jq '., (.["detail-type"] = "second")'
	[ "$(jq -c '[._ack, .["detail-type"]]' <<<"$output")" = $'["a~1/2","kafka-connect-t"]\n["a~2/2","second"]' ]
	{ kebmap --source s --status-fd 3 --jq 'select(.detail.value.id == 1)' record 3>&1 >events; } | cat >status
	[ ! -s events ]
	[ "$(cat status)" = '{"ack":"a","status":"filtered","by":"kebmap"}' ]
}

@test "--jq: a program that fails rejects the record with its message, and what came before it" {
	map --jq '., .detail.value.x.y'
	expect_status 1
	expect_out ''
	expect_err 'rejected (invalid): jq: Cannot index number with string "y" (--jq)'
	map --jq '.detail.value'
	expect_err 'rejected (invalid): a result of --jq is no event: an object whose detail is an object'
	map --jq '._group = "g"'
	expect_err "a result of --jq has members of keb's own"
	map --jq 'error'
	expect_status 1
}

@test "--jq: no environment, no files, no other inputs, no end of the run" {
	export SECRET=hidden
	echo 'def mine: "read";' >"$HOME/.jq"
	map --jq '.detail.value = [env, $ENV, [inputs], input_filename]'
	[ "$value" = '[{},{},[],null]' ]
	map --jq '.detail.value = env.SECRET'
	[ "$value" = null ]
	map --jq '.detail.value = mine'
	expect_status 2
	expect_err "mine/0 is not defined"
	for program in input halt halt_error; do
		map --jq "$program"
		expect_status 1
	done
	for program in 'import "a" as a; .' 'include "a"; .'; do
		map --jq "$program"
		expect_status 2
	done
}

@test "--jq: a bad program is a usage error that says what jq says" {
	map --jq '.a |'
	expect_status 2
	expect_err "kebmap: error: --jq '.a |' is no program for jq: syntax error"
	map --jq '. # a comment'
	expect_status 0
}

@test "--jq: an event that jq cannot hold is rejected" {
	value=$(printf '[%.0s' {1..300})1$(printf ']%.0s' {1..300})
	printf '{"topic":"t","value":"%s"}\n' "$(printf %s "$value" | base64 -w0)" >record
	map --jq .
	expect_status 1
	expect_err 'rejected (invalid): jq cannot read the event'
}

@test "--set FIELD=PROGRAM: one result; none or null leaves the field" {
	map --set 'detail-type=.detail.value.t + "!"' --set 'source="shop"' --set 'detail.value=.detail.value.o'
	[[ $output == *'"source":"shop","detail-type":"T!"'* ]]
	[ "$value" = '{"big":18446744073709551615,"s":"\/"}' ]
	map --set 'detail-type=.detail.value.missing' --set 'source=empty'
	[[ $output == *'"source":"s","detail-type":"kafka-connect-t"'* ]]
	expect_err 'an event has nothing at .detail.value.missing: its detail-type stays as it is (--set)'
	map --set 'detail.value=.detail.value.missing'
	[ "$value" = null ]
	map --set 'source=1,2'
	expect_status 1
	expect_err 'rejected (invalid): 1,2 has several results (--set source)'
	map --set 'source=.detail.value.id'
	expect_err '.detail.value.id is not a text that is not blank (--set source)'
}

@test "--jq with other shapes: the result is what --to shapes" {
	map --to flat --jq '.detail.value |= {t, o}'
	[[ $output == *'"detail":{"t":"T","o":{"big":18446744073709551615,"s":"\/"}}}' ]]
	run --separate-stderr kebmap --from event --jq '.detail.n = 1' <<<'{"source":"s","detail":{"m":1.0}}'
	expect_out '{"source":"s","detail":{"m":1.0,"n":1}}'
}

@test "--jq: a program without an end dies of memory with a cause and a status, and settles nothing" {
	[[ -z ${VALGRIND-} ]] || skip 'valgrind has no room in so little memory'
	nm -D "$KEB_BUILD/kebmap" | grep -q __asan && skip "the sanitizer takes the memory"
	for program in 'def f: 1 + f; f' '[range(1e9)]'; do
		run --separate-stderr bash -c 'ulimit -v 300000; kebmap --source s --set "detail.x=$0" record' "$program"
		expect_status 6
		expect_out ''
		expect_err 'kebmap: error: a jq program takes more memory than there is'
	done
}

@test "--jq: a result that is nested too deeply is rejected" {
	map --set 'detail.x=reduce range(50000) as $i (null; [.])'
	expect_status 1
	expect_err 'rejected (invalid): the result is nested too deeply (--set)'
	map --jq '.detail.x = reduce range(2000) as $i (null; {a: .})'
	expect_status 1
	expect_err 'rejected (invalid): the result is nested too deeply (--jq)'
}

@test "--jq, --set: an error of null is an error: the record is rejected, not filtered" {
	map --jq 'error(.detail.value.nothing)'
	expect_status 1
	expect_err 'rejected (invalid): jq: null (not a string) (--jq)'
	map --set 'detail.x=.detail.value.nothing | error'
	expect_status 1
	map --jq 'error("no")'
	expect_err 'rejected (invalid): jq: no (--jq)'
	map --set 'detail.x=try error("a") catch ., error({b: 1})? , "end" | strings | select(. != "a")'
	expect_status 0
}

@test "--jq: a member of keb's own in a result is named" {
	map --jq '._ack = 1'
	expect_status 1
	expect_err "a result of --jq has members of keb's own"
	map --jq '._ack = "x"'
	expect_err "a result of --jq has members of keb's own"
}
