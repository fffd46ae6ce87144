bats_require_minimum_version 1.5.0
# --reject-file: what was rejected, each line with the reason in front, to be mended and
# read again.

setup() {
	load ../lib
	keb_setup
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "kebput: the line is kept byte for byte behind the reason" {
	printf '%s\n' '{"source":"s","detail-type":"t","detail":{"n":1}}' \
		' {"source":"", "detail-type":"t","detail":{"n":1.50,"s":"\u0041"} } ' >events
	run --separate-stderr kebmock --bus b -- sh -c 'kebput --bus b --reject-file rejected <events'
	expect_status 1
	[ "$(cat rejected)" = '{"_rejected":{"by":"kebput","class":"invalid","code":"InvalidArgument","error":"'"'source' is no text or empty"'"},"source":"", "detail-type":"t","detail":{"n":1.50,"s":"\u0041"}}' ]
	expect_err "rejected lines: 1, kept in 'rejected' with the reasons"
	[[ $stderr != *stdin:2* ]]
}

@test "kebput: the file is read again, and the old reason gives way to the new one" {
	printf '%s\n' '{"source":"s","detail-type":"t","detail":{"poison":1}}' >events
	run --separate-stderr kebmock --bus b --fault refuse=poison -- \
		sh -c 'kebput --bus b --reject-file first <events; kebput --bus b --reject-file second <first'
	expect_status 1
	[ "$(cat first)" = '{"_rejected":{"by":"kebput","class":"refused","code":"ValidationException","error":"made by kebmock on demand","attempts":1},"source":"s","detail-type":"t","detail":{"poison":1}}' ]
	cmp first second
	run --separate-stderr kebmock --bus b --events bus -- sh -c 'kebput --bus b <second'
	expect_status 0
	[ "$(jq -c .detail bus)" = '{"poison":1}' ]
}

@test "kebmap: what is no JSON goes through as text" {
	printf '{"topic":"t","partition":0,"offset":%d,"value":"%s"}\n' 1 "$(printf '{"a":1}' | base64)" \
		2 "$(printf 'plain' | base64)" >records
	run --separate-stderr kebmap --source s --reject-file rejected records
	expect_status 1
	[ "$(jq -r '.offset' rejected)" = 2 ]
	[ "$(jq -r '._rejected | .by + " " + .class' rejected)" = 'kebmap decode' ]
	run --separate-stderr kebmap --source s --value-format string rejected
	expect_status 0
	[ "$(jq -r '.detail.value' <<<"$output")" = plain ]
}

@test "what is in the file stays, as with >>" {
	echo 'earlier' >rejected
	echo '{"source":"","detail-type":"t","detail":{}}' >events
	run --separate-stderr kebmock --bus b -- sh -c 'kebput --bus b --reject-file rejected <events'
	expect_status 1
	[ "$(head -1 rejected)" = earlier ]
	[ "$(wc -l <rejected)" -eq 2 ]
}

@test "a reject file that cannot be is an error before anything is sent" {
	echo '{"source":"s","detail-type":"t","detail":{}}' >events
	run --separate-stderr kebput --dry-run --bus b --reject-file events <events
	expect_status 2
	expect_err "--reject-file 'events' is the file that is read from stdin: name another one"
	run --separate-stderr kebput --dry-run --bus b --reject-file no/where <events
	expect_status 6
	expect_err "cannot open 'no/where' (--reject-file): No such file or directory"
	run --separate-stderr sh -c 'kebmap --source s --reject-file rejected --status-fd 5 5>&1 </dev/null | cat'
	expect_err '--reject-file is for a program alone'
}

@test "a full disk under the reject file ends the run with 6" {
	echo '{"source":"","detail-type":"t","detail":{}}' >events
	run --separate-stderr kebmock --bus b -- sh -c 'kebput --bus b --reject-file /dev/full <events'
	expect_status 6
	expect_err "cannot write to '/dev/full' (--reject-file): No space left on device"
}
