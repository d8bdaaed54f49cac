// SPDX-License-Identifier: GPL-2.0-only
/*
 * Benchmark of writeback connectors: how figures are told
 */

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/processor.h>
#include <linux/sort.h>

#include <kunit/test.h>

#include "drm_writeback_bench.h"

unsigned int bench_samples = 1000;
module_param_named(samples, bench_samples, uint, 0444);
MODULE_PARM_DESC(samples, "how many times each figure is measured");

static int compare(const void *a, const void *b)
{
	u64 left = *(const u64 *)a, right = *(const u64 *)b;

	return left < right ? -1 : left > right;
}

u64 *bench_alloc_samples(struct kunit *test)
{
	u64 *samples;

	KUNIT_ASSERT_GT(test, bench_samples, 0);
	samples = kunit_kcalloc(test, bench_samples, sizeof(*samples), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, samples);

	return samples;
}

/* The mean of the middle half: finer than the clock, and without what stands out. */
static u64 middle(u64 *samples, unsigned int n)
{
	unsigned int i, first = n / 4, end = n - n / 4;
	u64 sum = 0;

	sort(samples, n, sizeof(*samples), compare, NULL);
	for (i = first; i < end; i++)
		sum += samples[i];

	return div_u64(sum, end - first);
}

/* How many ticks of the clock are a millisecond. */
static u64 clock_rate(void)
{
	static u64 rate;
	u64 ticks, ns;

	if (rate)
		return rate;

	ticks = bench_now();
	ns = ktime_get_ns();
	while (ktime_get_ns() - ns < 20 * NSEC_PER_MSEC)
		cpu_relax();
	ticks = bench_now() - ticks;
	ns = ktime_get_ns() - ns;
	rate = div64_u64(ticks * NSEC_PER_MSEC, ns);

	return rate;
}

/* Ticks become a hundredth of a nanosecond. */
static void scale(u64 *samples, unsigned int n, unsigned int jobs)
{
	u64 rate = clock_rate();
	unsigned int i;

	for (i = 0; i < n; i++)
		samples[i] = div64_u64(samples[i] * 100 * NSEC_PER_MSEC, rate * jobs);
}

static u64 clock_cost(void)
{
	u64 costs[101];
	int i;

	for (i = 0; i < ARRAY_SIZE(costs); i++) {
		u64 now = bench_now();

		costs[i] = bench_now() - now;
	}
	scale(costs, ARRAY_SIZE(costs), 1);

	return middle(costs, ARRAY_SIZE(costs));
}

void bench_report(struct kunit *test, const char *figure, const char *unit,
		  u64 number)
{
	kunit_info(test, "bench: %s %s %llu\n", figure, unit, number);
}

void bench_report_time(struct kunit *test, const char *figure, u64 *samples,
		       unsigned int n, unsigned int jobs)
{
	u64 cost = div_u64(clock_cost(), jobs), time;
	u32 part;

	scale(samples, n, jobs);
	time = middle(samples, n);
	time = div_u64_rem(time - min(time, cost), 100, &part);
	kunit_info(test, "bench: %s ns %llu.%02u\n", figure, time, part);
}
