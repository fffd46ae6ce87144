#!/usr/bin/env bats
# kebrun --connector: a Kafka Connect configuration as a pipeline.
# shellcheck disable=SC2016 # $ is for the stages' shells
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	CLASS=software.amazon.event.kafkaconnector.EventBridgeSinkConnector
	BUS=arn:aws:events:eu-west-1:123456789012:event-bus/orders
}

# config PROPERTY=VALUE ...: the least that a connector needs, and these.
config() {
	printf '%s\n' name=orders connector.class="$CLASS" topics=orders aws.eventbridge.connector.id=shop \
		"aws.eventbridge.eventbus.arn=$BUS" "$@" >c.properties
}

# stages: what would be started, without the variables in front.
stages() {
	run --separate-stderr kebrun --print --connector "${1-c.properties}"
	output=$(sed 's/^.*sh -c: exec //' <<<"$output")
}

@test "the three forms of a file are one pipeline" {
	config
	stages
	expect_status 0
	expected="kebread -G connect-orders -t orders
kebmap --source kafka-connect.shop --time none --headers connect
kebput --bus $BUS"
	expect_out "$expected"
	jq -Rn '[inputs | split("=") | {(.[0]): .[1]}] | add' c.properties >config.json
	stages config.json
	expect_out "$expected"
	jq '{name, config: del(.name)}' config.json >rest.json
	stages rest.json
	expect_out "$expected"
}

@test "every property has its option" {
	while IFS='|' read -r stage properties expected; do
		# shellcheck disable=SC2086 # several properties are apart by a blank
		config $properties
		stages
		expect_status 0
		grep "^$stage " <<<"$output" | grep -qF -e " $expected" || {
			echo "$properties: $output" && false
		}
	done <<-'END'
		kebread|topics=a,b|-t a -t b
		kebread|topics= topics.regex=a.*|-t '^a.*'
		kebread|errors.deadletterqueue.topic.name=dead|--on-reject dlq=dead
		kebread|errors.tolerance=all|--on-reject skip
		kebread|consumer.override.bootstrap.servers=b:9092|-b b:9092
		kebread|consumer.override.fetch.min.bytes=7|-X fetch.min.bytes=7
		kebread|consumer.override.auto.offset.reset=latest|-o end
		kebmap|aws.eventbridge.eventbus.resources=r1,r2|--resource r1 --resource r2
		kebmap|aws.eventbridge.detail.types=x-${topic}|--detail-type 'x-{topic}'
		kebmap|aws.eventbridge.detail.types=a:A,b:B|--detail-type-for a=A --detail-type-for b=B
		kebmap|aws.eventbridge.detail.types.mapper.class=x.JsonPathDetailTypeMapper aws.eventbridge.detail.types.jsonpathmapper.fieldref=$.t|--detail-type '{topic}' --detail-type-path '$.t'
		kebmap|key.converter=org.apache.kafka.connect.storage.StringConverter|--key-format string
		kebmap|value.converter=org.apache.kafka.connect.json.JsonConverter|--value-format json-envelope
		kebmap|value.converter=org.apache.kafka.connect.json.JsonConverter value.converter.schemas.enable=false|--value-format json
		kebmap|value.converter=io.confluent.connect.avro.AvroConverter value.converter.schema.registry.url=http://r:8081|--value-format avro --registry http://r:8081
		kebmap|value.converter=io.confluent.connect.protobuf.ProtobufConverter value.converter.flatten.unions=true value.converter.schema.registry.url=http://r1,http://r2|--value-format protobuf --oneof flat --registry http://r1,http://r2
		kebmap|value.converter=io.confluent.connect.avro.AvroConverter value.converter.schema.registry.url=https://r value.converter.schema.registry.ssl.truststore.type=PEM value.converter.schema.registry.ssl.truststore.location=/ca.pem|--registry https://r --registry-ca /ca.pem
		kebmap|value.converter=com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter value.converter.region=eu-west-1 value.converter.assumeRoleArn=r|--value-format avro --registry glue: --region eu-west-1 --role-arn r
		kebmap|key.converter=io.confluent.connect.avro.AvroConverter key.converter.schema.registry.url=http://r value.converter=com.amazonaws.services.schemaregistry.kafkaconnect.protobuf.ProtobufSchemaConverter|--key-format avro --value-format protobuf --registry http://r --registry glue:
		kebmap|header.converter=org.apache.kafka.connect.converters.ByteArrayConverter|--headers base64
		kebmap|header.converter=org.apache.kafka.connect.storage.StringConverter|--headers text
		kebmap|header.converter=org.apache.kafka.connect.storage.SimpleHeaderConverter|--headers connect
		keboffload|aws.eventbridge.offloading.default.s3.bucket=big aws.eventbridge.region=eu-west-1|--bucket big --field '$.detail.value' --region eu-west-1
		kebput|aws.eventbridge.region=eu-west-1 aws.eventbridge.endpoint.uri=https://e|--endpoint-url https://e --region eu-west-1
		kebput|aws.eventbridge.eventbus.global.endpoint.id=ab.cd|--endpoint-id ab.cd
		kebput|aws.eventbridge.iam.role.arn=arn:aws:iam::1:role/r aws.eventbridge.iam.external.id=it's|--role-arn arn:aws:iam::1:role/r --external-id 'it'\''s'
		kebput|aws.eventbridge.iam.profile.name=p|--profile p
	END
}

@test "a registry's secrets reach kebmap by the environment, not by its arguments" {
	config value.converter=io.confluent.connect.avro.AvroConverter \
		value.converter.schema.registry.url=http://r value.converter.basic.auth.credentials.source=USER_INFO \
		value.converter.basic.auth.user.info=me:s3cret
	stages
	expect_status 0
	[[ $output = *' --registry http://r --registry-user env:KEB_REGISTRY_USER'* ]]
	[[ $output$stderr != *s3cret* ]]
	config value.converter=io.confluent.connect.avro.AvroConverter value.converter.schema.registry.url=http://r \
		value.converter.bearer.auth.credentials.source=STATIC_TOKEN value.converter.bearer.auth.token=s3cret
	stages
	[[ $output = *' --registry http://r --registry-token env:KEB_REGISTRY_TOKEN'* ]]
	[[ $output$stderr != *s3cret* ]]
	# and they do arrive
	echo '{"type":"record","name":"Order","fields":[{"name":"id","type":"int"}]}' >orders-value.avsc
	cat >loop <<-'END'
		config key.converter=org.apache.kafka.connect.storage.StringConverter \
			value.converter=io.confluent.connect.avro.AvroConverter \
			value.converter.schema.registry.url="$KEB_REGISTRY" value.converter.basic.auth.user.info=me:s3cret \
			aws.eventbridge.eventbus.arn=default consumer.override.auto.offset.reset=earliest
		sed -i '/override.auto/d' c.properties
		jq -nc '{topic: "orders", value: "AAAAAAEO"}' | kebwrite -q
		kebrun -q --connector c.properties &
		eventually test -s events
		kill $!
		wait $!
	END
	export CLASS BUS
	export -f config eventually
	run --separate-stderr kebmock -t orders --events events --registry-user me:s3cret \
		--schema orders-value.avsc -- bash loop
	[ "$(jq -c .detail.value events)" = '{"id":7}' ]
}

@test "Java properties: continued lines, separators, escapes and comments" {
	config ! 'topics=a,\' '  b,\' '  c'
	sed -i '/^!/s/.*/! no comment = to Kafka Connect/' c.properties
	printf '%s\n' 'aws.eventbridge.eventbus.resources : r\u00e9' '# not continued \' 'tasks.max 1' >>c.properties
	stages
	expect_status 0
	[[ $output = *' -t a -t b -t c'* ]]
	[[ $output = *"--resource 'ré'"* ]]
	config topics= 'topics.regex=a\\.b'
	stages
	[[ $output = *"-t '^a\\.b'"* ]]
	config 'topics=a\uzz'
	stages
	expect_status 2
	expect_err 'c.properties: line 6: \u is not followed by four hexadecimal digits'
}

@test "tasks are copies, and -j says otherwise" {
	config tasks.max=3
	stages
	[ "$(grep -c '^kebread' <<<"$output")" = 3 ]
	run --separate-stderr kebrun -j 1 --print --connector c.properties
	[ "$(grep -c 'exec kebread' <<<"$output")" = 1 ]
}

@test "what has no counterpart is refused, or left out with a warning" {
	while IFS='|' read -r status property message; do
		# shellcheck disable=SC2086 # several properties are apart by a blank
		config $property
		stages
		expect_status "$status"
		expect_err "$message"
	done <<-'END'
		2|transforms=mask|c.properties: transforms 'mask' has no counterpart
		2|aws.eventbridge.auth.credentials_provider.class=x.Y|has no counterpart (see --role-arn
		2|aws.eventbridge.time.mapper.class=x.Y|has no counterpart (see kebmap --time
		2|aws.eventbridge.detail.types.mapper.class=x.Y|has no counterpart
		2|value.converter=x.Y|value.converter 'x.Y' is not known to kebmap
		2|connector.class=x.S3SinkConnector|is not the EventBridge sink connector
		2|topics=|one of topics and topics.regex is needed
		2|tasks.max=0|tasks.max '0' is no number from 1 to 1000
		2|consumer.override.sasl.jaas.config=x|is a secret
		2|value.converter=x.AvroConverter value.converter.schema.registry.url=http://me:pw@r|a converter's schema.registry.url holds a password
		2|value.converter=x.AvroConverter value.converter.schema.registry.url=http://r value.converter.basic.auth.credentials.source=SASL_INHERIT|basic.auth.credentials.source 'SASL_INHERIT' has no counterpart
		2|value.converter=x.AvroConverter value.converter.schema.registry.url=http://r value.converter.bearer.auth.credentials.source=OAUTHBEARER|'OAUTHBEARER' has no counterpart
		2|value.converter=x.AvroConverter value.converter.enhanced.avro.schema.support=true|enhanced.avro.schema.support 'true' has no counterpart
		2|value.converter=x.ProtobufConverter value.converter.int.for.enums=true|int.for.enums 'true' has no counterpart
		2|key.converter=x.AvroConverter key.converter.schema.registry.url=http://q value.converter=x.AvroConverter value.converter.schema.registry.url=http://r|key.converter and value.converter differ in schema.registry.url
		0|errors.log.enable=true|errors.log.enable has no counterpart, it is left out
		0|consumer.override.max.poll.records=10|max.poll.records has no counterpart
		0|value.converter=|no value.converter, the worker's is not known: taken as json
	END
	run --separate-stderr kebrun --connector missing
	expect_status 2
	run --separate-stderr kebrun --connector c.properties 'kebread | kebput'
	expect_status 2
	expect_err "expected no argument with --connector, got 1"
	echo '{"name":' >bad.json
	stages bad.json
	expect_status 2
	expect_err "bad.json: byte"
}
