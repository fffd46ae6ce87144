#!/usr/bin/env bats
# kebput: events from stdin onto a bus, what is sent, what is refused before it is sent.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

# put OPTIONS <EVENTS: kebput on a mock with the buses 'default' and 'orders'; what arrived is in ./bus.
put() {
	rm -f bus
	kebmock --bus orders --events bus -- kebput "$@"
}

event() { # event N [MEMBERS]
	printf '{"source":"shop","detail-type":"order","detail":{"n":%s}%s}\n' "$1" "${2-}"
}

@test "events arrive as they were read; nothing is said" {
	event 1 ',"time":"2018-12-17T22:10:50Z","resources":["a","b"]' >in
	run --separate-stderr put --bus orders <in
	expect_status 0
	expect_out ''
	[ -z "$stderr" ]
	[ "$(jq -c '[.source,."detail-type",.time,.resources,.detail]' bus)" = \
		'["shop","order","2018-12-17T22:10:50Z",["a","b"],{"n":1}]' ]
}

@test "the detail is sent byte for byte" {
	printf '%s\n' '{"source":"s","detail-type":"t","detail":{"n":1.50,"big":18446744073709551615, "t":"a\u0041\"\\é","e":1e400}}' >in
	put --bus orders <in
	grep -qF '"detail":{"n":1.50,"big":18446744073709551615, "t":"a\u0041\"\\é","e":1e400}' bus
}

@test "keb's own members are not sent, others of the line neither" {
	event 1 ',"_ack":"t/0/1/e","_group":"g","_rules":["r"],"id":"old","account":"x"' >in
	put --bus orders <in
	! grep -q '_ack\|_group\|_rules\|"old"' bus
}

@test "--results: the outcome of each line with its number" {
	{
		event 1
		echo
		event 2 ',"_ack":"t/0/2/e"'
	} >in
	run --separate-stderr put --bus orders --results <in
	expect_status 0
	[ "$(jq -c '[.line,.ack,.status,(.id|length)]' <<<"$output")" = \
		$'[1,null,"delivered",36]\n[3,"t/0/2/e","delivered",36]' ]
}

@test "what PutEvents could only refuse is rejected with a reason; the rest is sent; status 1" {
	{
		echo '{"detail-type":"t","detail":{}}'
		echo '{"source":"","detail-type":"t","detail":{}}'
		echo '{"source":"s","detail":{}}'
		echo '{"source":"s","detail-type":"t"}'
		echo '{"source":"s","detail-type":"t","detail":"text"}'
		echo '{"source":"s","detail-type":"t","detail":{},"time":"yesterday"}'
		echo '{"source":"s","detail-type":"t","detail":{},"resources":"a"}'
		echo '{"source":"aws.ec2","detail-type":"t","detail":{}}'
		event 1
	} >in
	run --separate-stderr put --bus orders <in
	expect_status 1
	expect_err "kebput: error: stdin:1: rejected (invalid): InvalidArgument: 'source' is missing"
	expect_err "stdin:2: rejected (invalid): InvalidArgument: 'source' is no text or empty"
	expect_err "stdin:3: rejected (invalid): InvalidArgument: 'detail-type' is missing"
	expect_err "stdin:4: rejected (invalid): InvalidArgument: 'detail' is missing"
	expect_err "stdin:5: rejected (invalid): InvalidArgument: 'detail' is no object"
	expect_err "stdin:6: rejected (invalid): InvalidArgument: 'time' is no date of RFC 3339"
	expect_err "stdin:7: rejected (invalid): InvalidArgument: 'resources' is no array"
	expect_err "stdin:8: rejected (refused): NotAuthorizedForSourceException: sources that begin with 'aws.' are reserved (try --map-source aws.=replay.aws.)"
	[ "$(jq -c .detail bus)" = '{"n":1}' ]
}

@test "--map-source replaces a prefix" {
	echo '{"source":"aws.ec2","detail-type":"t","detail":{}}' >in
	put --bus orders --map-source aws.=replay.aws. <in
	[ "$(jq -r .source bus)" = replay.aws.ec2 ]
}

@test "an entry over --max-request is rejected as too large" {
	{
		printf '{"source":"s","detail-type":"t","detail":{"a":"%02000d"}}\n' 0
		event 1
	} >in
	run --separate-stderr put --bus orders --max-request 1024 <in
	expect_status 1
	expect_err 'stdin:1: rejected (too-large): EntryTooLarge: the entry has 2010 bytes, over the limit of 1024 (see --max-request)'
	[ "$(wc -l <bus)" -eq 1 ]
}

@test "requests are filled to ten entries" {
	for i in $(seq 30); do event "$i"; done >in
	run --separate-stderr put --bus orders -v <in
	expect_status 0
	expect_err 'delivered 30, rejected 0, requests 3'
}

@test "a bad line is reported with its place, the run goes on, status 3" {
	{
		event 1
		echo 'oops'
		event 2
	} >in
	run --separate-stderr put --bus orders <in
	expect_status 3
	expect_err "kebput: error: stdin:2: byte 1 (offset 57 of the input): expected an object"
	[ "$(wc -l <bus)" -eq 2 ]
}

@test "a line over --max-line is reported and skipped, status 3" {
	{
		event 1
		printf '{"a":"%02000d"}\n' 0
		event 2
	} >in
	run --separate-stderr put --bus orders --max-line 1024 <in
	expect_status 3
	expect_err 'stdin:2: byte 1'
	expect_err 'line longer than 1024 bytes (see --max-line)'
	[ "$(wc -l <bus)" -eq 2 ]
}

@test "no input is no event" {
	run --separate-stderr put --bus orders </dev/null
	expect_status 0
	[ ! -s bus ]
}

@test "--dry-run sends nothing and needs neither keys nor a bus" {
	{
		for i in $(seq 11); do event "$i"; done
		echo '{"source":"s","detail-type":"t","detail":{"a":"'"$(printf '%070000d' 0)"'"}}'
		echo '{"source":"aws.s3","detail-type":"t","detail":{}}'
	} >in
	run --separate-stderr kebput --dry-run <in
	expect_status 1
	expect_out 'entries 12
refused 1
requests 2
bytes 70188
largest 70010
billed 13'
}

@test "--check: whose keys they are; what does not work says why" {
	run --separate-stderr kebmock --bus orders -- kebput --bus orders --check
	expect_status 0
	expect_out 'credentials  the environment, key AKIAIOSFODNN7EXAMPLE
identity     arn:aws:iam::123456789012:user/kebmock
bus          orders, exists
permission   events:PutEvents'
	run --separate-stderr kebmock -- kebput --bus nowhere --check
	expect_status 4
	expect_err "bus 'nowhere' does not exist"
	run --separate-stderr kebmock --bus orders --fault deny=request -- kebput --bus orders --check
	expect_status 4
	expect_err 'AccessDenied'
	run --separate-stderr kebmock --bus orders -- kebput --bus orders --check --status-fd 3
	expect_status 2
}

@test "a closed stdout under --results ends the run with 6" {
	event 1 >in
	run --separate-stderr kebmock --bus orders -- sh -c 'kebput --bus orders --results <in >/dev/full'
	expect_status 6
	expect_err 'cannot write to stdout: No space left on device'
}

@test "a source that --map-source leaves empty or reserved is rejected like any other" {
	echo '{"source":"shop","detail-type":"t","detail":{}}' >events
	run --separate-stderr kebput --dry-run --bus default --map-source shop= <events
	expect_err "stdin:1: rejected (invalid): InvalidArgument: 'source' is no text or empty"
	run --separate-stderr kebput --dry-run --bus default --map-source shop=aws.shop <events
	expect_err 'stdin:1: rejected (refused): NotAuthorizedForSourceException'
}

@test "--metrics counts, and says at once where it cannot write" {
	event 1 >in
	event 2 >>in
	run --separate-stderr kebmock --bus orders -- sh -c 'kebput --bus orders --metrics metrics <in'
	expect_status 0
	grep -qx 'keb_put_settled_total{outcome="delivered"} 2' metrics
	grep -qx 'keb_put_requests_total 1' metrics
	grep -qx 'keb_put_blocked_groups 0' metrics
	run --separate-stderr kebmock --bus orders --events bus -- sh -c 'kebput --bus orders --metrics no/where <in'
	expect_status 6
	expect_err "no/where"
	[ ! -s bus ]
}

@test "--check and --dry-run exclude each other" {
	run --separate-stderr kebput --bus orders --check --dry-run
	expect_status 2
	expect_err '--check asks the bus, --dry-run asks nobody: choose one'
}
