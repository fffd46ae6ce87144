#!/usr/bin/env bats
# kebmap: keys, values and headers, byte for byte; and what cannot be decoded.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

# map BYTES [OPTIONS]: runs kebmap on a record with that value (printf %b), keeps the
# text of detail.value, the last member, in $value.
map() {
	local bytes=$1
	shift
	printf '{"topic":"t","value":"%s"}\n' "$(printf %b "$bytes" | base64 -w0)" >record
	run --separate-stderr kebmap --source s "$@" record
	value=${output#*,\"value\":}
	value=${value%\}\}}
}

# --- JSON

@test "JSON passes byte for byte: numbers keep their digits" {
	local text
	for text in 18446744073709551615 1e400 1.50 -0 -0.0 1E-7 123456789012345678901234567890.5 '"x"' true null '[]' '{}'; do
		map "$text"
		expect_status 0
		[ "$value" = "$text" ]
	done
}

@test "JSON passes byte for byte: order, duplicates, escapes and white space" {
	local text='{"z":1, "a" : [ 1,2 ],"z":"\\u00e9\\/\\n", "": "é😀"}'
	map "$text"
	expect_status 0
	[ "$value" = '{"z":1, "a" : [ 1,2 ],"z":"\u00e9\/\n", "": "é😀"}' ]
}

@test "line breaks between the tokens of JSON become blanks: an event is one line" {
	map '\n{\r\n\t"a": [\n1,\r2]\n}\n'
	expect_status 0
	[ "$value" = $'{  \t"a": [ 1, 2] }' ]
	for break in '\n' '\r'; do
		long=$(printf '%0300d' 0)
		map "[\"$long\",$break\"$long\"]"
		expect_status 0
		[ "$value" = "[\"$long\", \"$long\"]" ]
	done
}

@test "lone surrogates and escaped NULs are JSON" {
	map '["\\ud83d","\\u0000"]'
	expect_status 0
	[ "$value" = '["\ud83d","\u0000"]' ]
}

@test "tombstone, empty value and the text null are three records" {
	run --separate-stderr kebmap --source s <<<'{"topic":"t","value":null}'
	expect_status 0
	[[ $output == *',"value":null}}' ]]
	map 'null'
	expect_status 0
	[ "$value" = null ]
	map ''
	expect_status 1
	expect_out ''
	expect_err 'record:1: rejected (decode): value of t (0 bytes): not JSON: empty (try --value-format string or base64)'
}

@test "what is not JSON is rejected, with reason and byte" {
	local text reason
	# the faults of tolerant parsers: every one of these passes somewhere
	while IFS='|' read -r text reason; do
		map "$text"
		expect_status 1
		expect_out ''
		expect_err "): not JSON: $reason (try --value-format string or base64)"
	done <<'END'
hello|expected a value at byte 0
{"a":1} xx|text behind the value at byte 8
{"a":1}{"a":2}|text behind the value at byte 7
{"a":1,}|expected a member name at byte 7
[1,]|expected a value at byte 3
{"a":1|expected ',' or '}' at byte 6
{"a"|expected ':' at byte 4
"open|string is not closed at byte 5
007|number with a leading zero at byte 1
1.|expected a digit at byte 2
+1|expected a value at byte 0
.5|expected a value at byte 0
NaN|expected a value at byte 0
{'a':1}|expected a member name at byte 1
"\\x41"|unknown escape in a string at byte 1
"\\u12"|\u needs four hexadecimal digits at byte 1
"a\tb"|control byte in a string at byte 2
"a\x00b"|control byte in a string at byte 2
\x00|expected a value at byte 0
"a\xffb"|invalid UTF-8 at byte 2
"\xed\xa0\x80"|invalid UTF-8 at byte 1
"\xc3|invalid UTF-8 at byte 1
\xef\xbb\xbf{}|expected a value at byte 0
 |expected a value at byte 1
END
}

@test "JSON that would be too deep within an event is rejected, not handed on" {
	local deep
	deep=$(printf '[%.0s' {1..1022})1$(printf ']%.0s' {1..1022})
	map "$deep"
	expect_status 0
	[ "$value" = "$deep" ]
	map "[$deep]"
	expect_status 1
	expect_err 'not JSON: nested too deeply at byte 1022'
}

@test "what a schema registry framed is named" {
	map '\x00\x00\x00\x01\x02\x02x'
	expect_status 1
	expect_err 'starts with a Confluent schema registry header (try --value-format auto with --registry URL)'
	map '\x01aaaabbbbccccdddd{}'
	expect_err 'starts with a Confluent schema registry header (try'
	map '\x03\x05aaaabbbbccccdddd'
	expect_err 'starts with a Glue schema registry header (try --value-format auto with --registry glue:NAME)'
	map '\x00\x00\x00\x01\x02\xff' --value-format string
	expect_err 'starts with a Confluent schema registry header (try'
	map '\x00\x00\x00\x01\x02\x02x' --value-format base64
	expect_status 0
	[ "$value" = '"AAAAAQICeA=="' ]
}

# --- strings and base64

@test "--value-format string: text becomes a JSON string, never parsed" {
	map '{"a":1}\n\t"q"\\ \x01é\x7f' --value-format string
	expect_status 0
	[ "$value" = '"{\"a\":1}\n\t\"q\"\\ \u0001é'$'\x7f''"' ]
	map '\x00' --value-format string
	[ "$value" = '"\u0000"' ]
	map '' --value-format string
	[ "$value" = '""' ]
}

@test "--value-format string: bytes that are not UTF-8 are rejected, nothing is replaced" {
	map 'ab\xffc' --value-format string
	expect_status 1
	expect_out ''
	expect_err 'value of t (61 62 ff 63, 4 bytes): not UTF-8 at byte 2 (try --value-format base64)'
}

@test "--value-format base64 carries any bytes" {
	map '\xff\x00\n' --value-format base64
	expect_status 0
	[ "$value" = '"/wAK"' ]
	map '' --value-format base64
	[ "$value" = '""' ]
}

@test "base64 in the record line may escape its slashes, as JSON allows" {
	run --separate-stderr kebmap --source s --value-format base64 <<<'{"topic":"t","value":"\/wAK"}'
	expect_status 0
	[[ $output == *'"value":"/wAK"}}' ]]
}

@test "what is not base64 in the record line is rejected" {
	local text
	for text in 'eyJ' 'eyJ=' '#aaa' 'ab==cdef' 'ab=c' 'YR==' 'e30= ' 'e30_'; do
		run --separate-stderr kebmap --source s <<<"{\"topic\":\"t\",\"value\":\"$text\"}"
		expect_status 1
		expect_err 'stdin:1: rejected (decode): value of the record line is not base64'
	done
}

# --- keys

@test "keys: string by default, JSON and base64 on request" {
	local line='{"topic":"t","key":"eyJpZCI6MX0="}'
	run --separate-stderr kebmap --source s <<<"$line"
	[[ $output == *'"key":"{\"id\":1}",'* ]]
	run --separate-stderr kebmap --source s --key-format json <<<"$line"
	[[ $output == *'"key":{"id":1},'* ]]
	run --separate-stderr kebmap --source s --key-format base64 <<<"$line"
	[[ $output == *'"key":"eyJpZCI6MX0=",'* ]]
}

@test "keys: null and empty are two keys, binary ones need --key-format base64" {
	run --separate-stderr kebmap --source s <<<'{"topic":"t","key":null}'
	[[ $output == *'"key":null,'* ]]
	run --separate-stderr kebmap --source s <<<'{"topic":"t","key":""}'
	[[ $output == *'"key":"",'* ]]
	run --separate-stderr kebmap --source s <<<'{"topic":"t","key":"AP8="}'
	expect_status 1
	expect_err 'key of t (00 ff, 2 bytes): not UTF-8 at byte 1 (try --key-format base64)'
	run --separate-stderr kebmap --source s --key-format base64 <<<'{"topic":"t","key":"AP8="}'
	expect_status 0
}

# --- headers: h1 is "a" 0x01 0xc3 0xa9, h1 again is null, h2 is empty

headers() { # headers OPTIONS: the text of detail.headers
	run --separate-stderr kebmap --source s "$@" <<<'{"topic":"t","headers":[{"h1":"YQHDqQ=="},{"h1":null},{"h\"2":""}]}'
	expect_status 0
	headers=${output#*\"headers\":}
	headers=${headers%,\"key\"*}
}

@test "headers keep their order, duplicates and nulls, in four forms" {
	headers
	[ "$headers" = '[{"h1":"a\u0001é"},{"h1":null},{"h\"2":""}]' ]
	headers --headers text
	[ "$headers" = '[{"h1":"a\u0001é"},{"h1":null},{"h\"2":""}]' ]
	headers --headers base64
	[ "$headers" = '[{"h1":"YQHDqQ=="},{"h1":null},{"h\"2":""}]' ]
	headers --headers bytes
	[ "$headers" = '[{"h1":[97,1,195,169]},{"h1":null},{"h\"2":[]}]' ]
	headers --headers signed-bytes
	[ "$headers" = '[{"h1":[97,1,-61,-87]},{"h1":null},{"h\"2":[]}]' ]
}

@test "a header that is not UTF-8 is rejected as text and passes in the other forms" {
	local line='{"topic":"t","headers":[{"sig":"/w=="}]}' form
	run --separate-stderr kebmap --source s <<<"$line"
	expect_status 1
	expect_err "rejected (decode): header 'sig' is not UTF-8 (try --headers base64)"
	for form in base64 bytes signed-bytes; do
		run --separate-stderr kebmap --source s --headers "$form" <<<"$line"
		expect_status 0
	done
}

@test "headers that are no base64, or of another shape, are rejected" {
	run --separate-stderr kebmap --source s <<<'{"topic":"t","headers":[{"h":"#"}]}'
	expect_status 1
	expect_err "rejected (decode): header 'h' of the record line is not base64"
	run --separate-stderr kebmap --source s <<<'{"topic":"t","headers":[{"h":[104,105]}]}'
	expect_status 1
	expect_err 'rejected (decode): headers of the record line are not objects of one member each, base64 or null'
}

# --- as Connect prints it

@test "--json-parity connect: numbers, names that come twice and strings as the connector has them" {
	map '{"a":1.50,"b":18446744073709551615,"a":[1e400,007,-0.0]} trailing' --json-parity connect
	expect_status 0
	[ "$value" = '{"b":-1,"a":["Infinity",7,0.0]}' ]
	map '' --json-parity connect
	[ "$value" = null ]
	map 'a\xffb' --json-parity connect --value-format string
	[ "$value" = $'"a\xef\xbf\xbdb"' ]
	map 'hello' --json-parity connect
	expect_status 1
	expect_err 'value of t (68 65 6c 6c 6f, 5 bytes): not JSON: expected a value at byte 0'
}

@test "--value-format json-envelope: the payload as its schema types it" {
	local schema='{"type":"struct","fields":[{"field":"id","type":"int64"},{"field":"n","type":"int32","default":7},
		{"field":"p","type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}}]}'
	map '{"schema":'"$schema"',"payload":{"p":"BNI=","id":9007199254740993,"more":1}}' --value-format json-envelope
	expect_status 0
	[ "$value" = '{"id":9007199254740993,"n":7,"p":"BNI="}' ]
	map '{"schema":'"$schema"',"payload":{"p":"BNI=","id":1}}' --value-format json-envelope --decimal numeric
	[ "$value" = '{"id":1,"n":7,"p":12.34}' ]
	map '{"schema":'"$schema"',"payload":{}}' --value-format json-envelope
	expect_status 1
	expect_err 'null for a required int64 (try --value-format json or base64)'
	map '{"a":1}' --value-format json-envelope
	expect_err "no envelope: not an object of exactly 'schema' and 'payload'"
}

@test "--headers connect: what SimpleHeaderConverter guesses" {
	run --separate-stderr kebmap --source s --headers connect \
		<<<"{\"topic\":\"t\",\"headers\":[{\"a\":\"$(printf 007 | base64)\"},{\"d\":\"$(printf 2024-01-01 | base64)\"},{\"s\":\"/w==\"},{\"n\":null}]}"
	expect_status 0
	[[ $output == *'"headers":[{"a":7},{"d":19723},{"s":"'$'\xef\xbf\xbd''"},{"n":null}],'* ]]
}
