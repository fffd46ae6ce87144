#!/bin/sh
# Claim check: a Kafka topic to a bus, where values that no bus takes go to S3 and leave a
# reference; then the way back, for whoever reads the events. To try it:
#
#	kebmock -t orders:4 --bucket big --events events.ndjson -- sh -c '
#		examples/06-large-payloads.sh -e
#		examples/06-large-payloads.sh --restore <events.ndjson'
#
# BROKERS, TOPIC, GROUP, BUS and BUCKET say where, THRESHOLD how large an entry may be
# (by default as large as the bus takes it). $1 may be -e: end with the topic.
set -eu
export TOPIC="${TOPIC:-orders}" GROUP="${GROUP:-orders-to-bus}" BUS="${BUS:-default}"
export BUCKET="${BUCKET:-big}" THRESHOLD="${THRESHOLD-}" END="${1-}"

# Events as a target has them, references and all, become what they were: the objects are
# fetched side by side, verified and put back byte for byte. Only from this bucket.
if [ "$END" = --restore ]; then
	exec keboffload --restore --bucket "$BUCKET"
fi

# The object is there before the event is: keboffload hands a line on once S3 has it. Its
# name is made of its content, so that a record that comes again renews it, and a rule of
# the bucket may delete what is older than anybody waits for an event. The connector's
# "dataref" is there for consumers that know it.
# shellcheck disable=SC2016 # the stages' own shells expand it
exec kebrun '
	kebread ${BROKERS:+-b "$BROKERS"} -G "$GROUP" -t "$TOPIC" $END |
	kebmap --source "kafka-connect.$TOPIC" |
	keboffload --bucket "$BUCKET" --prefix "$TOPIC/" ${THRESHOLD:+--threshold "$THRESHOLD"} |
	kebput --bus "$BUS"
'
