bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	mkdir fake
	PATH=$PWD/fake:$PATH
	STARTED=
}

teardown() {
	[ -z "$STARTED" ] || kill -KILL "$STARTED" 2>/dev/null || :
}

# fake NAME: a stand-in for a keb program, its text on stdin.
fake() {
	{
		echo '#!/bin/sh'
		cat
	} >"fake/$1"
	chmod +x "fake/$1"
}

# A loop of stand-ins: kebread hands out lines until it is told to stop, closes stdout
# and reads statuses to their end; kebput settles each line.
fake_loop() {
	fake kebread <<-'END'
		echo $$ >kebread.pid
		trap 'stop=1; echo TERM >>told' TERM
		while [ -z "$stop" ]; do echo line || exit 1; sleep 0.02; done
		exec >&-
		cat <&"$KEB_ACK_FD" >acks
		echo "$(wc -l <acks) settled" >kebread.end
	END
	fake kebmap <<-'END'
		echo $$ >kebmap.pid
		exec cat
	END
	fake kebput <<-'END'
		echo $$ >kebput.pid
		while read -r line; do echo "$line delivered" >&"$KEB_STATUS_FD"; done
	END
}

start() {
	# The shell ignores INT for what it runs in the background.
	env --default-signal=INT kebrun "$@" >out 2>err 3>&- &
	STARTED=$!
}

ended() {
	status=0
	wait "$STARTED" || status=$?
	STARTED=
	output=$(cat out) stderr=$(cat err)
}

running() { kill -0 "$(cat "$1.pid")" 2>/dev/null; }
not_running() { ! running "$1"; }
state_of() { # T: stopped
	[ "$(sed 's/.*) //' "/proc/$1/stat" | cut -c1)" = "$2" ]
}
stopped() { state_of "$1" T; }
not_stopped() { ! state_of "$1" T; }

@test "stages are joined by pipes, as in the shell" {
	run --separate-stderr kebrun 'printf "b|2\na|1\n" | sort | sed "s/|/ is /"'
	expect_status 0
	expect_out $'a is 1\nb is 2'
	[ -z "$stderr" ]
}

@test "the first stage reads stdin, the last writes stdout, lines may be broken behind a bar" {
	run --separate-stderr kebrun '
		cat |     # the first
		tr a-z A-Z
	' <<<hello
	expect_status 0
	expect_out HELLO
}

@test "what is no pipeline is refused" {
	run --separate-stderr kebrun 'true || false'
	expect_status 2
	expect_err "kebrun: error: the pipeline has '||' between commands: only '|' joins stages"
	run --separate-stderr kebrun 'cat | '
	expect_status 2
	expect_err "stage 2 of the pipeline is empty"
	run --separate-stderr kebrun kebread -t orders
	expect_status 2
	expect_err "expected one argument, the pipeline in quotes, got 3"
	run --separate-stderr kebrun
	expect_status 2
}

@test "a loop with a stage that settles nothing is refused, with what to do instead" {
	run --separate-stderr kebrun 'kebread -t orders | kebmap | jq .'
	expect_status 2
	expect_err "the last stage, 'jq', settles no record"
	run --separate-stderr kebrun 'kebread -t orders | kebmap'
	expect_status 2
	expect_err "the last stage, 'kebmap', settles no record"
	expect_err "end the pipeline with kebput, kebwrite or kebexec --sink"
}

@test "--print shows what the shell would be given, and to whom the fds go" {
	run --separate-stderr kebrun --print 'kebread -t "$T" | A=1 kebmap | { kebput; } | cat'
	expect_status 2 # a group is no keb program
	run --separate-stderr kebrun --print 'kebread -t "$T" | A=1 kebmap | kebput --results | cat' 3>&-
	expect_status 0
	expect_out "KEB_ACK_FD=3 sh -c: exec kebread -t \"\$T\"
KEB_STATUS_FD=3 sh -c: A=1 exec kebmap
KEB_STATUS_FD=3 sh -c: exec kebput --results
sh -c: exec cat"
}

@test "the shell replaces itself: each stage is one process in a group of its own" {
	run --separate-stderr kebrun 'cat /proc/self/stat | cat - /proc/self/stat'
	expect_status 0
	# pid (comm) state ppid pgrp
	while read -r pid comm _ parent group _; do
		[ "$comm" = "(cat)" ]
		[ "$pid" = "$group" ]
		parents+=" $parent"
	done <<<"$output"
	set -- $parents
	[ "$1" = "$2" ] # kebrun, not a shell
}

@test "in a loop the first stage has the ack fd, the others the status fd, nobody anything else" {
	for one in kebread kebmap kebput; do
		fake "$one" <<-'END'
			name=${0##*/}
			echo "$name ack=${KEB_ACK_FD-} status=${KEB_STATUS_FD-}" >"$name.env"
			ls -l /proc/self/fd >"$name.fds"
			[ "$name" = kebread ] || cat >/dev/null # or its end would stop the others
		END
	done
	run --separate-stderr kebrun 'kebread | kebmap | kebput' 3>&-
	expect_status 0
	[ "$(cat kebread.env)" = "kebread ack=3 status=" ]
	[ "$(cat kebmap.env)" = "kebmap ack= status=3" ]
	[ "$(cat kebput.env)" = "kebput ack= status=3" ]
	# It is one pipe for all three, and each has it once.
	[ "$(sed -n 's/.* 3 -> //p' ./*.fds | sort -u | wc -l)" = 1 ]
	pipe=$(sed -n 's/.* 3 -> //p' kebread.fds)
	[ "$(grep -cF "$pipe" kebread.fds kebmap.fds kebput.fds)" = $'kebread.fds:1\nkebmap.fds:1\nkebput.fds:1' ]
}

@test "an fd that the caller has opened stays his: the wire takes the next number" {
	for one in kebread kebput; do
		fake "$one" <<-'END'
			echo "${0##*/} ack=${KEB_ACK_FD-} status=${KEB_STATUS_FD-}" >&2
			[ "${0##*/}" = kebread ] || cat
		END
	done
	run --separate-stderr bash -c 'exec 3<>mine 4>&-; exec kebrun "kebread | kebput"'
	expect_err "kebread ack=4 status="
	expect_err "kebput ack= status=4"
}

@test "a pipeline without kebread in front gets no fds" {
	export KEB_STATUS_FD=7 KEB_ACK_FD=8
	run --separate-stderr kebrun 'env | grep -E "KEB_(ACK|STATUS)_FD"'
	expect_status 1
	expect_out ""
}

@test "the end of the last writer is the end of the statuses" {
	fake kebread <<-'END'
		echo one; echo two
		exec >&-
		cat <&"$KEB_ACK_FD"
	END
	fake kebmap <<<'exec cat'
	fake kebput <<-'END'
		while read -r line; do echo "$line delivered" >&"$KEB_STATUS_FD"; done
	END
	# stdout of the fake kebread is closed, so it says what it got on stderr.
	sed -i 's/^cat .*/& >\&2/' fake/kebread
	run --separate-stderr timeout 10 kebrun 'kebread | kebmap | kebput'
	expect_status 0
	[ "$stderr" = $'one delivered\ntwo delivered' ]
}

@test "a stop is for the first stage: the others finish what is in the pipes" {
	fake_loop
	start -v 'kebread | kebmap | kebput'
	eventually test -s kebput.pid
	kill -INT "$STARTED"
	ended
	expect_status 0
	[ "$(wc -l <told)" = 1 ]
	grep -q settled kebread.end
	expect_err "kebrun: info: stage 3 (kebput) ended with status 0"
}

@test "signals within 2 s are one, a later one ends everything with 128+n" {
	fake kebread <<-'END'
		trap 'echo TERM >>told' TERM
		while :; do sleep 0.05; done
	END
	fake kebput <<<'exec cat'
	start 'kebread | kebput'
	eventually pgrep -P "$STARTED" -f kebread >/dev/null
	eventually pgrep -P "$STARTED" -x cat >/dev/null
	kill -TERM "$STARTED"
	eventually test -s told
	kill -TERM "$STARTED"
	kill -INT "$STARTED"
	gone_on() { kill -0 "$STARTED"; }
	gone_on
	later() { kill -HUP "$STARTED" 2>/dev/null && grep -q 'stopping at once' err; }
	eventually later
	ended
	expect_status 129
	[ "$(sed -n 1p told)" = TERM ]
}

@test "the first failure decides, the consequences do not" {
	fake_loop
	fake kebput <<<'read -r line; exit 4'
	start 'kebread | kebmap | kebput'
	ended
	expect_status 4
	expect_err "kebrun: error: stage 3 (kebput) ended with status 4: the remote said no"
	[[ $stderr != *kebmap* ]]
	[ "$(cat told)" = TERM ]
}

@test "a killed stage is named, the others end" {
	fake_loop
	for victim in kebread kebmap kebput; do
		rm -f ./*.pid told
		start 'kebread | kebmap | kebput'
		for one in kebread kebmap kebput; do
			eventually test -s $one.pid
		done
		kill -KILL "$(cat $victim.pid)"
		ended
		expect_status 137
		expect_err "($victim) was ended by SIGKILL"
		for one in kebread kebmap kebput; do
			not_running $one
		done
	done
}

@test "when kebrun is killed, the stages end" {
	fake_loop
	start 'kebread | kebmap | kebput'
	for one in kebread kebmap kebput; do
		eventually test -s $one.pid
	done
	kill -KILL "$STARTED"
	for one in kebread kebmap kebput; do
		eventually not_running $one
	done
}

@test "who does not end is told after 5 s, and killed" {
	fake kebread <<<'while :; do echo line; sleep 0.05; done'
	fake kebmap <<-'END'
		read -r line
		exit 3
	END
	fake kebput <<-'END'
		trap 'echo told >>put.told' TERM
		while :; do sleep 0.1; done
	END
	run --separate-stderr kebrun 'kebread | kebmap | kebput'
	expect_status 3
	expect_err "stage 2 (kebmap) ended with status 3: malformed input"
	[ "$(cat put.told)" = told ]
}

@test "kebread's word on unsettled records counts if nothing else failed" {
	fake kebread <<<'exit 1'
	fake kebput <<<'exec cat'
	run --separate-stderr kebrun 'kebread | kebput'
	expect_status 1
	expect_err "stage 1 (kebread) ended with status 1: records rejected or unsettled"
}

@test "a reader that had enough fails nobody, and ends a source that is silent" {
	run --separate-stderr kebrun 'yes | head -1'
	expect_status 0
	expect_out y
	run --separate-stderr timeout 10 kebrun '{ echo one; exec sleep 60; } | head -1'
	expect_status 0
	expect_out one
}

@test "a stage that cannot be started ends with 126 or 127" {
	run -127 --separate-stderr kebrun 'true | no-such-command'
	expect_err "stage 2 (no-such-command) ended with status 127: command not found"
	touch plain
	run --separate-stderr kebrun './plain | cat'
	expect_status 126
	expect_err "command cannot be run"
}

@test "the end of a shell's child by a signal counts as such" {
	run --separate-stderr kebrun '{ sh -c "kill -SEGV \$\$"; exit $?; } | cat'
	expect_status 139
	expect_err "stage 1 (sh) was ended by SIGSEGV"
}

@test "TSTP and CONT are passed on" {
	start 'sleep 30 | cat'
	eventually pgrep -P "$STARTED" -x cat >/dev/null
	eventually pgrep -P "$STARTED" -x sleep >/dev/null
	cat=$(pgrep -P "$STARTED" -x cat)
	kill -TSTP "$STARTED"
	eventually stopped "$STARTED"
	eventually stopped "$cat"
	kill -CONT "$STARTED"
	eventually not_stopped "$cat"
	kill -TERM "$STARTED"
	ended
	expect_status 0
}

@test "-j runs copies, each with its number" {
	fake kebread <<<'echo "$KEB_COPY of $KEB_COPIES: $*"'
	fake kebput <<<'exec cat'
	run --separate-stderr kebrun -j 3 'kebread -X group.instance.id=w%i a%%i | kebput'
	expect_status 0
	[ "$(sort <<<"$output")" = "1 of 3: -X group.instance.id=w1 a%%i
2 of 3: -X group.instance.id=w2 a%%i
3 of 3: -X group.instance.id=w3 a%%i" ]
	run --separate-stderr kebrun 'kebread %i | kebput'
	expect_out "1 of 1: %i"
	run --separate-stderr kebrun -j 2 'cat | kebput'
	expect_status 2
	expect_err "-j needs kebread as the first stage"
}

@test "one failing copy stops all, gently" {
	fake_loop
	fake kebread <<-'END'
		[ "$KEB_COPY" != 2 ] || { until [ -e fail ]; do sleep 0.02; done; exit 5; }
		trap 'stop=1; echo "TERM $KEB_COPY" >>told' TERM
		touch "up.$KEB_COPY"
		while [ -z "$stop" ]; do sleep 0.02; done
	END
	start -j 3 'kebread | kebput'
	eventually test -e up.1
	eventually test -e up.3
	touch fail
	ended
	expect_status 5
	expect_err "copy 2, stage 1 (kebread) ended with status 5: remote unreachable"
	[ "$(sort told)" = $'TERM 1\nTERM 3' ]
}

@test "--labels puts the stage's name in front of what it says" {
	run --separate-stderr kebrun --labels 'echo one >&2 | { cat; echo two; printf three; } >&2'
	expect_status 0
	[ "$(sort <<<"$stderr")" = $'echo| one\nsh| three\nsh| two' ]
	fake kebread <<<'echo hello >&2'
	fake kebput <<<'exec cat'
	run --separate-stderr kebrun --labels -j 2 'kebread | kebput'
	[ "$(sort <<<"$stderr")" = $'kebread.1| hello\nkebread.2| hello' ]
}

@test "--pipe-size sets the size of every pipe, and tells the writers" {
	fake kebread <<-'END'
		echo "$KEB_PIPE_SIZE"
		python3 -c 'import fcntl; print(fcntl.fcntl(int("'"$KEB_ACK_FD"'"), 1032))'
	END
	fake kebput <<<'cat; exec python3 -c "import fcntl; print(fcntl.fcntl(0, 1032))"'
	run --separate-stderr kebrun --pipe-size 8KiB 'kebread | kebput'
	expect_status 0
	expect_out $'8192\n8192\n8192'
	run --separate-stderr kebrun --pipe-size 1 'true | true'
	expect_status 2
}

@test "-v says how every stage ended and what it took" {
	run --separate-stderr kebrun -v 'true | cat'
	expect_status 0
	expect_err "kebrun: info: stage 1 (true) ended with status 0, 0.0"
	expect_err "s of CPU, at most"
	expect_err "kebrun: info: stage 2 (cat) ended with status 0"
}

@test "a signal that was ignored at the start stays ignored" {
	fake_loop
	(trap '' HUP && exec kebrun 'kebread | kebmap | kebput') >out 2>err 3>&- &
	STARTED=$!
	eventually test -s kebput.pid
	kill -HUP "$STARTED"
	kill -HUP "$(cat kebmap.pid)"
	kill -TERM "$STARTED"
	ended
	expect_status 0
	[ "$(wc -l <told)" = 1 ]
}
