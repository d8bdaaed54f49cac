/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs many random steps; what fails is shortened and printed. In a process of its
 * own, which may hang.
 */
#ifndef RANDOM_HUNT_H
#define RANDOM_HUNT_H

#include "random_run.h"

#define REPORT_STEPS 16

/* Shared with the process. */
struct hunt {
	uint64_t seed;
	unsigned long count;
	int ignored;			/* rule, or -1 */
	unsigned int seconds;		/* for the shortening */

	unsigned long done;		/* steps so far; atomic */
	struct step step;		/* that is under way */
	struct ability ability;
	char card[64];
	struct tally tally;
	int error;			/* of run_open() */
	enum fault fault;
	char text[256];
	bool shrunk;			/* to these */
	unsigned int n_steps, tries;
	struct step steps[REPORT_STEPS];
};

/* Zeroed, in memory that is shared. */
struct hunt *hunt_create(void);
void hunt_destroy(struct hunt *hunt);

/* Hunts until the end, or until nothing has moved for a long time. */
void hunt_run(struct hunt *hunt);

/* The steps of a file, as they are printed, instead of random ones. */
void hunt_replay(struct hunt *hunt, const char *path);

/* The failure, and how often what happened. */
void hunt_print_failure(const struct hunt *hunt);
void hunt_print(const struct hunt *hunt);

/* The first rule or kind of commit that was never met, or NULL. */
const char *hunt_missed(const struct hunt *hunt);

#endif
