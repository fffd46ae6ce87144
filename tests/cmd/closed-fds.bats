bats_require_minimum_version 1.5.0
# Programs that are started with a standard descriptor closed: what they open must not get
# its number and be written into, and they say what is missing where it matters.

setup() {
	load ../lib
	keb_setup
	cd "$BATS_TEST_TMPDIR" || return 1
	echo '{"source":"s","detail-type":"t","detail":{"n":1}}' >events
	echo '{"topic":"t","partition":0,"offset":1,"key":null,"value":"e30=","headers":[]}' >records
}

@test "stdout closed: a filter that has something to write ends with 6 and says so" {
	run --separate-stderr sh -c 'kebmap --source s records >&-'
	expect_status 6
	expect_err 'cannot write to stdout: Bad file descriptor'
	run --separate-stderr sh -c 'kebfilter -p "{\"source\":[\"s\"]}" events >&-'
	expect_status 6
	expect_err 'cannot write to stdout: Bad file descriptor'
}

@test "stdout closed: kebput without --results has nothing to write there" {
	run --separate-stderr kebmock --events bus -- sh -c 'kebput --bus default <events >&-'
	expect_status 0
	[ "$(wc -l <bus)" -eq 1 ]
}

@test "stdout closed: no file that is opened becomes stdout" {
	run --separate-stderr kebmock --events bus -- \
		sh -c 'kebput --bus default --results --metrics metrics --reject-file rejected <events >&-'
	expect_status 6
	[ ! -s rejected ]
	! grep -q ack metrics
}

@test "stdin closed: an error, not an empty input" {
	run --separate-stderr sh -c 'kebmap --source s <&-'
	expect_status 6
	expect_err 'Bad file descriptor'
	run --separate-stderr kebmock -- sh -c 'kebput --bus default <&-'
	expect_status 6
	expect_err 'Bad file descriptor'
	run --separate-stderr kebmock -t t:1 -- sh -c 'kebwrite -t t <&-'
	expect_status 6
	expect_err 'Bad file descriptor'
}

@test "stderr closed: nothing else changes" {
	run --separate-stderr sh -c 'kebmap --source s records 2>&-'
	expect_status 0
	[ -n "$output" ]
	run --separate-stderr kebmock -t t:1 -- sh -c 'kebwrite -t t <records 2>&- && kebread -t t -e 2>&-'
	expect_status 0
	[ -n "$output" ]
}
