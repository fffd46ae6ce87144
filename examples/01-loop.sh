#!/bin/sh
# The settled loop: a Kafka topic to an EventBridge bus, and only what has arrived is
# committed. To try it without either:
#
#	kebmock -t orders:4 -- examples/01-loop.sh
#
# BROKERS, TOPIC, GROUP and BUS say where. KEB_BROKERS and the AWS_* variables, which
# kebmock sets, are what the programs read themselves. $1 may be -e: end with the topic.
set -eu
export TOPIC="${TOPIC:-orders}" GROUP="${GROUP:-orders-to-bus}" BUS="${BUS:-default}" END="${1-}"

# kebrun starts the four, joins them, and gives kebread the pipe on which the others say
# what became of each record. INT or TERM drains: stop it as you like, and start it again.
#
#   kebread     hands records out, commits behind the last one without a gap
#   kebmap      makes an event of each, as the EventBridge connector for Kafka does
#   kebfilter   passes on what the pattern matches, and says of the rest: filtered
#   kebput      puts the events on the bus, again and again until they are there
# shellcheck disable=SC2016 # the stages' own shells expand it
exec kebrun '
	kebread ${BROKERS:+-b "$BROKERS"} -G "$GROUP" -t "$TOPIC" $END |
	kebmap --source "kafka-connect.$TOPIC" |
	kebfilter -p "{\"detail\":{\"value\":{\"total\":[{\"numeric\":[\">\",0]}]}}}" |
	kebput --bus "$BUS"
'
