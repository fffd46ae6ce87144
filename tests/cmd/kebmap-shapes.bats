#!/usr/bin/env bats
# kebmap: --from and --to. The files of tests/data/shapes are what goes in and what is expected.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	data=$KEB_ROOT/tests/data/shapes
}

# golden NAME OPTIONS...: what kebmap writes is NAME.ndjson. GOLDEN=write writes that file.
golden() {
	local name=$1
	shift
	[ "${GOLDEN-}" != write ] || kebmap -q "$@" >"$data/$name.ndjson" || true
	run --separate-stderr kebmap "$@"
	diff -u "$data/$name.ndjson" <(echo "$output")
}

# same FILE OTHER: line by line, whatever the order
same() {
	diff -u <(sort "$1") <(sort "$2")
}

@test "--to record, pipes and lambda: from Kafka to Kafka, bytes and headers pass as they are" {
	kebmap --to record "$data/records.ndjson" | diff -u "$data/records.ndjson" -
	golden pipes --to pipes --event-source-arn arn:aws:kafka:eu-west-1:1:cluster/c "$data/records.ndjson"
	golden pipes-batch --to pipes --batch 2 "$data/records.ndjson"
	golden lambda --to lambda "$data/records.ndjson"
	golden lambda-batch --to lambda --batch 10 --event-source-arn arn:aws:kafka:eu-west-1:1:cluster/c \
		--bootstrap-servers b-1:9092 "$data/records.ndjson"
}

@test "--from pipes and lambda: what --to wrote comes back" {
	for shape in pipes lambda; do
		for batch in '' '--batch 2' '--batch 10'; do
			# shellcheck disable=SC2086
			kebmap --to $shape $batch "$data/records.ndjson" >there
			kebmap --from $shape --to record there >back
			same back "$data/records.ndjson"
		done
	done
}

@test "--from pipes and lambda: events of AWS's own samples" {
	golden from-pipes --from pipes --source s --key-format base64 "$data/pipes-in.ndjson"
	golden from-lambda --from lambda --source s "$data/lambda-in.ndjson"
}

@test "--to flat: the value is the detail; one that is no object is rejected, or wrapped" {
	golden flat --source s --to flat --key-format base64 --headers base64 "$data/records.ndjson"
	expect_status 1
	expect_err 'records.ndjson:2: rejected (invalid): the value is no object, so it cannot be the detail (--wrap NAME makes {"NAME":value} of it)'
	golden flat-wrap --source s --to flat --wrap value --key-format base64 --headers base64 "$data/records.ndjson"
	expect_status 0
}

@test "--to flat: --set sees the whole event, and so brings what else is needed" {
	run --separate-stderr kebmap --source s --to flat --set 'detail.value.at=$.detail.offset' --set 'detail-type=$.detail.key' \
		<<<'{"topic":"t","offset":7,"key":"aw==","value":"eyJhIjoxLjUwfQ=="}'
	expect_out '{"_group":"'"$(jq -r ._group <<<"$output")"'","source":"s","detail-type":"k","resources":[],"detail":{"a":1.50,"at":7}}'
}

@test "--to cloudevents: structured, binary, and made of a record" {
	golden cloudevents --source s --to cloudevents "$data/cloudevents-in.ndjson"
	golden cloudevents-type --source s --to cloudevents --detail-type T "$data/cloudevents-in.ndjson"
	run --separate-stderr kebmap --source s --to cloudevents --headers base64 "$data/cloudevents-in.ndjson"
	expect_status 2
	expect_err '--to cloudevents needs --headers text: attributes are texts'
}

@test "--from event --to record: an event back into a topic, for kebwrite" {
	kebmap --source s --key-format base64 --headers base64 "$data/records.ndjson" >events
	kebmap --from event --to record --key-format base64 --headers base64 events >back
	same back "$data/records.ndjson"
	run --separate-stderr kebmap --from event --to record <<<'{"source":"s","detail":{"a":1}}'
	expect_status 1
	expect_err "rejected (invalid): the event's detail has no topic, so it is no record"
}

@test "--from event: events pass byte for byte, keb's own members in front" {
	run --separate-stderr kebmap --from event <<<'{"id":"1","_ack":"a","source":"s","detail":{ "n":1.50},"_group":"g"}'
	expect_out '{"_ack":"a","_group":"g","id":"1","source":"s","detail":{ "n":1.50}}'
	run --separate-stderr kebmap --from event --set 'detail=$.detail.inner' <<<'{"source":"s","detail":{"inner":{"n":1e400}}}'
	expect_out '{"source":"s","detail":{"n":1e400}}'
}

@test "tokens: one a record where they fit, else parts" {
	run --separate-stderr kebmap --from lambda --to record <<<'{"_acks":["a","b"],"records":{"t-0":[{"topic":"t"},{"topic":"t"}]}}'
	[ "$(jq -c '[._ack,._acks]' <<<"$output")" = $'["a",null]\n["b",null]' ]
	run --separate-stderr kebmap --from lambda --to record <<<'{"_ack":"a","records":{"t-0":[{"topic":"t"},{"topic":"t"}]}}'
	[ "$(jq -r ._ack <<<"$output")" = $'a~1/2\na~2/2' ]
	run --separate-stderr kebmap --from lambda --to record <<<'{"_acks":["a","b","c"],"records":{"t-0":[{"topic":"t"},{"topic":"t"}]}}'
	[ "$(jq -c ._acks <<<"$output")" = $'["a~1/2","b~1/2","c~1/2"]\n["a~2/2","b~2/2","c~2/2"]' ]
}

@test "batches: a record that is refused takes nobody along, and each has its status" {
	{
		echo '{"_ack":"a","topic":"t","value":"MQ=="}'
		echo '{"_ack":"b","topic":"t","value":"#"}'
		echo '{"_ack":"c","topic":"t","value":"Mw=="}'
	} >lines
	{ kebmap --to lambda --batch 10 --status-fd 3 <lines 3>&1 >events; } | cat >status
	[ "$(jq -r .ack status)" = b ]
	[ "$(jq -c ._acks events)" = '["a","c"]' ]
}

@test "batches: full at a count or at bytes, and at the window's end without another record" {
	for i in 1 2 3 4 5; do echo "{\"topic\":\"t\",\"offset\":$i,\"value\":\"MQ==\"}"; done >lines
	[ "$(kebmap --to lambda --batch 2 lines | jq -c '[.records[][].offset]')" = $'[1,2]\n[3,4]\n[5]' ]
	[ "$(kebmap --to pipes --batch 100 --batch-bytes 300 lines | wc -l)" -gt 2 ]
	mkfifo in
	kebmap --to lambda --batch 100 --batch-window 50ms <in >events &
	exec 5>in
	head -2 lines >&5
	eventually test -s events
	[ "$(jq -c '[.records[][].offset]' events)" = '[1,2]' ]
	exec 5>&-
	wait $!
}

@test "from Kafka to Kafka a format that is given decodes" {
	run --separate-stderr kebmap --to record --value-format json <<<'{"topic":"t","value":"CnsiYSI6MX0K"}'
	[ "$(jq -r .value <<<"$output" | base64 -d)" = '{"a":1}' ]
	run --separate-stderr kebmap --to record --value-format json <<<'{"topic":"t","value":"eHg="}'
	expect_status 1
}

@test "lines that are not of the shape are bad lines" {
	local line
	for line in '{}' '[]' '{"records":[]}' '{"records":{"t-0":{}}}' '{"records":{"t-0":[1]}}' \
		'{"records":{"t-0":[{"topic":"t","headers":[{"h":[256]}]}]}}' '{"records":{"t-0":[{"value":"MQ=="}]}}'; do
		run --separate-stderr kebmap --from lambda --source s <<<"$line"
		expect_status 3
	done
	run --separate-stderr kebmap --from pipes --source s <<<'7'
	expect_status 3
	run --separate-stderr kebmap --from lambda --source s <<<'{"records":{}}'
	expect_status 0
	expect_out ''
}

@test "options that have no use are refused" {
	while IFS='|' read -r options reason; do
		# shellcheck disable=SC2086
		run --separate-stderr kebmap $options
		expect_status 2
		expect_err "$reason"
	done <<'END'
--source s --wrap x|--wrap needs --to flat
--source s --batch 2|--batch needs --to lambda or --to pipes
--to lambda --batch-window 1s|--batch-window needs --batch COUNT
--source s --event-source-arn a|--event-source-arn needs --to lambda or --to pipes
--from event --source s|--source has no use with --from event
--to flat|--source is missing
END
}

@test "a file that is not there: status 2 before anything is written" {
	run --separate-stderr kebmap --to record "$data/records.ndjson" missing
	expect_status 2
	expect_out ''
	expect_err "cannot open 'missing': No such file or directory"
	run --separate-stderr kebmap --to record .
	expect_status 6
	expect_err "cannot read '.': Is a directory"
}

@test "a topic that is empty is none" {
	run --separate-stderr kebmap --source s <<<'{"topic":"","value":"MQ=="}'
	expect_status 3
	expect_err 'no topic: this is no record line'
}
