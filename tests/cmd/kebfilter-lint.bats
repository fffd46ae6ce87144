#!/usr/bin/env bats
# kebfilter --lint: what is wrong with patterns, and what will be regretted.
# shellcheck disable=SC2016 # the dollar signs are for patterns
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

# lint PATTERN [OPTION ...]: its findings without the excerpts
lint() {
	local pattern=$1
	shift
	run --separate-stderr bash -c 'kebfilter --lint -p "$@" >out; code=$?; grep "^-p:" out; exit $code' - "$pattern" "$@"
}

@test "nothing to say: status 0" {
	lint '{"source":["shop"],"detail":{"state":["paid",{"prefix":"x"}]}}'
	expect_status 0
	expect_out ''
}

@test "warnings: status 1, each with its place" {
	run --separate-stderr kebfilter --lint -p '{"details":{"state":["paid"]}}'
	expect_status 1
	expect_out "-p:1:21: warning: no event on a bus has a member 'details' (did you mean 'detail'?): it never matches there
    {\"details\":{\"state\":[\"paid\"]}}
                        ^^^^^^^^"
}

@test "all errors of all rules: status 2" {
	mkdir rules
	echo '{"source":"shop"}' >rules/a.json
	echo '{"source":["shop"]}' >rules/b.json
	echo '{"source":[]}' >rules/c.json
	run --separate-stderr bash -c 'kebfilter --lint --rules rules | grep error; exit ${PIPESTATUS[0]}'
	expect_status 2
	expect_out 'rules/a.json:1:11: error: a field takes a list of tests or an object: write ["shop"]
rules/c.json:1:11: error: an empty list matches nothing: name a value in it'
}

@test "fields that can never match" {
	lint '{"source":[7]}'
	expect_out '-p:1:11: warning: source is a string: no test here accepts one'
	lint '{"source":{"name":["x"]}}'
	expect_out '-p:1:19: warning: source is a string: it has no fields'
	lint '{"detail":["x"]}'
	expect_out '-p:1:11: warning: detail is an object, which is no value: name a field in it'
}

@test "tests that never accept what is there" {
	lint '{"source":["x",5,null]}'
	expect_status 1
	expect_out '-p:1:16: warning: source is a string: this test never accepts it
-p:1:18: warning: source is a string: this test never accepts it'
	lint '{"resources":[{"exists":false}]}'
	expect_status 0
	lint '{"detail":{"n":[12345678901234567890]}}'
	expect_out '-p:1:17: warning: a double does not hold this number: it equals only its own digits'
}

@test "lists that accept everything" {
	lint '{"detail":{"a":[{"anything-but":["x","y"]},"y",{"prefix":"x"}]}}'
	expect_status 1
	expect_out '-p:1:17: warning: every value is accepted: what anything-but excludes is accepted by the other tests of the list'
	lint '{"detail":{"a":[{"anything-but":["x","y"]},"y"]}}'
	expect_status 0
	lint '{"detail":{"a":[{"exists":true},{"exists":false}]}}'
	expect_out '-p:1:16: warning: this holds for every event: the field is there or not there'
}

@test "the default quota does not count white space between tokens" {
	long=$(printf '%02030d' 0)
	lint '{"source":["'"$long"'"]}'
	expect_status 0
	lint '{ "source"  :  [  "'"$long"'"  ]            }'
	expect_status 0
	lint '{"source":["'"$long-and-more"'"]}'
	expect_status 1
	expect_out '-p:1:1: warning: longer than 2,048 characters: the default quota of a rule'
}

@test "white space counts where the text is sent as it is" {
	printf '{"source":["shop"]%5000s}\n' '' >padded.json
	run --separate-stderr kebfilter -f padded.json <<<'{"source":"shop"}'
	expect_status 0
	run --separate-stderr kebfilter --lint -f padded.json
	expect_status 1
	[[ $output == 'padded.json:1:1: warning: longer than 4,096 characters with its white space: the service refuses such a text (jq -c . removes it)'* ]]
	run --separate-stderr kebfilter --lint -f <(jq -c . padded.json)
	expect_status 0
	run --separate-stderr kebfilter --lint --library -f padded.json
	expect_status 0
	jq -c . padded.json | jq -Rc '{FilterCriteria: {Filters: [{Pattern: (. + " " * 5000)}]}}' >pipe.json
	run --separate-stderr kebfilter --lint --rules pipe.json
	expect_status 1
	jq --indent 7 '{shop: .}' padded.json >named.json
	printf '%5000s' '' >>named.json
	run --separate-stderr kebfilter --lint --rules named.json
	expect_status 0
}

@test "what only the bus adds, unless --bus is there" {
	lint '{"account":["123456789012"]}'
	expect_status 1
	[[ $output == *"'account' is added by the bus"* ]]
	lint '{"account":["123456789012"]}' --bus arn:aws:events:eu-west-1:123456789012:event-bus/shop
	expect_status 0
}

@test "a \$or that is a field name, and tests that are written over" {
	lint '{"detail":{"$or":["x"]}}'
	[[ $output == *"'\$or' is a field name here"* ]]
	lint '{"source":["a"],"source":["b"]}'
	expect_out '-p:1:11: warning: these tests do not count where the field is written again further on'
}

@test "all fields that are written again are told, each once" {
	again='warning: these tests do not count where the field is written again further on'
	lint '{"source":["x"],"detail":{"a":["y"]},"source":["z"],"detail":{"a":["w"]}}'
	expect_out "-p:1:11: $again
-p:1:31: $again"
	lint '{"source":["x"],"source":["y"],"source":["z"]}'
	expect_out "-p:1:11: $again
-p:1:26: $again"
	lint '{"source":["x"],"$or":[{"source":["y"]},{"source":["z"]}]}'
	expect_out "-p:1:11: $again"
}

@test "superfluous tests, and alternatives" {
	lint '{"source":["shop.a",{"prefix":"shop."}]}'
	expect_out '-p:1:12: warning: superfluous: another test of the list accepts all of it'
	lint '{"source":[{"anything-but":"a"},{"anything-but":"b"}]}'
	[[ $output == *'every value is accepted'* ]]
	lint '{"$or":[{"source":["a"]},{"source":[{"exists":true}]}]}'
	expect_out "-p:1:19: warning: superfluous: of the 2 alternatives that '\$or' makes, number 2 selects all that number 1 does"
}

@test "rules that select nothing of their own" {
	echo '{"a":{"source":["x"]},"b":{"source":["x","y"]},"c":{"source":["x"]},"d":{"source":["z"]}}' >rules.json
	run --separate-stderr kebfilter --lint --rules rules.json
	expect_status 1
	expect_out "rules.json:1:6: warning: 'a' selects nothing that is not selected by 'b'
rules.json:1:52: warning: 'c' selects the same as 'a'"
}

@test "wildcards close to the limit of the service" {
	lint '{"source":[{"wildcard":"*aaaaaaaa"}]}'
	expect_out '-p:1:11: warning: the complexity of these wildcards is close to what the service refuses'
	lint '{"source":[{"wildcard":"*aaaaaaaaaaaa"}]}'
	expect_status 2
}

@test "the filters of a pipe know fewer operators" {
	lint '{"value":[{"wildcard":"a*"}]}' --mode pipes
	expect_status 2
	lint '{"value":{"details":["a"]}}' --mode pipes
	expect_status 0
}

@test "what a mode does not filter by is an error here, too" {
	lint '{"detail":["x"]}' --mode pipes
	expect_status 2
	expect_out '-p:1:2: error: a pipe filters by topic, partition, offset, timestamp, timestampType, key, value and headers only'
	lint '{"topic":["x"]}' --mode pipes
	expect_status 0
	lint '{"topic":["x"]}' --mode lambda
	expect_status 2
	expect_out "-p:1:2: error: Lambda filters records of Kafka by 'value' only"
}

@test "a name that two rules have" {
	echo '{"a":{"source":["x"]},"b":{"source":["y"]},"a":{"source":["z"]}}' >rules.json
	run --separate-stderr kebfilter --lint --rules rules.json
	expect_status 2
	expect_out "rules.json:1:48: error: another rule is named 'a', at rules.json:1:6"
}

@test "the findings of a pattern come in its order, those of many rules cost one pass" {
	lint '{"detail":{"b":["x","x"],"a":["y",{"prefix":""}]},"zone":[1]}'
	expect_out '-p:1:21: warning: superfluous: another test of the list accepts all of it
-p:1:31: warning: superfluous: another test of the list accepts all of it
-p:1:58: warning: no event on a bus has a member '"'zone'"': it never matches there; what producers send is in detail'
	awk 'BEGIN { printf "{"; for (i = 0; i < 40000; i++) printf "%s\"r%d\":{\"x%d\":[1]}", i ? "," : "", i, i; print "}" }' >rules.json
	run --separate-stderr bash -c 'ulimit -t 10; kebfilter --lint --rules rules.json | grep -c "^rules.json:1:"; exit ${PIPESTATUS[0]}'
	expect_status 1
	expect_out 40000
}

@test "more rules with wildcards than a bus takes, more filters than a pipe" {
	jq -nc '[range(31) | {key: "r\(.)", value: {source: [{wildcard: "a*\(.)"}]}}] | from_entries' >rules.json
	run --separate-stderr bash -c 'kebfilter --lint --rules rules.json | grep "^rules"; exit ${PIPESTATUS[0]}'
	expect_status 1
	[[ $output == 'rules.json:1:'*': warning: rule 31 with wildcards: a bus takes 30 such rules' ]]
	jq -c 'del(.r7)' rules.json >fewer.json
	run --separate-stderr kebfilter --lint --rules fewer.json
	expect_status 0
	jq -nc '{FilterCriteria: {Filters: [range(6) | {Pattern: ({value: ["x\(.)"]} | tojson)}]}}' >pipe.json
	run --separate-stderr kebfilter --lint --mode pipes --rules pipe.json
	expect_status 1
	[[ $output == "pipe.json: pattern of 'filter-6': 1:1: warning: filter 6: a pipe or an event source mapping takes 5"* ]]
}

@test "not for a bus that is none, and not in a loop" {
	lint '{"account":["123456789012"]}' --bus shop
	expect_status 2
	lint '{"source":["shop"]}' --status-fd 9
	expect_status 2
	{ KEB_STATUS_FD=3 kebfilter --lint -p '{"source":["shop"]}' 3>&1 2>messages || echo "$?" >code; } | cat >status
	[ "$(cat code)" -eq 2 ]
	grep -q -e '--lint passes no lines on' messages
}
