#!/bin/sh
# Events to an SQS queue, ten a request, by the AWS CLI.
#
#	QUEUE=https://sqs.eu-west-1.amazonaws.com/123456789012/orders \
#		kebmock -t orders:4 -- examples/10-sqs.sh -e
set -eu
export TOPIC="${TOPIC:-orders}" GROUP="${GROUP:-orders-to-sqs}" QUEUE END="${1-}"

# The answer has a list of what has failed, though the command ends with 0. If one was the
# sender's fault, 65: kebexec halves the batch until that one stands alone. If not, try the
# batch again. Either way those that went well are sent twice: at least once is the promise.
# shellcheck disable=SC2016 # the stages' own shells expand it
export SEND='
	entries=$(jq -cs "to_entries | map({Id: \"m\(.key)\", MessageBody: (.value |
		with_entries(select(.key | startswith(\"_\") | not)) | tojson)})")
	said=$(aws sqs send-message-batch --queue-url "$QUEUE" --entries "$entries" \
		--output json 2>&1) || {
		echo "$said" >&2
		case $said in
		*BatchRequestTooLong* | *InvalidMessageContents*) exit 65 ;;
		esac
		exit 1
	}
	case $(printf "%s" "${said:-{\}}" | jq -r "[.Failed[]?.SenderFault] | if any then \"sender\"
		elif length > 0 then \"service\" else \"none\" end") in
	none) ;;
	sender) exit 65 ;;
	*) exit 1 ;;
	esac'

# 256 KB is the most that a request and a message may have: what is larger goes alone, and
# is refused alone.
# shellcheck disable=SC2016
exec kebrun '
	kebread ${BROKERS:+-b "$BROKERS"} -G "$GROUP" -t "$TOPIC" --on-reject "${ON_REJECT:-stop}" $END |
	kebmap --source "kafka-connect.$TOPIC" |
	kebexec -n 10 --batch-bytes 200KiB --sink "$SEND"
'
