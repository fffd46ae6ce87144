#!/bin/sh
# The same loop without kebrun: a named pipe carries the statuses back. This is what
# kebrun does, less its care for stages that die, and worth a look to see how little it
# is. To try it:
#
#	kebmock -t orders:4 -- examples/02-loop-by-hand.sh -e
set -eu
TOPIC="${TOPIC:-orders}" GROUP="${GROUP:-orders-to-bus}" BUS="${BUS:-default}"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkfifo "$dir/status" "$dir/records"

# kebread runs beside the pipeline, not in it: a shell that ran all four would hold the
# writing end of the status pipe until kebread ends, and kebread waits for the last
# writer to go. It reads statuses from fd 3.
kebread ${BROKERS:+-b "$BROKERS"} -G "$GROUP" -t "$TOPIC" ${1:+"$1"} \
	--ack-fd 3 3<"$dir/status" >"$dir/records" &
reader=$!

# The first INT or TERM is for kebread alone: it stops reading, the others finish what
# is under way, and its own end comes when all of that is settled and committed.
trap 'kill -TERM "$reader" 2>/dev/null' INT TERM

# Whoever ends a record's journey says so on fd 4. The braces open it once for the three;
# closing it again in this shell is what the subshell is for.
(
	trap '' INT TERM
	kebmap --source "kafka-connect.$TOPIC" --status-fd 4 |
		kebfilter -p '{"detail":{"value":{"total":[{"numeric":[">",0]}]}}}' --status-fd 4 |
		kebput --bus "$BUS" --status-fd 4
) 4>"$dir/status" <"$dir/records" &
writers=$!

# A signal interrupts wait, so it is asked until kebread has really ended.
status=0
wait "$reader" || status=$?
while kill -0 "$reader" 2>/dev/null; do
	status=0
	wait "$reader" || status=$?
done
wait "$writers" || status=$?
exit "$status"
