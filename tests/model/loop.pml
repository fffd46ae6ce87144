/*
 * The settlement protocol of the loop (keb(7), THE LOOP): kebread, a filter and a sink,
 * joined by pipes with little room, one status pipe, and kebrun. One partition with N
 * records; the sink has two in flight and ends them in any order; the filter drops any;
 * the source is told to stop, a stage is killed or gives up, at any moment, or not.
 *
 * What is checked:
 *  - never committed before settled: at each commit, every record below it has in truth
 *    been delivered or filtered (assert in kebread);
 *  - nobody waits for ever: no end state but the end of all processes;
 *  - the drain ends: there is no cycle, so every run comes to such an end.
 *
 * Mutations, each of which has to be found:
 *  COMMIT_EARLY  commits behind the last settled record, not the first that is not
 *  IMPLIED       a status settles the records before it as well
 *  BLOCKING      kebread reads no statuses while its stdout is full
 *  HOLDS_WRITER  kebread keeps the write end of the status pipe that it inherited
 */
#ifndef N
#define N 4
#endif
#define ROOM 1 /* lines in a pipe */
#define MAX 4  /* records in flight: more than the pipes hold */

/* A pipe: its writer has closed it, its reader has. EPIPE is what a writer then sees. */
chan to_filter = [ROOM] of { byte };
chan to_sink = [ROOM] of { byte };
chan statuses = [ROOM] of { byte };
bool filter_eof, sink_eof;
bool filter_left, sink_left, read_left;
byte writers = 2; /* of statuses */

bool done[N];	 /* the truth: its journey has ended */
bool settled[N]; /* what kebread knows of it */
byte committed;

bool stop; /* the source was told to */
mtype = { nobody, reading, filtering, sinking };
mtype killed = nobody;

#define WRITE(pipe, left, x) \
	if \
	:: atomic { !left && nfull(pipe) -> pipe ! x } \
	:: left -> goto end \
	fi

inline settle(r) {
	d_step {
		settled[r] = true;
#ifdef IMPLIED
		for (i : 0 .. r) { settled[i] = true }
#endif
#ifdef COMMIT_EARLY
		if :: r >= committed -> committed = r + 1 :: else fi;
#else
		do :: committed < N && settled[committed] -> committed++ :: else -> break od;
#endif
		for (i : 0 .. N - 1) { assert(i >= committed || done[i]) }
		outstanding--; i = 0; r = 0
	}
}

active proctype kebread() {
	byte sent, outstanding, r, i;

	{
		/* reading: one poll over stdout and the ack fd */
		do
		:: statuses ? r -> settle(r)
#ifdef BLOCKING
		:: sent < N && outstanding < MAX && !stop ->
			WRITE(to_filter, filter_left, sent);
			sent++; outstanding++
#else
		:: atomic { sent < N && outstanding < MAX && !stop && !filter_left && nfull(to_filter) ->
			to_filter ! sent; sent++; outstanding++ }
#endif
		:: sent == N || stop || filter_left -> break
		od;
		filter_eof = true;
		/* draining: until all is settled, or nobody is left to say so */
		do
		:: outstanding > 0 && statuses ? [r] -> statuses ? r; settle(r)
		:: outstanding == 0 -> break
#ifndef HOLDS_WRITER
		:: writers == 0 && empty(statuses) -> break
#endif
		od
	} unless { killed == reading };
end:	filter_eof = true;
	read_left = true
}

active proctype filter() {
	byte r;

	{
		do
		:: to_filter ? r ->
			if
			:: WRITE(to_sink, sink_left, r)
			:: done[r] = true; WRITE(statuses, read_left, r)
			fi;
			r = 0
		:: filter_eof && empty(to_filter) -> break
		od
	} unless { killed == filtering };
end:	atomic { filter_left = true; sink_eof = true; writers-- }
}

active proctype sink() {
	byte r, flying;
	bool has[N];

	{
		do
		:: flying < 2 && to_sink ? [r] -> atomic { to_sink ? r; has[r] = true; flying++; r = 0 }
		:: flying > 0 ->
			select (r : 0 .. N - 1);
			if
			:: has[r] -> has[r] = false
			:: else -> goto end /* gives up with records unsettled: status 4, or 5 */
			fi;
			done[r] = true;
			WRITE(statuses, read_left, r);
			flying--; r = 0
		:: sink_eof && empty(to_sink) && flying == 0 -> break
		od
	} unless { killed == sinking };
end:	atomic { sink_left = true; writers-- }
}

/* A signal, a kill, or neither; and a stage that ends early has the source stopped. */
active proctype kebrun() {
	if
	:: killed = reading
	:: killed = filtering
	:: killed = sinking
	:: stop = true
	:: skip
	fi;
	if
	:: filter_left || sink_left -> stop = true
	:: read_left
	fi
}
