#!/usr/bin/env bats
# kebmock as a schema registry, of Confluent's kind and of Glue. Foreign client: curl.
# shellcheck disable=SC2016 # $ is for the shell that kebmock starts
bats_require_minimum_version 1.5.0
load mock

get() { curl -sS "$KEB_REGISTRY$1"; }
post() { curl -sS "$KEB_REGISTRY$1" -d "$2"; }
glue() { # BODY [SERVICE]: GetSchemaVersion, signed by curl
	curl -sS --aws-sigv4 "aws:amz:us-east-1:${2-glue}" -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
		-H 'X-Amz-Target: AWSGlue.GetSchemaVersion' -H 'Content-Type: application/x-amz-json-1.1' "$AWS_ENDPOINT_URL/" -d "$1"
}

@test "a folder: subjects are names, numbers go by name, imports are references" {
	mkdir -p schemas/common schemas/.git
	echo '"int"' >schemas/orders-value.avsc
	echo '{}' >schemas/notes.json
	echo 'message City {}' >schemas/common/city.proto
	echo 'import "common/city.proto"; import "google/protobuf/any.proto";' >schemas/ship.proto
	echo ignored | tee schemas/README schemas/.hidden.json schemas/.git/x.json >/dev/null
	mock --schema schemas
	[ "$(get /subjects)" = '["common/city","notes","orders-value","ship"]' ]
	[ "$(get /subjects/orders-value/versions)" = '[1]' ]
	[ "$(get /subjects/orders-value/versions/latest | jq -c '[.subject, .version, .id, .schema]')" = '["orders-value",1,3,"\"int\"\n"]' ]
	# no type is Avro, as in a registry
	[ "$(get /schemas/ids/3 | jq -c 'keys')" = '["guid","schema"]' ]
	[ "$(get /schemas/ids/2 | jq -r .schemaType)" = JSON ]
	[ "$(get /schemas/ids/4 | jq -c .references)" = '[{"name":"common/city.proto","subject":"common/city","version":1}]' ]
	guid=$(get /schemas/ids/4 | jq -r .guid)
	[ "$(get "/schemas/guids/$guid" | jq -r .schemaType)" = PROTOBUF ]
	[ "$(get /subjects/common%2Fcity/versions/1 | jq .id)" = 1 ]
}

@test "ids of records that are there already" {
	echo '"int"' >a.avsc
	mock --schema 3045=a.avsc --schema 89791ab0-60bc-4d1c-8a3b-00ff10203040=a.avsc --schema a.avsc
	[ "$(get /schemas/ids/3045 | jq -r .schema)" = '"int"' ]
	[ "$(get /schemas/guids/89791ab0-60bc-4d1c-8a3b-00ff10203040 | jq -r .schema)" = '"int"' ]
	# registered again it keeps its number
	[ "$(post /subjects/a/versions '{"schema":"\"int\"\n"}' | jq .id)" = 3045 ]
	[ "$(post /subjects/b/versions '{"schema":"\"long\""}' | jq .id)" = 3046 ]
}

@test "what one registry lists, another one has" {
	echo '"int"' >a.avsc
	mock --schema 7=a.avsc
	post /subjects/b/versions '{"schema":"{}","schemaType":"JSON","references":[{"name":"x","subject":"a","version":1}],"ruleSet":{"domainRules":[]}}'
	get /schemas | jq -c '.[]' >list.ndjson
	all=$(get /schemas)
	[ "$(wc -l <list.ndjson)" -eq 2 ]
	kill "$mock" && wait "$mock"
	mock --schema list.ndjson
	[ "$(get /schemas)" = "$all" ]
}

@test "registering, looking up, and what is not there" {
	mock
	[ "$(get /subjects)" = '[]' ]
	[ "$(post /subjects/o/versions '{"schema":"\"int\""}' | jq -c '[.id, .version]')" = '[1,1]' ]
	[ "$(post /subjects/o/versions '{"schema":"\"long\""}' | jq -c '[.id, .version]')" = '[2,2]' ]
	[ "$(post /subjects/o/versions '{"schema":"\"int\""}' | jq -c '[.id, .version]')" = '[1,1]' ]
	[ "$(post /subjects/o '{"schema":"\"long\""}' | jq -c '[.subject, .id, .version]')" = '["o",2,2]' ]
	[ "$(post /subjects/o '{"schema":"\"bytes\""}')" = '{"error_code":40403,"message":"Schema not found"}' ]
	[ "$(post /subjects/p '{"schema":"\"long\""}')" = '{"error_code":40401,"message":"Subject not found."}' ]
	[ "$(post /subjects/o/versions 'x' | jq .error_code)" = 42201 ]
	[ "$(get /schemas/ids/9)" = '{"error_code":40403,"message":"Schema 9 not found"}' ]
	[ "$(get /subjects/o/versions/3 | jq .error_code)" = 40402 ]
	[ "$(get /subjects/o/versions/x | jq .error_code)" = 42202 ]
	[ "$(get /elsewhere | jq .error_code)" = 404 ]
	[ "$(curl -sS -o /dev/null -w '%{http_code}' "$KEB_REGISTRY/schemas/ids/9")" = 404 ]
	[ "$(curl -sS -o /dev/null -w '%{http_code}' -X DELETE "$KEB_REGISTRY/subjects/o")" = 405 ]
}

@test "Glue: GetSchemaVersion, its signature verified" {
	echo '"int"' >orders.avsc
	mock --schema 89791ab0-60bc-4d1c-8a3b-00ff10203040=orders.avsc
	id='{"SchemaVersionId":"89791ab0-60bc-4d1c-8a3b-00ff10203040"}'
	[ "$(glue "$id" | jq -r '.DataFormat, .SchemaArn, .SchemaDefinition')" = 'AVRO
arn:aws:glue:us-east-1:123456789012:schema/kebmock/orders
"int"' ]
	[ "$(glue "${id/8979/0979}" | jq -r .__type)" = EntityNotFoundException ]
	[ "$(glue '{}' | jq -r .__type)" = InvalidInputException ]
	[ "$(glue "$id" events | jq -r .__type)" = InvalidSignatureException ]
	[ "$(AWS_SECRET_ACCESS_KEY=other glue "$id" | jq -r .__type)" = InvalidSignatureException ]
	[ "$(curl -sS -H 'X-Amz-Target: AWSGlue.GetSchemaVersion' "$AWS_ENDPOINT_URL/" -d "$id" | jq -r .__type)" = MissingAuthenticationTokenException ]
}

@test "who has to say who it is" {
	mock --registry-user ann:pw --registry-token t0
	[ "$(get /subjects)" = '{"error_code":401,"message":"Unauthorized"}' ]
	[ "$(curl -sS -u ann:pw "$KEB_REGISTRY/subjects")" = '[]' ]
	[ "$(curl -sS -H 'Authorization: Bearer t0' "$KEB_REGISTRY/subjects")" = '[]' ]
	[ "$(curl -sS -u ann:other "$KEB_REGISTRY/subjects" | jq .error_code)" = 401 ]
}

@test "faults of the registries are their own" {
	mock --fault registry.http=1:500,registry.latency=1ms
	[ "$(get /subjects)" = '{"error_code":500,"message":"made by kebmock on demand"}' ]
	[ "$(glue '{}' | jq -r .__type)" = InternalServiceException ]
	echo '{"source":"s","detail-type":"t","detail":{}}' | kebput --bus default
	faults() { curl -fsS "$AWS_ENDPOINT_URL/_mock/faults" -d "$1"; }
	[ "$(faults '{"registry.http":"off","registry.deny":"request"}')" = '{"registry.latency":"1ms","registry.deny":"request"}' ]
	[ "$(get /subjects | jq .error_code)" = 40301 ]
	[ "$(glue '{}' | jq -r .__type)" = AccessDeniedException ]
	faults '{"registry.deny":"off","registry.html":"1:200","latency":"1ms"}'
	[[ $(get /subjects) == '<!DOCTYPE html>'* ]]
	run --separate-stderr kebmock --fault registry.nothing=1 -- true
	expect_status 2
	expect_err "there is no fault 'nothing'"
}

@test "an id that is given is nobody else's" {
	echo '"string"' >a.avsc
	echo '"long"' >b.avsc
	run --separate-stderr kebmock --schema a.avsc --schema 1=b.avsc -- \
		sh -c 'curl -fsS "$KEB_REGISTRY/schemas/ids/1"; echo; curl -fsS "$KEB_REGISTRY/subjects/a/versions/1"'
	expect_status 0
	[ "$(jq -r .schema <<<"${lines[0]}")" = '"long"' ]
	[ "$(jq -r .schema <<<"${lines[1]}")" = '"string"' ]
	[ "$(jq .id <<<"${lines[1]}")" != 1 ]
	run --separate-stderr kebmock --schema 1=a.avsc --schema 1=b.avsc -- true
	expect_status 2
	expect_err "--schema 'b.avsc': another schema has the id 1"
}

@test "files that are no schemas" {
	echo x >a.txt
	echo '{"id":1}' >b.ndjson
	printf '\xff' >c.avsc
	for words in 'a.txt|ends in none of .avsc, .proto, .json and .ndjson' "b.ndjson|'b.ndjson', line 1: no schema as a registry lists them" \
		"c.avsc|--schema 'c.avsc' is no text" "nowhere|cannot read 'nowhere' of --schema: No such file" '7=.|a folder has no id'; do
		run --separate-stderr kebmock --schema "${words%%|*}" -- true
		expect_status 2
		expect_err "${words#*|}"
	done
}
