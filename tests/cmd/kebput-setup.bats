#!/usr/bin/env bats
# kebput: where the bus, the region, the endpoint and the keys come from.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret AWS_REGION=eu-west-1
	mkdir .aws
}

# refuses MESSAGE OPTIONS: status 2, and the message.
refuses() {
	local message=$1
	shift
	run --separate-stderr kebput "$@" </dev/null
	expect_status 2
	expect_err "kebput: error: $message"
}

@test "a bus must be named" {
	refuses "no bus (give --bus NAME or ARN; --bus default is the account's own)"
}

@test "a bus is a name or the ARN of a bus" {
	refuses "'a b' is no name of a bus" --bus 'a b'
	refuses "'arn:aws:sqs:eu-west-1:123456789012:q' is the ARN of something else" --bus arn:aws:sqs:eu-west-1:123456789012:q
	refuses "bus 'arn:aws:events:eu-west-1:12:event-bus/x'" --bus arn:aws:events:eu-west-1:12:event-bus/x
	refuses "bus 'aws.partner/x' belongs to a partner" --bus aws.partner/x
	refuses "bus 'arn:aws:events:eu-west-1:123456789012:event-busv2/x/abc' is a custom event bus of EventBridge V2" \
		--bus arn:aws:events:eu-west-1:123456789012:event-busv2/x/abc
}

@test "a region unlike the ARN's is refused" {
	refuses "--region 'us-east-1' is not the region of the ARN, 'eu-west-1'" \
		--bus arn:aws:events:eu-west-1:123456789012:event-bus/x --region us-east-1
}

@test "without a region anywhere it says where to give one" {
	unset AWS_REGION
	refuses 'no region (give --region or an ARN, or set AWS_REGION)' --bus x
	refuses "'evil.example/' is no region" --bus x --region evil.example/
}

@test "the ARN's region counts, and its bus is what is asked for" {
	unset AWS_REGION
	echo '{"source":"s","detail-type":"t","detail":{}}' >in
	run --separate-stderr kebmock --region eu-west-1 --bus orders --events bus -- \
		env -u AWS_REGION kebput --bus arn:aws:events:eu-west-1:123456789012:event-bus/orders <in
	expect_status 0
	[ "$(jq -r .region bus)" = eu-west-1 ]
}

@test "without keys it says where they may be" {
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	refuses 'no credentials (set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile)' --bus x
}

@test "half of the keys are an error, not absent" {
	unset AWS_SECRET_ACCESS_KEY
	refuses 'AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not' --bus x
}

@test "a source of keys that is configured is never passed over" {
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	printf '[profile p]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = q\n' >.aws/config
	refuses "source_profile 'q' of profile 'p' does not exist" --bus x --profile p
	AWS_WEB_IDENTITY_TOKEN_FILE=/t refuses 'AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not' --bus x
	AWS_CONTAINER_CREDENTIALS_FULL_URI=http://evil.example/ refuses 'AWS_CONTAINER_CREDENTIALS_FULL_URI is '"'http://evil.example/'"': keys come over plain http from this machine' --bus x
	refuses "profile 'nope' is in neither the config nor the credentials file" --bus x --profile nope
}

@test "a profile gives keys, region and endpoint; the environment's keys stand back" {
	echo '{"source":"s","detail-type":"t","detail":{}}' >in
	# shellcheck disable=SC2016 # the shell under kebmock expands it
	run --separate-stderr kebmock --bus orders --events bus -- sh -c '
		printf "[profile p]\nregion = %s\nendpoint_url = %s\n" "$AWS_REGION" "$AWS_ENDPOINT_URL" >.aws/config
		printf "[p]\naws_access_key_id = %s\naws_secret_access_key = %s\n" \
			"$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >.aws/credentials
		chmod 600 .aws/credentials
		unset AWS_REGION AWS_ENDPOINT_URL AWS_SECRET_ACCESS_KEY
		kebput --bus orders --profile p <in'
	expect_status 0
	[ -z "$stderr" ]
	[ "$(wc -l <bus)" -eq 1 ]
}

@test "a credentials file that others may read is warned about" {
	printf '[default]\n' >.aws/credentials
	chmod 644 .aws/credentials
	run --separate-stderr kebput --bus x --endpoint-url http://h.example </dev/null
	expect_err "can be read by others (chmod 600 it)"
}

@test "plain http goes to this machine only, or by a switch" {
	refuses "endpoint 'http://h.example/' of --endpoint-url is plain http to another machine" \
		--bus x --endpoint-url http://h.example
	AWS_ENDPOINT_URL=http://127.0.0.1.evil.example refuses "endpoint 'http://127.0.0.1.evil.example/' of AWS_ENDPOINT_URL is plain http" --bus x
	run --separate-stderr kebput --bus x --endpoint-url http://localhost:1 --no-bus-check </dev/null
	expect_status 0
}

@test "an endpoint that is no URL is refused" {
	refuses "the endpoint of --endpoint-url is no URL of the form" --bus x --endpoint-url ftp://h
	refuses "the endpoint of --endpoint-url is no URL of the form" --bus x --endpoint-url https://user@h/
	refuses "the endpoint of --endpoint-url is no URL of the form" --bus x --endpoint-url https://h:99999/
}

@test "options that are none, and operands, are refused" {
	refuses "--rate '7' is no rate (try 100req, 5000ev or 1MB, each a second)" --bus x --rate 7
	refuses "--map-source 'x' is not of the form A=B" --bus x --map-source x
	refuses "unexpected operand 'file': events are read from stdin" --bus x file
}

@test "a CA bundle that is not there is an error at the start" {
	AWS_CA_BUNDLE=/nowhere refuses "cannot read CA bundle '/nowhere'" --bus x
}
