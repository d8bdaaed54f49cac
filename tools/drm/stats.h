/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Times of any number of frames in a fixed amount of memory: their median to
 * less than one percent, the worst exactly.
 */
#ifndef STATS_H
#define STATS_H

#include <stdint.h>

/* A quarter of a percent around each time; exact below 256 us. */
#define STATS_SHIFT 7
#define STATS_BUCKETS ((32 - STATS_SHIFT + 1) << STATS_SHIFT)

struct stats {
	unsigned int count;
	uint32_t worst_us;
	unsigned int buckets[STATS_BUCKETS];
};

void stats_add(struct stats *stats, uint32_t us);

/* 0 when there was none. */
uint32_t stats_median_us(const struct stats *stats);

#endif
