#!/usr/bin/env bats
# keboffload: large values to S3 and back, in order, and what is nobody's record's fault.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

mock() { # mock SHELL-COMMAND: beside a mock with the bucket 'big' in another region than the caller's
	kebmock --bucket big:eu-west-1 $FAULT -- sh -c "$1"
}

event() { # event DETAIL
	printf '{"source":"s","detail-type":"t","detail":%s}\n' "$1"
}

@test "a value leaves the line, a reference stands for it" {
	event '{"topic":"x","value":{"a":1}}' >in
	mock 'keboffload --bucket big --threshold 0 <in' >out
	[ "$(jq -c '.detail|[.topic,.value,.datarefJsonPath,.datarefs[0].at,.datarefs[0].size]' out)" = \
		'["x",null,"$.detail.value",1,7]' ]
	hash=$(printf '{"a":1}' | sha256sum | cut -d' ' -f1)
	[ "$(jq -r .detail.dataref out)" = "arn:aws:s3:::big/$hash" ]
	[ "$(jq -r '.detail.datarefs[0].sha256' out)" = "$hash" ]
}

@test "small entries, null, missing values and events with a dataref stay as they are" {
	{
		event '{"value":"small"}'
		event '{"value":null}'
		event '{"other":1}'
		event '{"dataref":"arn:aws:s3:::b/k","value":1}'
	} >in
	mock 'keboffload --bucket big <in' >out
	cmp in out
	sed 1d in >rest
	mock 'keboffload --bucket big --threshold 0 <rest' >out
	cmp rest out
}

@test "random JSON comes back byte for byte, whatever blanks are in it" {
	python3 - >in <<'PY'
import json, random
random.seed(7)
def blank(): return random.choice(['', '', '', ' ', '  ', '\t'])
def value(d):
    k = random.randrange(7 if d else 5)
    if k == 0: return random.choice(['1.50', '1e400', '-0', '18446744073709551615'])
    if k == 1: return random.choice(['true', 'false', '{}', '[ ]', '{ }'])
    if k <= 4: return random.choice([r'"a\u0041\"\\"', '"\u00e9\U0001f600"', '""', r'"\ud800"'])
    if k == 5: return '[' + blank() + (blank() + ',' + blank()).join(value(d - 1) for _ in range(random.randrange(1, 4))) + blank() + ']'
    return obj(['a', 'b', 'a', 'value'], d - 1)
def obj(names, d):
    return '{' + blank() + (blank() + ',' + blank()).join(
        '"%s"%s:%s%s' % (n, blank(), blank(), value(d)) for n in random.sample(names, random.randrange(1, len(names) + 1))) + blank() + '}'
for i in range(400):
    print('{"source":"s","detail-type":"t",%s"detail":%s%s}' % (blank(), blank(), obj(['value', 'x', 'y', 'value'], 3)))
PY
	mock 'keboffload --bucket big --threshold 0 --field "$.detail.value.a" --field "$.detail.value" --field "$.detail.x[0]" <in >mid &&
		keboffload --restore --bucket big <mid >out'
	cmp in out
	! cmp -s in mid
}

@test "what the connector wrote comes back, too" {
	event '{"topic":"x","value":"text with \"quotes\""}' >in
	mock 'keboffload --bucket big --threshold 0 --connector-compat <in >mid &&
		jq -c "del(.detail.datarefs)" mid >connector &&
		keboffload --restore --bucket big <connector' >out
	cmp in out
}

@test "SlowDown, 503 and lost connections are tried again, and the order is kept" {
	for i in $(seq 200); do event "{\"n\":$i,\"value\":\"v$i\"}"; done >in
	FAULT='--fault throttle=200/s,reset=0.05' mock \
		'keboffload --bucket big --threshold 0 --in-flight 32 <in >mid && keboffload --restore --bucket big <mid >out'
	cmp in out
}

@test "what S3 may say about a request and not about its object is mended or tried again" {
	for i in $(seq 100); do event "{\"n\":$i,\"value\":\"v$i\"}"; done >in
	for code in RequestTimeout BadDigest InternalError PermanentRedirect; do
		FAULT="--fault fail=0.06:$code,seed=3 --log $code.log" mock \
			'keboffload --bucket big --threshold 0 <in >mid && keboffload --restore --bucket big <mid >out'
		cmp in out
		[ "$(jq -s --arg c $code 'map(select(.code == $c)) | length' $code.log)" -gt 5 ]
	done
	# S3 did not say where the bucket is: it was asked
	[ "$(jq -s 'map(select(.call == "HeadBucket")) | length' PermanentRedirect.log)" -gt 5 ]
}

@test "a role's keys that expire every 2 seconds: every object is there, no record is rejected" {
	for i in $(seq 40); do event "{\"n\":$i,\"value\":\"v$i\"}"; done >in
	FAULT='--role mover:x1 --keys-live 2s --log log' run --separate-stderr mock 'while read -r line; do printf "%s\n" "$line"; sleep 0.1; done <in |
		keboffload --bucket big --threshold 0 --role-arn arn:aws:iam::123456789012:role/mover --external-id x1 >mid &&
		keboffload --restore --bucket big <mid >out'
	expect_status 0
	cmp in out
	[ "$(jq -s 'map(select(.call == "AssumeRole")) | length >= 2' log)" = true ]
	# the first request of each run finds the bucket in another region
	[ "$(jq -r 'select(.code != "") | .code' log | sort -u)" = AuthorizationHeaderMalformed ]
}

@test "what is wrong with an object itself rejects its record, and no other" {
	for i in $(seq 40); do event "{\"n\":$i,\"value\":\"v$i\"}"; done >in
	FAULT='--fault fail=0.3:EntityTooLarge,seed=3' run --separate-stderr mock \
		'keboffload --bucket big --threshold 0 <in'
	expect_status 1
	[ "${#lines[@]}" -gt 10 ] && [ "${#lines[@]}" -lt 40 ]
	expect_err 'rejected (too-large): EntityTooLarge: object'
}

@test "encryption, class, tags and owner reach S3 as it wants them" {
	event '{"value":"one"}' >in
	# shellcheck disable=SC2016 # the shell under kebmock expands it
	mock 'keboffload --bucket big --threshold 0 --sse-kms-key-id alias/k --storage-class STANDARD_IA \
			--tag "team=a b" --tag x=é --expected-bucket-owner 123456789012 <in >out
		curl -sI --aws-sigv4 aws:amz:eu-west-1:s3 -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
			-H "x-amz-content-sha256: $(sha256sum </dev/null | cut -d" " -f1)" \
			"$AWS_ENDPOINT_URL/big/$(jq -r ".detail.dataref | ltrimstr(\"arn:aws:s3:::big/\")" out)"' | tr -d '\r' >headers
	grep -qx 'x-amz-server-side-encryption: aws:kms' headers
	grep -qx 'x-amz-server-side-encryption-aws-kms-key-id: alias/k' headers
	grep -qx 'x-amz-storage-class: STANDARD_IA' headers
	grep -qx 'x-amz-tagging: team=a%20b&x=%C3%A9' headers
	run --separate-stderr mock 'keboffload --bucket big --threshold 0 --expected-bucket-owner 999999999999 <in'
	expect_status 4
	expect_err 'AccessDenied'
	run --separate-stderr mock 'keboffload --bucket big --threshold 0 --storage-class NONE <in'
	expect_status 4
	expect_err 'InvalidStorageClass'
}

@test "the bucket in the host, where the profile says so" {
	event '{"value":"one"}' >in
	printf '[default]\ns3 =\n  addressing_style = virtual\n' >config
	# shellcheck disable=SC2016 # the shell under kebmock expands it
	mock 'export AWS_CONFIG_FILE=config AWS_ENDPOINT_URL=http://localhost:${AWS_ENDPOINT_URL##*:}
		keboffload --bucket big --threshold 0 <in | keboffload --restore --bucket big -vv' >out 2>err
	cmp in out
	run --separate-stderr mock 'export AWS_CONFIG_FILE=config AWS_ENDPOINT_URL=http://localhost:1
		keboffload --bucket big --threshold 0 --retry-for 1ms <in'
	expect_err "cannot reach 'http://big.localhost:1/'"
	run --separate-stderr mock 'export AWS_CONFIG_FILE=config AWS_ENDPOINT_URL=http://localhost:1
		keboffload --bucket big --threshold 0 --path-style --retry-for 1ms <in'
	expect_err "cannot reach 'http://localhost:1/'"
}

@test "a missing object rejects its record, the others come" {
	{
		event '{"dataref":"arn:aws:s3:::big/gone","datarefJsonPath":"$.detail.value"}'
		event '{"n":2}'
	} >in
	run --separate-stderr mock 'keboffload --restore --bucket big <in'
	expect_status 1
	expect_out "$(event '{"n":2}')"
	expect_err "rejected (refused): NoSuchKey: object 'gone'"
}

@test "only buckets that were named are read" {
	event '{"dataref":"arn:aws:s3:::other/k","datarefJsonPath":"$.detail.value"}' >in
	run --separate-stderr mock 'keboffload --restore --bucket big <in'
	expect_status 1
	expect_err "bucket 'other' (see --bucket)"
}

@test "an object that is not what was stored is refused" {
	event '{"value":"one"}' >in
	run --separate-stderr mock 'keboffload --bucket big --threshold 0 <in |
		sed "s/\"sha256\":\"./\"sha256\":\"_/" | keboffload --restore --bucket big'
	expect_status 1
	expect_err 'SHA-256'
}

@test "no such bucket, no permission, wrong secret: status 4, nothing is rejected" {
	event '{"value":"one"}' >in
	run --separate-stderr mock 'keboffload --bucket nobucket --threshold 0 <in'
	expect_status 4
	expect_err 'NoSuchBucket'
	run --separate-stderr mock 'AWS_SECRET_ACCESS_KEY=wrong keboffload --bucket big --threshold 0 <in'
	expect_status 4
	expect_err 'SignatureDoesNotMatch'
	expect_out ''
}

@test "an endpoint that is away: status 5 after --retry-for" {
	event '{"value":"one"}' >in
	AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_REGION=us-east-1 run --separate-stderr \
		keboffload --bucket big --threshold 0 --endpoint-url http://127.0.0.1:9 --retry-for 200ms <in
	expect_status 5
	expect_err 'cannot reach'
}

@test "a repeat is not sent again, but with --reuse 0" {
	for _ in 1 2 3 4; do event '{"value":"same"}'; done >in
	run --separate-stderr mock 'keboffload -v --in-flight 1 --reuse 0 --bucket big --threshold 0 <in'
	expect_err 'of them not sent again 0'
	run --separate-stderr mock '(head -1 in; while [ ! -s out ]; do sleep 0.02; done; tail -3 in) | keboffload -v --bucket big --threshold 0 >out'
	expect_err 'of them not sent again 3'
}

@test "usage" {
	run --separate-stderr keboffload
	expect_status 2
	expect_err 'no bucket'
	run --separate-stderr keboffload --bucket big --field '$.source'
	expect_status 2
	expect_err 'not below $.detail'
}

@test "in a loop what is moved is delivered and committed" {
	for i in $(seq 50); do printf '{"key":"aw==","value":"%s"}\n' "$(printf '{"n":%d}' "$i" | base64)"; done >records
	run --separate-stderr kebmock -t orders:2 --bucket big --events events -- sh -ec 'kebwrite -t orders <records
		read="kebread -G g -t orders -e -X session.timeout.ms=4000 -X heartbeat.interval.ms=300"
		kebrun "$read | kebmap --source s | keboffload --bucket big --threshold 0 | kebput --bus default"
		kebrun "$read | kebmap --source s | kebput --bus default"'
	expect_status 0
	[ "$(jq -r .detail.dataref events | grep -c '^arn:aws:s3:::big/')" = 50 ]
	[ "$(wc -l <events)" = 50 ]
}

@test "a reader that leaves ends it as a filter ends, of SIGPIPE" {
	event '{"value":"one"}' >in
	run --separate-stderr mock '(cat in; for i in $(seq 500); do [ -s status ] && break; sleep 0.02; done) |
		(keboffload --bucket big --threshold 0; echo $? >status) | head -1 >out'
	[ "$(cat status)" = 141 ]
	[ "$(wc -l <out)" = 1 ]
}

@test "the AWS CLI reads what keboffload wrote, and keboffload what the CLI wrote" {
	command -v aws >/dev/null || skip 'no awscli (make deps-peers)'
	event '{"value":{"a":[1.50,"é"]}}' >in
	# shellcheck disable=SC2016 # the shell under kebmock expands it
	mock 'export AWS_PAGER= AWS_DEFAULT_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
		keboffload --bucket big --threshold 0 --prefix "a b/" <in >mid
		key=$(jq -r ".detail.dataref | ltrimstr(\"arn:aws:s3:::big/\")" mid)
		aws --endpoint-url "$AWS_ENDPOINT_URL" s3api get-object --bucket big --key "$key" got >/dev/null
		aws --endpoint-url "$AWS_ENDPOINT_URL" s3api put-object --bucket big --key theirs --body got >/dev/null
		echo "{\"source\":\"s\",\"detail-type\":\"t\",\"detail\":{\"dataref\":\"arn:aws:s3:::big/theirs\",\"datarefJsonPath\":\"$.detail.value\"}}" |
			keboffload --restore --bucket big >out'
	[ "$(cat got)" = '{"a":[1.50,"é"]}' ]
	cmp in out
}

@test "--tag and --expected-bucket-owner: what S3 would refuse later is refused at once" {
	local tags=() long
	long=$(printf '%0129d' 0)
	refused() { # refused TEXT OPTIONS
		local text=$1
		shift
		run --separate-stderr keboffload --bucket bucket --field '$.detail.x' "$@" </dev/null
		expect_status 2
		expect_err "$text"
	}
	for owner in 12345678901 1234567890123 12345678901a ''; do
		refused 'is no account: it has 12 digits' --expected-bucket-owner "$owner"
	done
	for i in $(seq 11); do
		tags+=(--tag "k$i=v")
	done
	refused 'more than 10 --tag' "${tags[@]}"
	refused '128 characters of a key' --tag "$long=v"
	refused '256 of a value' --tag "k=$long$long"
	refused 'S3 takes letters' --tag 'k=a&b'
	refused 'S3 takes letters' --tag $'k=\xff'
	refused "'aws:' are Amazon's own" --tag aws:x=y
	refused "--tag 'k' is given twice" --tag k=1 --tag k=2
	refused 'is not of the form KEY=VALUE' --tag k
	run --separate-stderr kebmock --bucket bucket -- keboffload --bucket bucket --field '$.detail.x' "${tags[@]:4}" \
		--tag "Größe x+-._:/@=$(printf 'é%.0s' {1..256})" --expected-bucket-owner 123456789012 </dev/null
	expect_status 0
}
