// SPDX-License-Identifier: GPL-2.0-only
/*
 * Benchmark of writeback connectors: how long the core takes for a job
 */

#include <linux/dma-fence.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include <kunit/test.h>

#include "drm_writeback_bench.h"

/* What each step took, of jobs one after the other. */
struct bench_times {
	u64 *queue;
	u64 *returned;
	u64 *signalled;
};

static void alloc_times(struct kunit *test, struct bench_times *times)
{
	times->queue = bench_alloc_samples(test);
	times->returned = bench_alloc_samples(test);
	times->signalled = bench_alloc_samples(test);
}

static u64 queue_one(struct kunit *test, struct bench *bench, bool fence)
{
	u64 begin;

	bench_prepare(test, bench, fence);
	begin = bench_now();
	bench_queue(bench);

	return bench_now() - begin;
}

/* There are always @queued jobs when one completes. */
static void take_times(struct kunit *test, struct bench *bench,
		       struct bench_times *times, unsigned int queued,
		       bool fence, bool watch)
{
	struct bench_irq irq;
	unsigned int i;

	bench_irq_init(&irq, bench);
	bench_fill(test, bench, queued - 1, fence);
	for (i = 0; i < bench_samples; i++) {
		times->queue[i] = queue_one(test, bench, fence);
		if (watch)
			bench_irq_watch(test, &irq, bench->fences[0]);
		bench_irq_run(test, &irq, 1, 1);
		times->returned[i] = irq.returned - irq.entry;
		times->signalled[i] = irq.signalled - irq.entry;
		bench_settle(test, bench, queued - 1);
		bench_close_fence(bench);
	}
	if (queued > 1)
		bench_irq_run(test, &irq, queued - 1, 1);
	bench_settle(test, bench, 0);
	bench_close_fences(bench);
}

struct time_case {
	const char *of;
	unsigned int number;
	unsigned int queued;
	unsigned int connectors;
};

static const struct time_case time_cases[] = {
	{ "queued", 1, 1, 1 },
	{ "queued", 8, 8, 1 },
	{ "queued", 64, 64, 1 },
	{ "queued", 512, 512, 1 },
	{ "connectors", 8, 1, 8 },
	{ "connectors", BENCH_CONNECTORS, 1, BENCH_CONNECTORS },
};

static void describe(const struct time_case *c, char *text)
{
	snprintf(text, KUNIT_PARAM_DESC_SIZE, "%s=%u", c->of, c->number);
}

KUNIT_ARRAY_PARAM(time, time_cases, describe);

static void report(struct kunit *test, const char *step, u64 *samples)
{
	char figure[KUNIT_PARAM_DESC_SIZE + 32], what[KUNIT_PARAM_DESC_SIZE];

	describe(test->param_value, what);
	snprintf(figure, sizeof(figure), "%s/%s", step, what);
	bench_report_time(test, figure, samples, bench_samples, 1);
}

/* Who looks when the fence signals makes it take longer to return. */
static void drm_bench_writeback_steps(struct kunit *test)
{
	const struct time_case *c = test->param_value;
	struct bench *bench = bench_create(test, c->connectors);
	struct bench_times times;

	alloc_times(test, &times);
	take_times(test, bench, &times, c->queued, false, false);
	report(test, "queue/plain", times.queue);
	report(test, "return/plain", times.returned);

	take_times(test, bench, &times, c->queued, true, false);
	report(test, "queue/fence", times.queue);
	report(test, "return/fence", times.returned);

	take_times(test, bench, &times, c->queued, true, true);
	report(test, "signal/fence", times.signalled);
}

static const char *bare_name(struct dma_fence *fence)
{
	return "bare";
}

static const struct dma_fence_ops bare_ops = {
	.get_driver_name = bare_name,
	.get_timeline_name = bare_name,
};

static u64 signal_bare(struct kunit *test, struct bench_irq *irq, spinlock_t *lock)
{
	irq->bare = kzalloc(sizeof(*irq->bare), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, irq->bare);
	dma_fence_init(irq->bare, &bare_ops, lock, dma_fence_context_alloc(1), 1);
	bench_irq_watch(test, irq, irq->bare);
	bench_irq_run(test, irq, 1, 1);
	dma_fence_put(irq->bare);

	return irq->signalled - irq->entry;
}

/* What no implementation can do without: a fence that signals. */
static void drm_bench_writeback_bare(struct kunit *test)
{
	struct bench *bench = bench_create(test, 1);
	u64 *samples = bench_alloc_samples(test);
	DEFINE_SPINLOCK(lock);
	struct bench_irq irq;
	unsigned int i;

	bench_irq_init(&irq, bench);
	for (i = 0; i < bench_samples; i++)
		samples[i] = signal_bare(test, &irq, &lock);
	bench_report_time(test, "bare/signal", samples, bench_samples, 1);
}

/* As many rounds of a burst as there are samples, but for its jobs. */
static unsigned int rounds(void)
{
	return clamp(bench_samples / 25, 1, bench_samples);
}

static void take_burst(struct kunit *test, struct bench *bench, u64 *samples,
		       bool fence)
{
	struct bench_irq irq;
	unsigned int i;

	bench_irq_init(&irq, bench);
	for (i = 0; i < rounds(); i++) {
		bench_fill(test, bench, BENCH_JOBS, fence);
		bench_irq_run(test, &irq, BENCH_JOBS, BENCH_JOBS);
		samples[i] = irq.returned - irq.entry;
		bench_settle(test, bench, 0);
		bench_close_fences(bench);
	}
	bench_report_time(test, fence ? "burst/fence" : "burst/plain", samples,
			  rounds(), BENCH_JOBS);
}

/* One interrupt completes many jobs. */
static void drm_bench_writeback_burst(struct kunit *test)
{
	struct bench *bench = bench_create(test, 1);
	u64 *samples = bench_alloc_samples(test);

	take_burst(test, bench, samples, false);
	take_burst(test, bench, samples, true);
}

static void live(struct kunit *test, struct bench *bench, u64 *samples,
		 bool fence)
{
	unsigned int i, job;

	for (i = 0; i < rounds(); i++) {
		u64 begin = bench_now();

		bench_fill(test, bench, BENCH_JOBS, fence);
		for (job = 0; job < BENCH_JOBS; job++)
			drm_writeback_signal_completion(bench_connector(bench), 0);
		bench_close_fences(bench);
		bench_settle(test, bench, 0);
		rcu_barrier();
		samples[i] = bench_now() - begin;
	}
	bench_report_time(test, fence ? "life/fence" : "life/plain", samples,
			  rounds(), BENCH_JOBS);
}

/* From the allocation of a job until its memory is free. */
static void drm_bench_writeback_life(struct kunit *test)
{
	struct bench *bench = bench_create(test, 1);
	u64 *samples = bench_alloc_samples(test);

	live(test, bench, samples, false);
	live(test, bench, samples, true);
}

static struct kunit_case drm_writeback_bench_time_cases[] = {
	KUNIT_CASE_PARAM(drm_bench_writeback_steps, time_gen_params),
	KUNIT_CASE(drm_bench_writeback_bare),
	KUNIT_CASE_SLOW(drm_bench_writeback_burst),
	KUNIT_CASE_SLOW(drm_bench_writeback_life),
	{}
};

static struct kunit_suite drm_writeback_bench_time_suite = {
	.name = "drm_writeback_bench_time",
	.test_cases = drm_writeback_bench_time_cases,
};

kunit_test_suite(drm_writeback_bench_time_suite);
