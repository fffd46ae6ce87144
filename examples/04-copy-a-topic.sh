#!/bin/sh
# From topic to topic, byte for byte, settled: keys, values, headers and timestamps as
# they were, and a record is committed when the other topic has it.
#
#	kebmock -t orders:4 -t orders-copy:4 -- examples/04-copy-a-topic.sh -e
set -eu
export TOPIC="${TOPIC:-orders}" COPY="${COPY:-orders-copy}" GROUP="${GROUP:-orders-copier}" END="${1-}"

# shellcheck disable=SC2016 # the stages' own shells expand it
exec kebrun '
	kebread ${BROKERS:+-b "$BROKERS"} -G "$GROUP" -t "$TOPIC" $END |
	kebwrite ${BROKERS:+-b "$BROKERS"} -t "$COPY"
'
