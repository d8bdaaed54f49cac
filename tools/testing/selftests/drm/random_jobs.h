/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writebacks under way: how each fence may end, and what must then be in memory.
 * All that can be written is compared with what was there last, whenever nobody
 * writes to it.
 */
#ifndef RANDOM_JOBS_H
#define RANDOM_JOBS_H

#include "random_stage.h"

#define JOBS_MAX 12

struct job {
	bool pending;
	unsigned long commit;		/* its number */
	int fence;			/* -1: nobody asked for one */
	uint8_t target;			/* enum fb_value */
	uint32_t sources;		/* a bit for each that is shown */
	bool off;			/* a later commit turned the CRTC off */
	bool overwritten, overwrites;	/* a later, earlier job's target */
	struct buffer want;		/* the picture */
};

struct jobs {
	struct job list[JOBS_MAX];	/* in the order of their commits */
	unsigned int first, n;
	uint8_t *last[TARGETS];		/* what was in a target's memory last */
};

/* How a fence can end. */
enum fence_end { FENCE_GOOD, FENCE_CANCELLED, FENCE_NONE, FENCE_ENDS };

struct run;
struct change;

int jobs_open(struct run *run);
void jobs_close(struct run *run);

/* Draws what @step shows, and poisons what it writes, where nobody uses it. */
void jobs_draw(struct run *run, const struct step *step);

/* An accepted commit: what it does to those before, and its own job if any. */
void jobs_turn_off(struct jobs *jobs);
void jobs_add(struct run *run, const struct change *change, int fence);

/*
 * Judges those which have ended; with @all, each has to. These return enum fault,
 * 0 for none.
 */
int jobs_reap(struct run *run, bool all);

/* Has anything been written that nobody may write? */
int jobs_check_quiet(struct run *run);

/* The youngest is still pending. */
int jobs_check_held(struct run *run);

bool jobs_full(const struct jobs *jobs);

#endif
