#!/usr/bin/env bats
# kebfilter: as a bus, a pipe, an event source mapping would see it; --split.
# shellcheck disable=SC2016 # the dollar signs are for patterns
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	bus=arn:aws:events:eu-west-1:123456789012:event-bus/shop
}

# record KEY VALUE: a record line; "null" for none
record() {
	local key=null value=null
	[ "$1" = null ] || key=\"$(printf '%b' "$1" | base64 -w0)\"
	[ "$2" = null ] || value=\"$(printf '%b' "$2" | base64 -w0)\"
	printf '{"_ack":"t/0/1/x.1","topic":"orders","partition":3,"offset":1,"timestamp":5,"timestampType":"CREATE_TIME","key":%s,"value":%s,"headers":[{"h":"AQI="}]}\n' "$key" "$value"
}

# passes MODE PATTERN KEY VALUE, and the opposite
passes() {
	record "$3" "$4" | kebfilter --mode "$1" -q -p "$2"
}
drops() {
	local code=0
	passes "$@" || code=$?
	[ "$code" -eq 1 ]
}

@test "--bus: the members that the bus adds are there" {
	run --separate-stderr kebfilter --bus "$bus" -p '{"account":["123456789012"],"region":["eu-west-1"],"id":[{"exists":true}],"version":["0"]}' <<<'{"source":"shop","detail":{}}'
	expect_status 0
	expect_out '{"source":"shop","detail":{}}'
	run --separate-stderr kebfilter --bus "$bus" -p '{"id":["7"]}' <<<'{"source":"shop"}
{"source":"shop","id":"7"}
{}'
	expect_out '{"source":"shop","id":"7"}'
	run --separate-stderr kebfilter --bus "$bus" --count -p '{"region":["eu-west-1"]}' <<<'{}'
	expect_out 1
	run --separate-stderr kebfilter --bus "$bus" --explain -p '{"region":["eu-west-1"]}' <<<'{}'
	expect_out 'event 1: -p: match
  + region: "eu-west-1"'
	echo '{"event":{},"nomatch":["-p"]}' >tests
	run --separate-stderr kebfilter --bus "$bus" --expect tests -p '{"region":["eu-west-1"]}'
	expect_status 1
	expect_out 'not ok 1
# -p: match, expected none
#   + region: "eu-west-1"
1..1'
	run --separate-stderr kebfilter --bus shop -p '{"id":["7"]}' </dev/null
	expect_status 2
}

@test "pipes: key and value are decoded, JSON is gone into" {
	passes pipes '{"value":{"city":["Seattle"]},"topic":["orders"]}' k '{"city":"Seattle"}'
	drops pipes '{"value":{"city":["Seattle"]}}' k '{"city":"Portland"}'
	passes pipes '{"value":["Hello"],"key":[{"prefix":"k"}]}' k1 Hello
	drops pipes '{"value":["Hello"]}' k1 Bye
	passes pipes '{"headers":{"h":[2]},"partition":[3]}' k1 Bye
	drops pipes '{"partition":[4]}' k1 Bye
}

@test "pipes: where the form differs, that part of the filter is ignored" {
	passes pipes '{"value":{"city":["Seattle"]}}' k 'no JSON'
	passes pipes '{"value":["Hello"]}' k '{"city":"Seattle"}'
	passes pipes '{"value":["Hello"],"topic":["orders"]}' k '\xff\xfe'
	drops pipes '{"value":["Hello"],"topic":["parcels"]}' k '\xff\xfe'
	drops pipes '{"value":{"city":["Seattle"]},"key":["k"]}' j 'no JSON'
	passes pipes '{"$or":[{"value":{"city":["Seattle"]}},{"topic":["parcels"]}]}' k 'no JSON'
}

@test "pipes: tombstones" {
	passes pipes '{"value":[null]}' k null
	drops pipes '{"value":["x"]}' k null
	passes pipes '{"value":{"a":["x"]}}' k null
}

@test "lambda: the value only, and a mismatch drops the record" {
	passes lambda '{"value":{"city":["Seattle"]}}' k '{"city":"Seattle"}'
	drops lambda '{"value":{"city":["Seattle"]}}' k 'no JSON'
	drops lambda '{"value":["Hello"]}' k '{"city":"Seattle"}'
	passes lambda '{"$or":[{"value":{"city":["Seattle"]}},{"value":["Hello"]}]}' k Hello
	run --separate-stderr kebfilter --mode lambda -p '{"topic":["x"]}' </dev/null
	expect_status 2
	expect_err "-p:1:2: Lambda filters records of Kafka by 'value' only"
}

@test "pipes: what they do not filter by, and operators they do not know" {
	run --separate-stderr kebfilter --mode pipes -p '{"eventSource":["x"]}' </dev/null
	expect_status 2
	expect_err '-p:1:2: a pipe filters by topic'
	run --separate-stderr kebfilter --mode pipes -p '{"value":[{"anything-but":{"prefix":"x"}}]}' </dev/null
	expect_status 2
	expect_err 'the filters of pipes and of Lambda do not know this operator'
}

@test "several filters are ORed, and named; the line leaves as it is" {
	echo '{"FilterCriteria":{"Filters":[{"Pattern":"{\"value\":[\"a\"]}"},{"Pattern":"{\"value\":{\"n\":[1]}}"}]}}' >pipe.json
	record k a >lines
	record k '{"n":1}' >>lines
	record k '{"n":2}' >>lines
	run --separate-stderr kebfilter --mode pipes --rules pipe.json --annotate=r lines
	expect_status 0
	[ "$(jq -c .r <<<"$output")" = '["filter-1","filter-2"]
["filter-1","filter-2"]
["filter-1"]' ]
	run --separate-stderr kebfilter --mode lambda --rules pipe.json --count lines
	expect_out $'filter-1\t1\nfilter-2\t1'
}

@test "what is no record: status 3" {
	run --separate-stderr kebfilter --mode pipes -p '{"value":["x"]}' <<<'{"key":7}'
	expect_status 3
}

@test "a mode in a loop: records that do not pass are settled" {
	record k b | kebfilter --mode pipes -p '{"value":["a"]}' --status-fd 3 3> >(cat >statuses)
	eventually test -s statuses
	[ "$(cat statuses)" = '{"ack":"t/0/1/x.1","status":"filtered","by":"kebfilter"}' ]
}

@test "--split: a file for each rule" {
	echo '{"a":{"source":["x"]},"b":{"source":["x","y"]},"c":{"source":["z"]}}' >rules.json
	printf '%s\n' '{"source":"x"}' '{"source":"y"}' '{"source":"w"}' >lines
	run --separate-stderr kebfilter --rules rules.json --split out lines
	expect_status 0
	expect_out ''
	[ "$(cat out/a.ndjson)" = '{"source":"x"}' ]
	[ "$(cat out/b.ndjson)" = "$(head -2 lines)" ]
	[ -e out/c.ndjson ] && [ ! -s out/c.ndjson ]
}

@test "--split: names that are no files', and patterns without a name" {
	echo '{"a/b":{"source":["x"]}}' >rules.json
	run --separate-stderr kebfilter --rules rules.json --split out </dev/null
	expect_status 2
	expect_err "the rule 'a/b' cannot name a file"
	run --separate-stderr kebfilter -p '{"a":[1]}' --split out </dev/null
	expect_status 2
	expect_err '--split needs named patterns'
}

@test "options that exclude each other" {
	run --separate-stderr kebfilter -p '{"a":[1]}' --count --explain </dev/null
	expect_status 2
	expect_err '--count and --explain exclude each other'
	run --separate-stderr kebfilter -p '{"a":[1]}' --lint events
	expect_status 2
	expect_err "--lint reads no events: leave out 'events'"
}

@test "filters from a pipe are read once" {
	echo '{"FilterCriteria":{"Filters":[{"Pattern":"{\"value\":[\"x\"]}"}]}}' >filters.json
	for mode in pipes lambda; do
		run --separate-stderr kebfilter --mode $mode --count --rules <(cat filters.json) <<<'{"value":"eA=="}'
		expect_status 0
		expect_out $'filter-1\t1'
	done
}
