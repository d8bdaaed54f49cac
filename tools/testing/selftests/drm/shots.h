/* SPDX-License-Identifier: GPL-2.0-only */
/* Captures in flight, each with a source and a destination of its own. */
#ifndef SHOTS_H
#define SHOTS_H

#include "screen.h"
#include "tally.h"

struct shot {
	struct buffer source, target;
	unsigned int frame;
	int32_t fence;			/* -1: not in flight */
};

/* Creates the buffers; what is there already stays. */
int shots_create(struct screen *screen, struct shot *shots, unsigned int n);
void shots_destroy(struct shot *shots, unsigned int n);

/* A capture of @frame into the poisoned target, without waiting. -errno. */
int shot_fire(struct screen *screen, struct shot *shot, unsigned int frame);

/*
 * Waits for the fence, if there is one, closes and counts it. NULL, or what is
 * wrong: a fence that hangs or whose status is not @allowed, or a picture that it
 * calls good and is not.
 */
const char *shot_land(struct shot *shot, struct tally *tally,
		      unsigned int allowed);

/* Is there a fence that has not signalled? */
bool shot_is_in_flight(const struct shot *shot);

#endif
