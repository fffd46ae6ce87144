#!/usr/bin/env bats
# The settlement protocol as a model, every interleaving of it: spin(1). Each mutation has
# to be found, so that the model is known to see what it is there for.
bats_require_minimum_version 1.5.0

setup() {
	command -v spin >/dev/null || skip "no spin here (make deps)"
	MODEL=$BATS_TEST_DIRNAME/loop.pml
	cd "$BATS_TEST_TMPDIR" || return 1
}

# search WHAT [CPP OPTION ...]: WHAT is safe (assertions, end states) or cycles.
search() {
	local compile=-DSAFETY run=()
	[ "$1" = safe ] || { compile=-DNP && run=(-l); }
	shift
	spin "$@" -a "$MODEL" && "${CC:-cc}" -O1 -w "$compile" -DVECTORSZ=2048 -o pan pan.c
	run ./pan -m100000 "${run[@]}"
	echo "$output" | grep -E '^pan:|errors:|states, stored' >&2
	[[ $output != *"max search depth too small"* ]]
}

finds() { # MESSAGE
	[[ $output == *"pan:1: $1"* ]]
}

@test "nothing is committed before it is settled, and nobody waits for ever" {
	search safe
	[[ $output == *"errors: 0"* ]]
	# All of it was searched: no code that no run reaches.
	! grep -A3 'unreached in proctype' <<<"$output" | grep -v 'unreached in proctype' | grep 'loop.pml:[0-9]*, state' || false
}

@test "every drain ends: there is no cycle" {
	search cycles -DN=3
	[[ $output == *"errors: 0"* ]]
}

@test "a commit behind a record that is not settled is found" {
	search safe -DCOMMIT_EARLY
	finds 'assertion violated'
}

@test "a status that settles what came before it is found" {
	search safe -DIMPLIED
	finds 'assertion violated'
}

@test "a source that reads no statuses while it writes is found" {
	search safe -DBLOCKING
	finds 'invalid end state'
}

@test "a source that holds a write end of the status pipe is found" {
	search safe -DHOLDS_WRITER
	finds 'invalid end state'
}
