#!/usr/bin/env bats
# kebmap: the event that a record becomes, and the options that shape it.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	# key order-1, value {"a":1}, one header trace: 00-af
	cat >order <<'END'
{"_ack":"orders/0/15/k3f9.2","topic":"orders","partition":0,"offset":15,"timestamp":1545084650987,"timestampType":"CREATE_TIME","key":"b3JkZXItMQ==","value":"eyJhIjoxfQ==","headers":[{"trace":"MDAtYWY="}]}
END
}

# record VALUE [MEMBERS]: a record line of topic t with that text as its value.
record() {
	printf '{"topic":"t","value":"%s"%s}\n' "$(printf %s "$1" | base64 -w0)" "${2-}"
}

# member NAME: that member of the event on stdout.
member() {
	jq -c --arg name "$1" '.[$name]' <<<"$output"
}

@test "a record becomes an event in the connector's shape and order" {
	run --separate-stderr kebmap --source kafka-connect.orders order
	expect_status 0
	expect_out '{"_ack":"orders/0/15/k3f9.2","_group":"78608083f8753426","source":"kafka-connect.orders","detail-type":"kafka-connect-orders","resources":[],"time":"2018-12-17T22:10:50.987Z","detail":{"topic":"orders","partition":0,"offset":15,"timestamp":1545084650987,"timestampType":"CreateTime","headers":[{"trace":"00-af"}],"key":"order-1","value":{"a":1}}}'
}

@test "what a record line does not say is null; without key no group, without timestamp no time" {
	run --separate-stderr kebmap --source s <<<'{"topic":"t"}'
	expect_status 0
	expect_out '{"source":"s","detail-type":"kafka-connect-t","resources":[],"detail":{"topic":"t","partition":null,"offset":null,"timestamp":null,"timestampType":"NoTimestampType","headers":[],"key":null,"value":null}}'
}

@test "null members are the same as missing ones, unknown members of a record are not part of the event" {
	run --separate-stderr kebmap --source s <<<'{"topic":"t","partition":null,"offset":null,"timestamp":null,"timestampType":null,"key":null,"value":null,"headers":null,"eventSource":"aws:kafka","_mine":1}'
	expect_status 0
	expect_out '{"source":"s","detail-type":"kafka-connect-t","resources":[],"detail":{"topic":"t","partition":null,"offset":null,"timestamp":null,"timestampType":"NoTimestampType","headers":[],"key":null,"value":null}}'
}

@test "timestamp types have Kafka's spelling" {
	local type
	for type in CREATE_TIME:CreateTime LOG_APPEND_TIME:LogAppendTime NO_TIMESTAMP_TYPE:NoTimestampType CreateTime:CreateTime; do
		run --separate-stderr kebmap --source s <<<"{\"topic\":\"t\",\"timestamp\":1,\"timestampType\":\"${type%:*}\"}"
		expect_status 0
		[ "$(jq -r .detail.timestampType <<<"$output")" = "${type#*:}" ]
	done
}

@test "several files, - and CRLF lines; the last line may lack its LF; empty lines are skipped" {
	record 1 >one
	printf '\r\n\n{"topic":"t","value":"Mg=="}\r\n{"topic":"t","value":"Mw=="}' >two
	run --separate-stderr bash -c 'kebmap --source s one - two <<<"{\"topic\":\"t\",\"value\":\"OQ==\"}" | jq -c .detail.value'
	expect_out $'1\n9\n2\n3'
}

# --- source and detail type

@test "--source is needed" {
	run --separate-stderr kebmap order
	expect_status 2
	expect_err "--source is missing"
	expect_out ''
}

@test "--source may hold the topic, several times, beside other braces" {
	run --separate-stderr kebmap --source '{topic}.{x.{topic}"' order
	expect_status 0
	[ "$(member source)" = '"orders.{x.orders\""' ]
}

@test "--source that EventBridge would refuse is a usage error" {
	run --separate-stderr kebmap --source "$(printf 'x%.0s' {1..257})" order
	expect_status 2
	expect_err 'error: --source is too long: 257 characters, EventBridge takes 256'
	run --separate-stderr kebmap --source ' ' order
	expect_status 2
	expect_err 'error: --source is blank'
	run --separate-stderr kebmap --source $'\xff' order
	expect_status 2
	expect_err 'error: --source is not UTF-8'
	run --separate-stderr kebmap --source "$(printf 'ü%.0s' {1..256})" order
	expect_status 0
}

@test "a placeholder that does not exist, or the connector's \${topic}, is a usage error" {
	run --separate-stderr kebmap --source 'x.{partition}' order
	expect_status 2
	expect_err "--source has an unknown placeholder at position 3 (known: {topic})"
	# shellcheck disable=SC2016
	run --separate-stderr kebmap --source s --detail-type 'x-${topic}' order
	expect_status 2
	expect_err "--detail-type has '\${topic}' (write {topic}, without the '\$')"
}

@test "--detail-type is text with the topic" {
	run --separate-stderr kebmap --source s --detail-type 'placed in {topic}: yes' order
	[ "$(member detail-type)" = '"placed in orders: yes"' ]
}

@test "--detail-type-for names the detail type of one topic" {
	local both=(--detail-type-for 'orders=Order {topic}' --detail-type-for 'users=User=new')
	run --separate-stderr kebmap --source s "${both[@]}" order
	[ "$(member detail-type)" = '"Order orders"' ]
	run --separate-stderr kebmap --source s "${both[@]}" <<<'{"topic":"users"}'
	[ "$(member detail-type)" = '"User=new"' ]
	run --separate-stderr kebmap --source s "${both[@]}" <<<'{"topic":"other"}'
	[ "$(member detail-type)" = '"kafka-connect-other"' ]
}

@test "--detail-type-for refuses what is no TOPIC=TYPE, and a topic named twice" {
	run --separate-stderr kebmap --source s --detail-type-for orders order
	expect_status 2
	expect_err "--detail-type-for takes TOPIC=TYPE, not 'orders'"
	run --separate-stderr kebmap --source s --detail-type-for a=b --detail-type-for a=c order
	expect_status 2
	expect_err "--detail-type-for names topic 'a' twice"
}

@test "--detail-type-path takes the detail type out of the value, as it is written there" {
	run --separate-stderr kebmap --source s --detail-type-path '$.meta.type' <<<"$(record '{"meta":{"type":"caf\u00e9 \"1\" "}}')"
	expect_status 0
	[[ $output == *'"detail-type":"caf\u00e9 \"1\" ",'* ]]
}

@test "--detail-type-path: where no text stands there, the other options say it, with one warning" {
	{
		record '{"type":"good"}'
		record '{"type":7}'
		record '{"type":" \t\u0020"}'
		record '{"type":null}'
		record '{}'
		record '[1]'
		echo '{"topic":"t","value":null}'
	} >values
	run --separate-stderr bash -c 'kebmap --source s --detail-type x --detail-type-path "\$.type" values | jq -c ".[\"detail-type\"]"'
	expect_status 0
	expect_out $'"good"\n"x"\n"x"\n"x"\n"x"\n"x"\n"x"'
	[ "$(grep -c 'no text at $.type' <<<"$stderr")" -eq 1 ]
	expect_err '5 values had no text at the path of --detail-type-path'
}

@test "--detail-type-path must be one definite path, and needs JSON" {
	run --separate-stderr kebmap --source s --detail-type-path 'type' order
	expect_status 2
	expect_err "'type' is no definite JSON path"
	run --separate-stderr kebmap --source s --detail-type-path '$..type' order
	expect_status 2
	run --separate-stderr kebmap --source s --value-format string --detail-type-path '$.type' order
	expect_status 2
	expect_err '--detail-type-path needs --value-format json'
}

# --- resources, time

@test "--resource and --replay fill resources, in order" {
	run --separate-stderr kebmap --source s --resource arn:aws:x --resource 'arn:"{topic}"' --replay 2024-05 order
	expect_status 0
	[ "$(member resources)" = '["arn:aws:x","arn:\"orders\"","keb:replay/2024-05"]' ]
}

@test "--time none leaves the time to the bus, --time now takes the clock" {
	run --separate-stderr kebmap --source s --time none order
	[ "$(member time)" = null ]
	local before
	before=$(date -u +%Y-%m-%dT%H:%M:%S)
	run --separate-stderr kebmap --source s --time now order
	[[ $(jq -r .time <<<"$output") > $before ]]
}

@test "a timestamp that is no date of the years 1970 to 9999 gives no time, and stays in the detail" {
	run --separate-stderr kebmap --source s <<<'{"topic":"t","timestamp":1545084650987000}'
	[ "$(member time)" = null ]
	[ "$(jq .detail.timestamp <<<"$output")" = 1545084650987000 ]
	run --separate-stderr kebmap --source s <<<'{"topic":"t","timestamp":-1}'
	[ "$(member time)" = null ]
	run --separate-stderr kebmap --source s <<<'{"topic":"t","timestamp":0}'
	[ "$(member time)" = '"1970-01-01T00:00:00.000Z"' ]
}

# --- group and trace

group() { # group RECORD [OPTIONS]
	local line=$1
	shift
	kebmap --source s "$@" <<<"$line" | jq -r ._group
}

@test "the group is the same for the same topic and key, and only then" {
	[ "$(group '{"topic":"orders","partition":0,"key":"b3JkZXItMQ=="}')" = 78608083f8753426 ]
	[ "$(group '{"topic":"orders","partition":7,"offset":9,"key":"b3JkZXItMQ=="}' --key-format base64)" = 78608083f8753426 ]
	[ "$(group '{"topic":"orders","key":"b3JkZXItMg=="}')" != 78608083f8753426 ]
	[ "$(group '{"topic":"order","key":"c29yZGVyLTE="}')" != 78608083f8753426 ]
	[[ $(group '{"topic":"orders","key":""}') =~ ^[0-9a-f]{16}$ ]]
	[ "$(group '{"topic":"orders","key":null}')" = null ]
}

@test "--group partition orders by partition, --group none not at all" {
	local zero one
	zero=$(group '{"topic":"orders","partition":0}' --group partition)
	one=$(group '{"topic":"orders","partition":1,"key":"YQ=="}' --group partition)
	[[ $zero =~ ^[0-9a-f]{16}$ && $one =~ ^[0-9a-f]{16}$ && $zero != "$one" ]]
	[ "$(group '{"topic":"orders","partition":1,"key":"Yg=="}' --group partition)" = "$one" ]
	[ "$(group '{"topic":"orders","key":"YQ=="}' --group none)" = null ]
}

@test "--trace-header: the last header of that name becomes _trace and stays a header" {
	run --separate-stderr kebmap --source s --trace-header trace <<<'{"topic":"t","headers":[{"trace":"b2xk"},{"trace":"Um9vdD0iMSI="},{"Trace":"eA=="}]}'
	expect_status 0
	[ "$(jq -c '[._trace,.detail.headers]' <<<"$output")" = '["Root=\"1\"",[{"trace":"old"},{"trace":"Root=\"1\""},{"Trace":"x"}]]' ]
}

@test "--trace-header: what cannot be a trace header is none" {
	local value
	for value in '""' null "\"$(head -c 501 /dev/zero | tr '\0' x | base64 -w0)\"" '"/w=="'; do
		run --separate-stderr kebmap --source s --headers base64 --trace-header trace <<<"{\"topic\":\"t\",\"headers\":[{\"trace\":$value}]}"
		expect_status 0
		[ "$(member _trace)" = null ]
	done
}

@test "marks pass on, first in the line; _group is made anew" {
	run --separate-stderr kebmap --source s <<<'{"topic":"t","_acks":["a","b~1/2"],"key":null,"_trace":"x","_rules":["r"],"_group":"old"}'
	expect_status 0
	[[ $output == '{"_acks":["a","b~1/2"],"_trace":"x","_rules":["r"],"source":"s",'* ]]
}
