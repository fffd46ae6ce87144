#!/usr/bin/env bats
# kebfilter --explain: why an event matches or does not.
# shellcheck disable=SC2016 # the dollar signs are for patterns and inner shells
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	echo '{"source":"shop","detail":{"amount":"250","state":"Paid","items":[{"sku":"a","n":1},{"sku":"b","n":2}]}}' >event
}

# explain PATTERN
explain() {
	run --separate-stderr kebfilter --explain -p "$1" event
}

@test "each field: what is there, and what was wanted where it is not satisfied" {
	explain '{"source":["shop","depot"],"detail":{"state":["open"],"missing":[1]}}'
	expect_status 1
	expect_out 'event 1: -p: no match
  - detail.missing: no value, wanted [1]: there is no such field
  - detail.state: "Paid", wanted ["open"]: no test accepts it
  + source: "shop"'
}

@test "a match" {
	explain '{"source":["shop"],"detail":{"id":[{"exists":false}]}}'
	expect_status 0
	expect_out 'event 1: -p: match
  + detail.id: no value
  + source: "shop"'
}

@test "hints: a string for a number, upper case, an object" {
	explain '{"detail":{"amount":[250]}}'
	[[ $output == *'- detail.amount: "250", wanted [250]: a string, and a number is wanted' ]]
	explain '{"detail":{"state":["paid"]}}'
	[[ $output == *': it differs in upper and lower case' ]]
	explain '{"detail":[{"exists":true}]}'
	[[ $output == *': an object is there, and tests look at values only' ]]
	explain '{"source":[{"exists":false}]}'
	[[ $output == *': it is there, and its absence is wanted' ]]
}

@test "array elements that do not go together" {
	explain '{"detail":{"items":{"sku":["a"],"n":[2]}}}'
	expect_status 1
	expect_out 'event 1: -p: no match
  + detail.items.n: 1, 2
  + detail.items.sku: "a", "b"
  - each field is satisfied, but not by values in the same array elements'
}

@test "each alternative of \$or" {
	explain '{"$or":[{"source":["depot"]},{"source":[{"prefix":"sh"}]}]}'
	expect_status 0
	expect_out 'event 1: -p: match
  alternative 1 of 2: no match
  - source: "shop", wanted ["depot"]: no test accepts it
  alternative 2 of 2: match
  + source: "shop"'
}

@test "many rules, each by its name; members of keb's own are not seen" {
	echo '{"one":{"_ack":[{"exists":true}]},"two":{"a":[1]}}' >rules.json
	run --separate-stderr kebfilter --explain --rules rules.json <<<'{"_ack":"x","a":1}'
	expect_status 0
	expect_out 'event 1: one: no match
  - _ack: no value, wanted [{"exists":true}]: there is no such field
event 1: two: match
  + a: 1'
}

@test "--explain=json: a line of JSON an event" {
	run --separate-stderr bash -c "kebfilter --explain=json -p '{\"detail\":{\"state\":[ \"open\" ]}}' event | jq -c '.rules[].alternatives[].fields[]'"
	expect_out '{"field":"detail.state","satisfied":false,"wanted":["open"],"found":["Paid"],"values":1,"why":"no test accepts it"}'
}

@test "not in another form, and not in a loop" {
	run --separate-stderr kebfilter --explain=xml -p '{"a":[1]}' event
	expect_status 2
	expect_err '--explain=xml: text or json'
	{ kebfilter --explain -p '{"a":[1]}' --status-fd 3 3>&1 <event >out 2>messages || echo "$?" >code; } | cat >status
	[ "$(cat code)" -eq 2 ]
	grep -q -e '--explain passes no lines on' messages
}

@test "near misses: a number in a string, case, what is excluded" {
	why() {
		kebfilter --explain -p "{\"n\":[$1]}" <<<"{\"n\":$2}" | sed -n '2s/.*\]: //p'
	}
	[ "$(why 5.0 '"5"')" = 'a string, and a number is wanted' ]
	[ "$(why '{"numeric":["=",5]}' '"5"')" = 'a string, and a number is wanted' ]
	[ "$(why 5 '"five"')" = 'no test accepts it' ]
	[ "$(why '{"prefix":"pa"}' '"Paid"')" = 'its beginning differs in upper and lower case' ]
	[ "$(why '{"suffix":"ID"}' '"Paid"')" = 'its end differs in upper and lower case' ]
	[ "$(why '{"anything-but":["a","b"]}' '"b"')" = 'it is one that anything-but excludes' ]
	[ "$(why true '"true"')" = 'a string, and a literal is wanted' ]
	[ "$(why '"open"' '" open\n"')" = 'it differs in white space at the ends' ]
	[ "$(why '{"wildcard":"pa*D"}' '"PAId"')" = 'it differs in upper and lower case' ]
	[ "$(why '{"numeric":[">",5]}' 5)" = 'not in the range' ]
	[ "$(why '{"numeric":[">",5]}' true)" = 'only numbers can be in a range' ]
	[ "$(why '{"numeric":[">",5]}' 12345678901234567890)" = 'a double does not hold this number, and no range accepts it' ]
	[ "$(why 12345678901234567890 12345678901234567890.0)" = 'a double does not hold this number: it equals only its own digits' ]
	[ "$(why '{"cidr":"10.0.0.0/8"}' '"11.0.0.1"')" = 'not in the address range' ]
	[ "$(why '{"cidr":"10.0.0.0/8"}' '"10.0.0.1/8"')" = 'not an address' ]
	[ "$(why '{"prefix":"pa"}' 7)" = 'only a string is accepted' ]
	[ "$(why '"a","b"' '["c","d"]')" = 'no test accepts any of them' ]
}

@test "near misses: the field has another name, or is in another place" {
	why() {
		kebfilter --explain -p "$1" <<<"$2" | sed -n '2s/.*\]: //p'
	}
	[ "$(why '{"detail":{"state":["x"]}}' '{"detail":{"State":"y"}}')" = 'there is no such field, but one whose name differs in upper and lower case' ]
	[ "$(why '{"state":["x"]}' '{"detail":{"state":"x"}}')" = 'there is no such field, but one in detail' ]
	[ "$(why '{"detail":{"state":["x"]}}' '{"state":"x"}')" = 'there is no such field in detail, but outside of it' ]
	[ "$(why '{"detail":{"state":[null]}}' '{"detail":{}}')" = 'there is no such field, which is not null' ]
	[ "$(why '{"state":["x"]}' '{"detail":{"states":"x"}}')" = 'there is no such field' ]
}
