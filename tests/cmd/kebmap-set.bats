#!/usr/bin/env bats
# kebmap --set FIELD=PATH: values copied within the event.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

# map VALUE OPTIONS: the event of a record with that value, in $output.
map() {
	local value=$1
	shift
	printf '{"topic":"t","offset":7,"timestamp":0,"value":"%s"}\n' "$(printf %s "$value" | base64 -w0)" >record
	run --separate-stderr kebmap --source s "$@" record
}

@test "--set replaces source, detail-type, time and resources by what the payload says" {
	map '{"who":"shop","what":"Order \"Placed\"","when":"2024-05-01T10:00:00+02:00","arns":["a","b"]}' \
		--set source=$.detail.value.who --set detail-type=$.detail.value.what \
		--set time=$.detail.value.when --set resources=$.detail.value.arns
	expect_status 0
	[[ $output == '{"source":"shop","detail-type":"Order \"Placed\"","resources":["a","b"],"time":"2024-05-01T10:00:00+02:00","detail":{'* ]]
}

@test "--set detail=PATH leaves the envelope and keeps the bytes" {
	map '{ "n":1.50,"n":18446744073709551615, "s":"\u00e9" }' --set 'detail=$.detail.value'
	expect_status 0
	[[ $output == *',"detail":{ "n":1.50,"n":18446744073709551615, "s":"\u00e9" }}' ]]
}

@test "--set adds members below detail, at the end, with the objects on the way" {
	map '{"a":{"b":[10,{"c":null}]}}' \
		--set detail.x.y.z='$.detail.value.a.b[1]' --set 'detail.value.offset=$.detail.offset' \
		--set "detail.x['a.b \"']=\$.source"
	expect_status 0
	[[ $output == *'"value":{"a":{"b":[10,{"c":null}]},"offset":7},"x":{"y":{"z":{"c":null}},"a.b \"":"s"}}}' ]]
}

@test "--set into an empty object, and of the whole event" {
	map '{}' --set 'detail.value.t=$.detail.topic'
	[[ $output == *'"value":{"t":"t"}}}' ]]
	map '1' --set 'detail=$' --time none
	[[ $output == *'"detail":{"source":"s","detail-type":"kafka-connect-t","resources":[],"detail":{"topic":"t",'*'"value":1}}}' ]]
}

@test "--set is applied in order: a later one sees what an earlier one did" {
	map '{"a":1}' --set 'detail.old=$.source' --set 'source=$.detail.topic' --set 'detail.new=$.source'
	[[ $output == '{"source":"t",'*'"old":"s","new":"t"}}' ]]
}

@test "--set of a name that comes twice takes, and replaces, the last" {
	map '{"a":"x","a":"y"}' --set 'source=$.detail.value.a' --set 'detail.value.a=$.detail.topic'
	[[ $output == '{"source":"y",'*'"value":{"a":"x","a":"t"}}}' ]]
}

@test "--set: where nothing stands at the path the field stays, with one warning" {
	printf '{"topic":"t"}\n{"topic":"t","value":"e30="}\n' >two
	run --separate-stderr bash -c "kebmap --source s --set 'source=\$.detail.value.who' two | jq -r .source"
	expect_status 0
	expect_out $'s\ns'
	expect_err 'kebmap: warning: an event has nothing at $.detail.value.who: its source stays as it is (--set)'
	expect_err 'kebmap: warning: --set found nothing to copy 2 times'
}

@test "--set: what cannot be that field is rejected" {
	map '{"who":null}' --set 'source=$.detail.value.who'
	expect_status 1
	expect_out ''
	expect_err 'record:1: rejected (invalid): $.detail.value.who is not a text that is not blank (--set source)'
	map '{"who":" \n"}' --set 'source=$.detail.value.who'
	expect_status 1
	map '7' --set 'detail-type=$.detail.value'
	expect_status 1
	map '[1]' --set 'detail=$.detail.value'
	expect_err '$.detail.value is not an object (--set detail)'
	map '"yesterday"' --set 'time=$.detail.value'
	expect_err '$.detail.value is not a date such as 2018-12-17T22:10:50Z (--set time)'
	map '["a",1]' --set 'resources=$.detail.value'
	expect_err '$.detail.value is not an array of strings (--set resources)'
}

@test "--set: what stands in the way and is no object is rejected" {
	map '[1]' --set 'detail.value.x=$.source'
	expect_status 1
	expect_err "rejected (invalid): cannot set detail.value.x: member 'value' on the way to it is no object"
}

@test "--set: an event that gets too deep for a reader is rejected" {
	local deep
	deep=$(printf '[%.0s' {1..1022})$(printf ']%.0s' {1..1022})
	map "$deep" --set 'detail.a=$.detail.value'
	expect_status 0
	map "$deep" --set 'detail.a.b=$.detail.value'
	expect_status 1
	expect_err 'rejected (invalid): nested too deeply with what --set adds'
}

@test "--set does not see keb's own members" {
	run --separate-stderr kebmap --source s --set 'source=$._ack' --set 'detail.g=$._group' <<<'{"_ack":"a","topic":"t","key":"YQ=="}'
	expect_status 0
	[[ $output == '{"_ack":"a","_group":"'*'","source":"s",'*'"value":null}}' ]]
}

@test "--set refuses fields and paths that are none" {
	local bad reason
	while IFS='|' read -r bad reason; do
		map 1 --set "$bad"
		expect_status 2
		expect_err "$reason"
	done <<'END'
source|--set takes FIELD=$.path, such as detail-type=$.detail.value.type, or FIELD=PROGRAM for jq, not 'source'
source=x|--set 'x' is no program for jq: x/0 is not defined
=$.x|--set takes FIELD=$.path
_ack=$.x|--set cannot set '_ack': members with an underscore are keb's own
$._group=$.x|--set cannot set '$._group'
id=$.x|--set cannot set 'id': an event has source, detail-type, time, resources and detail
$=$.x|--set cannot set '$'
source.x=$.x|--set cannot set 'source.x': only detail has members (detail.NAME)
resources[0]=$.x|--set cannot set 'resources[0]': it names an element of an array
detail..x=$.x|is no definite JSON path
source=$..x|is no definite JSON path
source=$.x[*]|is no definite JSON path
END
}
