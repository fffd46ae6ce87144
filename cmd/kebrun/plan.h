/*
 * What each stage of a pipeline is, and what it is given: which are keb programs,
 * whether the whole is a loop, who gets the ack fd and who the status fd. keb(7),
 * THE LOOP.
 */
#ifndef KEB_KEBRUN_PLAN_H
#define KEB_KEBRUN_PLAN_H

#include "base/buf.h"
#include "split.h"

enum role {
	ROLE_FOREIGN, /* no keb program, a group, or known to the shell only */
	ROLE_SOURCE,  /* kebread: hands records out and reads what became of them */
	ROLE_FILTER,  /* settles some records, passes the others on */
	ROLE_SINK,    /* settles every record that reaches it */
};

enum wire {
	WIRE_NONE,
	WIRE_ACK,    /* the read end of the status pipe, as KEB_ACK_FD */
	WIRE_STATUS, /* the write end, as KEB_STATUS_FD */
};

struct plan_stage {
	struct slice text; /* shell text, a part of the argument */
	char *name;	   /* for messages: base name of the program, or its first word */
	enum role role;
	enum wire wire;
	bool wrapped;	/* a foreign filter: kebexec settles for it */
	bool searches;	/* grep or its like, which ends with 1 when nothing matched */
	bool exec;	/* a simple command, which the shell can replace itself with */
	size_t exec_at; /* where in the text "exec " goes */
};

struct plan {
	struct plan_stage *stages;
	size_t n;
	bool loop; /* the first stage is kebread */
};

/* The texts of the stages are borrowed. 0, or -1 with err (EXIT_USAGE) for a loop that cannot work.
 */
int plan_make(struct plan *plan, const struct split *split, struct err *err);
void plan_free(struct plan *plan);

/*
 * Appends what the shell is given for a stage: "exec " where it belongs and, for a
 * copy > 0, its number for every %i that has no % in front; for a wrapped one that is
 * the argument of kebexec --filter.
 */
void plan_command(const struct plan_stage *stage, unsigned copy, struct buf *to);

#endif
