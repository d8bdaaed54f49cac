// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: attached and detached without a modeset
 */

#include <linux/dma-fence.h>

#include <drm/drm_atomic.h>
#include <drm/drm_crtc.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

static int live_init(struct kunit *test)
{
	struct mock_device *mock;
	int i, ret;

	ret = mock_test_init(test);
	if (ret)
		return ret;

	mock = test->priv;
	for (i = 0; i < MOCK_PIPES; i++)
		mock->wb[i].base.live_crtcs = BIT(MOCK_PIPES) - 1;

	return 0;
}

/* Both CRTCs are on: one with the display, one with the second connector. */
static void both_on(struct mock_device *mock)
{
	struct mock_commit commit;
	int i;

	mock_commit_begin(&commit, mock);
	for (i = 0; i < MOCK_PIPES; i++)
		mock_commit_enable(&commit, mock->crtc[i]);
	mock_commit_route(&commit, &mock->display, mock->crtc[0]);
	mock_commit_route(&commit, &mock->wb[1].base.base, mock->crtc[1]);
	KUNIT_ASSERT_EQ(mock->test, mock_commit_run(&commit), 0);
	mock->num_events = 0;
}

/* A commit that may not change modes puts the first connector somewhere. */
static int route(struct mock_device *mock, struct drm_crtc *crtc)
{
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	commit.state->allow_modeset = false;
	mock_commit_route(&commit, &mock->wb[0].base.base, crtc);

	return mock_commit_run(&commit);
}

static void expect_no_modeset(struct mock_device *mock)
{
	struct drm_connector *connector = &mock->wb[0].base.base;

	KUNIT_EXPECT_EQ(mock->test, mock->num_events, 0);
	KUNIT_EXPECT_PTR_EQ(mock->test, connector->encoder,
			    connector->state->best_encoder);
	KUNIT_EXPECT_EQ(mock->test, connector->dpms, connector->state->crtc ?
			DRM_MODE_DPMS_ON : DRM_MODE_DPMS_OFF);
}

/* Test that the connector comes to a CRTC that runs, goes, and comes again. */
static void drm_test_writeback_live(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	both_on(mock);

	KUNIT_EXPECT_EQ(test, route(mock, mock->crtc[0]), 0);
	expect_no_modeset(mock);
	KUNIT_EXPECT_EQ(test, route(mock, NULL), 0);
	expect_no_modeset(mock);
	KUNIT_EXPECT_EQ(test, route(mock, mock->crtc[0]), 0);
	expect_no_modeset(mock);
}

/* Test that it moves from one CRTC to another. */
static void drm_test_writeback_live_move(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	both_on(mock);

	KUNIT_EXPECT_EQ(test, route(mock, mock->crtc[0]), 0);
	KUNIT_EXPECT_EQ(test, route(mock, mock->crtc[1]), 0);
	expect_no_modeset(mock);
}

/* Test that it may come with a picture to write. */
static void drm_test_writeback_live_write(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	both_on(mock);

	mock_commit_begin(&commit, mock);
	commit.state->allow_modeset = false;
	mock_commit_route(&commit, &mock->wb[0].base.base, mock->crtc[0]);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), 0);
	mock_answer(&mock->wb[0], 0);

	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);
}

/* Test that its going waits for the job instead of cancelling it. */
static void drm_test_writeback_live_detach_waits(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	both_on(mock);
	mock_commit_begin(&commit, mock);
	mock_commit_route(&commit, &mock->wb[0].base.base, mock->crtc[0]);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_ASSERT_EQ(test, mock_commit_run(&commit), 0);

	mock->watched = fence;
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	KUNIT_EXPECT_EQ(test, route(mock, NULL), 0);

	KUNIT_EXPECT_TRUE(test, mock->watched_at_tail);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);
}

/* Test that a CRTC that goes off later tells that a stuck engine is idle. */
static void drm_test_writeback_live_stuck(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];
	struct mock_commit commit;
	struct dma_fence *fence;

	both_on(mock);
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	mwb->grace_ms = MOCK_LONG_MS;
	mock_commit_begin(&commit, mock);
	mock_commit_route(&commit, &mwb->base.base, mock->crtc[0]);
	fence = mock_commit_write(&commit, mwb);
	KUNIT_ASSERT_EQ(test, mock_commit_run(&commit), 0);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, route(mock, NULL), 0);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
	mock_off(mock);

	KUNIT_EXPECT_EQ(test, mwb->cleaned, 1);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that the other CRTC tells nothing. */
static void drm_test_writeback_live_stuck_elsewhere(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];
	struct mock_commit commit;
	struct dma_fence *fence;

	both_on(mock);
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	mwb->grace_ms = MOCK_LONG_MS;
	mock_commit_begin(&commit, mock);
	mock_commit_route(&commit, &mwb->base.base, mock->crtc[1]);
	fence = mock_commit_write(&commit, mwb);
	KUNIT_ASSERT_EQ(test, mock_commit_run(&commit), 0);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), -ETIMEDOUT);
	mock_off(mock);

	KUNIT_EXPECT_EQ(test, mwb->cleaned, 0);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
}

/* Test that a driver has to say that it can. */
static void drm_test_writeback_live_not(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	both_on(mock);
	mock->wb[0].base.live_crtcs = 0;

	KUNIT_EXPECT_EQ(test, route(mock, mock->crtc[0]), -EINVAL);
}

/* Test that a move needs both CRTCs to allow it. */
static void drm_test_writeback_live_move_not(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	int i;

	both_on(mock);
	KUNIT_ASSERT_EQ(test, route(mock, mock->crtc[0]), 0);

	for (i = 0; i < MOCK_PIPES; i++) {
		mock->wb[0].base.live_crtcs = drm_crtc_mask(mock->crtc[i]);
		KUNIT_EXPECT_EQ(test, route(mock, mock->crtc[1]), -EINVAL);
	}
}

/* Test that a CRTC which is off needs its modeset. */
static void drm_test_writeback_live_off(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	both_on(mock);
	mock_commit_begin(&commit, mock);
	mock_commit_crtc(&commit, mock->crtc[0])->active = false;
	KUNIT_ASSERT_EQ(test, mock_commit_run(&commit), 0);

	KUNIT_EXPECT_EQ(test, route(mock, mock->crtc[0]), -EINVAL);
}

/* Test that a change of another connector stays a modeset. */
static void drm_test_writeback_live_display(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	both_on(mock);
	KUNIT_ASSERT_EQ(test, route(mock, mock->crtc[0]), 0);

	mock_commit_begin(&commit, mock);
	commit.state->allow_modeset = false;
	mock_commit_route(&commit, &mock->display, mock->crtc[1]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), -EINVAL);
}

/* Test that encoders which exclude each other still do. */
static void drm_test_writeback_live_clones(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	both_on(mock);
	mock->encoder.possible_clones = drm_encoder_mask(&mock->encoder);

	KUNIT_EXPECT_EQ(test, route(mock, mock->crtc[0]), -EINVAL);
}

static enum drm_mode_status refuse_mode(struct drm_encoder *encoder,
					const struct drm_display_mode *mode)
{
	return MODE_BAD;
}

/* Test that the mode has to be one for the encoder. */
static void drm_test_writeback_live_mode(struct kunit *test)
{
	static const struct drm_encoder_helper_funcs funcs = {
		.mode_valid = refuse_mode,
	};
	struct mock_device *mock = test->priv;

	both_on(mock);
	drm_encoder_helper_add(&mock->wb[0].base.encoder, &funcs);

	KUNIT_EXPECT_EQ(test, route(mock, mock->crtc[0]), -EINVAL);
}

static struct kunit_case drm_writeback_routing_tests[] = {
	KUNIT_CASE(drm_test_writeback_live),
	KUNIT_CASE(drm_test_writeback_live_move),
	KUNIT_CASE(drm_test_writeback_live_write),
	KUNIT_CASE(drm_test_writeback_live_detach_waits),
	KUNIT_CASE(drm_test_writeback_live_stuck),
	KUNIT_CASE(drm_test_writeback_live_stuck_elsewhere),
	KUNIT_CASE(drm_test_writeback_live_not),
	KUNIT_CASE(drm_test_writeback_live_move_not),
	KUNIT_CASE(drm_test_writeback_live_off),
	KUNIT_CASE(drm_test_writeback_live_display),
	KUNIT_CASE(drm_test_writeback_live_clones),
	KUNIT_CASE(drm_test_writeback_live_mode),
	{ }
};

static struct kunit_suite drm_writeback_routing_test_suite = {
	.name = "drm_writeback_routing",
	.init = live_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_routing_tests,
};

kunit_test_suite(drm_writeback_routing_test_suite);
