# What every command test starts from: the programs that were built, a private
# folder, and an environment in which nothing of the user's is left.

keb_setup() {
	KEB_ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	KEB_BUILD=${O:-build}
	case $KEB_BUILD in /*) ;; *) KEB_BUILD=$KEB_ROOT/$KEB_BUILD ;; esac
	PATH=$KEB_BUILD:$PATH
	export LC_ALL=C TZ=UTC PATH KEB_ROOT KEB_BUILD
	local name
	for name in $(compgen -e | grep -E '^(KEB_|AWS_|NO_COLOR|HTTPS?_PROXY|ALL_PROXY|https?_proxy|all_proxy)' |
		grep -vE '^KEB_(ROOT|BUILD)$'); do
		unset "$name"
	done
	export HOME=$BATS_TEST_TMPDIR AWS_EC2_METADATA_DISABLED=true
	cd "$BATS_TEST_TMPDIR" || return 1
}

# Waits until a command succeeds, 10 s at most (or $KEB_WAIT seconds): never a sleep that hopes.
eventually() {
	local end=$((SECONDS + ${KEB_WAIT:-10}))
	until "$@"; do
		((SECONDS < end)) || {
			echo "still false after ${KEB_WAIT:-10} s: $*" >&2
			return 1
		}
		sleep 0.02
	done
}

# expect_status N, expect_out TEXT, expect_err TEXT after `run --separate-stderr`.
expect_status() {
	[ "$status" -eq "$1" ] || {
		printf 'status: %s, expected %s\nstdout: %s\nstderr: %s\n' "$status" "$1" "$output" "${stderr-}" >&2
		return 1
	}
}
expect_out() {
	[ "$output" = "$1" ] || {
		printf 'stdout:   %s\nexpected: %s\nstderr: %s\n' "$output" "$1" "${stderr-}" >&2
		return 1
	}
}
expect_err() { # a part of stderr
	[[ ${stderr-} == *"$1"* ]] || {
		printf 'stderr:   %s\nexpected in it: %s\n' "${stderr-}" "$1" >&2
		return 1
	}
}
