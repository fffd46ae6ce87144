bats_require_minimum_version 1.5.0
# The order in which events of one group reach the bus, seen from the bus: the file of
# accepted events is in the order of their acceptance.

setup() {
	load ../lib
	keb_setup
	cd "$BATS_TEST_TMPDIR" || return 1
}

events() { # N GROUPS: n counts on within each group
	awk -v n="$1" -v groups="$2" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "{\"_group\":\"%016x\",\"source\":\"s\",\"detail-type\":\"t\"," \
			       "\"detail\":{\"group\":%d,\"n\":%d%s}}\n", i % groups, i % groups, i / groups,
			       i % 501 == 500 ? ",\"poison\":1" : ""
	}' >events
}

bus() { # FAULTS... -- OPTION of kebput...
	local faults=()
	for one; do
		shift
		[ "$one" != -- ] || break
		faults+=(--fault "$one")
	done
	run --separate-stderr kebmock --bus b --seed 3 --events bus --log log "${faults[@]}" -- \
		sh -c 'kebput --bus b --reject-file rejected "$@" <events' sh "$@"
}

# By how many later events of its group an event was overtaken, at most.
overtaken() {
	jq -r '[.detail.group, .detail.n] | @tsv' bus | awk '
		{ top[$1] = top[$1] < $2 ? $2 : top[$1]; by = top[$1] - $2; most = most < by ? by : most }
		END { print most + 0 }'
}

arrived_or_rejected() {
	cat bus rejected | jq -r '[.detail.group, .detail.n] | @tsv' | sort -u | wc -l
}

@test "--order strict: random latency, failing entries, refused requests, 64 in flight" {
	events 3000 97
	bus latency=1ms..30ms fail=0.1:InternalFailure refuse=poison -- --order strict --in-flight 64
	expect_status 1
	[ "$(wc -l <bus)" -eq 2995 ]
	[ "$(wc -l <rejected)" -eq 5 ]
	[ "$(overtaken)" -eq 0 ]
}

# Entries of a group share a request: one that fails alone is behind at most nine, and
# behind nine more each time that it fails again.
@test "--order request: in order but for what is retried out of a shared request" {
	events 3000 7
	bus latency=1ms..30ms fail=0.1:InternalFailure refuse=poison -- --in-flight 64
	expect_status 1
	[ "$(arrived_or_rejected)" -eq 3000 ]
	[ "$(overtaken)" -ge 1 ]
	[ "$(overtaken)" -le 36 ]
}

@test "--order request without failing entries is strict, whatever latency and calls do" {
	events 3000 7
	bus latency=1ms..30ms http=0.05:503 throttle=300/s -- --in-flight 64
	expect_status 0
	[ "$(wc -l <bus)" -eq 3000 ]
	[ "$(overtaken)" -eq 0 ]
}

# Nine of ten events have one key: they go in full requests, one after the other, as a
# client that sends one request of ten at a time would; the others go beside them.
@test "a hot key fills its requests" {
	awk 'BEGIN { for (i = 0; i < 4000; i++)
		printf "{\"_group\":\"%016x\",\"source\":\"s\",\"detail-type\":\"t\"," \
		       "\"detail\":{\"group\":%d,\"n\":%d}}\n", i % 10 ? 0 : i, i % 10 ? 0 : i, i }' >events
	bus latency=5ms --
	expect_status 0
	[ "$(overtaken)" -eq 0 ]
	[ "$(jq -s 'map(select(.entries > 2)) | length <= 380' log)" = true ]
}
