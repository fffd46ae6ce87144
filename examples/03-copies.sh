#!/bin/sh
# More of the same: three copies of the loop, as members of one consumer group. On more
# machines, start it there too: Kafka shares the partitions among all of them.
#
#	kebmock -t orders:6 -- examples/03-copies.sh -e
set -eu
export TOPIC="${TOPIC:-orders}" GROUP="${GROUP:-orders-to-bus}" BUS="${BUS:-default}" END="${1-}"
export METRICS="${METRICS:-/tmp}" READ="${READ-}" # READ: further options of kebread

# %i is the number of the copy: each writes its own metrics file. --labels says whose
# messages are whose.
# shellcheck disable=SC2016 # the stages' own shells expand it
exec kebrun -j 3 --labels '
	kebread ${BROKERS:+-b "$BROKERS"} -G "$GROUP" -t "$TOPIC" $READ $END --metrics "$METRICS/keb.%i.prom" |
	kebmap --source "kafka-connect.$TOPIC" |
	kebput --bus "$BUS"
'
