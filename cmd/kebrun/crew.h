/*
 * The processes of a run: every stage of every copy, started by the shell, joined by
 * pipes, each in a process group of its own.
 */
#ifndef KEB_KEBRUN_CREW_H
#define KEB_KEBRUN_CREW_H

#include "labels.h"
#include "plan.h"
#include "verdict.h"

#include <sys/resource.h>
#include <sys/types.h>

struct member {
	const struct plan_stage *stage;
	pid_t pid; /* 0: not running */
	pid_t group;
	dev_t input_dev; /* the pipe on its stdin, if it is not the first stage */
	ino_t input_ino;
	struct ending ending;
	struct rusage usage;
	bool told; /* its failure was reported */
};

struct crew {
	const struct plan *plan;
	unsigned copies;
	struct member *members; /* copies * plan->n, copy by copy, in the order of the stages */
	size_t n;
	struct labels *labels; /* NULL: the stages write to our stderr */
};

struct crew_conf {
	unsigned copies;    /* at least 1 */
	bool numbered;	    /* %i stands for the copy's number, messages name the copy */
	uint64_t pipe_size; /* 0: as the kernel makes them */
	bool labels;
};

/*
 * Starts all stages and keeps no end of their pipes, nor the caller's stdin and
 * stdout, which become /dev/null. The signals in *block are blocked here from then on,
 * and not in the stages. On failure (status 125) everything that was started is killed.
 */
int crew_start(struct crew *crew, const struct plan *plan, const struct crew_conf *conf,
	       const sigset_t *block, struct err *err);
void crew_free(struct crew *crew);

/* Signals a running member's whole group and notes that it came from us. */
void crew_signal(struct member *member, int number);

/* Whether the stage in front of this one is running and still has the pipe between them open. */
bool crew_input_open(const struct crew *crew, const struct member *member);

/*
 * The number on which stages get their end of the status pipe: of 3 to 9, those that a
 * shell can name, the first that the caller has not opened for them; -1 if there is none.
 */
int crew_wire_fd(void);

#endif
