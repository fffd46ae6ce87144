#!/usr/bin/env bats
# kebwrite: record lines in, read again with kcat (a foreign consumer).
# shellcheck disable=SC2016 # $ is for the shell that kebmock starts
bats_require_minimum_version 1.5.0
load mock

# all TOPIC: what is in it, sorted, as kcat shows it
all() {
	kcat -C -J -b "$KEB_BROKERS" -t "$1" -e -q -X fetch.wait.max.ms=10 | sort
}

@test "key, value, headers and timestamp arrive byte for byte" {
	mock -t t
	run --separate-stderr kebwrite <<'END'
{"topic":"t","key":"b3JkZXItMQ==","value":"eyJhIjoxfQ==","timestamp":1545084650987,"headers":[{"trace":"MDAtYWY="},{"trace":""},{"none":null},{"trace":"Mg=="}]}
END
	expect_status 0
	expect_out ''
	[ "$(all t | jq -c '[.key, .payload, .ts, .tstype, .headers]')" = '["order-1","{\"a\":1}",1545084650987,"create",["trace","00-af","trace","","none",null,"trace","2"]]' ]
}

@test "every byte survives" {
	mock -t t
	perl -e 'print map chr, 0..255' >bytes
	printf '{"topic":"t","value":"%s"}\n' "$(base64 -w0 bytes)" | kebwrite
	kcat -C -b "$KEB_BROKERS" -t t -e -q -f '%s' >back
	cmp bytes back
}

@test "a tombstone, an empty value and the text null stay three things" {
	mock -t t
	kebwrite <<'END'
{"topic":"t","key":"YQ==","value":null}
{"topic":"t","key":"YQ==","value":""}
{"topic":"t","key":"YQ==","value":"bnVsbA=="}
{"topic":"t","key":"","value":"YQ=="}
{"topic":"t","value":"YQ=="}
END
	[ "$(all t | jq -c '[.key, .payload]' | sort)" = '["","a"]
["a",""]
["a","null"]
["a",null]
[null,"a"]' ]
}

@test "without a timestamp it is now" {
	mock -t t
	before=$(date +%s%3N)
	echo '{"topic":"t","value":"YQ=="}' | kebwrite
	[ "$(all t | jq ".ts >= $before and .ts < $before + 60000")" = true ]
}

@test "a timestamp of 0 is written as 1, which is as near as librdkafka comes to it" {
	mock -t t
	printf '{"topic":"t","value":"YQ==","timestamp":%d}\n' 0 1 2 | kebwrite
	[ "$(all t | jq -c .ts | sort | xargs)" = "1 1 2" ]
}

@test "-t is the topic for all; else the line says it" {
	mock -t a -t b
	printf '{"topic":"a","value":"MQ=="}\n{"topic":"b","value":"Mg=="}\n' >records
	kebwrite records
	kebwrite -t b records
	[ "$(all a | jq -r .payload)" = 1 ]
	[ "$(all b | jq -r .payload | sort | tr '\n' ' ')" = '1 2 2 ' ]
}

# What org.apache.kafka.common.utils.Utils.murmur2 gives: "21" -973932308, "foobar" -790332482,
# "a-little-bit-long-string" -985981536, each & 0x7fffffff, mod 16.
@test "the partition is the one that Java's producer chooses" {
	mock -t t:16
	for key in 21 foobar a-little-bit-long-string; do
		printf '{"topic":"t","key":"%s","value":""}\n' "$(printf %s $key | base64 -w0)"
	done | kebwrite
	[ "$(all t | jq -c '[.key, .partition]' | sort)" = '["21",12]
["a-little-bit-long-string",0]
["foobar",14]' ]
}

@test "--keep-partition keeps the line's" {
	mock -t t:4
	printf '{"topic":"t","partition":%s,"key":"YQ==","value":""}\n' 0 1 2 3 | kebwrite --keep-partition
	[ "$(all t | jq .partition | sort | tr '\n' ' ')" = '0 1 2 3 ' ]
}

@test "--results says where each line went" {
	mock -t t
	run --separate-stderr kebwrite --results <<'END'
{"topic":"t","value":"YQ=="}

{"topic":"t","_ack":"s/0/1/e","value":"YQ=="}
{"topic":"t","value":"?"}
END
	expect_status 1
	[ "$(sort <<<"$output")" = '{"line":1,"status":"delivered","topic":"t","partition":0,"offset":0}
{"line":3,"ack":"s/0/1/e","status":"delivered","topic":"t","partition":0,"offset":1}
{"line":4,"status":"rejected","class":"decode","code":"BadRecord","error":"the value is not base64"}' ]
	expect_err 'kebwrite: error: stdin:4: rejected (decode): BadRecord: the value is not base64'
}

@test "several files, and - for stdin" {
	mock -t t
	echo '{"topic":"t","value":"MQ=="}' >one
	echo '{"topic":"t","value":"Mw=="}' >three
	echo '{"topic":"t","value":"Mg=="}' | kebwrite one - three
	[ "$(all t | jq -r .payload | tr '\n' ' ')" = '1 2 3 ' ]
	run --separate-stderr kebwrite one missing
	expect_status 2
	expect_err "cannot open 'missing': No such file or directory"
}

@test "a bad line is named, the rest is written, the status is 3" {
	mock -t t
	run --separate-stderr kebwrite <<'END'
{"topic":"t","value":"MQ=="}
{"topic":"t",
{"topic":"t","partition":1.5}
{"topic":"t","value":"Mg=="}
END
	expect_status 3
	expect_err 'kebwrite: error: stdin:2: byte 14'
	expect_err 'kebwrite: error: stdin:3: byte'
	[ "$(all t | jq -r .payload | tr '\n' ' ')" = '1 2 ' ]
}

@test "a line over the limit is named" {
	mock -t t
	run --separate-stderr kebwrite --max-line 256 <<<"{\"topic\":\"t\",\"value\":\"$(printf 'A%.0s' {1..400})\"}"
	expect_status 3
	expect_err 'stdin:1: byte 1 (offset 0 of the input): line longer than 256 bytes (see --max-line)'
}

@test "a line without a topic needs -t" {
	mock
	run --separate-stderr kebwrite <<<'{"value":"MQ=="}'
	expect_status 3
	expect_err 'stdin:1: byte 1 (offset 0 of the input): the record names no topic (give one with -t)'
}

@test "ten thousand records with little in flight" {
	mock -t t:4
	seq -f '{"topic":"t","key":"AA%06.0f","value":""}' 10000 >records
	kebwrite --in-flight 7 -X linger.ms=0 records
	[ "$(all t | wc -l)" -eq 10000 ]
}

@test "a broker that comes back is waited for" {
	mock -t t --fault broker.down=1
	echo '{"topic":"t","value":"MQ=="}' >record
	kebwrite record &
	writer=$!
	sleep 0.3
	kill -0 "$writer"
	curl -fsS -d '{"broker.down":"off"}' "$AWS_ENDPOINT_URL/_mock/faults"
	wait "$writer"
	[ "$(all t | jq -r .payload)" = 1 ]
}

@test "an error that passes is tried again, unseen" {
	mock -t t --fault broker.errors=Produce:3:NOT_ENOUGH_REPLICAS
	run --separate-stderr kebwrite <<<'{"topic":"t","value":"MQ=="}'
	expect_status 0
	[ "$(all t | wc -l)" -eq 1 ]
}

# A broker refuses the whole batch: each goes again alone, and what is refused then is too large.
@test "what is too large for the broker is rejected, its neighbours are not" {
	mock -t t --fault broker.errors=Produce:2:MSG_SIZE_TOO_LARGE
	run --separate-stderr kebwrite <<<'{"topic":"t","value":"MQ=="}'
	expect_status 1
	expect_err 'stdin:1: rejected (too-large): MSG_SIZE_TOO_LARGE: Broker: Message size too large'
}

@test "no permission is no fault of the record: status 4" {
	mock -t t --fault broker.errors=Produce:1:TOPIC_AUTHORIZATION_FAILED
	run --separate-stderr kebwrite <<<'{"topic":"t","value":"MQ=="}'
	expect_status 4
	expect_err 'stdin:1 cannot be written: Broker: Topic authorization failed'
	expect_err '1 record stays unsettled'
}

@test "a partition that does not exist: status 4" {
	mock -t t:2
	run --separate-stderr kebwrite --keep-partition -X topic.metadata.propagation.max.ms=100 \
		<<<'{"topic":"t","partition":7,"value":"MQ=="}'
	expect_status 4
	expect_err 'Local: Unknown partition'
}

@test "a record not confirmed in message.timeout.ms: status 5" {
	mock -t t --fault broker.errors=Produce:1000:REQUEST_TIMED_OUT
	run --separate-stderr kebwrite -X message.timeout.ms=300 -X retry.backoff.ms=20 <<<'{"topic":"t","value":"MQ=="}'
	expect_status 5
}

@test "brokers come from -b, -X, -F or KEB_BROKERS; none is an error" {
	mock -t t
	brokers=$KEB_BROKERS
	unset KEB_BROKERS
	echo "bootstrap.servers=$brokers" >conf
	echo '{"topic":"t","value":"MQ=="}' >record
	kebwrite -b "$brokers" record
	kebwrite -X "bootstrap.servers=$brokers" record
	kebwrite -F conf record
	KEB_BROKERS=$brokers kebwrite record
	run --separate-stderr kebwrite record
	expect_status 2
	KEB_BROKERS=$brokers
	[ "$(all t | wc -l)" -eq 4 ]
}

@test "properties that the promise rests on are its own" {
	run --separate-stderr kebwrite -b x:1 -X enable.idempotence=false </dev/null
	expect_status 2
	expect_err 'enable.idempotence'
	run --separate-stderr kebwrite -b x:1 -X no.such.property=1 </dev/null
	expect_status 2
	expect_err 'no.such.property'
}
