#!/usr/bin/env bats
# shellcheck disable=SC2016 # $ is for the shell that kebmock starts
# kebmock as a program: addresses, commands, signals. Foreign clients: curl, kcat.
bats_require_minimum_version 1.5.0
load mock

@test "a command finds both services in its environment" {
	run --separate-stderr kebmock -- env
	expect_status 0
	for name in KEB_BROKERS=127.0.0.1: AWS_ENDPOINT_URL=http://127.0.0.1: AWS_REGION=us-east-1 \
		AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=wJalr; do
		[[ $output == *"$name"* ]]
	done
	[ -z "$stderr" ]
}

@test "what would lead the command elsewhere is taken out of its environment" {
	AWS_PROFILE=work AWS_SESSION_TOKEN=t AWS_DEFAULT_REGION=eu-west-1 run --separate-stderr \
		kebmock --region eu-central-1 -- env
	expect_status 0
	[[ $output != *AWS_PROFILE* && $output != *AWS_SESSION_TOKEN* && $output != *AWS_DEFAULT_REGION* ]]
	[[ $output == *AWS_REGION=eu-central-1* ]]
}

@test "the exit status is the command's" {
	run --separate-stderr kebmock -- sh -c 'exit 7'
	expect_status 7
	run --separate-stderr kebmock -- sh -c 'kill -KILL $$'
	expect_status 137
	run -127 --separate-stderr kebmock -- ./there-is-no-such-program
	expect_status 127
	expect_err "cannot run './there-is-no-such-program': No such file or directory"
	echo >plain
	run --separate-stderr kebmock -- ./plain
	expect_status 126
}

@test "options after the command are the command's" {
	run --separate-stderr kebmock -t orders sh -c 'echo "$0 $1"' --region x
	expect_status 0
	expect_out '--region x'
}

@test "signals go to the command, and its status comes back" {
	kebmock -- sh -c 'trap "exit 9" TERM; echo $$ >pid; while :; do sleep 0.02; done' &
	mock=$!
	eventually test -s pid
	kill -TERM "$mock"
	ended=0
	wait "$mock" || ended=$?
	[ "$ended" -eq 9 ]
	mock=
}

@test "without a command it tells the addresses and ends at a signal" {
	mock -t orders:3
	[ "$KEBMOCK_PID" = "$mock" ]
	[ "$(kcat -b "$KEB_BROKERS" -L -J | jq -c '.topics[] | [.topic, (.partitions | length)]')" = '["orders",3]' ]
	[ "$(curl -fsS "$AWS_ENDPOINT_URL/_mock/stats" | jq .requests)" -eq 0 ]
	kill -TERM "$mock"
	ended=0
	wait "$mock" || ended=$?
	[ "$ended" -eq 0 ]
	mock=
	[ ! -s mock.err ]
}

@test "export \$(kebmock &) is enough in a shell: stdout is closed once the addresses are told" {
	# shellcheck disable=SC2046 # five words without blanks
	export $(kebmock &)
	[ "$(curl -fsS "$AWS_ENDPOINT_URL/_mock/stats" | jq .requests)" -eq 0 ]
	kill "$KEBMOCK_PID"
}

@test "--until-eof ends with its input" {
	mkfifo hold
	kebmock --until-eof <hold >mock.env &
	mock=$!
	exec 7>hold
	eventually test -s mock.env
	kill -0 "$mock"
	exec 7>&-
	ended=0
	wait "$mock" || ended=$?
	[ "$ended" -eq 0 ]
	mock=
}

@test "brokers and topics as asked" {
	run --separate-stderr kebmock --brokers 3 -t a:6 -t b -- sh -c 'kcat -b "$KEB_BROKERS" -L -J'
	expect_status 0
	[ "$(jq '.brokers | length' <<<"$output")" -eq 3 ]
	[ "$(jq -c '[.topics[] | {(.topic): (.partitions | length)}] | add' <<<"$output")" = '{"a":6,"b":1}' ]
	[ "$(jq '[.topics[].partitions[].replicas | length] | unique[]' <<<"$output")" -eq 3 ]
}

@test "kcat writes and reads through it, byte for byte" {
	run --separate-stderr kebmock -t orders:2 -- sh -c '
		printf "k:v\n" | kcat -P -b "$KEB_BROKERS" -t orders -K : -H a=1 &&
		kcat -C -b "$KEB_BROKERS" -t orders -e -q -f "%k=%s %h\n"'
	expect_status 0
	expect_out 'k=v a=1'
}

@test "wrong options say what is wrong" {
	run --separate-stderr kebmock -t orders:0
	expect_status 2
	expect_err "bad topic 'orders:0': the number of partitions is 1 to 10000"
	run --separate-stderr kebmock -t a -t a
	expect_status 2
	expect_err "topic 'a' is given twice"
	run --separate-stderr kebmock --fault latency
	expect_status 2
	expect_err "bad fault 'latency': it is KEY=VALUE (see kebmock(1))"
	run --separate-stderr kebmock --fault latency=fast
	expect_status 2
	expect_err "bad value 'fast' of fault 'latency': it is TIME or TIME..TIME"
	run --separate-stderr kebmock --fault lattency=1s
	expect_status 2
	expect_err "there is no fault 'lattency'"
	run --separate-stderr kebmock --seed x
	expect_status 2
	run --separate-stderr kebmock --events there/is/none
	expect_status 6
	expect_err "cannot open 'there/is/none'"
	run --separate-stderr kebmock --events there/is/none -- true
	expect_status 125
}

@test "a port that is taken is said" {
	mock
	run --separate-stderr kebmock --port "${AWS_ENDPOINT_URL##*:}"
	expect_status 6
	expect_err "cannot listen on 127.0.0.1:${AWS_ENDPOINT_URL##*:}"
}
