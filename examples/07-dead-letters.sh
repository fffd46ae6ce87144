#!/bin/sh
# What can never be delivered goes to a topic of dead letters, byte for byte and with the
# reason; with `again`, exactly these records are tried once more: the cause is gone.
#
#	kebmock -t orders:4 -t orders-dlq:1 -- sh -c '
#		examples/07-dead-letters.sh -e; examples/07-dead-letters.sh again'
set -eu
export TOPIC="${TOPIC:-orders}" DLQ="${DLQ:-orders-dlq}" GROUP="${GROUP:-orders-to-bus}" BUS="${BUS:-default}"

if [ "${1-}" = again ]; then
	# shellcheck disable=SC2016 # the stages' own shells expand it
	exec kebrun '
		kebread ${BROKERS:+-b "$BROKERS"} -G "$GROUP-again" -t "$DLQ" --redrive --max-redrives 3 \
			--on-reject dlq="$DLQ" |
		kebmap --source shop --value-format string |
		kebput --bus "$BUS"
	'
fi
export END="${1-}"
# shellcheck disable=SC2016
exec kebrun '
	kebread ${BROKERS:+-b "$BROKERS"} -G "$GROUP" -t "$TOPIC" $END \
		--on-reject stop,decode=dlq="$DLQ",too-large=dlq="$DLQ" --max-rejects 100/min |
	kebmap --source shop |
	kebput --bus "$BUS"
'
