# shellcheck shell=bash
# What the tests beside a running kebmock share: it is started by `mock` and ends with the test.

setup() {
	load ../lib
	keb_setup
}

teardown() {
	[ -z "${mock-}" ] || { kill "$mock" 2>/dev/null && wait "$mock"; } || true
}

# mock OPTIONS: kebmock in the background; its variables are set here.
mock() {
	rm -f mock.env
	kebmock "$@" >mock.env 2>mock.err &
	mock=$!
	eventually test -s mock.env
	set -a
	. ./mock.env
	set +a
}
