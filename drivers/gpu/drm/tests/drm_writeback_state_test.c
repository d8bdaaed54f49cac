// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: a job in its connector state
 */

#include <linux/dma-fence.h>
#include <linux/slab.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_atomic_state_helper.h>
#include <drm/drm_atomic_uapi.h>
#include <drm/drm_crtc.h>
#include <drm/drm_fourcc.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

static struct drm_connector *writeback(struct mock_device *mock)
{
	return &mock->wb[0].base.base;
}

/*
 * The framebuffer
 */

/* Test that setting a framebuffer makes a job that holds it. */
static void drm_test_writeback_set_fb(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_connector_state *conn_state;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	conn_state = mock_commit_conn(&commit, writeback(mock));

	KUNIT_EXPECT_PTR_EQ(test, conn_state->writeback_job->connector,
			    &mock->wb[0].base);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	mock_commit_drop(&commit);
}

/* Test that of several framebuffers the last counts, and the others are freed. */
static void drm_test_writeback_set_fb_twice(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_connector_state *conn_state;
	struct drm_framebuffer *last = mock_fb(mock);
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_write(&commit, &mock->wb[0]);
	mock_commit_write(&commit, &mock->wb[0]);
	mock_commit_fb(&commit, &mock->wb[0], last);
	conn_state = mock_commit_conn(&commit, writeback(mock));

	KUNIT_EXPECT_PTR_EQ(test, conn_state->writeback_job->fb, last);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
	mock_commit_drop(&commit);
	drm_framebuffer_put(last);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that the same framebuffer may be set again by the one reference to it. */
static void drm_test_writeback_set_fb_same(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_framebuffer *fb = mock_fb(mock);
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_fb(&commit, &mock->wb[0], fb);
	drm_framebuffer_put(fb);
	mock_commit_fb(&commit, &mock->wb[0], fb);

	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
	KUNIT_EXPECT_EQ(test, drm_framebuffer_read_refcount(fb), 1);
	mock_commit_drop(&commit);
}

/* Test that no framebuffer means no job, and ends the one that there was. */
static void drm_test_writeback_set_fb_null(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	mock_commit_fb(&commit, &mock->wb[0], NULL);

	KUNIT_EXPECT_NULL(test, mock_commit_conn(&commit, writeback(mock))->writeback_job);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	mock_commit_drop(&commit);
}

/* Test that only writeback connectors take a framebuffer. */
static void drm_test_writeback_set_fb_display(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_framebuffer *fb = mock_fb(mock);
	struct drm_connector_state *conn_state;
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	conn_state = mock_commit_conn(&commit, &mock->display);

	KUNIT_EXPECT_EQ(test, drm_writeback_set_fb(conn_state, fb), -EINVAL);
	KUNIT_EXPECT_EQ(test, drm_writeback_set_fb(conn_state, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, drm_atomic_set_writeback_fb_for_connector(conn_state, fb),
			-EINVAL);
	KUNIT_EXPECT_NULL(test, conn_state->writeback_job);
	mock_commit_drop(&commit);
	drm_framebuffer_put(fb);
}

/* Test that in-kernel users can set the framebuffer under the older name. */
static void drm_test_writeback_set_fb_atomic(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_framebuffer *fb = mock_fb(mock);
	struct drm_connector_state *conn_state;
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	conn_state = mock_commit_conn(&commit, writeback(mock));

	KUNIT_EXPECT_EQ(test, drm_atomic_set_writeback_fb_for_connector(conn_state, fb), 0);
	KUNIT_EXPECT_PTR_EQ(test, conn_state->writeback_job->fb, fb);
	KUNIT_EXPECT_EQ(test, drm_atomic_set_writeback_fb_for_connector(conn_state, NULL), 0);
	KUNIT_EXPECT_NULL(test, conn_state->writeback_job);
	mock_commit_drop(&commit);
	drm_framebuffer_put(fb);
}

/* Test that a job ends with the state, if no commit takes it from there. */
static void drm_test_writeback_state_dropped(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	mock_commit_drop(&commit);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 0);
}

/*
 * Duplicates
 */

/* A job that stays in the current state: it waits for the one before it. */
static struct dma_fence *make_pending(struct mock_device *mock)
{
	mock_on(mock);
	mock_write(mock);

	return mock_write_nonblock(mock);
}

/* Test that a duplicate of the state has no job. */
static void drm_test_writeback_duplicate(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_connector *connector = writeback(mock);
	struct drm_connector_state *copy;

	make_pending(mock);
	KUNIT_ASSERT_NOT_NULL(test, connector->state->writeback_job);
	copy = connector->funcs->atomic_duplicate_state(connector);
	KUNIT_ASSERT_NOT_NULL(test, copy);

	KUNIT_EXPECT_NULL(test, copy->writeback_job);
	connector->funcs->atomic_destroy_state(connector, copy);
}

/* What a driver may write that does not know of the helper. */
static struct drm_connector_state *
duplicate_by_hand(struct drm_connector *connector)
{
	struct drm_connector_state *copy;

	copy = kmemdup(connector->state, sizeof(*copy), GFP_KERNEL);
	if (copy && copy->crtc)
		drm_connector_get(connector);
	if (copy)
		copy->commit = NULL;

	return copy;
}

static const struct drm_connector_funcs by_hand_funcs = {
	.destroy = drm_connector_cleanup,
	.atomic_duplicate_state = duplicate_by_hand,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
};

/* Test that a driver that copies the state by hand does not copy the job. */
static void drm_test_writeback_duplicate_by_hand(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_connector *connector = writeback(mock);
	struct mock_commit commit;
	struct dma_fence *fence;

	fence = make_pending(mock);
	connector->funcs = &by_hand_funcs;
	mock_commit_begin(&commit, mock);
	KUNIT_EXPECT_NOT_NULL(test, connector->state->writeback_job);
	KUNIT_EXPECT_NULL(test, mock_commit_conn(&commit, connector)->writeback_job);
	mock_commit_drop(&commit);
	connector->funcs = &mock_wb_funcs;

	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	mock->wb[0].answer_ms = 1;
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);
}

/*
 * The checks of the core
 */

struct check_case {
	const char *name;
	u32 format;
	bool routed, active, fb;
	int result;
};

static const struct check_case check_cases[] = {
	{ "picture", DRM_FORMAT_XRGB8888, true, true, true, 0 },
	{ "second_format", DRM_FORMAT_NV12, true, true, true, 0 },
	{ "CRTC_without_fb", DRM_FORMAT_XRGB8888, true, true, false, 0 },
	{ "inactive_without_fb", DRM_FORMAT_XRGB8888, true, false, false, 0 },
	{ "neither", DRM_FORMAT_XRGB8888, false, true, false, 0 },
	{ "fb_without_CRTC", DRM_FORMAT_XRGB8888, false, true, true, -EINVAL },
	{ "inactive", DRM_FORMAT_XRGB8888, true, false, true, -EINVAL },
	{ "foreign_format", DRM_FORMAT_XBGR8888, true, true, true, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(check, check_cases, name);

/* The display is there in any case, for a CRTC needs a connector. */
static void route_case(struct mock_commit *commit)
{
	struct mock_device *mock = commit->mock;
	const struct check_case *param = mock->test->param_value;

	mock_commit_enable(commit, mock->crtc[0]);
	mock_commit_crtc(commit, mock->crtc[0])->active = param->active;
	mock_commit_route(commit, &mock->display, mock->crtc[0]);
	if (param->routed)
		mock_commit_route(commit, writeback(mock), mock->crtc[0]);
}

static void set_fb_case(struct mock_commit *commit)
{
	struct mock_device *mock = commit->mock;
	const struct check_case *param = mock->test->param_value;
	struct drm_framebuffer *fb;

	if (!param->fb) {
		mock_commit_fb(commit, &mock->wb[0], NULL);
		return;
	}

	fb = mock_fb_create(mock, mock->mode->hdisplay, mock->mode->vdisplay,
			    param->format, DRM_FORMAT_MOD_LINEAR);
	mock_commit_fb(commit, &mock->wb[0], fb);
	drm_framebuffer_put(fb);
}

/* Test that the core checks a job when its CRTC is set before the framebuffer. */
static void drm_test_writeback_check(struct kunit *test)
{
	const struct check_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	route_case(&commit);
	set_fb_case(&commit);

	KUNIT_EXPECT_EQ(test, mock_commit_check(&commit), param->result);
}

/* Test that it does the same when the framebuffer is set first. */
static void drm_test_writeback_check_fb_first(struct kunit *test)
{
	const struct check_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	set_fb_case(&commit);
	route_case(&commit);

	KUNIT_EXPECT_EQ(test, mock_commit_check(&commit), param->result);
}

/* Test that a real commit has the same result. */
static void drm_test_writeback_check_commit(struct kunit *test)
{
	const struct check_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	route_case(&commit);
	set_fb_case(&commit);

	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), param->result);
	KUNIT_EXPECT_EQ(test, mock->wb[0].queued, param->fb && !param->result);
}

/* Test that a CRTC whose state is missing is refused. */
static void drm_test_writeback_check_no_crtc_state(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_connector_state *conn_state;
	struct mock_commit commit;
	int ret;

	mock_commit_begin(&commit, mock);
	mock_commit_write(&commit, &mock->wb[0]);
	conn_state = mock_commit_conn(&commit, writeback(mock));
	conn_state->crtc = mock->crtc[1];
	ret = drm_atomic_check_only(commit.state);
	conn_state->crtc = NULL;
	mock_commit_drop(&commit);

	KUNIT_EXPECT_EQ(test, ret, -EINVAL);
}

/* Test that a state that is cleared for another try asks for no fence. */
static void drm_test_writeback_check_cleared(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_connector *connector = writeback(mock);
	struct mock_commit commit;
	s32 __user **fence_ptr;

	mock_commit_begin(&commit, mock);
	mock_commit_conn(&commit, connector);
	fence_ptr = &commit.state->connectors[drm_connector_index(connector)].out_fence_ptr;
	*fence_ptr = u64_to_user_ptr(8ULL);
	KUNIT_EXPECT_EQ(test, drm_atomic_check_only(commit.state), -EINVAL);

	drm_atomic_state_clear(commit.state);
	mock_commit_conn(&commit, connector);
	KUNIT_EXPECT_EQ(test, drm_atomic_check_only(commit.state), 0);
	mock_commit_drop(&commit);
}

/* Test that a test-only commit prepares nothing, and ends its job. */
static void drm_test_writeback_check_only(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_on(mock);
	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);

	KUNIT_EXPECT_EQ(test, mock_commit_check(&commit), 0);
	KUNIT_EXPECT_EQ(test, mock->wb[0].prepared, 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
}

/*
 * The checks for drivers
 */

struct check_fb_case {
	const char *name;
	int wider, higher;
	u64 modifier;
	u32 format;
	unsigned int align;
	/* Added to the pitch of the second plane. */
	unsigned int skew;
	int result;
};

static const struct check_fb_case check_fb_cases[] = {
	{ .name = "fits" },
	{ .name = "narrow", .wider = -1, .result = -EINVAL },
	{ .name = "wide", .wider = 1, .result = -EINVAL },
	{ .name = "low", .higher = -1, .result = -EINVAL },
	{ .name = "high", .higher = 1, .result = -EINVAL },
	{ .name = "tiled", .modifier = I915_FORMAT_MOD_X_TILED, .result = -EINVAL },
	{ .name = "aligned", .align = 512 },
	{ .name = "unaligned", .align = 1024, .result = -EINVAL },
	{ .name = "second_plane", .format = DRM_FORMAT_NV12, .align = 16 },
	{ .name = "second_unaligned", .format = DRM_FORMAT_NV12, .align = 16,
	  .skew = 8, .result = -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(check_fb, check_fb_cases, name);

static struct drm_framebuffer *fb_case(struct mock_device *mock)
{
	const struct check_fb_case *param = mock->test->param_value;
	struct drm_framebuffer *fb;

	fb = mock_fb_create(mock, mock->mode->hdisplay + param->wider,
			    mock->mode->vdisplay + param->higher,
			    param->format ?: DRM_FORMAT_XRGB8888,
			    param->modifier);
	fb->pitches[1] += param->skew;

	return fb;
}

/* Test the common limits: size of the mode, linear, aligned pitches. */
static void drm_test_writeback_check_fb(struct kunit *test)
{
	const struct check_fb_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct drm_framebuffer *fb = fb_case(mock);
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_enable(&commit, mock->crtc[0]);
	mock_commit_route(&commit, writeback(mock), mock->crtc[0]);
	mock_commit_fb(&commit, &mock->wb[0], fb);

	KUNIT_EXPECT_EQ(test, drm_writeback_check_fb(writeback(mock), commit.state,
						     param->align ?: 1),
			param->result);
	mock_commit_drop(&commit);
	drm_framebuffer_put(fb);
}

/* Test that they let everything pass that has no job. */
static void drm_test_writeback_check_fb_no_job(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	KUNIT_EXPECT_EQ(test, drm_writeback_check_fb(writeback(mock), commit.state, 16), 0);
	mock_commit_conn(&commit, writeback(mock));
	KUNIT_EXPECT_EQ(test, drm_writeback_check_fb(writeback(mock), commit.state, 16), 0);
	mock_commit_drop(&commit);
}

/*
 * Preparing
 */

/* Test that a commit fails with its prepare hook, and undoes all. */
static void drm_test_writeback_prepare_fails(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_on(mock);
	mock->wb[0].prepare_error = -ENOSPC;
	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);

	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), -ENOSPC);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 0);
}

static void on_both(struct mock_commit *commit)
{
	struct mock_device *mock = commit->mock;

	mock_commit_enable(commit, mock->crtc[0]);
	mock_commit_route(commit, &mock->wb[0].base.base, mock->crtc[0]);
	mock_commit_route(commit, &mock->wb[1].base.base, mock->crtc[0]);
}

/* Test that the job that was prepared before another failed is cleaned up. */
static void drm_test_writeback_prepare_second_fails(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock->wb[1].prepare_error = -ENOSPC;
	mock_commit_begin(&commit, mock);
	on_both(&commit);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	mock_commit_write(&commit, &mock->wb[1]);

	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), -ENOSPC);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	KUNIT_EXPECT_EQ(test, mock->wb[0].prepared, 1);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that a prepared job is cleaned up when the planes make the commit fail. */
static void drm_test_writeback_prepare_plane_fails(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_on(mock);
	mock->plane_error = -ENOSPC;
	mock_commit_begin(&commit, mock);
	mock_commit_plane(&commit, 0);
	fence = mock_commit_write(&commit, &mock->wb[0]);

	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), -ENOSPC);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that an aborted job is cleaned up after an older one that still runs. */
static void drm_test_writeback_prepare_aborted_late(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *running, *aborted;
	struct mock_commit commit;

	mock_on(mock);
	running = mock_write(mock);
	mock->plane_error = -ENOSPC;
	mock_commit_begin(&commit, mock);
	mock_commit_plane(&commit, 0);
	aborted = mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), -ENOSPC);

	/* There is time enough for the wrong order. */
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 2));
	KUNIT_EXPECT_EQ(test, mock->wb[0].order[0], running->seqno);
	KUNIT_EXPECT_EQ(test, mock->wb[0].order[1], aborted->seqno);
}

/* Test that a job is prepared in the caller's context, however late it runs. */
static void drm_test_writeback_prepare_in_ioctl(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	make_pending(mock);

	KUNIT_EXPECT_EQ(test, mock->wb[0].prepared, 2);
	KUNIT_EXPECT_EQ(test, mock->wb[0].queued, 1);
}

/* Test that a job is prepared once. */
static void drm_test_writeback_prepare_twice(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_connector_state *conn_state;
	struct mock_commit commit;

	mock_on(mock);
	mock_commit_begin(&commit, mock);
	mock_commit_write(&commit, &mock->wb[0]);
	conn_state = mock_commit_conn(&commit, writeback(mock));

	KUNIT_EXPECT_EQ(test, drm_writeback_prepare_job(conn_state->writeback_job), 0);
	KUNIT_EXPECT_EQ(test, drm_writeback_prepare_job(conn_state->writeback_job), 0);
	KUNIT_EXPECT_EQ(test, mock->wb[0].prepared, 1);
	mock_commit_drop(&commit);
}

static struct kunit_case drm_writeback_state_tests[] = {
	KUNIT_CASE(drm_test_writeback_set_fb),
	KUNIT_CASE(drm_test_writeback_set_fb_twice),
	KUNIT_CASE(drm_test_writeback_set_fb_same),
	KUNIT_CASE(drm_test_writeback_set_fb_null),
	KUNIT_CASE(drm_test_writeback_set_fb_display),
	KUNIT_CASE(drm_test_writeback_set_fb_atomic),
	KUNIT_CASE(drm_test_writeback_state_dropped),
	KUNIT_CASE(drm_test_writeback_duplicate),
	KUNIT_CASE(drm_test_writeback_duplicate_by_hand),
	KUNIT_CASE_PARAM(drm_test_writeback_check, check_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_check_fb_first, check_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_check_commit, check_gen_params),
	KUNIT_CASE(drm_test_writeback_check_no_crtc_state),
	KUNIT_CASE(drm_test_writeback_check_cleared),
	KUNIT_CASE(drm_test_writeback_check_only),
	KUNIT_CASE_PARAM(drm_test_writeback_check_fb, check_fb_gen_params),
	KUNIT_CASE(drm_test_writeback_check_fb_no_job),
	KUNIT_CASE(drm_test_writeback_prepare_fails),
	KUNIT_CASE(drm_test_writeback_prepare_second_fails),
	KUNIT_CASE(drm_test_writeback_prepare_plane_fails),
	KUNIT_CASE(drm_test_writeback_prepare_aborted_late),
	KUNIT_CASE(drm_test_writeback_prepare_in_ioctl),
	KUNIT_CASE(drm_test_writeback_prepare_twice),
	{}
};

static struct kunit_suite drm_writeback_state_test_suite = {
	.name = "drm_writeback_state",
	.init = mock_test_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_state_tests,
};

kunit_test_suite(drm_writeback_state_test_suite);
