// SPDX-License-Identifier: GPL-2.0-only
/*
 * Benchmark of writeback connectors: completions in hard interrupts
 */

#include <linux/ktime.h>
#include <linux/timekeeping.h>

#include <kunit/test.h>

#include "drm_writeback_bench.h"

/* To the next interrupt: the work that it leaves behind is over by then. */
#define BENCH_IRQ_NS	(50 * NSEC_PER_USEC)

static enum hrtimer_restart bench_interrupt(struct hrtimer *timer)
{
	struct bench_irq *irq = container_of(timer, struct bench_irq, timer);
	struct drm_writeback_connector *wb = bench_connector(irq->bench);
	unsigned int i;

	irq->entry = bench_now();
	for (i = 0; i < irq->each; i++) {
		if (irq->bare)
			dma_fence_signal(irq->bare);
		else
			drm_writeback_signal_completion(wb, 0);
	}
	irq->returned = bench_now();

	irq->left -= irq->each;
	if (!irq->left) {
		complete(&irq->done);
		return HRTIMER_NORESTART;
	}
	hrtimer_forward_now(timer, BENCH_IRQ_NS);

	return HRTIMER_RESTART;
}

void bench_irq_init(struct bench_irq *irq, struct bench *bench)
{
	irq->bench = bench;
	irq->bare = NULL;
	init_completion(&irq->done);
	hrtimer_init(&irq->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	irq->timer.function = bench_interrupt;
}

static void bench_signalled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	container_of(cb, struct bench_irq, cb)->signalled = bench_now();
}

void bench_irq_watch(struct kunit *test, struct bench_irq *irq,
		     struct dma_fence *fence)
{
	KUNIT_ASSERT_EQ(test, dma_fence_add_callback(fence, &irq->cb,
						     bench_signalled), 0);
}

void bench_irq_run(struct kunit *test, struct bench_irq *irq,
		   unsigned int jobs, unsigned int each)
{
	irq->left = jobs;
	irq->each = each;
	reinit_completion(&irq->done);
	hrtimer_start(&irq->timer, BENCH_IRQ_NS, HRTIMER_MODE_REL_HARD);
	wait_for_completion(&irq->done);
}
