/* SPDX-License-Identifier: GPL-2.0-only */
/* Fences that are held for long: whatever goes, they answer. */
#ifndef HELD_H
#define HELD_H

#include <stdbool.h>

#define HELD 16

struct held {
	struct {
		int fence;		/* -1: none */
		int status;
	} fences[HELD];
	unsigned int next;
	char driver[32];		/* what they name */
};

void held_init(struct held *held, const char *driver);

/*
 * Takes over a fence that has signalled, and lets go of the one that was taken
 * HELD before. NULL, or what is wrong with either.
 */
const char *held_keep(struct held *held, int fence);

/* Lets go of all. */
const char *held_release(struct held *held);

#endif
