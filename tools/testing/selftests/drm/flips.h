/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A display that runs: page flips, which may bring the writeback connector along
 * or take it away, and the events of flips and vblanks.
 */
#ifndef FLIPS_H
#define FLIPS_H

#include "screen.h"

struct flips {
	const struct screen *screen;
	unsigned int count, last;	/* flips, and the vblank of the last */
	bool backwards;			/* two flips in one frame */
	unsigned int pending;		/* vblanks that are asked for */
	bool watching;
	bool blinked;			/* one that was told too early */
};

/*
 * Flips to what is drawn last. With a @target, the commit also attaches the
 * writeback connector and captures; else, with @detach, it takes the connector
 * off. Retried while the kernel says EBUSY.
 */
int flip_attached(const struct screen *screen, const struct buffer *target,
		  bool detach, int32_t *fence, uint32_t flags);

/*
 * Asks for the events of the vblanks to come, always of many: a display that goes
 * off, however shortly, is told to have had them all at once.
 */
int flips_watch(struct flips *flips, const struct screen *screen);

/* Until the next flip, or else -ETIMEDOUT. */
int flips_wait(struct flips *flips);

/* Asks for no more, and waits for what was asked for. Has the display blinked? */
int flips_end(struct flips *flips, bool *blinked);

#endif
