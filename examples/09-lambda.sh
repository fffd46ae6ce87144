#!/bin/sh
# Every event to a Lambda function, by the AWS CLI: an invocation each, not waited for.
#
#	FUNCTION=on-order kebmock -t orders:4 -- examples/09-lambda.sh -e
set -eu
export TOPIC="${TOPIC:-orders}" GROUP="${GROUP:-orders-to-lambda}" FUNCTION END="${1-}"

# Only what Lambda says of the event itself rejects it (65); throttling, credentials and a
# function that is missing are tried again.
# shellcheck disable=SC2016 # the stages' own shells expand it
export INVOKE='
	said=$(jq -c "with_entries(select(.key | startswith(\"_\") | not))" |
		aws lambda invoke --function-name "$FUNCTION" --invocation-type Event \
			--cli-binary-format raw-in-base64-out --payload file:///dev/stdin \
			/dev/null 2>&1) && exit 0
	echo "$said" >&2
	case $said in
	*RequestTooLargeException* | *InvalidRequestContentException*) exit 65 ;;
	esac
	exit 1'

# shellcheck disable=SC2016
exec kebrun '
	kebread ${BROKERS:+-b "$BROKERS"} -G "$GROUP" -t "$TOPIC" --on-reject "${ON_REJECT:-stop}" $END |
	kebmap --source "kafka-connect.$TOPIC" |
	kebexec --sink "$INVOKE"
'
