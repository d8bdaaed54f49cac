/* SPDX-License-Identifier: GPL-2.0-only */
/* How the fences of many jobs have ended. */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>

enum outcome {
	GOOD,			/* 1 */
	CANCELLED,		/* -ECANCELED */
	TIMED_OUT,		/* -ETIMEDOUT */
	STUCK,			/* -EIO */
	GONE,			/* -ENODEV */
	HUNG,			/* 0: still pending when nobody waited any more */
	OTHER,
	OUTCOMES
};

struct tally {
	unsigned int count[OUTCOMES];
};

enum outcome outcome_of(int status);

/* Counts a status; is it among those of @allowed, a mask of 1 << outcome? */
bool tally_status(struct tally *tally, int status, unsigned int allowed);

void tally_add(struct tally *tally, const struct tally *more);
unsigned int tally_jobs(const struct tally *tally);

/* "90 jobs: 80 good, 10 cancelled, ...", in a static buffer. */
const char *tally_text(const struct tally *tally);

#endif
