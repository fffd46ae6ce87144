# A one-node Apache Kafka (KRaft), fetched from Maven Central, started below a folder of
# the caller's own and ended by its process id. Sourced by check, bench and whoever needs one.
#
#	kafka_fetch VERSION           sets kafka_jars; fails, saying why in kafka_why
#	kafka_start VERSION FOLDER    sets kafka_brokers and kafka_pid; waits until it serves
#	kafka_stop PID
#
# kafka_format_options: further options of the tool that formats the log folder; who needs
# other listeners redefines kafka_properties.

kafka_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kafka_format_options=()
kafka_cache=${KEB_KAFKA_CACHE:-$kafka_here/.cache}

kafka_fetch() {
	local version=$1 tool
	kafka_jars=$kafka_cache/$version
	for tool in java mvn; do
		command -v "$tool" >/dev/null || { kafka_why="no $tool here (make deps-peers)" && return 1; }
	done
	[ -e "$kafka_jars/complete" ] && return 0
	rm -rf "$kafka_jars.part"
	timeout 600 mvn -q -B -f "$kafka_here/pom.xml" -Dkafka.version="$version" -DincludeScope=runtime \
		-DoutputDirectory="$kafka_jars.part" dependency:copy-dependencies >"$kafka_cache.log" 2>&1 || {
		kafka_why="Maven Central does not give Kafka $version ($(grep -m1 ERROR "$kafka_cache.log"))"
		return 1
	}
	rm -rf "$kafka_jars"
	mv "$kafka_jars.part" "$kafka_jars" && touch "$kafka_jars/complete"
}

# A port that nobody listens on at the moment, outside the range of outgoing connections.
kafka_free_port() {
	local port
	while port=$((15000 + RANDOM % 15000)); do
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

kafka_properties() { # FOLDER PORT CONTROLLER_PORT
	cat <<-END
		process.roles=broker,controller
		node.id=1
		controller.quorum.voters=1@127.0.0.1:$3
		listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3
		advertised.listeners=PLAINTEXT://127.0.0.1:$2
		controller.listener.names=CONTROLLER
		listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
		log.dirs=$1/logs
		num.partitions=4
		auto.create.topics.enable=false
		message.max.bytes=33554432
		replica.fetch.max.bytes=33554432
		offsets.topic.replication.factor=1
		offsets.topic.num.partitions=4
		transaction.state.log.replication.factor=1
		transaction.state.log.num.partitions=4
		transaction.state.log.min.isr=1
		share.coordinator.state.topic.replication.factor=1
		share.coordinator.state.topic.min.isr=1
		group.initial.rebalance.delay.ms=0
		group.min.session.timeout.ms=1000
		log.retention.check.interval.ms=2000
		log.initial.task.delay.ms=2000
	END
}

kafka_java() { # FOLDER CLASS ARGUMENT...
	local folder=$1
	shift
	exec java -Xms256m -Xmx"${KAFKA_HEAP:-512m}" -XX:+UseSerialGC -XX:TieredStopAtLevel="${KAFKA_JIT:-4}" \
		-Dlog4j2.configurationFile="$folder/log4j2.properties" \
		-Dlog4j.configuration="file:$folder/log4j.properties" -cp "$kafka_jars/*" "$@"
}

kafka_quiet_logs() { # FOLDER: 4.x reads log4j2, 3.x reload4j
	printf '%s\n' 'appender.a.type=Console' 'appender.a.name=a' 'appender.a.layout.type=PatternLayout' \
		'appender.a.layout.pattern=%d %p %m (%c)%n' 'rootLogger.level=WARN' \
		'rootLogger.appenderRefs=a' 'rootLogger.appenderRef.a.ref=a' >"$1/log4j2.properties"
	printf '%s\n' 'log4j.rootLogger=WARN,a' 'log4j.appender.a=org.apache.log4j.ConsoleAppender' \
		'log4j.appender.a.layout=org.apache.log4j.PatternLayout' \
		'log4j.appender.a.layout.ConversionPattern=%d %p %m (%c)%n' >"$1/log4j.properties"
}

kafka_start() {
	local version=$1 folder=$2 try port
	kafka_fetch "$version" || return 1
	for try in 1 2 3; do
		rm -rf "$folder" && mkdir -p "$folder"
		port=$(kafka_free_port)
		kafka_brokers=127.0.0.1:$port
		kafka_properties "$folder" "$port" "$(kafka_free_port)" >"$folder/server.properties"
		kafka_quiet_logs "$folder"
		(kafka_java "$folder" kafka.tools.StorageTool format -t AAAAAAAAAAAAAAAAAAAAAQ \
			-c "$folder/server.properties" "${kafka_format_options[@]}") >"$folder/format.log" 2>&1 || continue
		(kafka_java "$folder" kafka.Kafka "$folder/server.properties") >"$folder/server.log" 2>&1 3>&- 4>&- &
		kafka_pid=$!
		# The offsets topic is made by the first group, which would be slow in the first test.
		"$KEB_BUILD/tests/kadm" "$kafka_brokers" wait 60 &&
			"$KEB_BUILD/tests/kadm" "$kafka_brokers" create warm-up:1 &&
			"$KEB_BUILD/tests/kadm" "$kafka_brokers" commit warm-up warm-up:0:0 && return 0
		kafka_stop "$kafka_pid"
	done
	kafka_why="Kafka $version does not start (see $folder/server.log), $try tries"
	return 1
}

kafka_stop() {
	local tries
	kill "$1" 2>/dev/null || return 0
	for ((tries = 0; tries < 100; tries++)); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -9 "$1" 2>/dev/null
}
