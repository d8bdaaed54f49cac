/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that captures on and on, with some captures in flight, while somebody
 * else makes that hard.
 */
#ifndef CAPTURER_H
#define CAPTURER_H

#include <pthread.h>
#include <stdatomic.h>

#include "shots.h"

#define CAPTURER_SHOTS 4

struct capturer {
	struct screen *screen;
	unsigned int allowed;		/* a mask of 1 << outcome */
	int refusals[2];		/* errnos that a commit may have */
	struct shot shots[CAPTURER_SHOTS];
	struct tally tally;
	unsigned int refused;		/* commits */
	char fault[256];
	atomic_bool stop;
	pthread_t thread;
};

/* The screen is on, or refused captures are tried again until it is. */
int capturer_start(struct capturer *capturer, struct screen *screen,
		   unsigned int allowed, int refusal, int refusal_2);

/* How many jobs are in flight at the moment. */
unsigned int capturer_in_flight(const struct capturer *capturer);

/* Has it found something wrong? Then it has ended. */
bool capturer_failed(const struct capturer *capturer);

/*
 * Waits until all in flight has ended. NULL, or what is wrong. The buffers stay
 * until capturer_fini(), as one may be on a plane.
 */
const char *capturer_stop(struct capturer *capturer);
void capturer_fini(struct capturer *capturer);

#endif
