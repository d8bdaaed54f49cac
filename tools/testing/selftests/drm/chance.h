/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random moments and choices, which a seed repeats.
 *
 * WRITEBACK_SEED=N is the seed, else the time is. WRITEBACK_LONG=1 runs the long
 * versions of tests.
 */
#ifndef CHANCE_H
#define CHANCE_H

struct chance {
	unsigned int seed;
	unsigned int state;
};

void chance_init(struct chance *chance);

/* From 0 to @limit - 1. */
unsigned int chance_below(struct chance *chance, unsigned int limit);

/* Sleeps less than @us microseconds. */
void chance_sleep(struct chance *chance, unsigned int us);

/* @many in a long version, else @few. */
unsigned int rounds_wanted(unsigned int few, unsigned int many);

#endif
