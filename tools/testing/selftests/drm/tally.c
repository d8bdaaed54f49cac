// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdio.h>

#include "tally.h"

enum outcome outcome_of(int status)
{
	switch (status) {
	case 1:
		return GOOD;
	case 0:
		return HUNG;
	case -ECANCELED:
		return CANCELLED;
	case -ETIMEDOUT:
		return TIMED_OUT;
	case -EIO:
		return STUCK;
	case -ENODEV:
		return GONE;
	default:
		return OTHER;
	}
}

bool tally_status(struct tally *tally, int status, unsigned int allowed)
{
	enum outcome outcome = outcome_of(status);

	tally->count[outcome]++;
	return allowed & 1u << outcome;
}

void tally_add(struct tally *tally, const struct tally *more)
{
	unsigned int i;

	for (i = 0; i < OUTCOMES; i++)
		tally->count[i] += more->count[i];
}

unsigned int tally_jobs(const struct tally *tally)
{
	unsigned int i, jobs = 0;

	for (i = 0; i < OUTCOMES; i++)
		jobs += tally->count[i];
	return jobs;
}

const char *tally_text(const struct tally *tally)
{
	const unsigned int *count = tally->count;
	static char text[160];

	snprintf(text, sizeof(text),
		 "%u jobs: %u good, %u cancelled, %u timed out, %u stuck, %u gone, %u hung, %u other",
		 tally_jobs(tally), count[GOOD], count[CANCELLED],
		 count[TIMED_OUT], count[STUCK], count[GONE], count[HUNG],
		 count[OTHER]);
	return text;
}
