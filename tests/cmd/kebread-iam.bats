#!/usr/bin/env bats
# kebread --msk-iam: who signs the token, and what is said where nobody can.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

refuses() {
	local message=$1
	shift
	run --separate-stderr kebread -b localhost:1 -t x "$@"
	expect_err "kebread: error: $message"
}

@test "keys and a region are needed at once" {
	refuses 'no region (give --region' --msk-iam
	expect_status 2
	AWS_REGION=eu-west-1 refuses 'no credentials (set AWS_ACCESS_KEY_ID' --msk-iam
	expect_status 2
	refuses '--region, --profile, --role-arn, --external-id and --role-session-name are for --msk-iam, --msk-cluster and --secret ARN' --region eu-west-1
	expect_status 2
}

@test "what -X says about the authentication is not overruled in silence" {
	export AWS_REGION=eu-west-1 AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=s
	refuses '-X sasl.mechanism=PLAIN and --msk-iam exclude each other' --msk-iam -X sasl.mechanism=PLAIN
	expect_status 2
	refuses '-X sasl.mechanisms=SCRAM-SHA-512 and --msk-iam exclude each other' --msk-iam -X sasl.mechanisms=SCRAM-SHA-512
	expect_status 2
	for protocol in ssl plaintext; do
		refuses "-X security.protocol=$protocol and --msk-iam exclude each other" --msk-iam -X security.protocol=$protocol
		expect_status 2
	done
}

@test "the broker's name says the region; a role that is refused ends it with 4" {
	# shellcheck disable=SC2016 # the shell under kebmock expands it
	run --separate-stderr kebmock --role other --region eu-west-3 -- sh -c '
		unset AWS_REGION
		kebread -b b-1.x.c2.kafka.eu-west-3.amazonaws.com:9098 -t x --msk-iam --role-arn arn:aws:iam::123456789012:role/reader'
	expect_status 4
	expect_err "AssumeRole of 'arn:aws:iam::123456789012:role/reader' for role 'arn:aws:iam::123456789012:role/reader' of --role-arn, by the environment refused: AccessDenied"
}
