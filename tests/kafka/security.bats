#!/usr/bin/env bats
# TLS with client certificates, and SCRAM over TLS, on a Kafka of this file's own with a
# certificate authority of this file's own.
bats_require_minimum_version 1.5.0

load own
own_listeners=(tls:SSL scram:SASL_SSL)

# An authority; a server and a client that it vouches for; a client of another authority.
# The client's key has a password.
certificates() {
	mkdir -p "$PKI" && cd "$PKI" || return 1
	{
		local ca
		for ca in ca other-ca; do
			openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$ca" -keyout "$ca.key" -out "$ca.pem"
		done
		issue server ca 'subjectAltName=IP:127.0.0.1'
		issue client ca 'extendedKeyUsage=clientAuth'
		issue stranger other-ca 'extendedKeyUsage=clientAuth'
		openssl pkcs8 -topk8 -in client.key -passout pass:hush -out client-locked.key
	} 2>openssl.log
	cat server.key server.pem >server-chain.pem
	cd - >/dev/null || return 1
}

issue() { # NAME AUTHORITY EXTENSION
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.plain" -out "$1.csr"
	openssl pkcs8 -topk8 -nocrypt -in "$1.plain" -out "$1.key"
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 \
		-extfile <(echo "$3") -out "$1.pem"
}

own_prepare() {
	export PKI=$BATS_FILE_TMPDIR/pki
	certificates
	kafka_format_options=(--add-scram 'SCRAM-SHA-512=[name=keb,password=right]'
		--add-scram 'SCRAM-SHA-256=[name=keb,password=right]')
}

own_properties() {
	cat <<-END
		ssl.keystore.type=PEM
		ssl.keystore.location=$PKI/server-chain.pem
		ssl.truststore.type=PEM
		ssl.truststore.location=$PKI/ca.pem
		listener.name.ssl.ssl.client.auth=required
		sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512
		listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
		listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
	END
}

over() { # LISTENER PROGRAM OPTION...: what `own_client` says
	run --separate-stderr timeout 40 "$2" -b "$(own_address "$1")" -F client -t "$TOPIC" "${@:3}"
}

mutual() { # NAME [LINE]...: TLS with the certificate of NAME
	own_client security.protocol=SSL "ssl.ca.location=$PKI/ca.pem" \
		"ssl.certificate.location=$PKI/$1.pem" "ssl.key.location=$PKI/$1.key" "${@:2}"
}

scram() { # MECHANISM PASSWORD
	own_client security.protocol=SASL_SSL "sasl.mechanisms=$1" sasl.username=keb "sasl.password=$2" \
		"ssl.ca.location=$PKI/ca.pem"
}

@test "mTLS: the whole loop, with a key that has a password" {
	broker_topic "$TOPIC" 2
	bus_and_broker_up
	mutual client "ssl.key.location=$PKI/client-locked.key"
	export KEY_PASSWORD=hush
	records 200 >in
	over tls kebwrite -X ssl.key.password=env:KEY_PASSWORD <in
	expect_status 0
	KEB_BROKERS=$(own_address tls)
	LOOP_READ='-e -F client -X ssl.key.password=env:KEY_PASSWORD' run --separate-stderr loop
	expect_status 0
	KEB_BROKERS=$OWN_BROKERS
	check_all --complete --once
}

# One after the other would take half a minute each: so long a broker may be away at the start.
refused() { # NAME PROGRAM OPTION...: in the background, what it says in NAME.err
	local name=$1
	shift
	(timeout 60 "$@" -t "$TOPIC" >"$name.out" 2>"$name.err" </dev/null 3>&- || echo $? >"$name.status") &
}

@test "TLS: who does not trust, or is not trusted, gets nothing: status 5, and what to check" {
	local at
	at=$(own_address tls)
	broker_topic "$TOPIC" 1
	own_client security.protocol=SSL "ssl.ca.location=$PKI/ca.pem"
	mv client nobody
	mutual stranger && mv client stranger
	mutual client && cp client known
	mutual client "ssl.ca.location=$PKI/other-ca.pem" && mv client doubtful
	refused no-certificate kebread -b "$at" -F nobody -e
	refused stranger kebread -b "$at" -F stranger -e
	refused other-authority kebread -b "$at" -F doubtful -e
	refused other-name kebread -b "localhost:${at#*:}" -F known -e
	wait
	[ "$(cat no-certificate.status stranger.status other-authority.status other-name.status | xargs)" = '5 5 5 5' ]
	grep -q 'SSL alert.*(check ssl.certificate.location and ssl.key.location)' no-certificate.err
	grep -q 'SSL alert.*(check ssl.certificate.location and ssl.key.location)' stranger.err
	grep -q 'certificate verify failed (check ssl.ca.location' other-authority.err
	grep -q 'certificate verify failed (check ssl.ca.location' other-name.err
}

# librdkafka before 2.6.1 repeats its nonce: Kafka 4 refuses that, earlier ones let it pass.
scram_works() {
	[[ $BROKER_VERSION != 4.* ]] ||
		kebread --version | awk '/^librdkafka/ { split($2, v, "."); exit !(v[1] * 10000 + v[2] * 100 + v[3] >= 20601) }'
}

@test "SCRAM over TLS: SHA-512 and SHA-256" {
	broker_topic "$TOPIC" 1
	for mechanism in SCRAM-SHA-512 SCRAM-SHA-256; do
		scram "$mechanism" right
		over scram kebwrite <<<'{"value":"YQ=="}'
		if scram_works; then
			expect_status 0
			over scram kebread -e
			expect_status 0
			[ "$(jq -r .value <<<"${lines[0]}")" = 'YQ==' ]
		else
			expect_status 4
			expect_err 'with Kafka 4 this librdkafka cannot do SCRAM, 2.6.1 can'
		fi
	done
}

@test "SCRAM over TLS: a wrong password ends it with 4 and is nowhere to be read" {
	broker_topic "$TOPIC" 1
	scram SCRAM-SHA-512 wrong-secret
	over scram kebread -e -v
	expect_status 4
	expect_err 'uthentication failed'
	[[ $stderr != *wrong-secret* ]]
}

# As MSK, Pipes and Lambda keep them: fetched once, at the start, by every program.
@test "--secret: certificate, key and its password out of Secrets Manager; a user out of a file" {
	local arn=arn:aws:secretsmanager:us-east-1:123456789012:secret
	jq -n --rawfile certificate "$PKI/client.pem" --rawfile privateKey "$PKI/client-locked.key" \
		'{$certificate, $privateKey, privateKeyPassword: "hush"}' >certificate.json
	jq '.privateKeyPassword = "loud"' certificate.json >wrong.json
	broker_topic "$TOPIC" 1
	bus_and_broker_up --secret client=@certificate.json --secret wrong=@wrong.json
	own_client "ssl.ca.location=$PKI/ca.pem"
	records 20 >in
	over tls kebwrite --secret $arn:client <in
	expect_status 0
	over tls kebread --secret $arn:client -e
	expect_status 0
	[ "$(wc -l <<<"$output")" -eq 20 ]
	over tls kebread --secret $arn:wrong -e
	expect_status 2
	[[ $stderr != *loud* && $stderr != *BEGIN* ]]
	scram_works || return 0
	echo '{"username":"keb","password":"right"}' >user.json
	over scram kebread --secret user.json -e
	expect_status 0
	[ "$(wc -l <<<"$output")" -eq 20 ]
}
