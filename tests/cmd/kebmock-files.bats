#!/usr/bin/env bats
# What kebmock does when a file of it cannot be written any more: nothing is answered as
# accepted that is not in the file.
# shellcheck disable=SC2016 # $ is for the shell that kebmock starts
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

@test "a full disk ends it with 6, or 125 under a command" {
	run --separate-stderr kebmock --events /dev/full -- sh -c '
		curl -sS --aws-sigv4 aws:amz:us-east-1:events -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
			-H "X-Amz-Target: AWSEvents.PutEvents" "$AWS_ENDPOINT_URL/" \
			-d "{\"Entries\":[{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":\"{}\"}]}" >answer
		echo $? >ended
		exec sleep 60'
	expect_status 125
	expect_err "cannot write to '/dev/full': No space left on device"
	[ ! -s answer ]
}

@test "stdout that cannot be written is status 6" {
	run --separate-stderr sh -c 'exec kebmock >/dev/full'
	expect_status 6
	expect_err 'cannot write to stdout: No space left on device'
}

@test "two that append to one file keep its lines whole" {
	printf '%s\n' '{"source":"s","detail-type":"t","detail":{}}' >event
	for _ in 1 2; do
		kebmock --events events -- kebput --bus default <event &
		pids+=($!)
	done
	wait "${pids[@]}"
	[ "$(jq -c .detail events)" = '{}
{}' ]
}

@test "--rule: events that match go to a file of the rule, too" {
	echo '{"source":"shop","detail-type":"order","detail":{"state":"paid"}}' >lines
	echo '{"source":"shop","detail-type":"order","detail":{"state":"open"}}' >>lines
	run --separate-stderr kebmock --rule 'paid={"detail":{"state":["paid"]}}' --rule 'all={"account":["123456789012"]}' \
		--events events -- kebput --bus default <lines
	expect_status 0
	[ "$(jq -r .detail.state paid.ndjson)" = paid ]
	cmp all.ndjson events
	[ "$(wc -l <all.ndjson)" -eq 2 ]
}

@test "--rule: names that cannot be those of files" {
	run --separate-stderr kebmock --rule 'a={"source":["x"]}' --rule 'b={"source":["x"]}' --rule 'a={"source":["y"]}' -- true
	expect_status 2
	expect_err '--rule a: another one has that name: each writes a file of its own'
	run --separate-stderr kebmock --rule '../a={"source":["x"]}' -- true
	expect_status 2
	expect_err "--rule ../a: the name is that of a file in this folder: without '/'"
	[ ! -e ../a.ndjson ]
}

@test "--rule: a pattern that is none" {
	run --separate-stderr kebmock --rule 'paid={"detail":"paid"}' -- true
	expect_status 2
	expect_err '--rule paid: 1:11: a field takes a list of tests or an object'
	run --separate-stderr kebmock --rule paid -- true
	expect_status 2
	expect_err 'it is NAME=PATTERN'
}
