#!/usr/bin/env bats
# kebput: every source of keys, how each fails, and keys that expire while it runs.
# shellcheck disable=SC2016 # the shell under kebmock expands it
bats_require_minimum_version 1.5.0

LONG=${KEB_LONG-} # keb_setup clears what begins with KEB_

setup() {
	load ../lib
	keb_setup
	mkdir -p .aws/sso/cache
	echo '{"source":"s","detail-type":"t","detail":{"a":1}}' >in
	role=arn:aws:iam::123456789012:role/writer
}

# under_mock [MOCK-OPTIONS] -- SHELL-TEXT: the text runs without the keys of kebmock's environment,
# which are in $ID and $SECRET.
under_mock() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	run --separate-stderr kebmock --bus orders "${options[@]}" -- sh -c \
		'ID=$AWS_ACCESS_KEY_ID SECRET=$AWS_SECRET_ACCESS_KEY
		unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
		static() { printf "[%s]\naws_access_key_id=%s\naws_secret_access_key=%s\n" "$1" "$ID" "$SECRET"; }
		'"$2"
}

put='kebput --bus orders --results <in'
check='kebput --bus orders --check'

# expect_identity ARN: --check said so.
expect_identity() {
	expect_status 0
	[[ $output == *"identity     $1"$'\n'* ]] || {
		echo "$output"
		return 1
	}
}

no_secret() { # nothing that was said holds it
	[[ $output$stderr != *wJalr* && $output$stderr != *"$1"* ]]
}

# --- roles --------------------------------------------------------------------

@test "a role by source_profile, with its external id" {
	under_mock --role writer:door-7 -- "static base >.aws/credentials; chmod 600 .aws/credentials
		printf '[profile p]\nrole_arn=$role\nsource_profile=base\nexternal_id=door-7\nrole_session_name=me\n' >.aws/config
		$check --profile p"
	expect_identity arn:aws:sts::123456789012:assumed-role/writer/me
	[[ $output == "credentials  role '$role' of profile 'p', by profile 'base', key ASIA"*", until 20"* ]]
}

@test "a role whose external id is missing is refused, by name and reason" {
	under_mock --role writer:door-7 -- "static base >.aws/credentials; chmod 600 .aws/credentials
		printf '[profile p]\nrole_arn=$role\nsource_profile=base\n' >.aws/config
		$put --profile p"
	expect_status 4
	expect_err "kebput: error: AssumeRole of '$role' for role '$role' of profile 'p', by profile 'base' refused: AccessDenied: User:"
	no_secret nothing-else
}

@test "--role-arn, --external-id, --role-session-name: with the keys of the environment" {
	under_mock --role writer:door-7 -- "AWS_ACCESS_KEY_ID=\$ID AWS_SECRET_ACCESS_KEY=\$SECRET \
		$check --role-arn $role --external-id door-7 --role-session-name keb@here"
	expect_identity arn:aws:sts::123456789012:assumed-role/writer/keb@here
}

@test "roles behind each other" {
	under_mock -- "static base >.aws/credentials; chmod 600 .aws/credentials
		printf '[profile p]\nrole_arn=arn:aws:iam::123456789012:role/b\nsource_profile=q\nrole_session_name=two\n' >.aws/config
		printf '[profile q]\nrole_arn=arn:aws:iam::123456789012:role/a\nsource_profile=base\n' >>.aws/config
		$check --profile p"
	expect_identity arn:aws:sts::123456789012:assumed-role/b/two
	[[ $output == *"by role 'arn:aws:iam::123456789012:role/a' of profile 'q', by profile 'base'"* ]]
}

@test "what a profile may not say about a role" {
	local line message
	while IFS='|' read -r line message; do
		printf "[profile p]\nrole_arn=$role\n${line//;/\\n}\n[profile q]\nrole_arn=$role\nsource_profile=p\n" >.aws/config
		AWS_REGION=eu-west-1 run --separate-stderr kebput --bus x --profile p </dev/null
		expect_status 2
		expect_err "$message"
	done <<-'END'
		source_profile=q|the source_profile of 'q' leads back to profile 'p'
		source_profile=none|source_profile 'none' of profile 'p' does not exist
		output=json|has a role_arn but neither source_profile nor credential_source
		source_profile=q;credential_source=Environment|has both source_profile and credential_source
		credential_source=Elsewhere|is none of Environment, EcsContainer, Ec2InstanceMetadata
		credential_source=Environment|is not there: AWS_ACCESS_KEY_ID is not set
		source_profile=q;mfa_serial=arn:aws:iam::1:mfa/x|nobody is here to type the code
	END
	AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_REGION=eu-west-1 run --separate-stderr \
		kebput --bus x --role-arn nonsense </dev/null
	expect_status 2
	expect_err "--role-arn: 'nonsense' is no ARN of a role"
	AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_REGION=eu-west-1 run --separate-stderr \
		kebput --bus x --role-arn "$role" --role-session-name 'a b' </dev/null
	expect_status 2
	expect_err "'a b' is no role session name"
}

# --- web identity -----------------------------------------------------------------

@test "a web identity's token, from its file, unsigned" {
	printf 'kebmock-web-identity\n' >token
	under_mock -- "export AWS_WEB_IDENTITY_TOKEN_FILE=token AWS_ROLE_ARN=$role AWS_ROLE_SESSION_NAME=pod-1
		$check"
	expect_identity arn:aws:sts::123456789012:assumed-role/writer/pod-1
}

@test "a web identity's token that is refused, empty, or missing" {
	printf planted-secret >token
	: >empty
	for file in token empty none; do
		under_mock -- "export AWS_WEB_IDENTITY_TOKEN_FILE=$file AWS_ROLE_ARN=$role; $put"
		[ "$status" -ne 0 ]
		case $file in
		token) expect_err 'InvalidIdentityToken' ;;
		empty) expect_err "web identity token file 'empty' is empty" ;;
		none) expect_err "web identity token file: cannot open 'none'" ;;
		esac
		no_secret planted-secret
	done
}

# --- container, instance ------------------------------------------------------------

@test "a container's endpoint, with the token from its file" {
	echo unused >in
	printf kebmock-container >token
	under_mock -- "export AWS_CONTAINER_CREDENTIALS_FULL_URI=\$AWS_ENDPOINT_URL/v1/credentials
		export AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token AWS_CONTAINER_AUTHORIZATION_TOKEN=other
		$check"
	expect_identity arn:aws:sts::123456789012:assumed-role/kebmock-container/i-0kebmock
	under_mock -- "export AWS_CONTAINER_CREDENTIALS_FULL_URI=\$AWS_ENDPOINT_URL/v1/credentials
		export AWS_CONTAINER_AUTHORIZATION_TOKEN=planted; $check"
	expect_status 4
	expect_err "the container endpoint of AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:"
	expect_err 'answered 401'
	no_secret planted
}

@test "a container's endpoint over plain http only where it cannot be heard" {
	export AWS_REGION=eu-west-1
	for host in 127.evil.example 169.254.170.2.evil.example 10.0.0.1 '[fd00:ec2::24]'; do
		AWS_CONTAINER_CREDENTIALS_FULL_URI="http://$host/x" run --separate-stderr kebput --bus x </dev/null
		expect_status 2
		expect_err "keys come over plain http from this machine, 169.254.170.2, 169.254.170.23 and [fd00:ec2::23] only"
	done
}

@test "an instance's role, by IMDSv2" {
	under_mock -- "export AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT=\$AWS_ENDPOINT_URL
		$check"
	expect_identity arn:aws:sts::123456789012:assumed-role/kebmock-instance/i-0kebmock
	[[ $output == "credentials  the instance metadata service, key ASIA"* ]]
}

@test "an instance's region, where nothing else says one" {
	under_mock --region eu-central-1 -- "export AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT=\$AWS_ENDPOINT_URL
		unset AWS_REGION AWS_DEFAULT_REGION
		$check -v"
	expect_status 0 # the signature names it, or it would be refused
	expect_err 'region eu-central-1, as the instance metadata service says'
	under_mock --region eu-central-1 -- "export AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT=\$AWS_ENDPOINT_URL
		AWS_REGION=eu-west-1 $check -v"
	expect_status 4
	[[ $stderr != *"metadata service says"* ]]
}

@test "no instance either: no region" {
	AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1 \
		run --separate-stderr kebput --bus x </dev/null
	expect_status 2
	expect_err 'no region (give --region or an ARN, or set AWS_REGION)'
	AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT=wrong run --separate-stderr kebput --bus x </dev/null
	expect_status 2
	expect_err 'AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL'
}

@test "no instance either: what to set" {
	AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1 AWS_REGION=eu-west-1 \
		run --separate-stderr kebput --bus x </dev/null
	expect_status 2
	expect_err 'no credentials: neither the environment nor a profile has any, and the instance metadata service: cannot reach'
}

# --- credential_process --------------------------------------------------------------

@test "keys that have expired when they come: said, and no endless wait" {
	export AWS_REGION=eu-west-1
	mkdir -p .aws
	cat >give <<-'END'
		echo '{"Version":1,"AccessKeyId":"AKIAOLD","SecretAccessKey":"planted-secret","Expiration":"2020-01-01T00:00:00Z"}'
	END
	printf '[default]\ncredential_process = sh ./give\n' >.aws/config
	run --separate-stderr timeout 20 kebput --bus x --check --endpoint-url http://127.0.0.1:9
	expect_status 4
	expect_err "credential_process of profile 'default' gave keys that expired at 2020-01-01T00:00:00Z (check it, and the clock of this machine)"
	[[ $stderr != *planted-secret* ]]
}

@test "credential_process: a command prints the keys" {
	under_mock -- "cat >give <<END
printf '{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"%s\"}' \$ID \$SECRET
END
		printf '[default]\ncredential_process = sh ./give\n' >.aws/config
		$check"
	expect_identity arn:aws:iam::123456789012:user/kebmock
	[[ $output == "credentials  credential_process of profile 'default', key AKIA"* ]]
}

@test "credential_process: what goes wrong is said without what it printed" {
	local command message
	export AWS_REGION=eu-west-1
	while IFS='|' read -r command message; do
		printf '[default]\ncredential_process = %s\n' "$command" >.aws/config
		run --separate-stderr kebput --bus x </dev/null
		expect_status 4
		expect_err "kebput: error: credential_process of profile 'default' $message"
		no_secret planted
	done <<-'END'
		echo planted; exit 3|ended with status 3
		echo planted|gave no JSON object
		echo '{"Version":2,"AccessKeyId":"planted"}'|gave JSON whose Version is not 1
		echo '{"Version":1,"AccessKeyId":"planted"}'|gave JSON without a valid SecretAccessKey
		kill -9 $$|was ended by signal 9
		yes planted|wrote more than 64 KiB
	END
}

# --- SSO -----------------------------------------------------------------------------

sso_profile() {
	printf '[profile p]\nsso_session=work\nsso_account_id=123456789012\nsso_role_name=Writer\n' >.aws/config
	printf '[sso-session work]\nsso_region=eu-west-1\nsso_start_url=https://x.awsapps.com/start\n' >>.aws/config
	cache=.aws/sso/cache/$(printf work | sha1sum | cut -d' ' -f1).json
}

@test "SSO: the cached login gives a role's keys" {
	sso_profile
	printf '{"accessToken":"kebmock-sso","expiresAt":"2099-01-01T00:00:00Z"}' >"$cache"
	under_mock -- "$check --profile p"
	expect_identity arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Writer/kebmock
}

@test "SSO: a login that is about to end is renewed, and the cache keeps its other members" {
	sso_profile
	printf '{"accessToken":"old","expiresAt":"2020-01-01T00:00:00UTC","clientId":"c","clientSecret":"s","registrationExpiresAt":"2099-01-01T00:00:00Z","refreshToken":"kebmock-refresh","more":[1]}' >"$cache"
	under_mock -- "$check --profile p"
	expect_identity arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Writer/kebmock
	[ "$(jq -c '[.accessToken,.refreshToken,.clientId,.more]' "$cache")" = '["kebmock-sso-1","kebmock-refresh-1","c",[1]]' ]
	[ "$(stat -c %a "$cache")" = 600 ]
	[[ $(jq -r .expiresAt "$cache") =~ ^20[0-9-]+T[0-9:]+Z$ ]]
}

@test "SSO: who is not logged in is told how" {
	sso_profile
	under_mock -- "$put --profile p"
	expect_status 4
	expect_err "the SSO login of profile 'p': nobody is logged in (run: aws sso login --profile p)"
	printf '{"accessToken":"planted","expiresAt":"2020-01-01T00:00:00Z"}' >"$cache"
	under_mock -- "$put --profile p"
	expect_status 4
	expect_err 'the login has expired (run: aws sso login --profile p)'
	printf '{"accessToken":"planted","expiresAt":"2099-01-01T00:00:00Z"}' >"$cache"
	under_mock -- "$put --profile p"
	expect_status 4
	expect_err 'the login is no longer valid'
	no_secret planted
}

# --- expiry ------------------------------------------------------------------------

@test "keys of every source that expire every 3 seconds lose no record, and none is refused" {
	printf kebmock-container >token
	printf kebmock-web-identity >web
	sso_profile
	printf '{"accessToken":"kebmock-sso","expiresAt":"2099-01-01T00:00:00Z"}' >"$cache"
	printf '[profile process]\ncredential_process = sh ./give\n[profile role]\nrole_arn = %s\nsource_profile = first\n' "$role" >>.aws/config
	cat >give <<-'END'
		curl -s -H 'Authorization: kebmock-container' "$AWS_ENDPOINT_URL/v1/credentials" |
			jq '{Version: 1, AccessKeyId, SecretAccessKey, SessionToken: .Token, Expiration}'
	END
	under_mock --keys-live 3s --log log -- '
		static first >.aws/credentials
		chmod 600 .aws/credentials
		feed() {
			name=$1
			shift
			for i in $(seq 60); do cat in; sleep 0.1; done | env "$@" kebput --bus orders -v 2>"$name.err" &
		}
		feed container AWS_CONTAINER_CREDENTIALS_FULL_URI="$AWS_ENDPOINT_URL/v1/credentials" AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token
		feed instance AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT="$AWS_ENDPOINT_URL"
		feed web AWS_WEB_IDENTITY_TOKEN_FILE=web AWS_ROLE_ARN='"$role"'
		feed process AWS_PROFILE=process
		feed sso AWS_PROFILE=p
		feed role AWS_PROFILE=role
		wait'
	expect_status 0
	for source in container instance web process sso role; do
		grep -q 'delivered 60, rejected 0' $source.err
		[ "$(grep -c 'new keys from' $source.err)" -ge 2 ]
	done
	[ "$(jq -s 'map(select(.code!="")) | length' log)" = 0 ]
}

@test "a role's keys that expire every 15 seconds lose no record over a minute's run" {
	[ -n "$LONG" ] || skip 'a minute long (KEB_LONG=1)'
	under_mock --role shop:x1 --keys-live 15s --log log -- 'export AWS_ACCESS_KEY_ID=$ID AWS_SECRET_ACCESS_KEY=$SECRET
		for i in $(seq 600); do cat in; sleep 0.1; done |
			kebput --bus orders --role-arn arn:aws:iam::123456789012:role/shop --external-id x1 -v'
	expect_status 0
	expect_err 'delivered 600, rejected 0'
	[ "$(jq -s 'map(select(.call=="AssumeRole")) | length >= 4' log)" = true ]
	[ "$(jq -s 'map(select(.code!="")) | length' log)" = 0 ]
}

@test "the giver of keys is away for a while: the old ones serve, then the lines wait" {
	printf kebmock-container >token
	under_mock --keys-live 3s -- "export AWS_CONTAINER_CREDENTIALS_FULL_URI=\$AWS_ENDPOINT_URL/v1/credentials
		export AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token
		fault() { curl -s -d \"{\\\"keys\\\":\\\"\$1\\\"}\" \$AWS_ENDPOINT_URL/_mock/faults >/dev/null; }
		{ for i in \$(seq 70); do
			[ \$i = 5 ] && fault 503
			[ \$i = 50 ] && fault ''
			cat in; sleep 0.1; done; } | kebput --bus orders -v"
	expect_status 0
	expect_err 'delivered 70, rejected 0'
	expect_err "answered 503"
}

@test "keys that are refused once they have expired end the run with 4, the records unsettled" {
	printf kebmock-container >token
	under_mock --keys-live 2s -- "export AWS_CONTAINER_CREDENTIALS_FULL_URI=\$AWS_ENDPOINT_URL/v1/credentials
		export AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token
		{ for i in \$(seq 50); do
			[ \$i = 5 ] && printf other >token
			cat in; sleep 0.1; done; } | kebput --bus orders"
	expect_status 4
	expect_err 'answered 401'
	expect_err 'records stay unsettled'
}

# --- global endpoints ---------------------------------------------------------------

@test "--endpoint-id: signed with SigV4A, the id in the body; the bus is asked for in its region" {
	run --separate-stderr kebmock --bus orders --log log -- sh -c 'kebput --bus orders --endpoint-id abcde.veo <in'
	expect_status 0
	[ "$(jq -rs 'map(.call + .code) | join(" ")' log)" = 'DescribeEventBus PutEvents' ]
}

@test "--endpoint-id: what it is not, and what it does not go with" {
	export AWS_REGION=eu-west-1 AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b
	for id in abcde '.veo' 'a.b.c' 'a/b.c'; do
		run --separate-stderr kebput --bus x --endpoint-id "$id" </dev/null
		expect_status 2
		expect_err "--endpoint-id '$id' is no id of a global endpoint"
	done
	AWS_USE_FIPS_ENDPOINT=true run --separate-stderr kebput --bus x --endpoint-id abcde.veo </dev/null
	expect_status 2
	expect_err '--endpoint-id and AWS_USE_FIPS_ENDPOINT exclude each other'
}

# --- secrets ------------------------------------------------------------------------

@test "no secret is ever said, at any level, nor kept in a core" {
	printf kebmock-container >token
	under_mock --log log -- "export AWS_CONTAINER_CREDENTIALS_FULL_URI=\$AWS_ENDPOINT_URL/v1/credentials
		export AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token
		ulimit -c 2>/dev/null
		curl -s -H 'Authorization: kebmock-container' \$AWS_CONTAINER_CREDENTIALS_FULL_URI >given
		printf '[default]\ncredential_process = jq -c \". + {Version:1,SessionToken:.Token}\" given\n' >.aws/config
		unset AWS_CONTAINER_CREDENTIALS_FULL_URI
		(cat in; sleep 0.5) | kebput --bus orders -vv --role-arn $role &
		eventually() { until \"\$@\"; do sleep 0.05; done; }
		eventually grep -q PutEvents log
		tr '\\0' ' ' </proc/\$!/cmdline >args
		grep 'core file' /proc/\$!/limits >limits
		wait"
	expect_status 0
	for member in SecretAccessKey Token; do
		secret=$(jq -r .$member given)
		[ ${#secret} -ge 40 ]
		no_secret "$secret"
		run ! grep -F "$secret" log args
	done
	grep -q 'role-arn' args
	[[ $(cat limits) =~ 'core file size'\ +0\ +0 ]]
}

@test "the AWS CLI speaks to the same mock: STS and a role" {
	/usr/bin/aws --version >/dev/null 2>&1 || skip "no AWS CLI (apt-get install awscli)"
	run --separate-stderr kebmock --role writer:door-7 -- sh -c "
		export AWS_DEFAULT_REGION=\$AWS_REGION AWS_PAGER=
		/usr/bin/aws --endpoint-url \$AWS_ENDPOINT_URL sts get-caller-identity --query Arn --output text
		/usr/bin/aws --endpoint-url \$AWS_ENDPOINT_URL sts assume-role --role-arn $role --role-session-name cli \
			--external-id door-7 --query AssumedRoleUser.Arn --output text"
	expect_status 0
	expect_out 'arn:aws:iam::123456789012:user/kebmock
arn:aws:sts::123456789012:assumed-role/writer/cli'
}

@test "the AWS CLI's SigV4A is taken by the same mock" {
	/usr/bin/python3 -c 'import awscrt' 2>/dev/null && /usr/bin/aws --version >/dev/null 2>&1 ||
		skip "no AWS CLI with SigV4A (apt-get install awscli python3-awscrt)"
	run --separate-stderr kebmock --bus orders --log log -- sh -c '
		export AWS_DEFAULT_REGION=$AWS_REGION AWS_PAGER=
		/usr/bin/aws --endpoint-url $AWS_ENDPOINT_URL events put-events --endpoint-id abcde.veo \
			--entries "[{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":\"{}\",\"EventBusName\":\"orders\"}]" \
			--query FailedEntryCount'
	expect_status 0
	expect_out 0
}

# --- AWS_CREDENTIAL_EXPIRATION ----------------------------------------------------

@test "keys of the environment that end: --check says when; a date that is none is an error" {
	local at
	at=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%S+00:00)
	run --separate-stderr kebmock --bus orders -- env AWS_CREDENTIAL_EXPIRATION="$at" kebput --bus orders --check
	expect_status 0
	[[ $output == *"by the environment"*"until ${at%+*}Z"* || $output == *"environment"*"until ${at%+*}Z"* ]]
	AWS_CREDENTIAL_EXPIRATION=tomorrow run --separate-stderr kebmock --bus orders -- kebput --bus orders --check
	expect_status 2
	expect_err "AWS_CREDENTIAL_EXPIRATION 'tomorrow' is no date"
}

@test "keys of the environment that have ended: status 4, nothing sent, nothing rejected" {
	run --separate-stderr kebmock --bus orders --log log -- \
		env AWS_CREDENTIAL_EXPIRATION=2020-01-01T00:00:00Z kebput --bus orders --results <in
	expect_status 4
	expect_out ''
	expect_err 'the environment gave keys that expired at 2020-01-01T00:00:00Z'
	! grep -q PutEvents log
}

@test "keys of the environment that end in mid-run: said before, and the run ends then" {
	mkfifo slow
	# shellcheck disable=SC2094
	run --separate-stderr kebmock --bus orders --events bus -- sh -c '
		export AWS_CREDENTIAL_EXPIRATION=$(date -u -d "+4 seconds" +%Y-%m-%dT%H:%M:%SZ)
		kebput --bus orders <slow & put=$!
		exec 3>slow
		for i in 1 2 3 4 5 6 7 8; do cat in >&3 2>/dev/null || break; sleep 0.7; done
		exec 3>&-
		wait $put'
	expect_status 4
	expect_err 'the keys in the environment end at 20'
	expect_err 'the environment gave keys that expired at 20'
	[ "$(wc -l <bus)" -ge 2 ]
}

@test "keys of the environment that a service calls expired: no date is made up" {
	run --separate-stderr kebmock --bus orders --fault deny=token -- kebput --bus orders <in
	expect_status 4
	expect_err 'ExpiredTokenException'
	[[ $stderr != *'keys in the environment end'* ]]
}
