#!/usr/bin/env bats
# kebmap: --template, the input transformer of EventBridge Pipes.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	record '{"a":1.50,"s":"q\"\u0041\n","o":{"x":"y"},"big":18446744073709551615}' '{"id":7}'
}

record() { # record VALUE [KEY]
	printf '{"_ack":"x","topic":"t","partition":0,"offset":1,"headers":[{"h":"aGk="}],"key":%s,"value":"%s"}\n' \
		"$([ $# = 1 ] && echo null || echo "\"$(printf %s "$2" | base64 -w0)\"")" "$(printf %s "$1" | base64 -w0)" >record
}

# transform TEMPLATE [OPTIONS]: the text of detail is then in $detail.
transform() {
	printf %s "$1" >template
	shift
	run --separate-stderr kebmap --source s --template template "$@" record
	detail=${output#*,\"detail\":}
	detail=${detail%\}}
}

@test "a variable that is a value is copied byte for byte" {
	transform '{"a": <$.value.a>, "o":<$.value.o>, "big": [<$.value.big>], "s": <$.value.s>, "t": <$.topic>}'
	expect_status 0
	[ "$detail" = '{"a":1.50,"o":{"x":"y"},"big":[18446744073709551615],"s":"q\"\u0041\n","t":"t"}' ]
}

@test "a variable within a string is escaped, whatever it is" {
	transform '{"text": "<$.topic>: \"<$.value.s>\" <$.value.o> <$.value.a><$.value.missing>", "<$.topic>-x": 1}'
	[ "$detail" = '{"text":"t: \"q\"\u0041\n\" {\"x\":\"y\"} 1.50","t-x":1}' ] ||
		[ "$(jq -r .text <<<"$detail")" = $'t: "q"A\n" {"x":"y"} 1.50' ]
	[ "$(jq -c 'keys' <<<"$detail")" = '["t-x","text"]' ]
}

@test "key and value are base64 as a whole and decoded where a path reaches into them" {
	transform '{"v": <$.value>, "k": <$.key>, "id": <$.key.id>, "h": <$.headers[0].h>}'
	[ "$(jq -r .v <<<"$detail" | base64 -d | jq -c .o)" = '{"x":"y"}' ]
	[ "$(jq -r .k <<<"$detail" | base64 -d)" = '{"id":7}' ]
	[ "$(jq -c '[.id,.h]' <<<"$detail")" = '[7,[104,105]]' ]
	record 'no JSON'
	transform '{"a": <$.value.a>, "k": <$.key.id>, "n": 1}' --value-format string
	[ "$detail" = '{"n":1}' ]
}

@test "a member or an element whose path leads nowhere is left out" {
	transform '{"m": <$.value.missing>, "l": [<$.value.missing>, 1, <$.x>], "o": {"m": <$.value.o.z>}}'
	[ "$detail" = '{"l":[1],"o":{}}' ]
}

@test "reserved variables" {
	transform '{"n": <aws.pipes.pipe-name>, "s": "pipe <aws.pipes.pipe-name>", "e": <aws.pipes.event>, "j": "<aws.pipes.event.json>", "t": "<aws.pipes.event.ingestion-time>"}' \
		--template-variable 'aws.pipes.pipe-name=or"ders' --event-source-arn arn:x
	[ "$(jq -r '.n, .s' <<<"$detail")" = $'or"ders\npipe or"ders' ]
	[ "$(jq -c '.e | [.eventSource,.eventSourceArn,.eventSourceKey]' <<<"$detail")" = '["aws:kafka","arn:x","t-0"]' ]
	[ "$(jq -c '.j | fromjson | .offset' <<<"$detail")" = 1 ]
	[[ $(jq -r .t <<<"$detail") == 20??-??-??T*Z ]]
	transform '{"n": <aws.pipes.target-arn>}'
	expect_status 2
	expect_err "template 'template' has <aws.pipes.target-arn>, which only a pipe knows (give it with --template-variable aws.pipes.target-arn=TEXT)"
}

@test "--to pipes: the record that the pipe's target gets" {
	echo '{"id": <$.key.id>, "a": <$.value.a>}' >template
	run --separate-stderr kebmap --to pipes --template template record
	expect_out '{"_ack":"x","id":7,"a":1.50}'
	run --separate-stderr kebmap --to pipes --batch 2 --template template record
	expect_out '{"_acks":["x"],"records":[{"id":7,"a":1.50}]}'
}

@test "templates that are no JSON object are refused, with the byte" {
	while IFS='|' read -r text reason; do
		transform "$text"
		expect_status 2
		expect_err "$reason"
	done <<'END'
[1]|no object at byte 3
{"a": tru}|expected a value at byte 6
{"a": <$.x}|'<' without '>' at byte 6
{"a": <$.x..y>}|is no definite JSON path
{"a" 1}|expected ':' at byte 5
{"a": 1|expected ',' or a closing bracket at byte 7
{"a": "x|string that is not closed at byte 8
{"a": "\x"}|bad string in front of this at byte 10
{a: 1}|expected a member name at byte 1
{} x|text behind the object at byte 3
END
	run --separate-stderr kebmap --source s --to flat --template template record
	expect_status 2
	expect_err '--template needs --to event or --to pipes'
}
