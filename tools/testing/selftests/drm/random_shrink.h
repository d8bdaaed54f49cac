/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Delta debugging: of a list of steps that fails, what is left when everything is
 * taken away without which it fails as well.
 */
#ifndef RANDOM_SHRINK_H
#define RANDOM_SHRINK_H

#include "random.h"

struct shrink {
	/* Does the list fail, in the same way? */
	bool (*fails)(void *data, const struct step *steps, unsigned int n);
	void *data;
	unsigned int seconds;		/* about how long it may take */
	unsigned int tries;		/* how often it was asked */
};

/* Shortens a list that fails in place; its new length. */
unsigned int shrink(struct shrink *shrink, struct step *steps, unsigned int n);

#endif
