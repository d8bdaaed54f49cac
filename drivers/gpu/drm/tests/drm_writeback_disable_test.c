// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: a CRTC goes off, a connector goes away
 */

#include <linux/dma-fence.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_crtc.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

/* A display and the first writeback connector on the first CRTC. */
static void on_with_display(struct mock_device *mock)
{
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_enable(&commit, mock->crtc[0]);
	mock_commit_route(&commit, &mock->display, mock->crtc[0]);
	mock_commit_route(&commit, &mock->wb[0].base.base, mock->crtc[0]);
	KUNIT_ASSERT_EQ(mock->test, mock_commit_run(&commit), 0);
}

static void detach(struct mock_device *mock)
{
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_route(&commit, &mock->wb[0].base.base, NULL);
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run(&commit), 0);
}

static void modeset(struct mock_device *mock)
{
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_crtc(&commit, mock->crtc[0])->mode_changed = true;
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run(&commit), 0);
}

/*
 * The CRTC goes off
 */

static void off_and_detach(struct mock_device *mock)
{
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_disable(&commit, mock->crtc[0]);
	mock_commit_route(&commit, &mock->wb[0].base.base, NULL);
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run(&commit), 0);
}

static void shutdown(struct mock_device *mock)
{
	drm_atomic_helper_shutdown(mock->drm);
}

struct off_case {
	const char *name;
	void (*off)(struct mock_device *mock);
};

static const struct off_case off_cases[] = {
	{ "inactive", mock_off },
	{ "detached", off_and_detach },
	{ "shutdown", shutdown },
};

KUNIT_ARRAY_PARAM_DESC(off, off_cases, name);

/* Test that a job in flight is cancelled and cleaned up with the CRTC off. */
static void drm_test_writeback_off(struct kunit *test)
{
	const struct off_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	param->off(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 1);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&mock->wb[0].base.job_queue));
}

/* Test that this does not wait for the job, and cancels it after the tail. */
static void drm_test_writeback_off_at_once(struct kunit *test)
{
	const struct off_case *param = test->param_value;
	struct mock_device *mock = test->priv;

	mock_on(mock);
	mock->watched = mock_write(mock);
	param->off(mock);

	KUNIT_EXPECT_FALSE(test, mock->watched_at_tail);
}

static void answer_at_tail(struct mock_device *mock)
{
	mock_answer(&mock->wb[0], 0);
}

/* Test that a job is not cancelled that the driver completes in the tail. */
static void drm_test_writeback_off_completed(struct kunit *test)
{
	const struct off_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	mock->on_tail = answer_at_tail;
	param->off(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 1);
}

/* Test that a completion after the cancellation is ignored. */
static void drm_test_writeback_off_late(struct kunit *test)
{
	const struct off_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	mock_write(mock);
	param->off(mock);
	mock_answer(&mock->wb[0], 0);
	mock_on(mock);
	fence = mock_write(mock);

	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* Test that a job is left alone when another CRTC goes off. */
static void drm_test_writeback_off_other(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	mock_commit_begin(&commit, mock);
	mock_commit_enable(&commit, mock->crtc[1]);
	mock_commit_route(&commit, &mock->display, mock->crtc[1]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);
	mock_commit_begin(&commit, mock);
	mock_commit_crtc(&commit, mock->crtc[1])->active = false;
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);

	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
}

/*
 * The CRTC goes off and on, or loses its connector
 */

/* Test that a job ends with suspend, and that resume does not repeat it. */
static void drm_test_writeback_suspend(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_atomic_state *state;
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	state = drm_atomic_helper_suspend(mock->drm);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, state);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_EQ(test, drm_atomic_helper_resume(mock->drm, state), 0);
	KUNIT_EXPECT_EQ(test, mock->wb[0].prepared, 1);
	KUNIT_EXPECT_EQ(test, mock->wb[0].queued, 1);
}

/* Test that a modeset waits for the job, since the CRTC stays in use. */
static void drm_test_writeback_modeset(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	modeset(mock);

	KUNIT_EXPECT_EQ(test, mock->cleaned_at_tail, 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* Test that a modeset does not cancel the job that comes with it. */
static void drm_test_writeback_modeset_with_job(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_on(mock);
	mock_commit_begin(&commit, mock);
	mock_commit_crtc(&commit, mock->crtc[0])->mode_changed = true;
	fence = mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);

	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* Test that a modeset ends what the engine did not answer. */
static void drm_test_writeback_modeset_stuck(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	mock->wb[0].base.timeout_ms = MOCK_SHORT_MS;
	mock->wb[0].grace_ms = MOCK_LONG_MS;
	fence = mock_write(mock);
	modeset(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 1);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	fence = mock_write(mock);
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* Test that a connector keeps its CRTC running until its job is done. */
static void drm_test_writeback_detach(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock->wb[0].base.live_crtcs = BIT(MOCK_PIPES) - 1;
	on_with_display(mock);
	fence = mock_write(mock);
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	detach(mock);

	KUNIT_EXPECT_EQ(test, mock->cleaned_at_tail, 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* Test that it is not kept longer than the deadline. */
static void drm_test_writeback_detach_stuck(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock->wb[0].base.live_crtcs = BIT(MOCK_PIPES) - 1;
	on_with_display(mock);
	mock->wb[0].base.timeout_ms = MOCK_SHORT_MS;
	mock->wb[0].grace_ms = MOCK_LONG_MS;
	fence = mock_write(mock);
	detach(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
}

/* Test that commits that may overlap wait when they take the connector away. */
static void drm_test_writeback_overlap_detach(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	mock->wb[0].base.live_crtcs = BIT(MOCK_PIPES) - 1;
	mock->wb[0].base.allow_overlap = true;
	on_with_display(mock);
	mock_write(mock);
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	detach(mock);

	KUNIT_EXPECT_EQ(test, mock->cleaned_at_tail, 1);
}

/* Test that all overlapping jobs are cancelled when the CRTC goes off. */
static void drm_test_writeback_overlap_off(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *first, *second;

	mock_on(mock);
	mock->wb[0].base.allow_overlap = true;
	first = mock_write(mock);
	second = mock_write(mock);
	mock_off(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), -ECANCELED);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(second), -ECANCELED);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 2);
}

/* Test that a job waits for the one before it, though that is to be cancelled. */
static void drm_test_writeback_move(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *first, *second;
	struct mock_commit commit;

	mock_on(mock);
	first = mock_write(mock);
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	mock_commit_begin(&commit, mock);
	mock_commit_disable(&commit, mock->crtc[0]);
	mock_commit_enable(&commit, mock->crtc[1]);
	mock_commit_route(&commit, &mock->wb[0].base.base, mock->crtc[1]);
	second = mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);

	KUNIT_EXPECT_FALSE(test, mock->wb[0].crowded);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), 1);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(second));
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(second), 1);
}

/* A tail that is not over when the next commit may begin. */
static void slow_tail(struct drm_atomic_state *state)
{
	drm_atomic_helper_commit_tail(state);
	wait_for_completion(&to_mock_device(state->dev)->gate);
}

static void slow_off(struct kunit *test, bool overlap)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *first, *second;
	struct mock_commit commit;

	mock_on(mock);
	mock->wb[0].base.allow_overlap = overlap;
	first = mock_write(mock);
	mock->tail = slow_tail;
	mock_gate_later(mock, 4 * MOCK_SHORT_MS);
	mock_commit_begin(&commit, mock);
	mock_commit_crtc(&commit, mock->crtc[0])->active = false;
	if (!overlap) {
		mock_commit_disable(&commit, mock->crtc[0]);
		mock_commit_route(&commit, &mock->wb[0].base.base, NULL);
	}
	KUNIT_EXPECT_EQ(test, mock_commit_run_nonblock(&commit), 0);

	mock_commit_begin(&commit, mock);
	mock_commit_enable(&commit, mock->crtc[0]);
	mock_commit_route(&commit, &mock->wb[0].base.base, mock->crtc[0]);
	second = mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);

	KUNIT_EXPECT_FALSE(test, mock->wb[0].crowded);
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, mock_fence_status(first), -ECANCELED);
	KUNIT_EXPECT_EQ(test, mock_fence_status(second), 1);
}

/* Test that a job waits until an off commit has cancelled the one before it. */
static void drm_test_writeback_slow_off(struct kunit *test)
{
	slow_off(test, false);
}

/* Test that it does so even if the engine takes more than one. */
static void drm_test_writeback_slow_off_overlap(struct kunit *test)
{
	slow_off(test, true);
}

static struct kunit_case drm_writeback_disable_tests[] = {
	KUNIT_CASE_PARAM(drm_test_writeback_off, off_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_off_at_once, off_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_off_completed, off_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_off_late, off_gen_params),
	KUNIT_CASE(drm_test_writeback_off_other),
	KUNIT_CASE(drm_test_writeback_suspend),
	KUNIT_CASE(drm_test_writeback_modeset),
	KUNIT_CASE(drm_test_writeback_modeset_with_job),
	KUNIT_CASE(drm_test_writeback_modeset_stuck),
	KUNIT_CASE(drm_test_writeback_detach),
	KUNIT_CASE(drm_test_writeback_detach_stuck),
	KUNIT_CASE(drm_test_writeback_overlap_detach),
	KUNIT_CASE(drm_test_writeback_overlap_off),
	KUNIT_CASE(drm_test_writeback_move),
	KUNIT_CASE(drm_test_writeback_slow_off),
	KUNIT_CASE(drm_test_writeback_slow_off_overlap),
	{}
};

static struct kunit_suite drm_writeback_disable_test_suite = {
	.name = "drm_writeback_disable",
	.init = mock_test_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_disable_tests,
};

kunit_test_suite(drm_writeback_disable_test_suite);
