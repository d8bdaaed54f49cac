// SPDX-License-Identifier: GPL-2.0-only
/*
 * Framebuffers and commits for the mock device
 */

#include <linux/dma-fence.h>
#include <linux/slab.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_uapi.h>
#include <drm/drm_crtc.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_modeset_helper.h>
#include <drm/drm_plane.h>

#include <kunit/resource.h>
#include <kunit/test.h>

#include "drm_writeback_mock.h"

/*
 * Framebuffers
 */

static void mock_fb_destroy(struct drm_framebuffer *fb)
{
	struct mock_device *mock = to_mock_device(fb->dev);

	mock->freed_in_irq |= !mock_may_sleep();
	atomic_dec(&mock->fbs);
	drm_framebuffer_cleanup(fb);
	kfree(fb);
}

static const struct drm_framebuffer_funcs mock_fb_funcs = {
	.destroy = mock_fb_destroy,
};

struct drm_framebuffer *mock_fb_create(struct mock_device *mock,
				       unsigned int width, unsigned int height,
				       u32 format, u64 modifier)
{
	const struct drm_format_info *info = drm_format_info(format);
	struct drm_mode_fb_cmd2 cmd = {
		.width = width,
		.height = height,
		.pixel_format = format,
	};
	struct kunit *test = mock->test;
	struct drm_framebuffer *fb;
	unsigned int i;

	for (i = 0; i < info->num_planes; i++) {
		cmd.pitches[i] = drm_format_info_min_pitch(info, i, width);
		cmd.modifier[i] = modifier;
	}

	fb = kzalloc(sizeof(*fb), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fb);
	drm_helper_mode_fill_fb_struct(mock->drm, fb, &cmd);
	fb->modifier = modifier;
	KUNIT_ASSERT_EQ(test, drm_framebuffer_init(mock->drm, fb, &mock_fb_funcs), 0);
	atomic_inc(&mock->fbs);

	return fb;
}

/* As the engine of the mock likes it. */
struct drm_framebuffer *mock_fb(struct mock_device *mock)
{
	return mock_fb_create(mock, mock->mode->hdisplay, mock->mode->vdisplay,
			      DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);
}

int mock_fbs(struct mock_device *mock)
{
	return atomic_read(&mock->fbs);
}

/*
 * Commits
 */

void mock_commit_begin(struct mock_commit *commit, struct mock_device *mock)
{
	int ret;

	commit->mock = mock;
	drm_modeset_acquire_init(&commit->ctx, 0);
	while ((ret = drm_modeset_lock_all_ctx(mock->drm, &commit->ctx)) == -EDEADLK)
		drm_modeset_backoff(&commit->ctx);
	KUNIT_EXPECT_EQ(mock->test, ret, 0);

	commit->state = drm_atomic_state_alloc(mock->drm);
	KUNIT_ASSERT_NOT_NULL(mock->test, commit->state);
	commit->state->acquire_ctx = &commit->ctx;
	commit->state->allow_modeset = true;
}

void mock_commit_drop(struct mock_commit *commit)
{
	drm_atomic_state_put(commit->state);
	drm_modeset_drop_locks(&commit->ctx);
	drm_modeset_acquire_fini(&commit->ctx);
}

int mock_commit_check(struct mock_commit *commit)
{
	int ret = drm_atomic_check_only(commit->state);

	mock_commit_drop(commit);

	return ret;
}

int mock_commit_run(struct mock_commit *commit)
{
	int ret = drm_atomic_commit(commit->state);

	mock_commit_drop(commit);

	return ret;
}

int mock_commit_run_nonblock(struct mock_commit *commit)
{
	int ret = drm_atomic_nonblocking_commit(commit->state);

	mock_commit_drop(commit);

	return ret;
}

struct drm_crtc_state *mock_commit_crtc(struct mock_commit *commit,
					struct drm_crtc *crtc)
{
	struct drm_crtc_state *crtc_state =
		drm_atomic_get_crtc_state(commit->state, crtc);

	KUNIT_EXPECT_NOT_ERR_OR_NULL(commit->mock->test, crtc_state);

	return crtc_state;
}

struct drm_connector_state *mock_commit_conn(struct mock_commit *commit,
					     struct drm_connector *connector)
{
	struct drm_connector_state *conn_state =
		drm_atomic_get_connector_state(commit->state, connector);

	KUNIT_EXPECT_NOT_ERR_OR_NULL(commit->mock->test, conn_state);

	return conn_state;
}

void mock_commit_enable(struct mock_commit *commit, struct drm_crtc *crtc)
{
	struct drm_crtc_state *crtc_state = mock_commit_crtc(commit, crtc);
	int ret;

	ret = drm_atomic_set_mode_for_crtc(crtc_state, commit->mock->mode);
	KUNIT_EXPECT_EQ(commit->mock->test, ret, 0);
	crtc_state->active = true;
}

/* Without the connectors of the CRTC, which the test has to detach. */
void mock_commit_disable(struct mock_commit *commit, struct drm_crtc *crtc)
{
	struct drm_crtc_state *crtc_state = mock_commit_crtc(commit, crtc);
	int ret;

	crtc_state->active = false;
	ret = drm_atomic_set_mode_for_crtc(crtc_state, NULL);
	KUNIT_EXPECT_EQ(commit->mock->test, ret, 0);
}

void mock_commit_route(struct mock_commit *commit,
		       struct drm_connector *connector, struct drm_crtc *crtc)
{
	struct drm_connector_state *conn_state =
		mock_commit_conn(commit, connector);
	int ret;

	ret = drm_atomic_set_crtc_for_connector(conn_state, crtc);
	KUNIT_EXPECT_EQ(commit->mock->test, ret, 0);
}

void mock_commit_plane(struct mock_commit *commit, unsigned int pipe)
{
	struct mock_device *mock = commit->mock;
	struct drm_framebuffer *fb = mock_fb(mock);
	struct drm_plane_state *plane_state;
	int ret;

	plane_state = drm_atomic_get_plane_state(commit->state, mock->plane[pipe]);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(mock->test, plane_state);
	ret = drm_atomic_set_crtc_for_plane(plane_state, mock->crtc[pipe]);
	KUNIT_EXPECT_EQ(mock->test, ret, 0);
	drm_atomic_set_fb_for_plane(plane_state, fb);
	plane_state->crtc_w = fb->width;
	plane_state->crtc_h = fb->height;
	plane_state->src_w = fb->width << 16;
	plane_state->src_h = fb->height << 16;
	drm_framebuffer_put(fb);
}

static void put_fence(void *fence)
{
	dma_fence_put(fence);
}

/* Before the test ends. */
void mock_put_fence(struct kunit *test, struct dma_fence *fence)
{
	kunit_release_action(test, put_fence, fence);
}

/* The fence stays valid until the test ends, whatever becomes of the job. */
struct dma_fence *mock_commit_fb(struct mock_commit *commit,
				 struct mock_wb *mwb,
				 struct drm_framebuffer *fb)
{
	struct drm_connector_state *conn_state =
		mock_commit_conn(commit, &mwb->base.base);
	struct kunit *test = commit->mock->test;
	struct dma_fence *fence;
	int ret;

	ret = drm_writeback_set_fb(conn_state, fb);
	KUNIT_EXPECT_EQ(test, ret, 0);
	if (ret || !conn_state->writeback_job)
		return NULL;

	fence = dma_fence_get(drm_writeback_job_fence(conn_state->writeback_job));
	ret = kunit_add_action_or_reset(test, put_fence, fence);
	KUNIT_EXPECT_EQ(test, ret, 0);

	return fence;
}

/* To a framebuffer that exists for as long as the job holds it. */
struct dma_fence *mock_commit_write(struct mock_commit *commit,
				    struct mock_wb *mwb)
{
	struct drm_framebuffer *fb = mock_fb(commit->mock);
	struct dma_fence *fence = mock_commit_fb(commit, mwb, fb);

	drm_framebuffer_put(fb);

	return fence;
}

/* The first pipe feeds the first writeback connector. */
void mock_on(struct mock_device *mock)
{
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_enable(&commit, mock->crtc[0]);
	mock_commit_route(&commit, &mock->wb[0].base.base, mock->crtc[0]);
	KUNIT_ASSERT_EQ(mock->test, mock_commit_run(&commit), 0);
}

/* The first CRTC goes off, its connectors stay. */
void mock_off(struct mock_device *mock)
{
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_crtc(&commit, mock->crtc[0])->active = false;
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run(&commit), 0);
}

void mock_flip(struct mock_device *mock)
{
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	mock_commit_plane(&commit, 0);
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run(&commit), 0);
}

struct dma_fence *mock_write(struct mock_device *mock)
{
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run(&commit), 0);

	return fence;
}

struct dma_fence *mock_write_nonblock(struct mock_device *mock)
{
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run_nonblock(&commit), 0);

	return fence;
}
