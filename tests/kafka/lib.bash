# What tests/pipe/lib.bash loads when KEB_TEST_KAFKA names a real broker.

kadm() {
	"$KEB_BUILD/tests/kadm" "$KEB_TEST_KAFKA" "$@"
}

broker_topic() { # NAME PARTITIONS [name=value]...
	local name=$1 partitions=$2
	shift 2
	kadm create "$name:$partitions$(printf ':%s' "$@" | sed 's/^:$//')"
}
