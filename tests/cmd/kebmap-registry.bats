#!/usr/bin/env bats
# kebmap: what the serializers of schema registries have framed.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

# record VALUE [HEADERS]: a record line with the bytes of printf %b VALUE.
record() {
	printf '{"topic":"t","partition":0,"offset":7,"value":"%s","headers":[%s]}\n' \
		"$(printf %b "$1" | base64 -w0)" "${2-}"
}

# map RECORD [OPTIONS]: the text of detail.value is then in $value.
map() {
	local line=$1
	shift
	run --separate-stderr kebmap --source s "$@" <<<"$line"
	value=${output#*,\"value\":}
	value=${value%\}\}}
}

guid='\x89\x79\x1a\xb0\x60\xbc\x4d\x1c\x8a\x3b\x00\xff\x10\x20\x30\x40'

# --- JSON Schema: the frame is taken off, the JSON passes byte for byte

@test "json-schema: JSON behind every frame passes byte for byte" {
	local json='{"n": 18446744073709551615, "a":[1.50,1e400]}'
	for frame in '\x00\x00\x00\x0b\xe5' "\\x01$guid" "\\x03\\x00$guid"; do
		map "$(record "$frame$json")" --value-format json-schema
		expect_status 0
		[ "$value" = "$json" ]
	done
	# the id in a header: what is in front of the JSON then is nothing
	map "$(record "$json" '{"__value_schema_id":"AAAAC+U="}')" --value-format json-schema
	expect_status 0
	[ "$value" = "$json" ]
}

@test "json-schema: of several headers the last counts, and one that is null does not" {
	map "$(record '{}' '{"__value_schema_id":"Zg=="},{"__value_schema_id":"AAAAC+U="}')" --value-format json-schema
	expect_status 0
	map "$(record '\x00\x00\x00\x0b\xe5{}' '{"__value_schema_id":"AAAAC+U="},{"__value_schema_id":null}')" \
		--value-format json-schema
	[ "$value" = '{}' ]
	map "$(record '{}' '{"__value_schema_id":"AAAAC+U="},{"__value_schema_id":"Zg=="}')" --value-format json-schema
	expect_status 1
	expect_err 'value of t/0/7 (7b 7d, 2 bytes): the header with the schema id does not begin with 0 or 1'
}

@test "json-schema: a payload that Glue's serializer has compressed" {
	packed=$(python3 -c 'import base64, zlib; print(base64.b64encode(b"\3\5" + bytes(16) + zlib.compress(b"{\"a\": 1}")).decode())')
	map '{"topic":"t","value":"'"$packed"'"}' --value-format json-schema
	expect_status 0
	[ "$value" = '{"a": 1}' ]
	# one that becomes more than a line may have
	packed=$(python3 -c 'import base64, zlib; print(base64.b64encode(b"\3\5" + bytes(16) + zlib.compress(b" " * 100000)).decode())')
	map '{"topic":"t","value":"'"$packed"'"}' --value-format json-schema --max-line 64KiB
	expect_status 1
	expect_err 'the payload inflates to more than 65536 bytes (see --max-line)'
}

@test "json-schema: no frame, a frame that is cut, JSON that is none" {
	map "$(record '{"a":1}')" --value-format json-schema
	expect_status 1
	expect_out ''
	expect_err "rejected (decode): value of t/0/7 (7b 22 61 22 3a 31 7d, 7 bytes): no schema registry's frame begins with byte 7b (try --value-format auto, json or base64)"
	map "$(record '\x00\x00\x01')" --value-format json-schema
	expect_err "value of t/0/7 (00 00 01, 3 bytes): Confluent's frame is cut: 3 bytes, 5 are needed"
	map "$(record '\x00\x00\x00\x00\x01{')" --value-format json-schema
	expect_err "value is not JSON: expected a member name at byte 1"
}

@test "a tombstone has no frame and needs none" {
	map '{"topic":"t","value":null}' --value-format json-schema
	expect_status 0
	[ "$value" = null ]
}

@test "the status line says which kind of fault it is" {
	record '{}' | sed 's/{/{"_ack":"t\/0\/7\/e",/' | kebmap --source s --value-format json-schema --status-fd 3 3>&1 >/dev/null | cat >statuses
	[ "$(jq -r '.class + " " + .code' statuses)" = 'decode framing' ]
}
