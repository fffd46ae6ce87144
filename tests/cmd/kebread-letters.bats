#!/usr/bin/env bats
# What becomes of rejected records: --on-reject, --max-rejects, dead letters, --redrive.
bats_require_minimum_version 1.5.0
load kebread

setup() {
	kebread_setup
}

teardown() {
	kebread_teardown
}

# Rejects what the filter selects, delivers the rest.
rejects() { # CLASS [JQ]
	echo "if (${2-true}) then {ack:._ack,status:\"rejected\",by:\"kebput\",class:\"$1\",code:\"MalformedDetail\",error:\"Detail is malformed.\",attempts:3} else {ack:._ack,status:\"delivered\"} end"
}

# What a checkpoint says is settled: as a commit of a group, without the time that a join takes.
settled() { # FILE
	jq .offset "$1"
}

letters() { # [FORMAT]: what the topic of dead letters holds
	kcat -C -b "$KEB_BROKERS" -t dlq -o beginning -e -q -f "${1:-%s\n}"
}

header() { # NAME: its values, a line a letter
	kcat -C -b "$KEB_BROKERS" -t dlq -o beginning -e -q -J | jq -r --arg n "__connect.errors.$1" \
		'.headers as $h | ($h | index($n)) as $i | $h[$i + 1] // "null"'
}

@test "a dead letter is the record byte for byte, with the headers of Kafka Connect behind its own" {
	mock -t t:1 -t dlq:1
	printf '%s\n' \
		'{"topic":"t","key":"AAH/","value":"eyJhIjogMX0K/w==","timestamp":1545084650987,"headers":[{"a":"AQI="},{"a":null},{"":""},{"__connect.errors.topic":"eA=="}]}' \
		'{"topic":"t","key":null,"value":null,"timestamp":5}' \
		'{"topic":"t","key":"","value":"","timestamp":6}' | kebwrite
	run --separate-stderr settle_with "$(rejects refused)" --checkpoint g -t t -e --on-reject dlq=dlq
	expect_status 0
	expect_err "was rejected by kebput: refused: MalformedDetail: Detail is malformed.: goes to 'dlq'"
	[ "$(settled g)" -eq 3 ]
	# the same bytes, as kcat sees them: lengths tell null (-1) from empty
	[ "$(kcat -C -b "$KEB_BROKERS" -t t -e -q -f '%T %K %k %S %s\n' | md5sum)" = "$(letters '%T %K %k %S %s\n' | md5sum)" ]
	kebread -t dlq -e | head -1 | jq -c '[.headers[] | to_entries[] | [.key, (.value | if . == null then . else @base64d end)]]' >headers
	[ "$(jq -c '.[4:] | map(.[0] |= ltrimstr("__connect.errors."))' headers)" = '[["topic","t"],["partition","0"],["offset","0"],["connector.name","kebread"],["task.id","0"],["stage","TASK_PUT"],["class.name","kebput"],["exception.class.name","refused"],["exception.message","Detail is malformed."],["code","MalformedDetail"],["attempts","3"],["redrives","0"],["headers","13"]]' ]
	[ "$(kebread -t dlq -e | head -1 | jq -c '.headers[:4]')" = "$(kebread -t t -e | head -1 | jq -c .headers)" ]
}

@test "each class has its policy: the last for a class wins, a bare one is for the others" {
	mock -t t:1 -t dlq:1
	fill t 0 a b c d
	local by_value='{ack:._ack,status:"rejected",by:"x"} + {YQ: {class:"decode"}, Yg: {class:"too-large"}, Yw: {class:"expired"}, ZA: {}}[.value[:2]]'
	run --separate-stderr settle_with "$by_value" --checkpoint g -t t -e \
		--on-reject stop,decode=stop --on-reject decode=dlq=dlq,too-large=skip --on-reject dlq=dlq
	expect_status 0
	[ "$(letters | xargs)" = "a c d" ]
	[ "$(header stage | xargs)" = "VALUE_CONVERTER TASK_PUT TASK_PUT" ]
	[ "$(header exception.class.name | xargs)" = "decode expired null" ]
	run --separate-stderr settle_with "$by_value" --checkpoint h -t t -e --on-reject skip,expired=stop
	expect_status 1
	expect_err "was rejected by x: expired (it was not committed; --on-reject skip goes on)"
}

@test "what is rejected in one of its parts is one dead letter" {
	mock -t t:1 -t dlq:1
	fill t 0 a b
	run --separate-stderr settle_with '{ack:(._ack+"~1/2"),status:"rejected",by:"x",class:"decode",error:"first"},{ack:(._ack+"~2/2"),status:"delivered"}' \
		--checkpoint g -t t -e --on-reject dlq=dlq
	expect_status 0
	[ "$(letters | xargs)" = "a b" ]
	[ "$(header exception.message | xargs)" = "first first" ]
	[ "$(settled g)" -eq 2 ]
}

@test "a line over the limit goes to the dead letters, too" {
	mock -t t:1 -t dlq:1
	fill t 0 a "$(printf '%0300d' 0)" b
	run --separate-stderr settle_with "$DELIVERED" --checkpoint g -t t -e --max-line 400 --on-reject too-large=dlq=dlq
	expect_status 0
	[ "$(values <out | xargs)" = "a b" ]
	[ "$(letters)" = "$(printf '%0300d' 0)" ]
	[ "$(header class.name)" = kebread ]
	[ "$(header code)" = LineTooLong ]
	[ "$(settled g)" -eq 3 ]
	run --separate-stderr settle_with "$DELIVERED" --checkpoint h -t t -e --max-line 400
	expect_status 1
	expect_err "over the limit of 400 (--max-line) (it was not committed"
}

@test "--max-rejects: one more in the time stops the run, and is not committed" {
	mock -t t:1 -t dlq:1
	fill t 0 a b c d e
	run --separate-stderr settle_with "$(rejects invalid)" --checkpoint g -t t -e --on-reject dlq=dlq --max-rejects 3/min
	expect_status 1
	expect_err "more than 3 records were rejected in 60 s (--max-rejects), at last: record t/0/3/"
	[ "$(letters | xargs)" = "a b c" ]
	[ "$(settled g)" -eq 3 ]
}

@test "the dead letter topic is not read, by its name or by an expression" {
	mock -t shop.a:1 -t shop.dlq:1 -t shopxdlq:1
	fill shop.a 0 a
	fill shop.dlq 0 dead
	fill shopxdlq 0 x
	run --separate-stderr settle_with "$DELIVERED" --checkpoint g -t '^shop' -e --on-reject dlq=shop.dlq
	expect_status 0
	[ "$(values <out | sort | xargs)" = "a x" ]
	run --separate-stderr settle_with "$DELIVERED" --checkpoint g -t shop.a -t shop.dlq -e --on-reject dlq=shop.dlq
	expect_status 2
	expect_err "topic 'shop.dlq' is read and takes the dead letters: that never ends (use --redrive with --max-redrives N)"
}

@test "a topic of dead letters that is missing stops with 4 at the start" {
	mock -t t:1
	fill t 0 a
	run --separate-stderr settle_with "$(rejects invalid)" --checkpoint g -t t -e --on-reject dlq=dlq
	expect_status 4
	expect_err "there is no topic 'dlq' for dead letters (--dlq-create PARTITIONS:REPLICATION makes it)"
	[ ! -s out ]
}

@test "what --on-reject, --max-rejects, --dlq-create and --redrive do not take" {
	local KEB_BROKERS=localhost:1
	export KEB_BROKERS
	run --separate-stderr kebread -t t --on-reject drop
	expect_status 2
	expect_err "--on-reject takes stop, skip or dlq=TOPIC, with decode=, invalid=, too-large=, expired= or refused= in front for one class, not 'drop'"
	run --separate-stderr kebread -t t --on-reject 'dlq=a b'
	expect_status 2
	run --separate-stderr kebread -t t --on-reject late=skip
	expect_status 2
	run --separate-stderr kebread -t t --max-rejects 5
	expect_status 2
	expect_err "--max-rejects takes N/s, N/min or N/h"
	run --separate-stderr kebread -t t --on-reject dlq=d
	expect_status 2
	expect_err "dead letters are of records that others reject, and nobody tells"
	run --separate-stderr kebread -t t --dlq-create 4
	expect_status 2
	expect_err "--dlq-create takes PARTITIONS:REPLICATION, such as 4:3, not '4'"
	run --separate-stderr kebread -t t --dlq-create 4:3
	expect_status 2
	run --separate-stderr kebread -t t --max-redrives 3
	expect_status 2
	expect_err "--max-redrives is for --redrive"
}

@test "--redrive hands out the records that dead letters were, and settles the letters" {
	mock -t t:2 -t dlq:1
	printf '%s\n' '{"topic":"t","partition":1,"key":"azE=","value":"AP8=","timestamp":1545084650987,"headers":[{"h":"eA=="}]}' \
		'{"topic":"t","partition":1,"key":null,"value":null,"timestamp":7}' | kebwrite --keep-partition
	run --separate-stderr settle_with "$(rejects refused)" --checkpoint g -t t -e --on-reject dlq=dlq
	jq -c 'del(._ack)' out >was
	run --separate-stderr settle_with "$DELIVERED" --checkpoint again -t dlq --redrive
	expect_status 0
	[ "$(jq -c 'del(._ack)' out)" = "$(cat was)" ]
	[[ $(head -1 out) == '{"_ack":"dlq/0/0/'* ]]
	run --separate-stderr settle_with "$DELIVERED" -v --checkpoint again -t dlq --redrive
	expect_status 0
	[ ! -s out ]
	expect_err "dlq/0: reading from 2 (committed)"
}

@test "redriven and rejected again: attempts and redrives add up, --max-redrives ends it" {
	mock -t t:1 -t dlq:1
	fill t 0 a
	settle_with "$(rejects refused)" -q --checkpoint g -t t -e --on-reject dlq=dlq
	for _ in 1 2 3; do
		run --separate-stderr settle_with "$(rejects refused)" --checkpoint again -t dlq --redrive --max-redrives 2 --on-reject dlq=dlq
		expect_status 0
	done
	expect_err "dead letter dlq/0/2 was redriven often enough: left in its topic (--max-redrives 2)"
	[ "$(header attempts | xargs)" = "3 6 9" ]
	[ "$(header redrives | xargs)" = "0 1 2" ]
	[ "$(header topic | xargs)" = "t t t" ]
	[ "$(kebread -t dlq -e | jq -r '.headers | length' | xargs)" = "13 13 13" ]
}

@test "the dead letters of Kafka Connect itself can be redriven; what is none is rejected" {
	mock -t dlq:1
	printf '%s\n' '{"topic":"dlq","key":null,"value":"YQ==","headers":[{"own":"eA=="},{"__connect.errors.topic":"b3JkZXJz"},{"__connect.errors.partition":"Mw=="},{"__connect.errors.offset":"MTc="},{"__connect.errors.stage":"VEFTS19QVVQ="}]}' \
		'{"topic":"dlq","key":null,"value":"Yg==","headers":[{"own":"eA=="}]}' | kebwrite
	run --separate-stderr settle_with "$DELIVERED" --checkpoint g -t dlq --redrive --on-reject decode=skip
	expect_status 0
	expect_err "record dlq/0/1 is no dead letter: its headers do not say where it comes from: skipped"
	[ "$(jq -c '[.topic,.partition,.offset,.value,.headers]' out)" = '["orders",3,17,"YQ==",[{"own":"eA=="}]]' ]
	run --separate-stderr kebread -t dlq --redrive
	expect_status 1
	expect_err "1 record could not be handed out"
}

@test "dead letters go back into the topic that the records came from" {
	mock -t t:1 -t dlq:1
	echo '{"topic":"t","key":"aw==","value":"AP8=","timestamp":7,"headers":[{"h":"eA=="}]}' | kebwrite
	settle_with "$(rejects refused)" -q --checkpoint g -t t -e --on-reject dlq=dlq
	run --separate-stderr kebrun 'kebread -F client.conf --checkpoint back -t dlq --redrive | kebwrite'
	expect_status 0
	kebread -t t -e | jq -c '[.offset,.key,.value,.timestamp,.headers]' >both
	[ "$(cat both)" = '[0,"aw==","AP8=",7,[{"h":"eA=="}]]
[1,"aw==","AP8=",7,[{"h":"eA=="}]]' ]
	[ "$(settled back)" -eq 1 ]
}
