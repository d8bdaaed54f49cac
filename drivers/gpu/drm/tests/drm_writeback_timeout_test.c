// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: an engine that misses its deadline
 */

#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/ktime.h>

#include <drm/drm_crtc.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

/* The engine does not answer in time, and does not count as idle for long. */
static struct dma_fence *get_stuck(struct mock_device *mock)
{
	struct mock_wb *mwb = &mock->wb[0];
	struct dma_fence *fence;

	mock_on(mock);
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	mwb->grace_ms = MOCK_LONG_MS;
	fence = mock_write(mock);
	KUNIT_EXPECT_EQ(mock->test, mock_fence_status(fence), -ETIMEDOUT);

	return fence;
}

/* The same, but the core gives up on the answer soon. */
static struct dma_fence *get_lost(struct mock_device *mock)
{
	struct mock_wb *mwb = &mock->wb[0];
	struct dma_fence *fence;

	mock_on(mock);
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	fence = mock_write(mock);
	KUNIT_EXPECT_EQ(mock->test, mock_fence_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(mock->test, mock_wait_unstuck(mwb));
	mwb->base.timeout_ms = MOCK_LONG_MS;

	return fence;
}

static void expect_next_right(struct mock_device *mock)
{
	struct dma_fence *fence = mock_write(mock);

	KUNIT_EXPECT_FALSE(mock->test, dma_fence_is_signaled(fence));
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(mock->test, dma_fence_get_status(fence), 1);
}

/*
 * The deadline
 */

/* Test that the fence of a job without answer signals, in time, not too early. */
static void drm_test_writeback_timeout(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	ktime_t start = ktime_get();
	s64 elapsed;

	get_stuck(mock);
	elapsed = ktime_ms_delta(ktime_get(), start);

	KUNIT_EXPECT_GE(test, elapsed, MOCK_SHORT_MS / 2);
	KUNIT_EXPECT_LT(test, elapsed, MOCK_LONG_MS / 2);
}

/* Test that the buffer stays, as the engine may still write to it. */
static void drm_test_writeback_timeout_holds_fb(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	get_stuck(mock);
	mock_flip(mock);
	flush_work(&mock->wb[0].base.cleanup_work);

	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 0);
	/* That, and the one of the plane. */
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 2);
}

/* Test that the job is not found in the queue any more. */
static void drm_test_writeback_timeout_leaves_queue(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	get_stuck(mock);

	KUNIT_EXPECT_TRUE(test, list_empty(&mock->wb[0].base.job_queue));
}

/* Test that an answer in time stops the clock. */
static void drm_test_writeback_timeout_not(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *first, *second;

	mock_on(mock);
	mock->wb[0].base.timeout_ms = MOCK_SHORT_MS;
	mock->wb[0].grace_ms = MOCK_LONG_MS;
	first = mock_write(mock);
	mock_answer(&mock->wb[0], 0);
	second = mock_write(mock);
	mock_answer_in_irq(&mock->wb[0], 0, 3 * MOCK_SHORT_MS);

	KUNIT_EXPECT_EQ(test, mock_fence_status(first), 1);
	KUNIT_EXPECT_EQ(test, mock_fence_status(second), 1);
}

/* Test that a commit waits for the job no longer than the deadline. */
static void drm_test_writeback_timeout_flip(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	ktime_t start = ktime_get();

	mock_on(mock);
	mock->wb[0].base.timeout_ms = MOCK_SHORT_MS;
	mock->wb[0].grace_ms = MOCK_LONG_MS;
	mock->watched = mock_write(mock);
	mock_flip(mock);

	KUNIT_EXPECT_TRUE(test, mock->watched_at_tail);
	KUNIT_EXPECT_EQ(test, mock->cleaned_at_tail, 0);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), MOCK_LONG_MS / 2);
}

/*
 * While the engine is stuck
 */

/* Test that commits succeed, and their jobs do not start. */
static void drm_test_writeback_stuck(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	unsigned int i;

	get_stuck(mock);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, dma_fence_get_status(mock_write(mock)), -EIO);

	KUNIT_EXPECT_EQ(test, mock->wb[0].queued, 1);
	KUNIT_EXPECT_EQ(test, mock->wb[0].started, 1);
}

/* Test that what did not start is not cleaned up before what may still run. */
static void drm_test_writeback_stuck_order(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *stuck, *refused;

	stuck = get_stuck(mock);
	refused = mock_write(mock);
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);

	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 2));
	KUNIT_EXPECT_EQ(test, mock->wb[0].order[0], stuck->seqno);
	KUNIT_EXPECT_EQ(test, mock->wb[0].order[1], refused->seqno);
}

static void answer_irq(struct mock_wb *mwb, int status)
{
	mock_answer_in_irq(mwb, status, 0);
}

struct late_case {
	const char *name;
	void (*answer)(struct mock_wb *mwb, int status);
	int status;
};

static const struct late_case late_cases[] = {
	{ "task", mock_answer, 0 },
	{ "hard_interrupt", answer_irq, 0 },
	{ "error", mock_answer, -ENOSPC },
};

KUNIT_ARRAY_PARAM_DESC(late, late_cases, name);

/* Test that a late answer frees the buffer and the engine, nothing else. */
static void drm_test_writeback_late(struct kunit *test)
{
	const struct late_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	fence = get_stuck(mock);
	param->answer(&mock->wb[0], param->status);

	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	expect_next_right(mock);
}

/* Test that the engine is not stuck any more when its CRTC went off. */
static void drm_test_writeback_stuck_off(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	fence = get_stuck(mock);
	mock_off(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 1);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	mock_on(mock);
	expect_next_right(mock);
}

/* Test that jobs that overlap expire, and are answered late, one by one. */
static void drm_test_writeback_stuck_overlap(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];
	struct dma_fence *first, *second;

	mock_on(mock);
	mwb->base.allow_overlap = true;
	mwb->base.timeout_ms = 5 * MOCK_SHORT_MS;
	first = mock_write(mock);
	mwb->grace_ms = MOCK_LONG_MS;
	second = mock_write(mock);

	KUNIT_EXPECT_EQ(test, mock_fence_status(first), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock_fence_status(second), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 2);
	mock_answer(mwb, 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(mock_write(mock)), -EIO);
	mock_answer(mwb, 0);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, 3));
	expect_next_right(mock);
}

/*
 * A driver that can stop its engine
 */

/* Test that the hook is called, once, and ends all. */
static void drm_test_writeback_stop(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock->wb[0].helper.stop_writeback = mock_wb_stop;
	fence = get_stuck(mock);

	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	KUNIT_EXPECT_EQ(test, mock->wb[0].stopped, 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	expect_next_right(mock);
}

/* Test that a commit waits until the engine is stopped. */
static void drm_test_writeback_stop_flip(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	mock->wb[0].helper.stop_writeback = mock_wb_stop;
	mock->wb[0].stop_gate = mock_gate_later(mock, 4 * MOCK_SHORT_MS);
	get_stuck(mock);
	mock_flip(mock);

	KUNIT_EXPECT_EQ(test, mock->cleaned_at_tail, 1);
	expect_next_right(mock);
}

/* Test that an engine that could not be stopped stays stuck until it answers. */
static void drm_test_writeback_stop_fails(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mwb->helper.stop_writeback = mock_wb_stop;
	mwb->stop_error = -EBUSY;
	get_stuck(mock);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&mwb->stop_entered,
							  MOCK_PATIENCE), 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(mock_write(mock)), -EIO);

	KUNIT_EXPECT_EQ(test, mwb->cleaned, 0);
	mock_answer(mwb, 0);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, 2));
	expect_next_right(mock);
	KUNIT_EXPECT_EQ(test, mwb->stopped, 1);
}

/* Test that the answer is not given up for as long as the driver tries to stop. */
static void drm_test_writeback_stop_slow(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mock_on(mock);
	mwb->helper.stop_writeback = mock_wb_stop;
	mwb->stop_error = -EBUSY;
	mwb->stop_gate = &mock->gate;
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	mock_write(mock);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&mwb->stop_entered,
							  MOCK_PATIENCE), 0);

	/* It would be given up by now; then a deadline that does not pass. */
	msleep(10 * MOCK_SHORT_MS);
	mwb->base.timeout_ms = MOCK_LONG_MS;
	msleep(10 * MOCK_SHORT_MS);
	complete_all(&mock->gate);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(mock_write(mock)), -EIO);
	KUNIT_EXPECT_EQ(test, mwb->cleaned, 0);
	mock_answer(mwb, 0);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, 2));
}

/* Test that the engine may answer while it is being stopped. */
static void drm_test_writeback_stop_answers(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mwb->helper.stop_writeback = mock_wb_stop;
	mwb->stop_gate = &mock->gate;
	get_stuck(mock);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&mwb->stop_entered,
							  MOCK_PATIENCE), 0);
	mock_answer(mwb, 0);
	complete_all(&mock->gate);

	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, 1));
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	expect_next_right(mock);
}

/* Test that stopping ends the jobs that wait behind the one that expired. */
static void drm_test_writeback_stop_overlap(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];
	struct dma_fence *first, *second;

	mock_on(mock);
	mwb->helper.stop_writeback = mock_wb_stop;
	mwb->base.allow_overlap = true;
	mwb->base.timeout_ms = 5 * MOCK_SHORT_MS;
	mwb->grace_ms = MOCK_LONG_MS;
	first = mock_write(mock);
	second = mock_write(mock);

	KUNIT_EXPECT_EQ(test, mock_fence_status(first), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock_fence_status(second), -EIO);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, 2));
	expect_next_right(mock);
}

/*
 * A lost answer
 */

/* Test that jobs are right again when the answer was given up. */
static void drm_test_writeback_lost(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	get_lost(mock);

	expect_next_right(mock);
	expect_next_right(mock);
}

/* Test that the engine counts as stuck for as long again as the deadline. */
static void drm_test_writeback_lost_grace(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	ktime_t expired;
	s64 elapsed;

	mock_on(mock);
	mock->wb[0].base.timeout_ms = 10 * MOCK_SHORT_MS;
	mock_fence_status(mock_write(mock));
	expired = ktime_get();
	KUNIT_EXPECT_TRUE(test, mock_wait_unstuck(&mock->wb[0]));
	elapsed = ktime_ms_delta(ktime_get(), expired);

	KUNIT_EXPECT_GE(test, elapsed, 5 * MOCK_SHORT_MS);
}

/* Test that the buffer of the lost job is held, other jobs or not. */
static void drm_test_writeback_lost_holds_fb(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	get_lost(mock);
	expect_next_right(mock);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	mock_flip(mock);

	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 1);
	/* That, and the one of the plane. */
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 2);
}

/* Test that it is freed when the CRTC goes off. */
static void drm_test_writeback_lost_off(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	get_lost(mock);
	expect_next_right(mock);
	mock_off(mock);

	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 2);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that stopping the engine frees what was lost before. */
static void drm_test_writeback_lost_stop(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mwb->helper.stop_writeback = mock_wb_stop;
	mwb->stop_error = -EBUSY;
	get_lost(mock);
	mwb->stop_error = 0;
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	KUNIT_EXPECT_EQ(test, mock_fence_status(mock_write(mock)), -ETIMEDOUT);

	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, 2));
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that a driver can name a lost job after all. */
static void drm_test_writeback_lost_named(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_writeback_job *job;
	struct dma_fence *fence;

	fence = get_lost(mock);
	job = container_of(fence, struct drm_writeback_job, fence);
	drm_writeback_complete_job(&mock->wb[0].base, job, 0);

	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/*
 * A driver whose clean-up does not return
 */

static struct dma_fence *write_behind_cleanup(struct mock_device *mock)
{
	struct mock_wb *mwb = &mock->wb[0];

	mock_on(mock);
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	mwb->base.wait_ms = MOCK_SHORT_MS;
	mwb->answer_ms = 1;
	mwb->cleanup_gate = &mock->gate;
	KUNIT_EXPECT_EQ(mock->test, mock_fence_status(mock_write(mock)), 1);

	return mock_write(mock);
}

/* Test that it holds nobody else up for ever. */
static void drm_test_writeback_cleanup_blocked(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence = write_behind_cleanup(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
	KUNIT_EXPECT_EQ(test, mock->wb[0].started, 1);
	complete_all(&mock->gate);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 2));
	KUNIT_EXPECT_EQ(test, mock_fence_status(mock_write(mock)), 1);
}

static struct kunit_case drm_writeback_timeout_tests[] = {
	KUNIT_CASE(drm_test_writeback_cleanup_blocked),
	KUNIT_CASE(drm_test_writeback_timeout),
	KUNIT_CASE(drm_test_writeback_timeout_holds_fb),
	KUNIT_CASE(drm_test_writeback_timeout_leaves_queue),
	KUNIT_CASE(drm_test_writeback_timeout_not),
	KUNIT_CASE(drm_test_writeback_timeout_flip),
	KUNIT_CASE(drm_test_writeback_stuck),
	KUNIT_CASE(drm_test_writeback_stuck_order),
	KUNIT_CASE_PARAM(drm_test_writeback_late, late_gen_params),
	KUNIT_CASE(drm_test_writeback_stuck_off),
	KUNIT_CASE(drm_test_writeback_stuck_overlap),
	KUNIT_CASE(drm_test_writeback_stop),
	KUNIT_CASE(drm_test_writeback_stop_flip),
	KUNIT_CASE(drm_test_writeback_stop_fails),
	KUNIT_CASE(drm_test_writeback_stop_slow),
	KUNIT_CASE(drm_test_writeback_stop_answers),
	KUNIT_CASE(drm_test_writeback_stop_overlap),
	KUNIT_CASE(drm_test_writeback_lost),
	KUNIT_CASE(drm_test_writeback_lost_grace),
	KUNIT_CASE(drm_test_writeback_lost_holds_fb),
	KUNIT_CASE(drm_test_writeback_lost_off),
	KUNIT_CASE(drm_test_writeback_lost_stop),
	KUNIT_CASE(drm_test_writeback_lost_named),
	{}
};

static struct kunit_suite drm_writeback_timeout_test_suite = {
	.name = "drm_writeback_timeout",
	.init = mock_test_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_timeout_tests,
};

kunit_test_suite(drm_writeback_timeout_test_suite);
