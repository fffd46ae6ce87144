#!/bin/sh
# Every event to a web hook, a request each, by curl: what the server takes is settled.
#
#	URL=https://example.com/hook kebmock -t orders:4 -- examples/08-webhook.sh -e
set -eu
export TOPIC="${TOPIC:-orders}" GROUP="${GROUP:-orders-to-hook}" URL END="${1-}"

# The exit status tells kebexec what the answer means: 0 delivered; 65 this one will never
# be taken; anything else, try again. Whatever is not the event's fault, a wrong key or a
# server that is away, is tried again, so that it cannot drain the topic.
# The members that start with an underscore are keb's own, and nobody else's business.
# shellcheck disable=SC2016 # the stages' own shells expand it
export HOOK='
	code=$(jq -c "with_entries(select(.key | startswith(\"_\") | not))" |
		curl -sS --max-time 20 -o /dev/null -w "%{http_code}" \
			-H "Content-Type: application/json" --data-binary @- "$URL") || exit 1
	case $code in
	2??) ;;
	400 | 413 | 415 | 422) exit 65 ;;
	*) echo "the hook answers $code" >&2; exit 1 ;;
	esac'

# shellcheck disable=SC2016
exec kebrun '
	kebread ${BROKERS:+-b "$BROKERS"} -G "$GROUP" -t "$TOPIC" --on-reject "${ON_REJECT:-stop}" $END |
	kebmap --source "kafka-connect.$TOPIC" |
	kebexec --sink "$HOOK"
'
