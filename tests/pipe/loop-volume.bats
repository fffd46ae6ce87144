bats_require_minimum_version 1.5.0
# Many records through pipes of one page: a loop that could wait for itself would.
# KEB_LONG=1: a million.

setup() { load lib && pipe_setup; }
teardown() { pipe_teardown; }

# kebmock keeps only 5 MiB of a partition: the records come while they are read, never
# more than the loop can be behind.
feed() { # N
	local chunk=20000 sent=0
	while ((sent < $1)); do
		records "$chunk" 256 2 | produce "$TOPIC"
		sent=$((sent + chunk))
		KEB_WAIT=60 eventually accepted $(((sent - chunk) / 2))
	done
}

# Every n of every chunk is on the bus: once a chunk, n odd (the others are filtered).
all_arrived() { # CHUNKS
	python3 - "$EVENTS" "$1" <<-'END'
		import collections, re, sys
		count = collections.Counter(re.search(r'"n":(\d+)', line)[1] for line in open(sys.argv[1]))
		chunks = int(sys.argv[2])
		wrong = [n for n in range(1, 20001, 2) if count[str(n)] != chunks]
		sys.exit(f"{len(wrong)} values, {wrong[:3]}, did not arrive {chunks} times" if wrong else 0)
	END
}

@test "many records through small pipes: no deadlock, nothing missing, nothing twice" {
	local n=200000
	[ -z "$KEB_LONG" ] || n=1000000
	topic "$TOPIC" 4
	bus_and_broker_up
	LOOP_RUN='--pipe-size 4KiB' started loop loop
	run_pid=$pid
	feed "$n"
	KEB_WAIT=60 eventually accepted $((n / 2))
	kill -TERM "$run_pid"
	ended "$run_pid"
	[ "$status" = 0 ]
	[ "$(wc -l <"$EVENTS")" = $((n / 2)) ]
	all_arrived $((n / 20000))
	[ "$(committed "$GROUP" "$TOPIC" | awk '{ n += $2 } END { print n }')" = "$n" ]
}
