/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs steps on a card, one after the other, and compares with the model. */
#ifndef RANDOM_RUN_H
#define RANDOM_RUN_H

#include "kselftest.h"
#include "random_jobs.h"
#include "random_stage.h"

/* What can go wrong; a failure is the same when this is. */
enum fault {
	FAULT_NONE,
	FAULT_VERDICT,		/* refused or accepted, where the model says else */
	FAULT_STATE,		/* a property reads as something else */
	FAULT_VARIABLE,		/* a fence variable */
	FAULT_STATUS,		/* of a fence */
	FAULT_PENDING,		/* a fence does not signal */
	FAULT_EARLY,		/* it signals before its in-fence */
	FAULT_PICTURE,		/* is not what was shown */
	FAULT_TOUCHED,		/* memory that nobody may write */
	FAULT_EVENT,		/* lost, or one too many */
	FAULT_LEAK,		/* something is left behind */
	FAULT_DEVICE,		/* cannot even be used */
};

extern const char *const fault_names[];

/* How often what happened. */
struct tally {
	unsigned long commits, accepted, refused, busy;
	unsigned long broken[64];	/* by rule, alone or not */
	unsigned long alone[64];
	unsigned long kinds[32];	/* of accepted ones, see kind_names */
	unsigned long fences[FENCE_ENDS];
	unsigned long pictures, cancelled_pictures;
};

/* Kinds of accepted commits, each as a test for the change. */
extern const struct kind {
	const char *name;
	bool (*is)(const struct change *change);
} kinds[];
extern const unsigned int n_kinds;

struct run {
	struct stage stage;
	struct world world;
	struct jobs jobs;
	struct tally tally;
	int ignored;			/* rule that is left out, or -1 */
	uint32_t frame;			/* of the next source that is drawn */
	bool busy;			/* a commit may be in the works */
	bool loose;			/* ... which no later one waits for */
	bool held;			/* ... and waits for our fence */
	unsigned int events;		/* that are due */
	enum fault fault;
	int got, wanted;		/* of the verdict that was at fault */
	char text[256];			/* what it was */
};

/* As stage_open(); @ignored as for judge(). */
int run_open(struct run *run, int ignored);

/* Everything off, whatever happened before. */
void run_close(struct run *run);

/* FAULT_NONE or what is wrong. */
enum fault run_step(struct run *run, const struct step *step);

/* Waits for all that is under way, and judges it. */
enum fault run_settle(struct run *run);

/* All of it: the number of steps until one was at fault; n + 1 when none was. */
unsigned int run_steps(struct run *run, const struct step *steps,
		       unsigned int n);

__printf(3, 4)
enum fault run_fault(struct run *run, enum fault fault, const char *format, ...);

#endif
