#!/usr/bin/env bats
# The bus of kebmock, as curl sees it: curl signs (SigV4) on its own.
bats_require_minimum_version 1.5.0
load mock

# aws CALL BODY: the body of the answer; its status is in ./code, its headers in ./headers.
aws() {
	curl -sS --aws-sigv4 "aws:amz:$AWS_REGION:events" -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
		-H "X-Amz-Target: AWSEvents.$1" -H 'Content-Type: application/x-amz-json-1.1' \
		--data-binary "$2" -D headers -w '%{stderr}%{http_code}' "$AWS_ENDPOINT_URL/" 2>code
}

one='{"Entries":[{"Source":"shop","DetailType":"sold","Detail":"{\"n\":18446744073709551615}","Time":1500000000}]}'

@test "an accepted entry is an event in the file before the answer is there" {
	mock --events events
	aws PutEvents "$one" >answer
	[ "$(cat code)" = 200 ]
	id=$(jq -r '.Entries[0].EventId' answer)
	[ "$(jq .FailedEntryCount answer)" -eq 0 ]
	[ "$(cat events)" = '{"version":"0","id":"'"$id"'","detail-type":"sold","source":"shop","account":"123456789012","time":"2017-07-14T02:40:00Z","region":"us-east-1","resources":[],"detail":{"n":18446744073709551615}}' ]
	grep -qi '^x-amzn-requestid: [0-9a-f-]\{36\}' headers
	grep -qi '^content-type: application/x-amz-json-1.1' headers
}

@test "an unknown bus takes everything and keeps nothing, as the service" {
	mock --events events --bus orders
	aws PutEvents '{"Entries":[{"Source":"s","DetailType":"t","Detail":"{}","EventBusName":"nobody"},{"Source":"s","DetailType":"t","Detail":"{}","EventBusName":"orders"}]}' >answer
	[ "$(jq '[.Entries[] | select(.EventId)] | length' answer)" -eq 2 ]
	[ "$(wc -l <events)" -eq 1 ]
	[ "$(curl -sS "$AWS_ENDPOINT_URL/_mock/stats" | jq -c '[.entries, .accepted, .lost]')" = '[2,1,1]' ]
}

@test "DescribeEventBus tells a bus that exists from one that does not" {
	mock --bus orders
	[ "$(aws DescribeEventBus '{"Name":"orders"}')" = '{"Arn":"arn:aws:events:us-east-1:123456789012:event-bus/orders","Name":"orders"}' ]
	[ "$(aws DescribeEventBus '{"Name":"nobody"}')" = '{"__type":"ResourceNotFoundException","message":"Event bus nobody does not exist."}' ]
	[ "$(cat code)" = 400 ]
}

@test "results come in the order of the entries, failures between successes" {
	mock
	aws PutEvents '{"Entries":[{"Source":"aws.ec2","DetailType":"t","Detail":"{}"},{"Source":"s","DetailType":"t","Detail":"{}"},{"Source":"s","DetailType":"t","Detail":"nope"},{"Source":"s","DetailType":"t"}]}' >answer
	[ "$(cat code)" = 200 ]
	[ "$(jq -c '[.FailedEntryCount, (.Entries[] | .ErrorCode)]' answer)" = '[3,"NotAuthorizedForSourceException",null,"MalformedDetail","InvalidArgument"]' ]
}

@test "eleven entries are too many, none are too few" {
	mock
	eleven=$(jq -nc '{Entries: [range(11) | {Source: "s", DetailType: "t", Detail: "{}"}]}')
	[ "$(aws PutEvents "$eleven" | jq -r .__type)" = ValidationException ]
	[ "$(aws PutEvents '{"Entries":[]}' | jq -r .__type)" = ValidationException ]
	[ "$(cat code)" = 400 ]
}

@test "the entries of a request have 1 MiB together, a body has 4" {
	mock --events events
	# 1 + 1 bytes of source and type, 8 around the x
	jq -nc '{Entries: [{Source: "s", DetailType: "t", Detail: ({a: ("x" * (1048576 - 10))} | tojson)}]}' >fits
	sed 's/x/xx/' fits >over
	aws PutEvents @fits >answer
	[ "$(cat code)" = 200 ]
	aws PutEvents @over >answer
	[ "$(cat code)" = 400 ]
	[ "$(cat answer)" = '{"__type":"ValidationException","message":"Total size of the entries in the request is over the limit."}' ]
	head -c 4194305 /dev/zero | tr '\0' ' ' >far
	aws PutEvents @far >answer
	[ "$(cat code)" = 413 ]
	[ ! -s answer ]
	grep -qi '^connection: close' headers
	[ "$(wc -l <events)" -eq 1 ]
}

@test "signatures are verified" {
	mock
	[ "$(AWS_SECRET_ACCESS_KEY=other aws PutEvents "$one" | jq -r .__type)" = InvalidSignatureException ]
	[ "$(AWS_ACCESS_KEY_ID=AKIDOTHER aws PutEvents "$one" | jq -r .__type)" = UnrecognizedClientException ]
	[ "$(AWS_REGION=eu-west-1 aws PutEvents "$one" | jq -r .message)" = 'Credential should be scoped to a valid region.' ]
	[ "$(curl -sS -H 'X-Amz-Target: AWSEvents.PutEvents' -d "$one" "$AWS_ENDPOINT_URL/" | jq -r .__type)" = MissingAuthenticationTokenException ]
	[ "$(curl -sS "$AWS_ENDPOINT_URL/_mock/stats" | jq -c '[.requests, .unsigned_requests, .accepted]')" = '[4,4,0]' ]
}

@test "what is no call is said" {
	mock
	[ "$(aws ListRules '{}' | jq -r .__type)" = UnknownOperationException ]
	[ "$(aws PutEvents 'nope' | jq -r .__type)" = SerializationException ]
	[ "$(curl -sS "$AWS_ENDPOINT_URL/_mock/nope" | jq -r .__type)" = NotFound ]
}

@test "the log has a line for each request, with the ids of its entries" {
	mock --log log --events events
	aws PutEvents "$one" >answer
	aws PutEvents '{"Entries":[]}' >/dev/null
	aws DescribeEventBus '{}' >/dev/null
	[ "$(jq -c '[.call, .status, .code, .entries, .failed]' log)" = '["PutEvents",200,"",1,0]
["PutEvents",400,"ValidationException",0,0]
["DescribeEventBus",200,"",0,0]' ]
	[ "$(head -1 log | jq -c .ids)" = "$(jq -c '[.Entries[].EventId]' answer)" ]
	[ "$(head -1 log | jq .bytes)" -eq "${#one}" ]
	[ "$(jq -s '[.[] | .answered_us >= .at_us] | all' log)" = true ]
}

@test "one connection serves many requests" {
	mock
	cat >config <<END
aws-sigv4 = "aws:amz:$AWS_REGION:events"
user = "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"
header = "X-Amz-Target: AWSEvents.DescribeEventBus"
data = "{}"
url = "$AWS_ENDPOINT_URL/[1-20]"
write-out = "%{num_connects}\n"
output = "/dev/null"
silent
END
	[ "$(curl -K config | sort -n | uniq -c | tr -s ' ')" = ' 19 0
 1 1' ]
}

@test "runs that append to one file, with one seed, have ids of their own" {
	echo '{"source":"s","detail-type":"t","detail":{}}' >one
	for _ in 1 2 3; do
		kebmock --seed 7 --events both --log log -- kebput --bus default --no-bus-check <one
	done
	[ "$(jq -r .id both | sort -u | wc -l)" -eq 3 ]
	[ "$(jq -r .request log | sort -u | wc -l)" -eq 3 ]
}
