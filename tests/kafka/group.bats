#!/usr/bin/env bats
# Consumer groups as a real Kafka runs them: commits while the group rebalances, static
# members, both protocols. The mock refuses commits during a join and ignores static members.
bats_require_minimum_version 1.5.0

setup() {
	load ../pipe/lib
	pipe_setup
}
teardown() { pipe_teardown; }

has_events() { [ "$(wc -l <"$EVENTS")" -ge "$1" ]; }
committed_sum() { committed "$GROUP" "$TOPIC" | awk '{ n += $2 } END { print n + 0 }'; }
committed_all() { [ "$(committed_sum)" -ge "$1" ]; }
places() { jq -c '[.detail.partition, .detail.offset]' "$EVENTS"; }

# Members come and go while records flow: with clean joins and leaves no event comes twice.
members_come_and_go() { # STRATEGY
	topic "$TOPIC" 4
	bus_and_broker_up
	local member="kebread -G $GROUP -t $TOPIC -X partition.assignment.strategy=$1 |
		kebmap --source test | kebput --bus default" first second
	started first kebrun "$member"
	first=$pid
	records 2000 64 | produce "$TOPIC"
	eventually has_events 500
	started second kebrun "$member"
	second=$pid
	records 2000 64 | produce "$TOPIC"
	KEB_WAIT=30 eventually has_events 4000
	records 2000 64 | produce "$TOPIC"
	kill -TERM "$first"
	ended "$first"
	[ "$status" -eq 0 ] || { cat first.err >&2 && false; }
	KEB_WAIT=30 eventually has_events 6000
	kill -TERM "$second"
	ended "$second"
	[ "$status" -eq 0 ] || { cat second.err >&2 && false; }
	[ "$(committed_sum)" -eq 6000 ]
	[ "$(places | sort -u | wc -l)" -eq 6000 ]
	[ "$(places | wc -l)" -eq 6000 ] || { echo "$(places | wc -l) events of 6000 records" >&2 && false; }
}

@test "members join and leave, eager: nothing is missing, nothing comes twice" {
	members_come_and_go range
}

@test "members join and leave, cooperative: nothing is missing, nothing comes twice" {
	members_come_and_go cooperative-sticky
}

@test "a member that is killed: its partitions go on from the commit, nothing is missing" {
	topic "$TOPIC" 4
	bus_and_broker_up
	local member="kebread -G $GROUP -t $TOPIC -X session.timeout.ms=3000 -X heartbeat.interval.ms=500 |
		kebmap --source test | kebput --bus default" first
	started first kebrun "$member"
	first=$pid
	started second kebrun "$member"
	records 2000 64 | produce "$TOPIC"
	eventually has_events 200
	kill -KILL "$first"
	records 2000 64 | produce "$TOPIC"
	KEB_WAIT=40 eventually committed_all 4000
	kill -TERM "$pid"
	ended "$pid"
	[ "$(places | sort -u | wc -l)" -eq 4000 ]
}

@test "a second run soon after a kill says what it waits for" {
	topic "$TOPIC" 1
	bus_and_broker_up
	LOOP_READ="-X session.timeout.ms=13000" started first loop
	local first=$pid
	records 10 | produce "$TOPIC"
	KEB_WAIT=20 eventually accepted 10
	kill -KILL "$(stage_of "$first" kebread)"
	ended "$first"
	records 10 | produce "$TOPIC"
	LOOP_READ="-e" run --separate-stderr loop
	expect_status 0
	expect_err "the group has given no partitions for 10 s: a member that was killed keeps its own"
	[ "$(committed_sum)" -eq 20 ]
}

@test "a static member that restarts gets its partitions back without a rebalance" {
	topic "$TOPIC" 2
	bus_and_broker_up
	local one="kebread -G $GROUP -t $TOPIC -X session.timeout.ms=30000 -X group.instance.id=" other
	local rest='| kebmap --source test | kebput --bus default'
	started other kebrun "${one}b --metrics b.prom $rest"
	other=$pid
	started first kebrun "${one}a $rest"
	records 100 16 | produce "$TOPIC"
	KEB_WAIT=20 eventually committed_all 100
	eventually rebalances_known
	local before
	before=$(rebalances)
	kill -TERM "$pid"
	ended "$pid"
	[ "$status" -eq 0 ] || { cat first.err >&2 && false; }
	started first kebrun "${one}a $rest"
	records 100 16 | produce "$TOPIC"
	KEB_WAIT=20 eventually committed_all 200
	[ "$(places | wc -l)" -eq 200 ]
	[ "$(rebalances)" = "$before" ]
	kill -TERM "$pid" "$other"
	ended "$pid"
	ended "$other"
}
rebalances() { awk '$1 == "keb_read_rebalances_total" { print $2 }' b.prom; }
rebalances_known() { [ -s b.prom ] && [ -n "$(rebalances)" ]; }

@test "-j 3 copies share the partitions of one group" {
	topic "$TOPIC" 6
	bus_and_broker_up
	records 3000 64 | produce "$TOPIC"
	run --separate-stderr kebrun -j 3 "kebread -G $GROUP -t $TOPIC -e | kebmap --source test | kebput --bus default"
	expect_status 0
	[ "$(places | sort -u | wc -l)" -eq 3000 ]
	[ "$(committed_sum)" -eq 3000 ]
}
