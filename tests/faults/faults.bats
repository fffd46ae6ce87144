#!/usr/bin/env bats
# No memory, a full disk, a broken close, at every point of a program: it ends with 6, or as
# if nothing had been; never is anything settled that has not ended its journey.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	"${CC:-cc}" -shared -fPIC -O1 -o preload.so "$KEB_ROOT/tests/faults/preload.c"
}

sweep() {
	python3 "$KEB_ROOT/tests/faults/sweep.py" preload.so "$1" >figures
	sed 's/^/# /' figures >&3
	[ "$(wc -l <figures)" = 4 ]
}

@test "no memory" { sweep alloc; }
@test "a write that fails" { sweep write; }
@test "a close that fails" { sweep close; }
