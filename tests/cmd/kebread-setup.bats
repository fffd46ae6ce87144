#!/usr/bin/env bats
# What kebread refuses before it reads, and what it says.
bats_require_minimum_version 1.5.0
load kebread

setup() {
	kebread_setup
}

teardown() {
	kebread_teardown
}

refused() { # STATUS TEXT COMMAND...
	local status_wanted=$1 text=$2
	shift 2
	run --separate-stderr "$@"
	expect_status "$status_wanted"
	expect_err "$text"
}

@test "usage" {
	export KEB_BROKERS=127.0.0.1:1
	refused 2 "which topic? give -t TOPIC" kebread
	refused 2 "-o takes beginning" kebread t -o now
	refused 2 "twice" kebread t -o 1 -o 2
	refused 2 "-o stored needs -G or --checkpoint" kebread t -o stored
	refused 2 "--reset needs -G or --checkpoint" kebread t --reset
	refused 2 "-p is for reading without a group" kebread t -G g -p 1
	refused 2 "leave out -G" kebread t -G g --checkpoint f
	refused 2 "-p takes a number" kebread t -p x
	refused 2 "did you mean --prefetch?" kebread t --prefech 1
	unset KEB_BROKERS
	refused 2 "no broker is named: give -b HOST:PORT, or set KEB_BROKERS" kebread t
}

@test "a group without an ack fd names kebrun" {
	refused 2 "start the pipeline with kebrun 'kebread ... | ...'" kebread -b 127.0.0.1:1 -G g t
	refused 2 "start the pipeline with kebrun" kebread -b 127.0.0.1:1 --checkpoint f t
}

@test "properties that kebread owns name the option to use" {
	refused 2 "property 'group.id' is set by kebread itself: use -G" kebread -b x -X group.id=g t
	refused 2 "use -o and --on-gap" kebread -b x -X topic.auto.offset.reset=latest t
	refused 2 "use --prefetch" kebread -b x -X max.partition.fetch.bytes=1 t
	echo 'enable.auto.commit=true' >own.conf
	refused 2 "own.conf: property 'enable.auto.commit'" kebread -b x -F own.conf t
	refused 2 "there is no property 'sesion.timeout.ms'" kebread -b x -X sesion.timeout.ms=1 t
	echo 'nonsense' >bad.conf
	refused 2 "bad.conf: line 1 is not PROP=VALUE" kebread -b x -F bad.conf t
	refused 2 "cannot open 'no.conf'" kebread -b x -F no.conf t
}

@test "a secret in argv is blanked, with a hint" {
	kebread -b 127.0.0.1:1 -X sasl.password=geheim t >/dev/null 2>err 3>&- &
	reader_pid=$!
	eventually grep -q 'sasl.password on the command line can be seen by others' err
	run grep -c geheim "/proc/$reader_pid/cmdline"
	expect_out 0
}

@test "bad ack fds" {
	export KEB_BROKERS=127.0.0.1:1
	refused 2 "ack fd 7 is not open" kebread -G g t --ack-fd 7
	refused 2 "ack fd 7 is no pipe open for reading" bash -c 'kebread -G g t --ack-fd 7 7</dev/null'
	refused 2 "ack fd 7 is no pipe open for reading" bash -c 'kebread -G g t --ack-fd 7 7> >(cat)'
	mkfifo both
	refused 2 "is open for writing too" bash -c 'kebread -G g t --ack-fd 7 7<>both'
	refused 2 "--ack-fd" kebread -G g t --ack-fd 2
	KEB_ACK_FD=x refused 2 "KEB_ACK_FD is 'x'" kebread -G g t
}

@test "several copies need a group" {
	KEB_COPIES=2 refused 2 "2 copies without -G would each read everything" kebread -b x t
}

@test "an unreachable broker is named, with the reason" {
	kebread -b 127.0.0.1:1 t >/dev/null 2>err 3>&- &
	reader_pid=$!
	eventually grep -q "kebread: warning: cannot reach broker '127.0.0.1:1': connection refused (check -b)" err
	kill -TERM "$reader_pid"
	wait "$reader_pid"
}

@test "a checkpoint that is none, or has no folder" {
	mock -t t:1
	echo '{"topic":"t"}' >f
	refused 2 "'f' is no checkpoint of kebread: line 1" bash -c 'kebread t --checkpoint f --ack-fd 7 7< <(:)'
	refused 6 "cannot write to the folder of checkpoint 'no/f'" bash -c 'kebread t --checkpoint no/f --ack-fd 7 7< <(:)'
}

@test "help and version" {
	run --separate-stderr kebread --help
	expect_status 0
	[[ $output == *"--on-gap stop|oldest"* ]]
	run --separate-stderr kebread --version
	expect_status 0
	[[ $output == "kebread (keb) "*$'\n'"librdkafka "* ]]
}

@test "an empty topic name, and a metrics file that is none, are refused at once" {
	run --separate-stderr kebread -b 127.0.0.1:1 -t ''
	expect_status 2
	expect_err 'the name of a topic is empty (check -t)'
	mock -t orders:1
	run --separate-stderr kebread -t orders -e --metrics /dev/full
	expect_status 2
	expect_err "'/dev/full' is no regular file"
	[ -c /dev/full ]
}

@test "on a terminal: a line of progress, with the time left, and nothing of it stays" {
	mock -t t:1
	fill_many t 0 5000
	# The reader takes nothing until the time left was shown, so there is something left.
	cat >slow <<-'SH'
		kebread -F client.conf -t t -e | { until grep -q left typescript; do sleep 0.05; done; cat >out; }
	SH
	KEB_PIPE_SIZE=4096 timeout 20 script -qfec 'sh slow' typescript >/dev/null
	[ "$(wc -l <out)" -eq 5000 ]
	grep -qE 'kebread: [0-9]+ records?, [0-9]+/s, lag [0-9]+, [0-9]+:[0-9]{2} left' typescript
	# the last thing on the line is that it is cleared
	[ "$(tr '\r' '\n' <typescript | grep -c $'\e\\[K$')" -ge 1 ]
	script -qfec 'kebread -q -F client.conf -t t -e >out' typescript >/dev/null
	! grep -q records typescript
}

@test "--metrics: every figure, in the text of Prometheus" {
	mock -t t:2 -t dlq:1
	fill t 0 a b c
	run --separate-stderr settle_with 'if .offset == 1 then {ack:._ack,status:"rejected",by:"x",class:"invalid"} else {ack:._ack,status:"delivered"} end' \
		--checkpoint cp -t t -e --on-reject dlq=dlq --metrics m
	expect_status 0
	[ "$(grep -v '^#' m | sed 's/^\(keb_read_bytes_total\) .*/\1 BYTES/' | sort)" = "$(sort <<-'END'
		keb_read_records_total 3
		keb_read_bytes_total BYTES
		keb_read_rebalances_total 0
		keb_read_refused_total 0
		keb_read_exhausted_total 0
		keb_read_settled_total{outcome="delivered"} 2
		keb_read_settled_total{outcome="filtered"} 0
		keb_read_settled_total{outcome="rejected"} 1
		keb_read_settled_total{outcome="discarded"} 0
		keb_read_in_flight_records 0
		keb_read_in_flight_bytes 0
		keb_read_stale_statuses_total 0
		keb_read_unknown_statuses_total 0
		keb_read_repeated_statuses_total 0
		keb_read_abandoned_total 0
		keb_read_rejected_total{class="decode"} 0
		keb_read_rejected_total{class="invalid"} 1
		keb_read_rejected_total{class="too-large"} 0
		keb_read_rejected_total{class="expired"} 0
		keb_read_rejected_total{class="refused"} 0
		keb_read_rejected_total{class=""} 0
		keb_read_dead_letters_total 1
		keb_read_dead_letters_waiting 0
		keb_read_lag_records{topic="t",partition="0"} 0
		keb_read_lag_records{topic="t",partition="1"} 0
		keb_read_next_offset{topic="t",partition="0"} 3
		keb_read_next_offset{topic="t",partition="1"} 0
		keb_read_end_offset{topic="t",partition="0"} 3
		keb_read_committed_offset{topic="t",partition="0"} 3
		keb_read_committed_offset{topic="t",partition="1"} 0
	END
	)" ] || { grep -v '^#' m >&2 && false; }
	# each with what it is
	[ "$(grep -c '^# HELP' m)" -eq "$(grep -v '^#' m | sed 's/[{ ].*//' | sort -u | wc -l)" ]
	[ "$(grep -c '^# TYPE' m)" -eq "$(grep -c '^# HELP' m)" ]
}
