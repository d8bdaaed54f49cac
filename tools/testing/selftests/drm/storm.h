/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the storms have in common: many short captures with things happening to
 * them at random moments; then all fences have signalled, nothing is left, and
 * the next capture works.
 */
#ifndef STORM_H
#define STORM_H

#include "chance.h"
#include "ledger.h"
#include "model.h"
#include "shots.h"

struct storm {
	struct screen screen;		/* in a mode that is small and quick */
	struct model model;		/* the path is empty if the card is none */
	struct chance chance;
	struct ledger before;
	struct tally tally;
	long faults;			/* of the driver, before */
};

/* Chooses the small mode, and has a model behave. */
int storm_prepare(struct screen *screen, struct model *model);

/*
 * As screen_open(), and turns it on; a first capture is right. From now on the
 * test ends after some minutes, whatever hangs.
 */
int storm_open(struct storm *storm);

/*
 * The screen goes on again if it is not, the next capture is right, and the
 * ledger as before. NULL, or what is wrong. The screen stays open.
 */
const char *storm_settle(struct storm *storm);

/* Off and closed; and open and on again, with the ledger from before. */
void storm_close(struct storm *storm);
int storm_reopen(struct storm *storm);

/* A mode in which a picture takes long, for what does not come at once. */
int storm_slow_down(struct storm *storm);

/* Longer than a frame: what happens within that, happens to a picture. */
unsigned int storm_moment_us(const struct storm *storm);

/* Poisons, shows, captures, compares: NULL, or what is wrong. */
const char *storm_check(struct screen *screen);

#endif
