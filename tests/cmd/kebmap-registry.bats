#!/usr/bin/env bats
# kebmap: what the serializers of schema registries have framed.
bats_require_minimum_version 1.5.0
load mock

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

@test "--headers text: the id of a schema is base64, though it could pass as text" {
	local json='{"topic":"t","partition":0,"offset":1,"value":"e30=","headers":[{"__value_schema_id":"AAAAAAE="}]}'
	run --separate-stderr kebmap --source s <<<"$json"
	expect_status 0
	[ "$(jq -c .detail.headers <<<"$output")" = '[{"__value_schema_id":"AAAAAAE="}]' ]
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
	expect_err "not JSON: expected a member name at byte 1"
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

# --- registries

# order ID: a record of the schema below, framed with that id in four bytes.
order() { record "\\x00\\x00\\x00\\x00\\x0$1\\x0e\\x06abc"; }
order_json='{"id":7,"name":"abc"}'
# glue: the same, framed by Glue's serializer.
glue() { record "\\x03\\x00$guid\\x0e\\x06abc"; }

# schemas [OPTIONS]: kebmock with orders-value.avsc (id 1, and a GUID), note.json (id 4),
# common/city.proto (id 5) and ship.proto, which imports it (id 6).
schemas() {
	mkdir -p schemas/common
	echo '{"type":"record","name":"Order","fields":[{"name":"id","type":"int"},{"name":"name","type":"string"}]}' >schemas/orders-value.avsc
	echo 'syntax = "proto3"; package shop; message City { string name = 1; }' >schemas/common/city.proto
	printf '%s\n' 'syntax = "proto3"; package shop; import "common/city.proto";' \
		'message Other {} message Ship { int64 id = 1; City to = 2; message Box { bool wet = 1; } }' >schemas/ship.proto
	echo '{"type":"object"}' >schemas/note.json
	mock --schema 1=schemas/orders-value.avsc --schema 89791ab0-60bc-4d1c-8a3b-00ff10203040=schemas/orders-value.avsc \
		--schema 4=schemas/note.json --schema schemas "$@"
}

# registry PATH: what the registry has there.
registry() { curl -fsS "$KEB_REGISTRY$1"; }
faults() { curl -fsS "$AWS_ENDPOINT_URL/_mock/faults" -d "$1" >/dev/null; }
requests() { curl -fsS "$AWS_ENDPOINT_URL/_mock/stats" | jq .requests; }

@test "all cases of Kafka Connect's own classes, through kebmock and kebmap" {
	mkdir cases
	"$KEB_ROOT/tests/cmd/cases.py" write cases
	mock --schema cases/schemas.ndjson
	for records in cases/*.records; do
		name=${records%.records} format=$(basename "${records%%[-.]*}") decimal=base64
		[[ $name != *-numeric ]] || decimal=numeric
		kebmap --source s --key-format "$format" --value-format "$format" --decimal "$decimal" \
			--registry glue: --registry "$KEB_REGISTRY" "$records" >"$name.events" 2>>errors || [ $? -eq 1 ]
	done
	"$KEB_ROOT/tests/cmd/cases.py" compare cases
	# each schema is asked for once, whatever is in its records
	[ "$(requests)" -lt 450 ]
}

@test "auto: one topic mixes registries, formats, frames, headers and plain JSON" {
	schemas
	{
		order 1
		glue
		record '\x00\x00\x00\x00\x06\x02\x02\x08\x07\x12\x06\x0a\x04Oslo'
		record '\x00\x00\x00\x00\x06\x04\x02\x00\x08\x01'
		record '\x00\x00\x00\x00\x05\x00\x0a\x04Oslo'
		record '\x00\x00\x00\x00\x04{"n": 1.50}'
		record '{"plain": 1e400}'
		record '\x0e\x06abc' '{"__value_schema_id":"AAAAAAE="}'
		record '\x08\x07' '{"__value_schema_id":"AAAAAAYCAg=="}'
	} >records
	run --separate-stderr kebmap --source s --value-format auto --registry "$KEB_REGISTRY" --registry glue:kebmock records
	expect_status 0
	values=()
	while read -r line; do
		value=${line#*,\"value\":}
		values+=("${value%\}\}}")
	done <<<"$output"
	[ "${values[0]}" = "$order_json" ]
	[ "${values[1]}" = "$order_json" ]
	[ "${values[2]}" = '{"id":7,"to":{"name":"Oslo"}}' ]
	[ "${values[3]}" = '{"wet":true}' ]
	[ "${values[4]}" = '{"name":"Oslo"}' ]
	[ "${values[5]}" = '{"n": 1.50}' ]
	[ "${values[6]}" = '{"plain": 1e400}' ]
	[ "${values[7]}" = "$order_json" ]
	[ "${values[8]}" = '{"id":7,"to":null}' ]
}

@test "keys are decoded, too; one without a frame is a string" {
	schemas
	run --separate-stderr kebmap --source s --key-format auto --value-format avro \
		<<<"$(order 1 | sed 's/"value"/"key":"AAAAAAEOBmFiYw==","value"/')"
	expect_status 0
	[[ $output == *'"key":{"id":7,"name":"abc"},"value":{"id":7,"name":"abc"}}}' ]]
	run --separate-stderr kebmap --source s --key-format auto --value-format avro \
		<<<"$(order 1 | sed 's/"value"/"key":"b3JkZXItMQ==","value"/')"
	[[ $output == *'"key":"order-1","value":{"id":7,'* ]]
}

@test "Protobuf as a descriptor, where the registry has one" {
	schemas
	protoc -I schemas --descriptor_set_out=set schemas/common/city.proto
	# the one file of the set: its tag and length taken off
	descriptor=$(python3 -c 'import base64; print(base64.b64encode(open("set", "rb").read()[2:]).decode())')
	posted=$(curl -fsS "$KEB_REGISTRY/subjects/city-descriptor/versions" -d '{"schemaType":"PROTOBUF","schema":"'"$descriptor"'"}')
	[ "$(jq .id <<<"$posted")" = 7 ]
	map "$(record '\x00\x00\x00\x00\x07\x00\x0a\x04Oslo')" --value-format protobuf
	expect_status 0
	[ "$value" = '{"name":"Oslo"}' ]
}

@test "a schema is asked for once; --schema-cache: a second run asks nobody" {
	schemas
	for _ in 1 2 3; do order 1 && glue; done >records
	kebmap --source s --value-format auto --registry "$KEB_REGISTRY" --registry glue: --schema-cache cache records >first
	[ "$(requests)" -eq 2 ]
	[ "$(find cache -type f | wc -l)" -eq 2 ]
	kill "$mock" && wait "$mock"
	mock=
	# neither network nor credentials
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	run --separate-stderr kebmap --source s --value-format auto --registry "$KEB_REGISTRY" --registry glue: \
		--schema-cache cache --retry-for 0 records
	expect_status 0
	expect_out "$(cat first)"
	[ -z "$stderr" ]
}

@test "--schema-cache: what was damaged, or is of another id, is not believed" {
	schemas
	cache() {
		run --separate-stderr kebmap --source s --value-format avro --schema-cache cache <<<"$(order 1)"
		expect_status 0
		[[ $output == *"$order_json"* ]]
	}
	cache
	file=$(find cache -type f)
	for damage in 's/string/ctring/' '$d' 's/"id":"1"/"id":"2"/' 's/$/ /'; do
		sed -i "$damage" "$file"
		cache
		expect_err "of the schema cache is damaged: asking the registry"
		cache
		[ -z "$stderr" ]
	done
	truncate -s 40 "$file"
	cache
	expect_err 'is damaged'
	# a folder that cannot be written is no reason to stop
	rm -r cache && mkdir cache && touch cache/confluent
	cache
	expect_err 'cannot write'
}

@test "a registry that is away is waited for: no record is rejected, what came before goes out" {
	schemas
	record '{"first":1}' >records
	order 1 >>records
	faults '{"registry.http":"1:503"}'
	mkfifo pipe
	kebmap --source s --value-format auto <pipe >events 2>err &
	kebmap=$!
	cat records >pipe
	eventually grep -q first events
	[ "$(wc -l <events)" -eq 1 ]
	faults '{"registry.http":"off"}'
	wait "$kebmap"
	[ "$(jq -c .detail.value events)" = "{\"first\":1}
$order_json" ]
}

@test "a batch that was due goes out while a registry is waited for" {
	schemas
	faults '{"registry.http":"1:503"}'
	mkfifo pipe
	kebmap --source s --value-format auto --to lambda --batch 9 --batch-window 100ms <pipe >events 2>err &
	kebmap=$!
	{ record '{"first":1}' && order 1; } >pipe
	eventually grep -q records events
	faults '{"registry.http":"off"}'
	wait "$kebmap"
	[ "$(wc -l <events)" -eq 2 ]
}

@test "alone, --retry-for ends the wait with 5, and the records before it are out" {
	schemas
	faults '{"registry.reset":"1"}'
	run --separate-stderr kebmap --source s --value-format auto --retry-for 200ms <<<"$(record '{"first":1}' && order 1)"
	expect_status 5
	[[ $output == *'"value":{"first":1}}}' ]]
	expect_err "cannot reach registry '$KEB_REGISTRY': "
	expect_err 'see --retry-for'
	faults '{"registry.reset":"off","registry.html":"1:502"}'
	map "$(order 1)" --value-format avro --retry-for 0
	expect_status 5
	expect_err 'answered 502 with HTML, so it may be a proxy that answered'
	map "$(glue)" --value-format avro --registry glue: --retry-for 0
	expect_status 5
	expect_err 'answered GetSchemaVersion with 502'
	# what was cut on its way says nothing about the record
	faults '{"registry.html":"off","registry.garble":"1"}'
	map "$(order 1)" --value-format avro --retry-for 0
	expect_status 5
	expect_err 'answered with what is no JSON'
	map "$(glue)" --value-format avro --registry glue: --retry-for 0
	expect_status 5
	expect_err 'answered GetSchemaVersion with what is no JSON'
}

@test "several URLs of one registry: the next one is asked at once" {
	schemas
	map "$(order 1)" --value-format avro --registry "http://127.0.0.1:1,$KEB_REGISTRY"
	expect_status 0
	[ "$value" = "$order_json" ]
	[ -z "$stderr" ]
}

@test "who may not ask, or asks somebody else, is told so: status 4, and no record is rejected" {
	schemas
	denied() { # FAULT TEXT
		faults "{\"registry.html\":\"off\",\"registry.deny\":\"off\",$1}"
		map "$(order 1)" --value-format avro --reject-file rejects
		expect_status 4
		expect_out ''
		expect_err "$2"
		[ ! -s rejects ]
	}
	denied '"registry.deny":"token"' "registry '$KEB_REGISTRY' answered 401: Unauthorized (check --registry-user or --registry-token)"
	denied '"registry.deny":"request"' 'answered 403: User is denied operation Read on Subject (it knows who asks'
	denied '"registry.html":"1:200"' "'$KEB_REGISTRY' answered 200 with HTML, not as a schema registry does: a proxy or another server"
	denied '"registry.html":"1:404"' 'answered 404 with HTML'
	denied '"registry.html":"1:301"' 'answered 301 with HTML'
	faults '{"registry.html":"off","registry.deny":"request"}'
	map "$(glue)" --value-format avro --registry glue:
	expect_status 4
	expect_err 'GetSchemaVersion refused: AccessDeniedException: '
	expect_err 'their permission glue:GetSchemaVersion'
	# a URL with a path that is not the registry's
	faults '{"registry.deny":"off"}'
	map "$(order 1)" --value-format avro --registry "$KEB_REGISTRY/elsewhere"
	expect_status 4
	expect_err 'answered 404: HTTP 404 Not Found (check the URL of --registry)'
}

@test "a schema that nobody has is the record's fault, and is not asked for again at once" {
	schemas
	for _ in 1 2 3; do order 9 && glue | sed 's/AwCJ/AwCK/'; done >records
	run --separate-stderr kebmap --source s --value-format avro --registry "$KEB_REGISTRY" --registry glue: records
	expect_status 1
	expect_err 'schema id 9: the registry has no such schema (check --registry)'
	expect_err 'schema version 8a791ab0-60bc-4d1c-8a3b-00ff10203040: Glue has no such schema version in this account and region (check --region and the credentials)'
	[ "$(requests)" -eq 2 ]
}

@test "a registry of the other kind, the wrong format, another registry of Glue's" {
	schemas
	map "$(glue)" --value-format avro
	expect_status 1
	expect_err 'it is framed with a schema version of Glue, and no such registry is given (--registry glue:)'
	map "$(order 1)" --value-format avro --registry glue:
	expect_err 'it is framed with a schema id of Confluent'\''s kind, and no such registry is given (--registry URL)'
	map "$(order 1)" --value-format protobuf
	expect_err 'its schema is Avro (try --value-format auto)'
	map "$(glue)" --value-format avro --registry glue:others
	expect_err "it is of registry 'kebmock', not 'others'"
}

@test "data contracts: rules for readers are refused, those for writers are not" {
	schemas
	contract() { # MODE
		id=$(curl -fsS "$KEB_REGISTRY/subjects/$1/versions" -d '{"schema":"{\"type\":\"record\",\"name\":\"'"$1"'\",\"fields\":[]}",
			"ruleSet":{"domainRules":[{"name":"hide","kind":"TRANSFORM","type":"ENCRYPT","mode":"'"$1"'"}]}}' | jq .id)
		map "$(record "\\x00\\x00\\x00\\x00\\x0$id")" --value-format avro "${@:2}"
	}
	contract WRITE
	expect_status 0
	[ "$value" = '{}' ]
	contract WRITEREAD --schema-cache cache
	expect_status 1
	expect_err "its data contract has rule 'hide' (ENCRYPT) for readers, which is not executed here: what it stands for may be encrypted (--schema-rules ignore)"
	contract WRITEREAD --schema-cache cache --schema-rules ignore
	expect_status 0
	# what was ignored once is not forgotten by the cache
	contract WRITEREAD --schema-cache cache
	expect_status 1
}

# --- who asks

@test "basic authentication: in the URL, in the option, from a file, from the environment" {
	schemas --registry-user ann:s3cret
	map "$(order 1)" --value-format avro
	expect_status 4
	printf 'ann:s3cret\n' >secret
	export SECRET=ann:s3cret
	for way in @secret env:SECRET ann:s3cret; do
		map "$(order 1)" --value-format avro --registry-user "$way"
		expect_status 0
		[ "$value" = "$order_json" ]
	done
	expect_err '--registry-user on the command line can be seen by others: use @FILE or env:NAME'
	map "$(order 1)" --value-format avro --registry "http://ann:s3%63ret@${KEB_REGISTRY#http://}"
	expect_status 0
	expect_err 'credentials in --registry can be seen by others'
	[[ $stderr != *s3cret* ]]
}

@test "no secret stays in argv, and none is in a message" {
	schemas --registry-user ann:s3cret
	faults '{"registry.http":"1:503"}'
	mkfifo pipe
	kebmap --source s --value-format avro --registry "http://ann:s3cret@${KEB_REGISTRY#http://}" -vv <pipe >events 2>err &
	kebmap=$!
	exec 9>pipe
	order 1 >&9
	eventually grep -q 'answered 503' err
	run grep -a s3cret "/proc/$kebmap/cmdline"
	expect_status 1
	grep -aq xxxxxxxxxx@ "/proc/$kebmap/cmdline"
	exec 9>&-
	faults '{"registry.http":"off"}'
	wait "$kebmap"
	run grep s3cret err
	expect_status 1
}

@test "a bearer token; one that was renewed in its file is read again" {
	schemas --registry-token fresh
	echo stale >token
	map "$(order 1)" --value-format avro --registry-token @token
	expect_status 4
	mkfifo pipe
	kebmap --source s --value-format auto --registry-token @token <pipe >events 2>err &
	kebmap=$!
	exec 9>pipe
	record 1 >&9
	eventually test -s events # the token that was there at the start has been read
	echo fresh >token
	order 1 >&9
	exec 9>&-
	wait "$kebmap"
	[ "$(jq -c .detail.value events)" = "1
$order_json" ]
}

@test "plain http to another machine needs a switch" {
	map "$(order 1)" --value-format avro --registry http://registry.example:8081
	expect_status 2
	expect_err "registry 'http://registry.example:8081/' is plain http to another machine (use https, or --insecure-http)"
}

@test "options that contradict each other" {
	for words in '--value-format avro|needs a schema: --registry URL, --registry glue:NAME, or --schema FILE' \
		'--registry http://127.0.0.1|--registry has no use: neither --value-format nor --key-format needs a schema' \
		'--value-format auto --registry http://127.0.0.1 --registry http://127.0.0.2|--registry names two of Confluent' \
		'--value-format auto --registry glue:a --registry glue:b --region eu-west-1|--registry names two of Glue' \
		'--value-format auto --registry nonsense|the endpoint of --registry is no URL' \
		'--value-format auto --registry http://127.0.0.1 --registry-user x --registry-token y|--registry-user and --registry-token exclude each other' \
		'--value-format auto --registry http://a:b@127.0.0.1 --registry-token y|a user in --registry and --registry-token exclude each other' \
		'--value-format auto --registry http://127.0.0.1 --registry-user env:NOWHERE|--registry-user env:NOWHERE: there is no such variable' \
		'--value-format auto --registry http://127.0.0.1 --registry-ca nowhere|cannot read CA bundle' \
		'--value-format auto --schema x.avsc|--schema is for --value-format avro or protobuf' \
		'--value-format avro --registry http://127.0.0.1 --message M|--message needs --schema FILE'; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr kebmap --source s ${words%%|*} </dev/null
		expect_status 2
		expect_err "${words#*|}"
	done
}

# --- schemas in files

@test "bare Avro, and bare Protobuf by text and by descriptor set" {
	schemas
	map "$(record '\x0e\x06abc')" --value-format avro --schema schemas/orders-value.avsc
	expect_status 0
	[ "$value" = "$order_json" ]
	map "$(record '\x08\x07\x12\x06\x0a\x04Oslo')" --value-format protobuf --schema schemas/ship.proto --message shop.Ship
	expect_status 0
	[ "$value" = '{"id":7,"to":{"name":"Oslo"}}' ]
	protoc -I schemas --include_imports --descriptor_set_out=set.desc schemas/ship.proto
	map "$(record '\x08\x07\x12\x06\x0a\x04Oslo')" --value-format protobuf --schema set.desc --message Ship
	[ "$value" = '{"id":7,"to":{"name":"Oslo"}}' ]
	run --separate-stderr kebmap --source s --key-format protobuf --key-schema schemas/common/city.proto \
		<<<'{"topic":"t","key":"CgRPc2xv"}'
	expect_status 0
	[[ $output == *'"key":{"name":"Oslo"},'* ]]
}

@test "files that cannot be used" {
	schemas
	map "$(record x)" --value-format protobuf --schema schemas/ship.proto
	expect_status 2
	expect_err "'schemas/ship.proto' has several messages (--message takes one of shop.Other, shop.Ship"
	map "$(record x)" --value-format protobuf --schema schemas/ship.proto --message Nobody
	expect_err "'schemas/ship.proto' has no message 'Nobody' (--message takes one of"
	rm schemas/common/city.proto
	map "$(record x)" --value-format protobuf --schema schemas/ship.proto --message Ship
	expect_status 2
	expect_err "cannot open 'schemas/common/city.proto'"
	map "$(record x)" --value-format avro --schema schemas/ship.proto
	expect_err "cannot use schema 'schemas/ship.proto'"
}

# --- what cannot be decoded is handed on

@test "--on-error pass: the bytes, with the reason, where a rule can see it" {
	schemas
	map "$(record '\x00\x00\x00\x00\x09x')" --value-format auto --on-error pass
	expect_status 0
	[ "$(jq -c '[.undecoded, .base64]' <<<"$value")" = '["unknown-schema","AAAAAAl4"]' ]
	[[ $(jq -r .error <<<"$value") == 'value of t/0/7 (00 00 00 00 09 78, 6 bytes): schema id 9: '* ]]
	map "$(record 'nojson')" --on-error pass
	[ "$(jq -r .undecoded <<<"$value")" = data ]
	# the line itself is still refused where it is none
	map '{"topic":"t","value":"#"}' --on-error pass
	expect_status 1
}

# --- TLS

# A registry behind TLS that wants to see a certificate; it says its port.
tls_registry() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 -keyout server.key -out server.pem 2>/dev/null
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -passout pass:s3cret -days 2 -subj /CN=ann \
		-keyout ann.key -out ann.pem 2>/dev/null
	python3 -c '
import http.server, ssl
class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"{\"schema\":\"\\\"string\\\"\"}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Registry)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem", "server.key")
context.load_verify_locations("ann.pem")
context.verify_mode = ssl.CERT_REQUIRED
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()' >port 2>/dev/null &
	mock=$!
	eventually test -s port
	tls="https://127.0.0.1:$(cat port)"
}

@test "TLS: a CA of one's own, and a certificate to show, its key under a password" {
	tls_registry
	printf 's3cret\n' >password
	record '\x00\x00\x00\x00\x01\x04ok' >line
	secure() { run --separate-stderr kebmap --source s --value-format avro --registry "$tls" --retry-for 0 "$@" line; }
	secure --registry-ca server.pem --registry-cert ann.pem --registry-key ann.key --registry-key-password @password
	expect_status 0
	[[ $output == *',"value":"ok"}}' ]]
	cat ann.key >>ann.pem # both in one file
	secure --registry-ca server.pem --registry-cert ann.pem --registry-key-password @password
	expect_status 0
	secure --registry-cert ann.pem --registry-key-password @password
	expect_status 5
	expect_err "no trust in registry '$tls': "
	expect_err 'check --registry-ca'
	secure --registry-ca server.pem
	expect_status 5
	echo wrong >password
	secure --registry-ca server.pem --registry-cert ann.pem --registry-key-password @password
	expect_status 5
	[[ $stderr != *wrong* ]]
}
