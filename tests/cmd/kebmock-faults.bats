#!/usr/bin/env bats
# Faults on demand: by --fault, and while it runs by POST /_mock/faults.
bats_require_minimum_version 1.5.0
load mock

aws() {
	curl -sS --aws-sigv4 "aws:amz:$AWS_REGION:events" -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
		-H "X-Amz-Target: AWSEvents.$1" -H 'Content-Type: application/x-amz-json-1.1' \
		--data-binary "$2" -w '%{stderr}%{http_code}' "$AWS_ENDPOINT_URL/" 2>code
}

faults() {
	curl -sS -d "$1" "$AWS_ENDPOINT_URL/_mock/faults"
}

one='{"Entries":[{"Source":"s","DetailType":"t","Detail":"{\"n\":1}"}]}'
ten=$(jq -nc '{Entries: [range(10) | {Source: "s", DetailType: "t", Detail: "{}"}]}')

@test "faults are set, shown and ended while it runs" {
	mock --fault latency=1ms,fail=0.5:ThrottlingException --fault broker.rtt=2ms
	[ "$(curl -sS "$AWS_ENDPOINT_URL/_mock/faults")" = '{"latency":"1ms","fail":"0.5:ThrottlingException","broker.rtt":"2ms"}' ]
	[ "$(faults '{"latency":null,"reset":0.25,"broker.rtt":"off"}')" = '{"fail":"0.5:ThrottlingException","reset":"0.25"}' ]
	[ "$(faults '{"fail":"off","reset":"off"}')" = '{}' ]
	[ "$(faults '{"fail":"2"}')" = '{"__type":"BadFaults","message":"bad value '"'2'"' of fault '"'fail'"': it is SHARE or SHARE:CODE"}' ]
	[ "$(faults '[]' | jq -r .__type)" = BadFaults ]
}

@test "latency delays the answer, not the one who waits beside it" {
	mock --fault latency=300ms
	start=${EPOCHREALTIME/./}
	for _ in 1 2 3 4; do
		aws PutEvents "$one" >/dev/null &
		pids+=($!)
	done
	wait "${pids[@]}"
	took=$((${EPOCHREALTIME/./} - start))
	[ "$took" -ge 300000 ] && [ "$took" -lt 1100000 ]
}

@test "a share of entries fails with the code asked for, the same with the same seed" {
	mock --seed 5 --fault fail=0.5:InternalFailure
	first=$(aws PutEvents "$ten" | jq -c '[.Entries[].ErrorCode]')
	[[ $first == *InternalFailure* && $first == *null* ]]
	[ "$(curl -sS "$AWS_ENDPOINT_URL/_mock/stats" | jq '.accepted + .failed')" -eq 10 ]
	kill "$mock" && wait "$mock"
	mock --seed 5 --fault fail=0.5:InternalFailure
	[ "$(aws PutEvents "$ten" | jq -c '[.Entries[].ErrorCode]')" = "$first" ]
}

@test "requests are throttled, or entries" {
	mock --fault throttle=0.001/s:1
	[ "$(aws PutEvents "$one" | jq .FailedEntryCount)" -eq 0 ]
	[ "$(aws PutEvents "$one" | jq -r .__type)" = ThrottlingException ]
	[ "$(cat code)" = 400 ]
	faults '{"throttle":"off","throttle-entries":"0.001/s:3"}'
	[ "$(aws PutEvents "$ten" | jq -c '[.FailedEntryCount, .Entries[3].ErrorCode]')" = '[7,"ThrottlingException"]' ]
}

@test "5xx, with the error that the service gives it" {
	mock --fault http=1:503
	[ "$(aws PutEvents "$one" | jq -r .__type)" = ServiceUnavailableException ]
	[ "$(cat code)" = 503 ]
	faults '{"http":"1:500"}'
	[ "$(aws PutEvents "$one" | jq -r .__type)" = InternalFailure ]
	[ "$(cat code)" = 500 ]
}

@test "a connection is reset before or after the events are taken" {
	mock --events events --fault reset=1
	run aws PutEvents "$one"
	[ "$status" -eq 56 ]
	[ ! -s events ]
	faults '{"reset":"off","reset-after":"1"}'
	run aws PutEvents "$one"
	[ "$status" -eq 56 ]
	[ "$(wc -l <events)" -eq 1 ]
}

@test "a stall is not answered for its time; what waits does not hold up the end" {
	mock --fault stall=1:1h --log log
	run curl -sS -m 0.2 --aws-sigv4 "aws:amz:$AWS_REGION:events" -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
		-H "X-Amz-Target: AWSEvents.PutEvents" -d "$one" "$AWS_ENDPOINT_URL/"
	[ "$status" -eq 28 ]
	[ "$(jq '.answered_us - .at_us >= 3600000000' log)" = true ]
	kill "$mock"
	wait "$mock"
	mock=
}

@test "a garbled answer is 200 and cut short" {
	mock --fault garble=1
	aws PutEvents "$one" >answer
	[ "$(cat code)" = 200 ]
	run jq . answer
	[ "$status" -ne 0 ]
}

@test "permissions are refused where asked: the call, an entry, the bus check, the token" {
	mock --fault deny=request
	[ "$(aws PutEvents "$one" | jq -r .__type)" = AccessDeniedException ]
	[ "$(aws DescribeEventBus '{}' | jq -r .Name)" = default ]
	faults '{"deny":"describe+entry"}'
	[ "$(aws DescribeEventBus '{}' | jq -r .__type)" = AccessDeniedException ]
	[ "$(aws PutEvents "$one" | jq -r '.Entries[0].ErrorCode')" = AccessDeniedException ]
	faults '{"deny":"token"}'
	[ "$(aws PutEvents "$one" | jq -r .__type)" = ExpiredTokenException ]
}

@test "oversize is answered 400 or a bare 413" {
	mock --max-request-size 8 --fault too-large=413
	aws PutEvents "$one" >answer
	[ "$(cat code)" = 413 ]
	[ ! -s answer ]
	faults '{"too-large":"400"}'
	aws PutEvents "$one" >answer
	[ "$(cat code)" = 400 ]
}

@test "requests that hold a text are refused as invalid" {
	mock --fault refuse=poison
	[ "$(aws PutEvents "${one/n/poison}" | jq -r .__type)" = ValidationException ]
	[ "$(aws PutEvents "$one" | jq .FailedEntryCount)" -eq 0 ]
}

@test "a broker goes down and comes back" {
	mock -t orders
	faults '{"broker.down":"1"}'
	run kcat -b "$KEB_BROKERS" -L -m 1
	[ "$status" -ne 0 ]
	[ "$(faults '{"broker.down":"off"}')" = '{}' ]
	run kcat -b "$KEB_BROKERS" -L -m 5
	[ "$status" -eq 0 ]
	[ "$(faults '{"broker.down":"2"}' | jq -r .__type)" = BadFaults ]
}

@test "brokers answer with errors on demand" {
	mock -t orders
	faults '{"broker.errors":"Produce:1:MSG_SIZE_TOO_LARGE"}'
	run bash -c 'echo v | kcat -P -b "$KEB_BROKERS" -t orders'
	[[ $output == *'Message size too large'* ]]
	run bash -c 'echo v | kcat -P -b "$KEB_BROKERS" -t orders'
	[ "$status" -eq 0 ]
	[ "$(faults '{"broker.errors":"Produce:1:NO_SUCH"}' | jq -r .__type)" = BadFaults ]
	[ "$(faults '{"broker.errors":"Nope:1:REBALANCE_IN_PROGRESS"}' | jq -r .__type)" = BadFaults ]
}
