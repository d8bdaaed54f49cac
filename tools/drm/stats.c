// SPDX-License-Identifier: GPL-2.0-only

#include "stats.h"

/* How many low bits of a time its bucket does not tell. */
static unsigned int dropped_bits(uint32_t us)
{
	unsigned int bits = us ? 32 - __builtin_clz(us) : 0;

	return bits > STATS_SHIFT + 1 ? bits - STATS_SHIFT - 1 : 0;
}

static unsigned int bucket_of(uint32_t us)
{
	unsigned int drop = dropped_bits(us);

	return (drop << STATS_SHIFT) + (us >> drop);
}

/* The time in the middle of a bucket. */
static uint32_t time_of(unsigned int bucket)
{
	unsigned int drop = bucket >> STATS_SHIFT;
	uint32_t top = bucket;

	if (drop)
		top = bucket - (--drop << STATS_SHIFT);
	return (top << drop) + (drop ? 1u << (drop - 1) : 0);
}

void stats_add(struct stats *stats, uint32_t us)
{
	stats->count++;
	stats->buckets[bucket_of(us)]++;
	if (us > stats->worst_us)
		stats->worst_us = us;
}

uint32_t stats_median_us(const struct stats *stats)
{
	unsigned int bucket = 0, seen = stats->buckets[0];

	if (!stats->count)
		return 0;
	while (seen <= stats->count / 2)
		seen += stats->buckets[++bucket];
	return time_of(bucket) < stats->worst_us ? time_of(bucket) :
						   stats->worst_us;
}
