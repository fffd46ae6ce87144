#!/usr/bin/env bats
# kebfilter: events that are not one object a line of plain text.
# shellcheck disable=SC2016 # the dollar signs are for paths
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

@test "--json-stream: objects on several lines, several on a line, and arrays of them" {
	printf '[{"a":1},\n {"a":2,\n  "b": "}"}]\n{"a":3}{"a":4}\n[]\r\n{\r\n "a": 5}' >stream
	run --separate-stderr kebfilter --json-stream -p '{"a":[{"numeric":[">",1]}]}' stream
	expect_status 0
	expect_out '{"a":2,  "b": "}"}
{"a":3}
{"a":4}
{ "a": 5}'
}

@test "--json-stream: what is no stream is told once, with its line; the next file goes on" {
	printf '{"a":1}\n{"a":\n [1,\n,2]}\n{"a":2}\n' >bad
	echo '{"a":3}' >good
	run --separate-stderr kebfilter --json-stream -p '{"a":[1,2,3]}' bad good
	expect_status 3
	expect_out $'{"a":1}\n{"a":2}\n{"a":3}'
	expect_err 'bad:4: byte 1: expected a value'
	run --separate-stderr kebfilter --json-stream -p '{"a":[1,2,3]}' - good <<<$'[{"a":1} {"a":2}]'
	expect_status 3
	expect_out $'{"a":1}\n{"a":3}'
	expect_err "stdin:1: byte 10 (offset 9 of the input): expected ',' or ']'"
	for text in '[{"a":1},]' '[,{"a":1}]' '7' '{"a":1},' ']' '{"a":"' '[{"a":1}' '{"a":[1'; do
		run --separate-stderr kebfilter --json-stream -p '{"a":[2]}' <<<"$text"
		expect_status 3
	done
}

@test "--each: the elements of an array are the events" {
	echo '{"events":[{"a":1,"n":1},{"a":2},{"a":1,"n":3}],"more":true}' >line
	run --separate-stderr kebfilter --each '$.events' -p '{"a":[1]}' line
	expect_status 0
	expect_out $'{"a":1,"n":1}\n{"a":1,"n":3}'
	run --separate-stderr kebfilter --each '$.events' --count -p '{"a":[1]}' line
	expect_out 2
}

@test "--field: an object, or a string that holds one; --whole: the line around it" {
	cat >lines <<'END'
{"at":1,"message":{"a":1}}
{"at":2,"message":"{\"a\": 1,\n \"b\": \"\\\"\"}"}
{"at":3,"message":"START RequestId"}
{"at":4}
END
	run --separate-stderr kebfilter --field '$.message' -p '{"a":[1]}' lines
	expect_status 0
	expect_out '{"a":1}
{"a": 1, "b": "\""}'
	expect_err 'no event at $.message: 2'
	run --separate-stderr kebfilter --field '$.message' --whole -p '{"a":[1]}' lines
	expect_out "$(head -2 lines)"
}

@test "--each and --field: a field of each element, as a batch of SQS has them" {
	echo '{"Records":[{"body":"{\"a\":1}"},{"body":"{\"a\":2}"}]}' >batch.json
	run --separate-stderr kebfilter --each '$.Records' --field '$.body' -p '{"a":[2]}' batch.json
	expect_out '{"a":2}'
	run --separate-stderr kebfilter --each '$.Records' --field '$.body' --whole -p '{"a":[1,2]}' batch.json
	expect_out "$(cat batch.json)"
}

@test "paths that are none, and --whole alone" {
	run --separate-stderr kebfilter --each 'a..b' -p '{"a":[2]}' </dev/null
	expect_status 2
	run --separate-stderr kebfilter --whole -p '{"a":[2]}' </dev/null
	expect_status 2
	expect_err '--whole goes with --each or --field'
}

@test "gzip'd files by name, also several in one" {
	printf '{"a":1}\n{"a":2}\n' | gzip >one.gz
	cat one.gz one.gz >two.gz
	run --separate-stderr kebfilter -p '{"a":[2]}' one.gz two.gz
	expect_status 0
	expect_out $'{"a":2}\n{"a":2}\n{"a":2}'
}

@test "a gzip'd file that is cut off" {
	printf '{"a":1}\n{"a":2}\n' | gzip | head -c 30 >cut.gz
	run --separate-stderr kebfilter -p '{"a":[1]}' cut.gz
	expect_status 3
	expect_err "'cut.gz' is damaged, or its end is missing"
}

@test "behind what is gzip'd: zeros are padding, anything else is told" {
	echo '{"a":1}' | gzip >one.gz
	echo '{"a":2}' >good
	for n in 1 512 200000; do
		{ cat one.gz && head -c "$n" /dev/zero; } >padded.gz
		run --separate-stderr kebfilter --count -p '{"a":[1,2]}' padded.gz good
		expect_status 0
		expect_out 2
		[ -z "$stderr" ]
	done
	for garbage in x xyzzy $'\x1f' $'\x1f\x8c'; do
		{ cat one.gz && printf %s "$garbage"; } >trailed.gz
		run --separate-stderr kebfilter --count -p '{"a":[1,2]}' trailed.gz good
		expect_status 3
		expect_out 2
		expect_err "'trailed.gz' has something else behind what is gzip'd, which is not read (gzip -t)"
	done
}

@test "a file that cannot be read: the others are; the status tells" {
	printf '{"a":1}\n{"a":2}\n' >good
	printf '[{"a":2}' | gzip | head -c -4 >cut.gz
	mkdir folder
	run --separate-stderr kebfilter -p '{"a":[1]}' nowhere folder good nowhere2
	expect_status 2
	expect_out '{"a":1}'
	[ "$stderr" = "kebfilter: error: cannot open 'nowhere': No such file or directory
kebfilter: error: cannot open 'folder': Is a directory
kebfilter: error: cannot open 'nowhere2': No such file or directory" ]
	run --separate-stderr kebfilter -p '{"a":[7]}' good nowhere
	expect_status 2
	run --separate-stderr kebfilter --json-stream -p '{"a":[1,2]}' cut.gz good
	expect_status 3
	expect_out $'{"a":2}\n{"a":1}\n{"a":2}'
	[ "$stderr" = "kebfilter: error: 'cut.gz' is damaged, or its end is missing (gzip -t)" ]
	run --separate-stderr kebfilter --count -p '{"a":[1]}' nowhere good
	expect_status 2
	expect_out 1
	run --separate-stderr kebfilter -q -p '{"a":[1]}' nowhere good
	expect_status 0
	run --separate-stderr kebfilter -q -p '{"a":[7]}' nowhere good
	expect_status 2
}

@test "a file that cannot be read ends a loop" {
	echo '{"a":1}' >good
	run --separate-stderr bash -c 'kebfilter -p "{\"a\":[1]}" --status-fd 3 nowhere good 3> >(cat)'
	expect_status 2
	expect_out ''
}

@test "--trust: what no pattern names may be no JSON, but for UTF-8, quotes and brackets" {
	run --separate-stderr kebfilter --trust -p '{"a":[1]}' <<<'{"x":[1,,2],"a":1}'
	expect_status 0
	expect_out '{"x":[1,,2],"a":1}'
	for line in '{"x":[1,2},"a":1}' '{"x":["1],"a":1}' $'{"x":["\xff"],"a":1}' '{"x":[1],"a":01}' '{"x":[1],"a":1'; do
		run --separate-stderr kebfilter --trust -p '{"a":[1]}' <<<"$line"
		expect_status 3
	done
}

@test "--trust: what is taken apart, or was put together, is checked as a whole" {
	for line in '{"a":1,"x"}' '{1}' '{:1}' '{"a":1,2}' '{"a":}' '{"_rules":["x"],1}'; do
		run --separate-stderr kebfilter --trust --annotate -p '{"z":[{"exists":false}]}' <<<"$line"$'\n{"b":1}'
		expect_status 3
		expect_out '{"_rules":["-p"],"b":1}'
		expect_err 'kebfilter: error: stdin:1: byte '
	done
	run --separate-stderr kebfilter --trust --json-stream -p '{"a":[1]}' <<<$'{"b":tr\nue,"a":1}'
	expect_status 3
	expect_out ''
}

@test "--trust: keb's own members are checked, for others read them" {
	run --separate-stderr bash -c 'kebfilter --trust -p "{\"b\":[1]}" --status-fd 9 9> >(cat) <<<"{\"_acks\":[\"ok\",\"\\q\"],\"a\":1}"'
	expect_status 3
	expect_out ''
	expect_err "unknown escape in a string"
}

@test "--trust: not where each line is taken apart before it is matched" {
	for option in --bus=arn:aws:events:eu-west-1:123456789012:event-bus/b --each=\$.a --field=\$.a --mode=pipes --explain; do
		run --separate-stderr kebfilter --trust "$option" -p '{"a":[1]}' <<<'{}'
		expect_status 2
		expect_err "--trust and ${option%%=*} exclude each other"
	done
}

@test "--json-stream: a token does not go over the end of a line" {
	for event in $'{"a":1\n2}' $'{"a":tr\nue}' $'{"a":-\r\n5}'; do
		run --separate-stderr kebfilter --json-stream -p '{"a":[{"exists":true}]}' <<<"$event"
		expect_status 3
		expect_out ''
	done
	run --separate-stderr kebfilter --json-stream -p '{"a":[12]}' <<<$'{"a"\n:\r\n12\n}'
	expect_status 0
	expect_out '{"a":12}'
	run --separate-stderr kebfilter --json-stream -p '{"a":[12]}' <<<$'{"a":\n1x}'
	expect_status 3
	expect_err "stdin:2: byte 2: expected ',' or '}'"
}

@test "none of them in a loop" {
	for option in --json-stream --each=\$.a --field=\$.a; do
		run --separate-stderr bash -c 'echo {} | kebfilter "$1" -p "{\"a\":[1]}" --status-fd 3 3> >(cat)' - "$option"
		expect_status 2
		expect_err 'passes no lines on'
	done
}

@test "--whole: a line has the rules of all its events" {
	echo '{"shop":{"source":["shop"]},"large":{"n":[{"numeric":[">",100]}]},"none":{"n":[0]}}' >rules.json
	line='{"events":[{"source":"shop","n":1},{"source":"x","n":101},{"source":"y"}]}'
	run --separate-stderr kebfilter --rules rules.json --each '$.events' --whole --annotate <<<"$line"
	expect_out "{\"_rules\":[\"shop\",\"large\"],${line#?}"
	run --separate-stderr kebfilter --rules rules.json --each '$.events' --whole --split out <<<"$line"
	expect_status 0
	[ "$(cat out/shop.ndjson)" = "$line" ]
	[ "$(cat out/large.ndjson)" = "$line" ]
	[ ! -s out/none.ndjson ]
	run --separate-stderr kebfilter --rules rules.json --each '$.events' --whole --count <<<"$line"$'\n{"events":[{"source":"shop"},{"source":"shop"}]}'
	expect_out $'shop\t2\nlarge\t1\nnone\t0'
	run --separate-stderr kebfilter --rules rules.json --each '$.events' --whole --count --invert <<<"$line"$'\n{"events":[{"source":"shop"},{"source":"shop"}]}'
	expect_out $'shop\t1\nlarge\t2\nnone\t2'
}
