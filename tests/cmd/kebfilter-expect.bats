#!/usr/bin/env bats
# kebfilter --expect: contract tests of rules.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	echo '{"paid":{"detail":{"state":["paid"]}},"large":{"detail":{"amount":[{"numeric":[">",100]}]}}}' >rules.json
}

expect_tap() {
	run --separate-stderr kebfilter --rules rules.json --expect "$1"
}

@test "tests that hold: TAP, status 0" {
	cat >tests <<'END_TESTS'
{"name":"a large order","event":{"detail":{"state":"paid","amount":101}},"exactly":["paid","large"]}
{"name":"an open one","event":{"detail":{"state":"open","amount":1000}},"nomatch":["paid"]}
{"event":"{\"detail\":{\"state\":\"paid\"}}","match":["paid"],"nomatch":["large"]}
END_TESTS
	expect_tap tests
	expect_status 0
	expect_out 'ok 1 - a large order
ok 2 - an open one
ok 3
1..3'
}

@test "a test that fails: why, status 1" {
	echo '{"name":"one","event":{"detail":{"state":"Paid","amount":101}},"exactly":["paid"]}' >tests
	expect_tap tests
	expect_status 1
	expect_out 'not ok 1 - one
# paid: no match, expected one
#   - detail.state: "Paid", wanted ["paid"]: it differs in upper and lower case
# large: match, expected none
#   + detail.amount: 101
1..1'
}

@test "rules that are not named are free" {
	echo '{"event":{"detail":{"state":"paid","amount":101}},"match":["paid"]}' | {
		run --separate-stderr kebfilter --rules rules.json --expect -
		expect_status 0
	}
}

@test "what is no test: status 2" {
	echo '{"event":{},"match":["sent"]}' >tests
	expect_tap tests
	expect_status 2
	expect_err "tests:1: there is no rule 'sent'"
	echo '{"event":{}}' >tests
	expect_tap tests
	expect_err "a test says 'match', 'nomatch' or 'exactly'"
	echo '{"event":[],"match":[]}' >tests
	expect_tap tests
	expect_err "a test has an 'event'"
	echo '{"event":{},"exactly":[],"match":[]}' >tests
	expect_tap tests
	expect_err "'exactly' goes alone"
	echo '{"event":{},"match":["paid"],"nomatch":["large","paid"]}' >tests
	expect_tap tests
	expect_status 2
	expect_err "tests:1: both 'match' and 'nomatch' name 'paid'"
	echo '{"event":{},"match":[7]}' >tests
	expect_tap tests
	expect_err "tests:1: there is no rule '7'"
	echo '{"event":{}' >tests
	expect_tap tests
	expect_status 2
	expect_err 'tests:1: byte 12: '
}

@test "a member that a test does not have: status 2, a typo is no test that holds" {
	echo '{"event":{"detail":{"state":"paid"}},"match":["paid"],"nomatches":["large"]}' >tests
	expect_tap tests
	expect_status 2
	expect_err "tests:1: a test has 'name', 'event', 'match', 'nomatch' and 'exactly' only, not 'nomatches'"
}

@test "no tests at all: status 2, and no plan that a harness could take for a success" {
	printf '\n \n' >tests
	for file in tests /dev/null; do
		expect_tap $file
		expect_status 2
		expect_out ''
		expect_err "there is no test in '$file'"
	done
	expect_tap .
	expect_status 6
	expect_out ''
}
