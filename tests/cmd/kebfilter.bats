#!/usr/bin/env bats
# kebfilter: which lines come out, and how it ends.
# shellcheck disable=SC2016 # the dollar signs are for patterns and inner shells
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	cat >events <<'END'
{"source":"shop","detail-type":"order","detail":{"state":"paid","amount":99.5,"items":[{"sku":"a-1","n":2},{"sku":"b-7","n":1}]}}
{"source":"shop","detail-type":"order","detail":{"state":"open","amount":12,"items":[]}}
{"source":"depot","detail-type":"parcel","detail":{"state":"lost","weight":1.50,"ip":"10.2.3.4"}}
END
}

# states PATTERN: the detail.state of the events that match, on one line.
states() {
	run --separate-stderr bash -c 'kebfilter -p "$1" events | jq -r .detail.state | paste -sd " "' - "$1"
}

@test "the lines that match come out unchanged, byte for byte" {
	printf '{ "a" : "x",  "n": 1.50e2 }\r\n{"a":"\\u0078"}\n{"a":"y"}\n{"a":"x"}' >lines
	run --separate-stderr bash -c "kebfilter -p '{\"a\":[\"x\"]}' lines | od -An -c | tr -s ' ' | tr -d '\n'"
	expect_status 0
	expect_out "$(printf '{ "a" : "x",  "n": 1.50e2 }\r\n{"a":"\\u0078"}\n{"a":"x"}\n' | od -An -c | tr -s ' ' | tr -d '\n')"
}

@test "a pattern in a file" {
	printf '{\n  "source": ["shop"],\n  "detail": {"state": ["paid"]}\n}\n' >pattern.json
	run --separate-stderr kebfilter -f pattern.json events
	expect_status 0
	expect_out "$(head -1 events)"
}

@test "several patterns: the lines that match any of them" {
	run --separate-stderr kebfilter --count -p '{"source":["depot"]}' -p '{"detail":{"amount":[12]}}' events
	expect_out 2
}

@test "stdin, files in their order, and - for stdin among them" {
	echo '{"a":1,"from":"one"}' >one
	echo '{"a":1,"from":"two"}' >two
	run --separate-stderr bash -c "echo '{\"a\":1,\"from\":\"stdin\"}' | kebfilter -p '{\"a\":[1]}' one - two | jq -r .from | paste -sd ' '"
	expect_out 'one stdin two'
}

@test "no line matches: status 1" {
	run --separate-stderr kebfilter -p '{"source":["bank"]}' events
	expect_status 1
	expect_out ''
}

@test "--invert: the lines that do not match" {
	run --separate-stderr kebfilter --invert -p '{"source":["shop"]}' events
	expect_status 0
	expect_out "$(tail -1 events)"
}

@test "--count: how many" {
	run --separate-stderr kebfilter --count -p '{"source":["shop"]}' events
	expect_status 0
	expect_out 2
	run --separate-stderr kebfilter --count -p '{"source":["bank"]}' events
	expect_status 1
	expect_out 0
}

@test "--quiet: only the status, at the first line that matches" {
	run --separate-stderr bash -c "yes '{\"a\":1}' | kebfilter --quiet -p '{\"a\":[1]}'"
	expect_status 0
	expect_out ''
	run --separate-stderr kebfilter -q -p '{"source":["bank"]}' events
	expect_status 1
}

@test "-m N: ends after N lines" {
	run --separate-stderr bash -c "yes '{\"a\":1}' | kebfilter -m 2 -p '{\"a\":[1]}'"
	expect_status 0
	expect_out $'{"a":1}\n{"a":1}'
	run --separate-stderr bash -c "yes '{\"a\":1}' | kebfilter -m 5 --count -p '{\"a\":[1]}'"
	expect_out 5
}

# --- the language, by example

@test "strings, numbers by value, literals, null" {
	states '{"source":["depot","bank"]}'
	expect_out lost
	states '{"detail":{"amount":[12.0]}}'
	expect_out open
	states '{"detail":{"weight":[15e-1]}}'
	expect_out lost
	run --separate-stderr kebfilter --count -p '{"a":[null,true]}' <<<$'{"a":null}\n{"a":true}\n{"a":"null"}\n{}'
	expect_out 2
}

@test "prefix, suffix, equals-ignore-case, wildcard" {
	states '{"detail":{"state":[{"prefix":"p"}]}}'
	expect_out paid
	states '{"detail":{"state":[{"suffix":"n"}]}}'
	expect_out open
	states '{"detail":{"state":[{"equals-ignore-case":"LOST"}]}}'
	expect_out lost
	states '{"detail":{"state":[{"wildcard":"*p*n"}]}}'
	expect_out open
}

@test "anything-but: another value, not a missing one" {
	states '{"detail":{"state":[{"anything-but":["paid","lost"]}]}}'
	expect_out open
	states '{"detail":{"ip":[{"anything-but":"10.0.0.1"}]}}'
	expect_out lost
}

@test "numeric ranges" {
	states '{"detail":{"amount":[{"numeric":[">",12,"<=",99.5]}]}}'
	expect_out paid
}

@test "exists looks for values, not for objects or empty arrays" {
	states '{"detail":{"amount":[{"exists":false}]}}'
	expect_out lost
	states '{"detail":{"items":{"sku":[{"exists":false}]},"amount":[{"exists":true}]}}'
	expect_out open
}

@test "cidr, and addresses in any spelling" {
	states '{"detail":{"ip":[{"cidr":"10.2.0.0/16"}]}}'
	expect_out lost
	run --separate-stderr kebfilter --count -p '{"ip":["2001:db8::1"]}' <<<'{"ip":"2001:DB8:0:0:0:0:0:1"}'
	expect_out 1
}

@test "\$or: one of several patterns, beside the other fields" {
	states '{"source":["shop"],"$or":[{"detail":{"amount":[{"numeric":["<",20]}]}},{"detail":{"state":["paid"]}}]}'
	expect_out 'paid open'
}

@test "fields of one array element belong together" {
	states '{"detail":{"items":{"sku":["a-1"],"n":[2]}}}'
	expect_out paid
	states '{"detail":{"items":{"sku":["a-1"],"n":[1]}}}'
	expect_out ''
}

@test "members of keb's own are not for patterns, others with an underscore are" {
	run --separate-stderr kebfilter --count -p '{"_group":[{"exists":false}],"_mine":[1]}' <<<'{"_group":"x","_mine":1}'
	expect_out 1
}
