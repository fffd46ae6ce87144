#!/bin/sh
# A topic of Avro, or Protobuf, or both beside plain JSON, to a bus: the schemas are those
# of a registry, and what the rules of the bus see is JSON. To try it with kebmock as the
# registry, put your .avsc and .proto files into a folder:
#
#	kebmock -t orders:4 --schema schemas -- examples/11-schema-registry.sh -e
#
# KEB_REGISTRY, which kebmock sets, is the registry: https://registry.example, or
# "glue:" with the keys and the region of the AWS_* variables. KEB_BROKERS is Kafka.
set -eu
export TOPIC="${TOPIC:-orders}" GROUP="${GROUP:-orders-to-bus}" BUS="${BUS:-default}" END="${1-}"
export CACHE="${CACHE:-${TMPDIR:-/tmp}/keb-schemas}"

#   auto            by what each record begins with, so that a topic may change over
#   --schema-cache  ids name one schema for good: the next start asks nobody
#   --decimal       as numbers that rules can compare, where the connector has base64
#
# While the registry is away kebmap waits, and no record is rejected for it. One that
# cannot be decoded goes where kebread's --on-reject says: here it stops.
# shellcheck disable=SC2016 # the stages' own shells expand it
exec kebrun '
	kebread ${BROKERS:+-b "$BROKERS"} -G "$GROUP" -t "$TOPIC" $END |
	kebmap --source "kafka-connect.$TOPIC" --value-format auto --schema-cache "$CACHE" --decimal numeric |
	kebput --bus "$BUS"
'
