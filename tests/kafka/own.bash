# A Kafka of a test file's own, for what the shared one cannot have: other listeners, a stop.
# Loaded at the top of a file, it brings setup_file, teardown_file, setup (own_setup, for a
# file that has more to do) and teardown. How the broker differs the file says below that:
#
#	own_listeners=(NAME:PROTOCOL ...)   listeners on ports of their own
#	own_properties()                    prints further properties
#	own_prepare()                       makes what they name; may set kafka_format_options
#
# In a test $BROKER is the broker's folder, and
#
#	own_address NAME           prints 127.0.0.1:PORT of that listener
#	own_client LINE...         properties of a client, into the file `client`
#	own_plain_client PASSWORD  those of the user keb with SASL/PLAIN

own_listeners=()
own_properties() { :; }
own_prepare() { :; }

setup_file() {
	export KEB_BUILD=${O:-build}
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	case $KEB_BUILD in /*) ;; *) KEB_BUILD=$PWD/$KEB_BUILD ;; esac
	. tests/kafka/broker.bash
	export BROKER_VERSION=${KEB_TEST_KAFKA_VERSION:-4.1.0} BROKER=$BATS_FILE_TMPDIR/broker
	own_prepare || return 1
	eval "plain_$(declare -f kafka_properties)"
	kafka_properties() {
		plain_kafka_properties "$@" | own_add_listeners
		own_properties
	}
	kafka_start "$BROKER_VERSION" "$BROKER" 3>&- || return 1
	echo "$kafka_pid" >"$BATS_FILE_TMPDIR/pid"
	export OWN_BROKERS=$kafka_brokers
}

teardown_file() {
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

setup() { own_setup; }

teardown() { pipe_teardown; }

# Properties on stdin; each port stands in $BROKER/NAME then.
own_add_listeners() {
	local one port listeners='' protocols=''
	for one in "${own_listeners[@]}"; do
		port=$(kafka_free_port)
		echo "$port" >"$BROKER/${one%:*}"
		listeners+="${one#*:}://127.0.0.1:$port,"
		protocols+="${one#*:}:${one#*:},"
	done
	sed -e "s|^\(advertised.\)\?listeners=|&$listeners|" \
		-e "s/^listener.security.protocol.map=/&$protocols/"
	echo inter.broker.listener.name=PLAINTEXT
}

# For own_properties, with a listener of SASL_PLAINTEXT: the user keb, whose password is `right`.
own_plain_passwords() {
	cat <<-END
		sasl.enabled.mechanisms=PLAIN
		listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_keb="right";
	END
}

own_address() {
	echo "127.0.0.1:$(cat "$BROKER/$1")"
}

own_client() {
	printf '%s\n' "$@" >client
	chmod 600 client
}

own_plain_client() {
	own_client security.protocol=SASL_PLAINTEXT sasl.mechanisms=PLAIN sasl.username=keb "sasl.password=$1"
}
