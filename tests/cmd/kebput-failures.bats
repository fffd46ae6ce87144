#!/usr/bin/env bats
# kebput against an endpoint that misbehaves: what is tried again, what is rejected, what ends the run.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	for i in $(seq 200); do
		printf '{"_ack":"t/0/%d/e","_group":"%d","source":"s","detail-type":"t","detail":{"n":%d}}\n' \
			"$i" $((i % 7)) "$i"
	done >events
}

# faulty FAULTS OPTIONS: kebput on a mock with these faults; arrived events in ./bus, statuses in ./status.
faulty() {
	local faults=$1
	shift
	rm -f bus
	run --separate-stderr kebmock --seed 1 --bus orders --events bus --fault "$faults" -- \
		sh -c 'kebput --bus orders --results "$@" <events >results' sh "$@"
}

arrived() { # how many different events are on the bus
	jq .detail.n bus | sort -un | wc -l
}

@test "entries that fail for a while are sent again, alone" {
	faulty fail=0.2:InternalFailure
	expect_status 0
	[ "$(wc -l <bus)" -eq 200 ]
	[ "$(arrived)" -eq 200 ]
	[ "$(jq -r .status results | sort | uniq -c | xargs)" = '200 delivered' ]
}

@test "entries that fail for good are rejected with code and message" {
	faulty fail=0.2:InvalidArgument
	expect_status 1
	local rejected
	rejected=$(jq -r 'select(.status=="rejected").code' results | wc -l)
	[ "$rejected" -gt 0 ]
	[ "$((rejected + $(arrived)))" -eq 200 ]
	[ "$(jq -r 'select(.status=="rejected")|[.class,.code]|join(" ")' results | sort -u)" = 'refused InvalidArgument' ]
}

@test "requests answered with 500 or 503 are sent again" {
	faulty http=0.3:500
	expect_status 0
	[ "$(arrived)" -eq 200 ]
}

@test "connections that are reset are tried again" {
	faulty reset=0.3
	expect_status 0
	[ "$(arrived)" -eq 200 ]
}

@test "throttling slows down and rejects nothing" {
	faulty throttle=20/s:5
	expect_status 0
	[ "$(arrived)" -eq 200 ]
}

@test "a request that is refused is halved until the one to blame is alone" {
	sed -i '17s/"n":17/"n":17,"poison":1/;118s/"n":118/"n":118,"poison":1/' events
	faulty refuse=poison
	expect_status 1
	[ "$(arrived)" -eq 198 ]
	[ "$(jq -c 'select(.status=="rejected")|[.line,.class,.code]' results | sort)" = \
		$'[118,"refused","ValidationException"]\n[17,"refused","ValidationException"]' ]
}

@test "a request over the service's limit is halved, as 413 and as 400" {
	for i in $(seq 10); do
		printf '{"source":"s","detail-type":"t","detail":{"n":%d,"a":"%0300d"}}\n' "$i" 0
	done >events
	printf '{"source":"s","detail-type":"t","detail":{"n":11,"a":"%01200d"}}\n' 0 >>events
	for how in 413 400; do
		rm -f bus
		run --separate-stderr kebmock --bus orders --max-request-size 1000 --events bus --fault "too-large=$how" -- \
			sh -c 'kebput --bus orders --results <events >results'
		expect_status 1
		[ "$(arrived)" -eq 10 ]
		[ "$(jq -c 'select(.status=="rejected")|[.line,.class]' results)" = '[11,"too-large"]' ]
	done
}

@test "an entry of a whole request goes out; one that is larger is rejected without being sent" {
	entry() { # entry BYTES: as PutEvents counts them
		printf '{"source":"s","detail-type":"t","detail":{"x":"%s"}}\n' "$(head -c "$(($1 - 10))" /dev/zero | tr '\0' x)"
	}
	{ entry 1047552 && entry 1047553 && entry 10; } >in
	run --separate-stderr kebmock --bus orders --events bus --log log -- sh -c 'kebput --bus orders --results <in >results'
	expect_status 1
	expect_err 'stdin:2: rejected (too-large): EntryTooLarge: the entry has 1047553 bytes, over the limit of 1047552'
	[ "$(jq -c '.status' results | sort | uniq -c | tr -s ' ' | paste -sd,)" = ' 2 "delivered", 1 "rejected"' ]
	[ "$(jq -s 'map(.size) | max' log)" = 1047552 ]
}

@test "--max-attempts rejects what keeps failing" {
	faulty fail=1:InternalFailure --max-attempts 2
	expect_status 1
	[ "$(jq -c 'select(.status=="rejected")|[.class,.code,.attempts]' results | sort | uniq -c | xargs)" = \
		'200 [refused,InternalFailure,2]' ]
}

@test "a permission that is missing ends the run with 4 and rejects nothing" {
	for how in request entry; do
		faulty deny=$how
		expect_status 4
		expect_err 'AccessDeniedException'
		expect_err 'events:PutEvents'
		expect_err 'records stay unsettled'
		[ ! -s results ]
	done
}

@test "wrong credentials end the run with 4 and reject nothing" {
	run --separate-stderr kebmock --bus orders -- \
		sh -c 'AWS_SECRET_ACCESS_KEY=wrong kebput --bus orders --results <events >results'
	expect_status 4
	expect_err 'check the credentials, which come from the environment'
	[ ! -s results ]
}

@test "a bus that does not exist ends the run with 4 before anything is sent" {
	run --separate-stderr kebmock --log log -- kebput --bus nowhere <events
	expect_status 4
	expect_err "bus 'nowhere' does not exist"
	! grep -q PutEvents log
}

@test "not being allowed to ask for the bus is one warning" {
	faulty deny=describe
	expect_status 0
	[ "$(grep -c 'cannot check that bus' <<<"$stderr")" -eq 1 ]
	[ "$(arrived)" -eq 200 ]
}

@test "--no-bus-check does not ask" {
	kebmock --bus orders --log log -- kebput --bus orders --no-bus-check <events
	! grep -q DescribeEventBus log
}

@test "an endpoint that is away: given up after --retry-for with 5, nothing rejected" {
	export AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b
	run --separate-stderr kebput --bus x --region eu-west-1 --endpoint-url http://127.0.0.1:1 --retry-for 300ms --results <events
	expect_status 5
	expect_out ''
	expect_err "cannot reach 'http://127.0.0.1:1/'"
	expect_err 'see --retry-for'
}

@test "--rate holds back" {
	head -30 events >few
	local start=$EPOCHREALTIME end
	kebmock --bus orders -- kebput --bus orders --rate 20ev <few
	end=$EPOCHREALTIME
	[ $(((${end/./} - ${start/./}) / 1000)) -ge 900 ]
}

@test "--max-age rejects what others have overtaken, as expired" {
	faulty fail=0.8:InternalFailure --max-age 50ms --order none
	expect_status 1
	[ "$(jq -r 'select(.status=="rejected")|[.class,.code]|join(" ")' results | sort -u)" = 'expired Expired' ]
	[ "$(($(jq -r 'select(.status=="rejected").line' results | wc -l) + $(arrived)))" -eq 200 ]
}

@test "--max-age rejects nothing while nothing gets through" {
	faulty http=1:503 --max-age 1ms --retry-for 300ms
	expect_status 5
	[ ! -s results ]
}

@test "a bus that answers nothing is asked by one request at a time, and all goes on when it is back" {
	for i in $(seq 2000); do
		printf '{"source":"s","detail-type":"t","detail":{"n":%d}}\n' "$i"
	done >events
	rm -f log bus
	run --separate-stderr kebmock --bus orders --events bus --log log --fault http=1:503 -- \
		sh -c 'kebput --bus orders --no-bus-check <events &
			sleep 4
			curl -s -d "{\"http\":null}" "$AWS_ENDPOINT_URL/_mock/faults" >log.faults
			wait $!'
	expect_status 0
	expect_err 'the endpoint answers again'
	[ "$(arrived)" -eq 2000 ]
	# 32 are in flight when it begins, and fail; a probe after half a second, one, two, ...
	[ "$(jq -s 'map(select(.status==503))|length' log)" -lt 75 ]
	[ "$(jq -s 'map(select(.status==503 and .at_us > 1500000))|length' log)" -lt 6 ]
}

@test "--retry-for: a call that hangs does not run past it, and what may have arrived is said" {
	head -30 events | jq -c 'del(._group)' >few
	mv few events
	local start=$EPOCHREALTIME end
	faulty stall=1:20s --no-bus-check --retry-for 1s
	end=$EPOCHREALTIME
	expect_status 5
	expect_err '30 records stay unsettled, of which 30 went out without an answer and may have arrived'
	expect_err 'given up after 1 s, see --retry-for'
	[ ! -s results ]
	[ $(((${end/./} - ${start/./}) / 1000)) -lt 4000 ]
	[ "$(arrived)" -eq 30 ] # so they have
}

@test "an endpoint that refuses connections has got nothing" {
	export AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b
	run --separate-stderr kebput --bus x --region eu-west-1 --no-bus-check \
		--endpoint-url http://127.0.0.1:1 --retry-for 300ms <events
	expect_status 5
	expect_err '200 records stay unsettled'
	[[ $stderr != *'may have arrived'* ]]
}

@test "--retry-for: events behind an answer that cannot be read may have arrived" {
	head -1 events >one
	mv one events
	faulty garble=1 --no-bus-check --retry-for 300ms
	expect_status 5
	expect_err '1 record stays unsettled, of which 1 went out without an answer and may have arrived'
	[ "$(arrived)" -eq 1 ]
}
