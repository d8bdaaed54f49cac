// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: commits that meet a job in flight
 */

#include <linux/dma-fence.h>
#include <linux/sched.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_crtc.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

/*
 * Overlapping commits
 */

/* Test that a plain flip waits for the job, and for its clean-up. */
static void drm_test_writeback_flip_waits(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	mock->watched = fence;
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	mock_flip(mock);

	KUNIT_EXPECT_TRUE(test, mock->watched_at_tail);
	KUNIT_EXPECT_EQ(test, mock->cleaned_at_tail, 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* Test that it waits for the clean-up of a job that is complete already. */
static void drm_test_writeback_flip_waits_for_cleanup(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	mock_on(mock);
	mock_write(mock);
	mock->wb[0].cleanup_gate = mock_gate_later(mock, MOCK_SHORT_MS);
	mock_answer(&mock->wb[0], 0);
	mock_flip(mock);

	KUNIT_EXPECT_EQ(test, mock->cleaned_at_tail, 1);
}

/* Test that a non-blocking commit lets its work item wait, not its caller. */
static void drm_test_writeback_nonblock(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *first, *second;
	unsigned int tails;

	mock_on(mock);
	first = mock_write(mock);
	tails = mock->tails;
	second = mock_write_nonblock(mock);

	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(first));
	KUNIT_EXPECT_EQ(test, mock->tails, tails);
	mock->wb[0].answer_ms = 1;
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, mock_fence_status(second), 1);
}

/* One picture as soon as the commit before has taken its turn. */
static struct dma_fence *write_when_possible(struct mock_device *mock)
{
	struct mock_commit commit;
	struct dma_fence *fence;
	int ret;

	for (;;) {
		mock_commit_begin(&commit, mock);
		fence = mock_commit_write(&commit, &mock->wb[0]);
		ret = mock_commit_run_nonblock(&commit);
		if (ret != -EBUSY)
			break;
		schedule_timeout_uninterruptible(1);
	}
	KUNIT_EXPECT_EQ(mock->test, ret, 0);

	return fence;
}

/* Test that a crowd of non-blocking commits is served one by one, in order. */
static void drm_test_writeback_nonblock_many(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fences[16];
	unsigned int i;

	mock_on(mock);
	mock->wb[0].answer_ms = 1;
	for (i = 0; i < ARRAY_SIZE(fences); i++)
		fences[i] = write_when_possible(mock);

	for (i = 0; i < ARRAY_SIZE(fences); i++)
		KUNIT_EXPECT_EQ(test, mock_fence_status(fences[i]), 1);
	KUNIT_EXPECT_FALSE(test, mock->wb[0].crowded);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], ARRAY_SIZE(fences)));
	for (i = 0; i < ARRAY_SIZE(fences); i++)
		KUNIT_EXPECT_EQ(test, mock->wb[0].order[i], fences[i]->seqno);
}

/* Test that commits on another CRTC do not wait. */
static void drm_test_writeback_other_crtc(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	mock_commit_begin(&commit, mock);
	mock_commit_enable(&commit, mock->crtc[1]);
	mock_commit_route(&commit, &mock->wb[1].base.base, mock->crtc[1]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);

	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
}

/* Test that two connectors of a CRTC get their picture, and both are waited for. */
static void drm_test_writeback_two(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *first, *second;
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_enable(&commit, mock->crtc[0]);
	mock_commit_route(&commit, &mock->wb[0].base.base, mock->crtc[0]);
	mock_commit_route(&commit, &mock->wb[1].base.base, mock->crtc[0]);
	first = mock_commit_write(&commit, &mock->wb[0]);
	second = mock_commit_write(&commit, &mock->wb[1]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);

	mock_answer(&mock->wb[1], 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(second), 1);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(first));
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	mock_flip(mock);
	KUNIT_EXPECT_EQ(test, mock->cleaned_at_tail, 2);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), 1);
}

/*
 * Drivers whose engine takes more than one job
 */

/* Test that a driver can have commits that do not wait. */
static void drm_test_writeback_overlap(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *first, *second;

	mock_on(mock);
	mock->wb[0].base.allow_overlap = true;
	first = mock_write(mock);
	second = mock_write(mock);
	mock_flip(mock);

	KUNIT_EXPECT_TRUE(test, mock->wb[0].crowded);
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), 1);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(second));
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(second), 1);
}

/*
 * The order of the helpers
 */

struct tail_case {
	const char *name;
	void (*tail)(struct drm_atomic_state *state);
	const char *events;
};

static const struct tail_case tail_cases[] = {
	{ "default", drm_atomic_helper_commit_tail, "pcw" },
	{ "runtime_pm", drm_atomic_helper_commit_tail_rpm, "cpw" },
};

KUNIT_ARRAY_PARAM_DESC(tail, tail_cases, name);

/* Test that the engine is programmed after all that it reads from. */
static void drm_test_writeback_tail(struct kunit *test)
{
	const struct tail_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	mock->tail = param->tail;
	mock_commit_begin(&commit, mock);
	mock_commit_enable(&commit, mock->crtc[0]);
	mock_commit_plane(&commit, 0);
	mock_commit_route(&commit, &mock->wb[0].base.base, mock->crtc[0]);
	mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);

	KUNIT_EXPECT_STREQ(test, mock->events, param->events);
}

/* Test that the hook is called only when there is a job. */
static void drm_test_writeback_tail_no_job(struct kunit *test)
{
	const struct tail_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	mock->tail = param->tail;
	mock_on(mock);
	mock_commit_begin(&commit, mock);
	mock_commit_conn(&commit, &mock->wb[0].base.base);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);

	KUNIT_EXPECT_EQ(test, mock->wb[0].started, 0);
}

/* A tail of the driver's own that forgets the writeback. */
static void forgetful_tail(struct drm_atomic_state *state)
{
	drm_atomic_helper_commit_modeset_disables(state->dev, state);
	drm_atomic_helper_commit_planes(state->dev, state, 0);
	drm_atomic_helper_fake_vblank(state);
	drm_atomic_helper_commit_hw_done(state);
	drm_atomic_helper_cleanup_planes(state->dev, state);
}

/* Test that a tail that does not run the jobs has them cancelled. */
static void drm_test_writeback_tail_forgets(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	mock->tail = forgetful_tail;
	fence = mock_write(mock);
	mock->tail = drm_atomic_helper_commit_tail;

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
}

static struct kunit_case drm_writeback_commit_tests[] = {
	KUNIT_CASE(drm_test_writeback_flip_waits),
	KUNIT_CASE(drm_test_writeback_flip_waits_for_cleanup),
	KUNIT_CASE(drm_test_writeback_nonblock),
	KUNIT_CASE(drm_test_writeback_nonblock_many),
	KUNIT_CASE(drm_test_writeback_other_crtc),
	KUNIT_CASE(drm_test_writeback_two),
	KUNIT_CASE(drm_test_writeback_overlap),
	KUNIT_CASE_PARAM(drm_test_writeback_tail, tail_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_tail_no_job, tail_gen_params),
	KUNIT_CASE(drm_test_writeback_tail_forgets),
	{}
};

static struct kunit_suite drm_writeback_commit_test_suite = {
	.name = "drm_writeback_commit",
	.init = mock_test_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_commit_tests,
};

kunit_test_suite(drm_writeback_commit_test_suite);
