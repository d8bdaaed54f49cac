/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Benchmark of writeback connectors: a device, its jobs, and how a figure is told
 *
 * Uses nothing but what all implementations offer to drivers; what they do not
 * have in common is in drm_writeback_bench_fence.h.
 */

#ifndef __DRM_WRITEBACK_BENCH_H__
#define __DRM_WRITEBACK_BENCH_H__

#include <linux/completion.h>
#include <linux/dma-fence.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/types.h>

#include <drm/drm_connector.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_writeback.h>

struct drm_crtc;
struct drm_device;
struct kunit;

/* A device cannot have more than 32 connectors. */
#define BENCH_CONNECTORS	31
/* Jobs of a burst. */
#define BENCH_JOBS		1000

/* Parameter: how many times each figure is measured. */
extern unsigned int bench_samples;

/**
 * struct bench - a device without hardware, and jobs of its last connector
 * @drm: the device
 * @fb: the destination of all jobs
 * @n_connectors: how many of @wb there are
 * @wb: the writeback connectors
 * @state: of the connector that the jobs are for
 * @fences: those of the jobs that have an out-fence, oldest first
 * @n_fences: how many of these there are
 */
struct bench {
	struct drm_device *drm;
	struct drm_framebuffer fb;
	unsigned int n_connectors;
	struct drm_writeback_connector wb[BENCH_CONNECTORS];
	struct drm_connector_state state;
	struct dma_fence *fences[BENCH_JOBS];
	unsigned int n_fences;
};

/* Cleaned up with the test. */
struct bench *bench_create(struct kunit *test, unsigned int n_connectors);

struct drm_writeback_connector *bench_connector(struct bench *bench);

/* A job that is ready to be queued; with an out-fence, or without. */
void bench_prepare(struct kunit *test, struct bench *bench, bool fence);
void bench_queue(struct bench *bench);

/* Prepares and queues @jobs. */
void bench_fill(struct kunit *test, struct bench *bench, unsigned int jobs,
		bool fence);

/* User space closes the fence of the oldest job, or of all that have ended. */
void bench_close_fence(struct bench *bench);
void bench_close_fences(struct bench *bench);

/* Sleeps until all jobs but @left are cleaned up. */
void bench_settle(struct kunit *test, struct bench *bench, unsigned int left);

/**
 * struct bench_irq - an interrupt that completes jobs
 * @timer: fires in a hard interrupt
 * @bench: whose jobs
 * @bare: a fence that the interrupt signals instead, or NULL
 * @left: how many are still to be completed
 * @each: how many an interrupt completes
 * @entry: when the last interrupt was about to complete the first of them
 * @returned: when it had completed all of them
 * @signalled: when the fence that is watched signalled
 * @cb: on that fence
 * @done: nothing is left
 */
struct bench_irq {
	struct hrtimer timer;
	struct bench *bench;
	struct dma_fence *bare;
	unsigned int left;
	unsigned int each;
	u64 entry;
	u64 returned;
	u64 signalled;
	struct dma_fence_cb cb;
	struct completion done;
};

void bench_irq_init(struct bench_irq *irq, struct bench *bench);

/* Notes when a fence signals. */
void bench_irq_watch(struct kunit *test, struct bench_irq *irq,
		     struct dma_fence *fence);

/* Completes @jobs, @each of them in an interrupt, and waits for that. */
void bench_irq_run(struct kunit *test, struct bench_irq *irq,
		   unsigned int jobs, unsigned int each);

/*
 * The time, in ticks of a clock that is quick to read and fine enough for a few
 * instructions: that of User-Mode Linux tells 256 ns at a time.
 */
static inline u64 bench_now(void)
{
#ifdef __x86_64__
	u32 low, high;

	asm volatile("rdtscp" : "=a" (low), "=d" (high) : : "ecx");

	return (u64)high << 32 | low;
#else
	return ktime_get_ns();
#endif
}

/* A line for @figure. */
void bench_report(struct kunit *test, const char *figure, const char *unit,
		  u64 number);

/*
 * The same for the middle of the samples, in ticks, as nanoseconds of one of @jobs,
 * less what it takes to look at the clock. It sorts the samples.
 */
void bench_report_time(struct kunit *test, const char *figure, u64 *samples,
		       unsigned int n, unsigned int jobs);

u64 *bench_alloc_samples(struct kunit *test);

#endif
