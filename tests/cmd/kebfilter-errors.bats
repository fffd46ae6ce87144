#!/usr/bin/env bats
# kebfilter: what it says of bad patterns, bad lines and bad calls.
# shellcheck disable=SC2016 # the dollar signs are for patterns and inner shells
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

@test "a bad pattern: file, line, column, and the place with carets; status 2, nothing is read" {
	printf '{\n  "source": ["shop"],\n  "größe": [{"prefx": "x"}]\n}\n' >rule.json
	run --separate-stderr bash -c 'echo "{}" | { kebfilter -f rule.json; code=$?; cat; exit $code; }'
	expect_status 2
	expect_out '{}'
	[ "$stderr" = "kebfilter: error: rule.json:3:14: unknown operator 'prefx', did you mean 'prefix'?
      \"größe\": [{\"prefx\": \"x\"}]
                 ^^^^^^^" ]
}

@test "carets stand below what they mean: tabs, wide and combining characters" {
	printf '{\t"東京é":\t[{"prefx":"x"}]}' >rule.json
	run --separate-stderr kebfilter -f rule.json
	[ "$stderr" = "kebfilter: error: rule.json:1:12: unknown operator 'prefx', did you mean 'prefix'?
    { \"東京é\": [{\"prefx\":\"x\"}]}
                 ^^^^^^^" ]
}

@test "nothing of a pattern reaches the terminal as it is but text" {
	printf '{"\033[31m\302\205\377":[1}' >rule.json
	run --separate-stderr kebfilter -f rule.json
	expect_status 2
	expect_err '    {"\x1b[31m\u0085\xff":[1}
      ^^^^'
	run --separate-stderr kebfilter -p '{"a":[{"\u001b[31m\u0085\u202e":1}]}'
	expect_err "unknown operator '\x1b[31m\u0085\u202e'"
	run --separate-stderr kebfilter --lint -p '{"a":[{"\u001b[31m":1}]}'
	expect_status 2
	[[ $output == *"unknown operator '\x1b[31m'"* ]]
}

@test "a pattern that is no JSON" {
	run --separate-stderr kebfilter -p '{"a":["x"}'
	expect_status 2
	expect_err '-p:1:10: '
}

@test "a pattern that is no JSON: what is meant where it shows" {
	while IFS='|' read -r pattern expected; do
		run --separate-stderr kebfilter -p "$pattern" </dev/null
		expect_status 2
		expect_err "$expected"
	done <<'END'
|-p:1:1: this is empty
{'a':['x']}|-p:1:2: expected a member name (texts and names stand in double quotes)
{a:["x"]}|-p:1:2: expected a member name (names stand in double quotes)
{"a":['x']}|-p:1:7: expected a value (texts and names stand in double quotes)
{"a":[True]}|-p:1:7: expected a value (texts stand in double quotes; the others are numbers, true, false, null)
{"a":["x",]}|-p:1:11: expected a value (there is a comma too many)
{"a":["x"],}|-p:1:12: expected a member name (there is a comma too many)
{"a":["x" "y"]}|-p:1:11: expected ',' or ']' (a comma is missing)
{"a":["x"] /* y */}|-p:1:12: expected ',' or '}' (JSON has no comments)
{"a":["x"]} {"b":["x"]}|-p:1:13: text behind the value
END
}

@test "forms that are none: what is written instead" {
	while IFS='|' read -r pattern expected; do
		run --separate-stderr kebfilter -p "$pattern" </dev/null
		expect_status 2
		expect_err "$expected"
	done <<'END'
{"a":null}|a field takes a list of tests or an object: write [null]
{"a":[{"Prefix":"x"}]}|unknown operator 'Prefix', did you mean 'prefix'?
{"a":[{"suffix":["x","y"]}]}|suffix takes a string or {"equals-ignore-case": STRING}: write one test for each
{"a":[{"anything-but":[{"prefix":"x"}]}]}|an operator stands in place of the list, {"anything-but": {"prefix": ["a", "b"]}}
{"a":[{"numeric":["<",5,">",1]}]}|of a range the lower bound comes first, [">", 0, "<=", 5]
{"a":[{"cidr":"10.0.0.1/32"}]}|the bits of an IPv4 range are 0 to 31: one address is written as a string
END
}

@test "a file for -p, a pattern for -f and --rules" {
	echo '{"a":[1]}' >rule.json
	run --separate-stderr kebfilter -p rule.json
	expect_status 2
	expect_err "-p takes the pattern itself: did you mean -f 'rule.json'?"
	for option in -f --rules; do
		run --separate-stderr kebfilter $option '{"a":[1]}' </dev/null
		expect_status 2
		expect_err "'{...' is no file: did you mean -p '{...'?"
	done
}

@test "JSON over several lines: --json-stream is named" {
	run --separate-stderr kebfilter -p '{"a":[1]}' <<<$'[\n{"a":1},\n{"a":1}]'
	expect_status 3
	expect_err 'no line is a JSON object: for objects over several lines, or in arrays, there is --json-stream'
	run --separate-stderr kebfilter -p '{"a":[1]}' <<<$'{"a":1}\nx'
	expect_status 3
	[[ $stderr != *--json-stream* ]]
	run --separate-stderr kebfilter -p '{"a":[1]}' <<<'{"a":1,"_ack":7}'
	expect_status 3
	[[ $stderr != *--json-stream* ]]
	run --separate-stderr kebfilter -p '{"a":[1]}' --annotate=$'\xff' <<<'{"a":1}'
	expect_status 2
	expect_err 'the name is not UTF-8'
}

@test "options that would not count are refused" {
	for option in --invert --annotate --each='$.a' --field='$.a' --json-stream -m1; do
		run --separate-stderr kebfilter -p '{"a":[1]}' --lint "$option"
		expect_status 2
		expect_err 'exclude each other'
		run --separate-stderr kebfilter -p '{"a":[1]}' --expect /dev/null "$option"
		expect_status 2
		expect_err 'exclude each other'
	done
}

@test "values that are no lists, empty lists and objects" {
	run --separate-stderr kebfilter -p '{"a":"x"}'
	expect_status 2
	expect_err '-p:1:6: a field takes a list of tests or an object'
	run --separate-stderr kebfilter -p '{"a":[]}'
	expect_err 'an empty list matches nothing'
	run --separate-stderr kebfilter -p '{"a":{}}'
	expect_err 'an empty object matches nothing'
}

@test "limits of the service are errors, --library lifts them" {
	pattern='{"a":[{"wildcard":"*:*:*:*:*:event-bus/*"}]}'
	run --separate-stderr kebfilter -p "$pattern"
	expect_status 2
	expect_err 'too complex for the service'
	run --separate-stderr kebfilter --library --count -p "$pattern" <<<'{"a":"1:2:3:4:5:event-bus/x"}'
	expect_out 1
}

@test "a \$or that is none is explained" {
	run --separate-stderr kebfilter -p '{"$or":[{"a":["x"]}]}'
	expect_status 2
	expect_err "'\$or' was taken as a field name"
}

@test "no pattern, and a pattern without -p" {
	run --separate-stderr kebfilter
	expect_status 2
	expect_err 'no pattern: give one with -p JSON or in a file with -f FILE'
	run --separate-stderr kebfilter '{"a":[1]}' events
	expect_status 2
	expect_err 'did you mean -p'
}

@test "a file that is not there" {
	run --separate-stderr kebfilter -p '{"a":[1]}' nowhere
	expect_status 2
	expect_err "cannot open 'nowhere': No such file or directory"
	run --separate-stderr kebfilter -f nowhere
	expect_status 2
	expect_err nowhere
}

@test "bad lines are reported with their place, the rest goes on, status 3" {
	printf '{"a":1}\n{"a":1,}\n[1]\n{"b":tru}\n{"a":1}\n' >lines
	run --separate-stderr kebfilter --count -p '{"a":[1]}' lines
	expect_status 3
	expect_out 2
	expect_err 'lines:2: byte 8 (offset 15 of the input): expected a member name'
	expect_err 'lines:3: byte 1 (offset 17 of the input): expected an object'
	expect_err 'lines:4: byte 6 (offset 26 of the input): expected a value'
}

@test "a line over the limit" {
	printf '{"a":1}\n{"a":1,"b":"%02048d"}\n' 0 >lines
	run --separate-stderr kebfilter --max-line 1KiB -p '{"a":[1]}' lines
	expect_status 3
	expect_out '{"a":1}'
	expect_err 'lines:2: '
	expect_err 'line longer than 1024 bytes (see --max-line)'
}

@test "a full disk on stdout is status 6" {
	[ -e /dev/full ] || skip 'no /dev/full'
	run --separate-stderr bash -c "echo '{\"a\":1}' | kebfilter -p '{\"a\":[1]}' >/dev/full"
	expect_status 6
}

@test "a reader that has left ends it quietly" {
	run --separate-stderr bash -c "set -o pipefail; yes '{\"a\":1}' | kebfilter -p '{\"a\":[1]}' | head -1"
	expect_out '{"a":1}'
	[ -z "$stderr" ]
}

@test "text that is in another form: what it is, and what to do" {
	printf '\357\273\277{"a":[1]}\n' >bom.json
	run --separate-stderr kebfilter -f bom.json </dev/null
	expect_status 2
	expect_err "kebfilter: error: bom.json is no JSON: it begins with a byte order mark: remove that (sed '1s/^\xEF\xBB\xBF//')"
	sed '1s/^\xEF\xBB\xBF//' bom.json >pattern.json
	printf '\357\273\277{"a":1}\n{"a":1}\n' >bom
	run --separate-stderr kebfilter -f pattern.json --count bom
	expect_status 3
	expect_out 1
	expect_err 'bom:1: byte 1 (offset 0 of the input): expected an object: it begins with a byte order mark'
	gzip -k pattern.json
	run --separate-stderr kebfilter --rules pattern.json.gz </dev/null
	expect_status 2
	expect_err "pattern.json.gz is no JSON: it is gzip'd: unpack it first (zcat)"
	run --separate-stderr kebfilter -f pattern.json <pattern.json.gz
	expect_status 3
	expect_err "stdin:1: byte 1 (offset 0 of the input): expected an object: it is gzip'd"
	iconv -t UTF-16 pattern.json >utf16.json
	run --separate-stderr kebfilter -f utf16.json </dev/null
	expect_err 'utf16.json is no JSON: it is UTF-16: convert it (iconv -f UTF-16 -t UTF-8)'
}

@test "a member with a value that it cannot have is named" {
	run --separate-stderr kebfilter -p '{"a":[1]}' <<<'{"a":1,"_ack":7}'
	expect_status 3
	expect_err "stdin:1: byte 8 (offset 7 of the input): a value that '_ack' cannot have: it is a string of at most 512 bytes"
	run --separate-stderr kebfilter --mode pipes -p '{"value":["x"]}' <<<'{"partition":1.5,"value":"eA=="}'
	expect_status 3
	expect_err "a value that 'partition' cannot have: it is a whole number from 0 to 2147483647"
	run --separate-stderr kebfilter --json-stream -p '{"a":[1]}' <<<$'\n{"a":1,\n "_ack":7}'
	expect_status 3
	expect_err "stdin:3: byte 2: a value that '_ack' cannot have"
}
