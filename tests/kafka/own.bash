# A Kafka of a test file's own, for what the shared one cannot have: other listeners, a stop.
#
#	own_broker_up [FUNCTION]   in setup_file(): starts it, after calling the function, which
#	                           may redefine kafka_properties; $BROKER is its folder
#	own_broker_down            in teardown_file()
#	own_setup, own_teardown    in setup() and teardown(): tests/pipe's, with that broker
#
# add_listeners NAME:PROTOCOL ...   for kafka_properties: reads properties, adds listeners on
# ports of their own, which then stand in $BROKER/NAME

own_broker_up() {
	export KEB_BUILD=${O:-build}
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	case $KEB_BUILD in /*) ;; *) KEB_BUILD=$PWD/$KEB_BUILD ;; esac
	. tests/kafka/broker.bash
	export BROKER_VERSION=${KEB_TEST_KAFKA_VERSION:-4.1.0} BROKER=$BATS_FILE_TMPDIR/broker
	[ $# = 0 ] || "$1" || return 1
	kafka_start "$BROKER_VERSION" "$BROKER" 3>&- || return 1
	echo "$kafka_pid" >"$BATS_FILE_TMPDIR/pid"
	export OWN_BROKERS=$kafka_brokers
}

own_broker_down() {
	. "$BATS_TEST_DIRNAME/broker.bash"
	kafka_stop "$(cat "$BATS_FILE_TMPDIR/pid")"
}

own_setup() {
	load ../pipe/lib
	KEB_TEST_KAFKA=$OWN_BROKERS
	pipe_setup
	KEB_BROKERS=$OWN_BROKERS
	cd "$BATS_TEST_TMPDIR" || return 1
}

own_teardown() { pipe_teardown; }

add_listeners() {
	local one port listeners='' protocols=''
	for one; do
		port=$(kafka_free_port)
		echo "$port" >"$BROKER/${one%:*}"
		listeners+="${one#*:}://127.0.0.1:$port,"
		protocols+="${one#*:}:${one#*:},"
	done
	sed -e "s|^\(advertised.\)\?listeners=|&$listeners|" \
		-e "s/^listener.security.protocol.map=/&$protocols/"
	echo inter.broker.listener.name=PLAINTEXT
}
