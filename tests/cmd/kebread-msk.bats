#!/usr/bin/env bats
# kebread and kebwrite with --msk-cluster and --secret: who is asked, what is taken, what is said.
bats_require_minimum_version 1.5.0
load mock

cluster=arn:aws:kafka:us-east-1:123456789012:cluster/main/1b2c-3
secret=arn:aws:secretsmanager:us-east-1:123456789012:secret:AmazonMSK_reader-AbCdEf

refuses() {
	local message=$1
	shift
	run --separate-stderr kebread -t orders "$@"
	expect_err "kebread: error: $message"
}

@test "the cluster says where its brokers are: records in and out, and only the ARN is known" {
	mock -t orders --cluster main --log requests.ndjson
	unset KEB_BROKERS
	echo '{"topic":"orders","key":null,"value":"e30=","headers":[]}' | kebwrite --msk-cluster $cluster
	run --separate-stderr kebread --msk-cluster $cluster -t orders -e
	expect_status 0
	[[ $output == *'"value":"e30="'* ]]
	run -0 jq -r '[.call, .status] | join(" ")' requests.ndjson
	expect_out $'GetBootstrapBrokers 200\nGetBootstrapBrokers 200'
}

@test "the list fits how the client authenticates, and no other is ever taken" {
	mock --cluster main:tls,public-iam
	refuses "cluster '$cluster' has no private brokers for plaintext: it offers TLS (-X security.protocol=ssl), public IAM (--msk-iam) (see --msk-access)" \
		--msk-cluster $cluster
	expect_status 2
	refuses "cluster '$cluster' has no private brokers for IAM: it offers TLS" --msk-cluster $cluster --msk-iam
	refuses "cluster '$cluster' has no vpc brokers for TLS: it offers TLS" \
		--msk-cluster $cluster --msk-access vpc -X security.protocol=ssl
	refuses "no cluster of MSK takes security.protocol=sasl_ssl with sasl.mechanisms=PLAIN" \
		--msk-cluster $cluster -X security.protocol=sasl_ssl -X sasl.mechanisms=PLAIN \
		-X sasl.username=u -X sasl.password=env:HOME
}

@test "a cluster that is not there, wrong keys, no permission: 4" {
	mock
	refuses "GetBootstrapBrokers of cluster '$cluster' refused by '$AWS_ENDPOINT_URL/': 404 NotFoundException: The requested resource doesn't exist. (check the ARN" \
		--msk-cluster $cluster
	expect_status 4
	AWS_SECRET_ACCESS_KEY=other refuses "GetBootstrapBrokers of cluster '$cluster' refused by '$AWS_ENDPOINT_URL/': 400 InvalidSignatureException" \
		--msk-cluster $cluster
	expect_status 4
	kill "$mock"
	mock --cluster main --fault deny=describe
	refuses "GetBootstrapBrokers of cluster '$cluster' refused by '$AWS_ENDPOINT_URL/': 400 AccessDeniedException: User: arn:aws:iam::123456789012:user/kebmock is not authorized" \
		--msk-cluster $cluster
	expect_status 4
}

@test "a service that is down for a moment is asked again" {
	mock -t orders --cluster main --fault http=0.6:503,seed=1 --log requests.ndjson
	run -0 kebread --msk-cluster $cluster -t orders -e
	[ "$(jq -s 'map(select(.status == 503)) | length' requests.ndjson)" -ge 1 ]
}

@test "what contradicts itself is said before anything is asked" {
	export AWS_ENDPOINT_URL=http://127.0.0.1:1
	refuses "-b and --msk-cluster exclude each other" -b localhost:1 --msk-cluster $cluster
	expect_status 2
	refuses "--msk-cluster 'main' is no ARN of a cluster (arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/ID)" --msk-cluster main
	refuses "--secret 'arn:aws:sns:us-east-1:123456789012:x' is no ARN of a secret" -b x:1 \
		--secret arn:aws:sns:us-east-1:123456789012:x
	refuses "--msk-iam and --secret exclude each other" -b x:1 --msk-iam --secret s.json
	refuses "--msk-access is for --msk-cluster" -b x:1 --msk-access public
	refuses "--region 'eu-west-1' is not the region of the ARN, 'us-east-1'" --msk-cluster $cluster --region eu-west-1
	refuses "cannot open 's.json'" -b x:1 --secret s.json
}

@test "a secret out of Secrets Manager reaches the client, and nothing else" {
	mock --secret AmazonMSK_reader='{"username":"reader","password":"hunter2-of-scram"}'
	# a client without TLS to talk to says which mechanism it begins with
	kebread -b "$KEB_BROKERS" -t orders -e --secret $secret -X security.protocol=sasl_plaintext \
		-X debug=security -vv >out 2>err &
	reader=$!
	eventually grep -q 'SCRAM-SHA-512' err
	run tr '\0' ' ' <"/proc/$reader/cmdline"
	[[ $output != *hunter2* ]]
	kill "$reader"
	wait "$reader" || true
	run ! grep -q 'hunter2' out err
	run --separate-stderr kebread -b x:1 -t orders --secret "${secret/reader/writer}"
	expect_status 4
	expect_err "400 ResourceNotFoundException: Secrets Manager can't find the specified secret."
}

@test "a secret in a file; a certificate that is none is refused without being shown" {
	echo '{"certificate":"hunter2","privateKey":"hunter2"}' >cert.json
	refuses 'cannot start the Kafka client: ' -b x:1 --secret cert.json
	expect_status 2
	[[ $stderr != *hunter2* ]]
	echo '["hunter2"]' >list.json
	chmod 644 list.json
	refuses "secret 'list.json' is no JSON object with username and password, or certificate and privateKey" \
		-b x:1 --secret list.json
	[[ $stderr == "kebread: warning: 'list.json' holds a secret and every user can read it: chmod 600"* ]]
}

@test "the AWS CLI of Debian gets the same answers" {
	command -v aws >/dev/null || skip 'no awscli (make deps-peers)'
	mock --cluster main:plain,iam --secret plain=text
	export AWS_PAGER='' AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
	run -0 aws kafka get-bootstrap-brokers --cluster-arn $cluster --query BootstrapBrokerStringSaslIam --output text
	expect_out "$KEB_BROKERS"
	run -0 aws secretsmanager get-secret-value --secret-id plain --query SecretString --output text
	expect_out text
}
