// SPDX-License-Identifier: GPL-2.0-only
/*
 * A display device whose writeback engines do what a test tells them
 */

#include <linux/dma-fence.h>
#include <linux/module.h>
#include <linux/sched.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_atomic_state_helper.h>
#include <drm/drm_crtc.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_gem_framebuffer_helper.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_kunit_helpers.h>
#include <drm/drm_mode_config.h>
#include <drm/drm_probe_helper.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

/* VGA: the first mode of CEA-861. */
#define MOCK_VIC	1

/*
 * The device
 */

DEFINE_DRM_GEM_FOPS(mock_fops);

static const struct drm_driver mock_driver = {
	.driver_features = DRIVER_MODESET | DRIVER_ATOMIC | DRIVER_GEM,
	.fops = &mock_fops,
	.name = "writeback-mock",
};

static void mock_commit_tail(struct drm_atomic_state *state)
{
	struct mock_device *mock = to_mock_device(state->dev);
	unsigned int i, cleaned = 0;

	for (i = 0; i < MOCK_PIPES; i++)
		cleaned += mock->wb[i].cleaned;

	mock->cleaned_at_tail = cleaned;
	mock->watched_at_tail = mock->watched &&
				dma_fence_is_signaled(mock->watched);
	mock->tails++;
	if (mock->on_tail)
		mock->on_tail(mock);

	mock->tail(state);
}

static const struct drm_mode_config_helper_funcs mock_config_helper_funcs = {
	.atomic_commit_tail = mock_commit_tail,
};

void mock_set_vtables(struct mock_device *mock, bool set)
{
	unsigned int i;

	for (i = 0; i < MOCK_PIPES; i++)
		drm_connector_helper_add(&mock->wb[i].base.base,
					 set ? &mock->wb[i].helper : NULL);
}

static int mock_atomic_commit(struct drm_device *drm,
			      struct drm_atomic_state *state, bool nonblock)
{
	struct mock_device *mock = to_mock_device(drm);

	if (mock->bare_commits)
		mock_set_vtables(mock, false);

	return drm_atomic_helper_commit(drm, state, nonblock);
}

static const struct drm_mode_config_funcs mock_config_funcs = {
	.fb_create = drm_gem_fb_create,
	.atomic_check = drm_atomic_helper_check,
	.atomic_commit = mock_atomic_commit,
};

/*
 * Planes, CRTCs and the display
 */

static int mock_plane_prepare_fb(struct drm_plane *plane,
				 struct drm_plane_state *state)
{
	return to_mock_device(plane->dev)->plane_error;
}

static void mock_plane_update(struct drm_plane *plane,
			      struct drm_atomic_state *state)
{
	mock_record(to_mock_device(plane->dev), 'p');
}

static const struct drm_plane_helper_funcs mock_plane_helper_funcs = {
	.prepare_fb = mock_plane_prepare_fb,
	.atomic_update = mock_plane_update,
};

static void mock_crtc_flush(struct drm_crtc *crtc,
			    struct drm_atomic_state *state)
{
	struct mock_device *mock = to_mock_device(crtc->dev);
	struct drm_connector_state *conn_state;
	unsigned int i;

	for (i = 0; mock->queues_in_flush && i < MOCK_PIPES; i++) {
		conn_state = drm_atomic_get_new_connector_state(state,
								&mock->wb[i].base.base);
		if (conn_state && conn_state->writeback_job)
			mock_wb_queue(&mock->wb[i], conn_state);
	}
}

static void mock_crtc_enable(struct drm_crtc *crtc,
			     struct drm_atomic_state *state)
{
	mock_record(to_mock_device(crtc->dev), 'c');
}

static void mock_crtc_disable(struct drm_crtc *crtc,
			      struct drm_atomic_state *state)
{
	mock_record(to_mock_device(crtc->dev), 'C');
}

static const struct drm_crtc_helper_funcs mock_crtc_helper_funcs = {
	.atomic_flush = mock_crtc_flush,
	.atomic_enable = mock_crtc_enable,
	.atomic_disable = mock_crtc_disable,
};

static const struct drm_encoder_funcs mock_encoder_funcs = {
	.destroy = drm_encoder_cleanup,
};

static const struct drm_connector_helper_funcs mock_display_helper_funcs = {
};

static const struct drm_connector_funcs mock_display_funcs = {
	.destroy = drm_connector_cleanup,
	.fill_modes = drm_helper_probe_single_connector_modes,
	.reset = drm_atomic_helper_connector_reset,
	.atomic_duplicate_state = drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
};

static enum hrtimer_restart open_gate(struct hrtimer *timer)
{
	complete_all(&container_of(timer, struct mock_device, gate_timer)->gate);

	return HRTIMER_NORESTART;
}

struct completion *mock_gate_later(struct mock_device *mock, unsigned int ms)
{
	reinit_completion(&mock->gate);
	hrtimer_start(&mock->gate_timer, ms_to_ktime(ms), HRTIMER_MODE_REL_HARD);

	return &mock->gate;
}

/*
 * Life of the device
 */

static void create_pipe(struct mock_device *mock, unsigned int pipe)
{
	struct kunit *test = mock->test;

	mock->plane[pipe] =
		drm_kunit_helper_create_primary_plane(test, mock->drm, NULL,
						      &mock_plane_helper_funcs,
						      NULL, 0, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mock->plane[pipe]);

	mock->crtc[pipe] =
		drm_kunit_helper_create_crtc(test, mock->drm, mock->plane[pipe],
					     NULL, NULL, &mock_crtc_helper_funcs);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mock->crtc[pipe]);
}

static void create_encoder(struct mock_device *mock,
			   struct drm_encoder *encoder)
{
	int ret;

	ret = drm_encoder_init(mock->drm, encoder, &mock_encoder_funcs,
			       DRM_MODE_ENCODER_VIRTUAL, NULL);
	KUNIT_ASSERT_EQ(mock->test, ret, 0);
	encoder->possible_crtcs = BIT(MOCK_PIPES) - 1;
}

static void create_display(struct mock_device *mock)
{
	int ret;

	create_encoder(mock, &mock->encoder);
	ret = drm_connector_init(mock->drm, &mock->display, &mock_display_funcs,
				 DRM_MODE_CONNECTOR_VIRTUAL);
	KUNIT_ASSERT_EQ(mock->test, ret, 0);
	drm_connector_helper_add(&mock->display, &mock_display_helper_funcs);
	ret = drm_connector_attach_encoder(&mock->display, &mock->encoder);
	KUNIT_ASSERT_EQ(mock->test, ret, 0);
}

static void create_drm(struct mock_device *mock)
{
	struct kunit *test = mock->test;
	struct drm_device *drm;

	mock->dev = drm_kunit_helper_alloc_device(test);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mock->dev);
	drm = __drm_kunit_helper_alloc_drm_device_with_driver(test, mock->dev,
							      sizeof(struct mock_drm),
							      offsetof(struct mock_drm, base),
							      &mock_driver);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, drm);
	/* The helper returns the device, wherever in the structure it is. */
	container_of(drm, struct mock_drm, base)->mock = mock;
	drm->mode_config.funcs = &mock_config_funcs;
	drm->mode_config.helper_private = &mock_config_helper_funcs;
	drm->mode_config.max_width = 4096;
	drm->mode_config.max_height = 4096;
	mock->drm = drm;
}

struct mock_device *mock_create_bare(struct kunit *test)
{
	struct mock_device *mock;
	unsigned int i;

	mock = kunit_kzalloc(test, sizeof(*mock), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mock);
	mock->test = test;
	mock->tail = drm_atomic_helper_commit_tail;
	init_completion(&mock->gate);
	hrtimer_init(&mock->gate_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	mock->gate_timer.function = open_gate;
	mock->mode = drm_kunit_display_mode_from_cea_vic(test, NULL, MOCK_VIC);
	KUNIT_ASSERT_NOT_NULL(test, mock->mode);

	create_drm(mock);
	for (i = 0; i < MOCK_PIPES; i++) {
		mock_wb_init(mock, &mock->wb[i]);
		create_pipe(mock, i);
	}
	create_display(mock);

	return mock;
}

/* The first brings its encoder along, the second uses the driver's. */
static void create_writebacks(struct mock_device *mock)
{
	struct mock_wb *mwb = mock->wb;
	int ret;

	ret = drm_writeback_connector_init(mock->drm, &mwb[0].base,
					   &mock_wb_funcs, NULL, mock_formats,
					   ARRAY_SIZE(mock_formats),
					   BIT(MOCK_PIPES) - 1);
	KUNIT_ASSERT_EQ(mock->test, ret, 0);

	create_encoder(mock, &mwb[1].encoder);
	ret = drm_writeback_connector_init_with_encoder(mock->drm, &mwb[1].base,
							&mwb[1].encoder,
							&mock_wb_funcs,
							mock_formats,
							ARRAY_SIZE(mock_formats));
	KUNIT_ASSERT_EQ(mock->test, ret, 0);
}

/* Initialised writeback connectors get their hooks and a patient core. */
void mock_finish(struct mock_device *mock)
{
	struct drm_encoder *encoder;
	unsigned int i;

	mock_set_vtables(mock, true);
	for (i = 0; i < MOCK_PIPES; i++) {
		mock->wb[i].base.timeout_ms = MOCK_LONG_MS;
		mock->wb[i].base.check_signalling = true;
	}

	drm_for_each_encoder(encoder, mock->drm)
		encoder->possible_clones = BIT(mock->drm->mode_config.num_encoder) - 1;

	drm_mode_config_reset(mock->drm);
	mock->finished = true;
}

struct mock_device *mock_create(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);

	create_writebacks(mock);
	mock_finish(mock);

	return mock;
}

/* Both connectors are managed, over encoders of the driver. */
struct mock_device *mock_create_managed(struct kunit *test)
{
	struct mock_device *mock = mock_create_bare(test);
	unsigned int i;
	int ret;

	for (i = 0; i < MOCK_PIPES; i++) {
		create_encoder(mock, &mock->wb[i].encoder);
		ret = drmm_writeback_connector_init(mock->drm, &mock->wb[i].base,
						    &mock_managed_wb_funcs,
						    &mock->wb[i].encoder,
						    mock_formats,
						    ARRAY_SIZE(mock_formats));
		KUNIT_ASSERT_EQ(test, ret, 0);
	}
	mock_finish(mock);

	return mock;
}

static void silence(struct mock_device *mock)
{
	unsigned int i;

	complete_all(&mock->gate);
	hrtimer_cancel(&mock->gate_timer);
	for (i = 0; i < MOCK_PIPES; i++) {
		hrtimer_cancel(&mock->wb[i].irq);
		cancel_work_sync(&mock->wb[i].worker);
	}
}

/* The work item of a commit may be the last to hold the device. */
static void wait_for_commits(struct drm_device *drm)
{
	long patience = MOCK_PATIENCE;

	while (kref_read(&drm->ref) > 1 && patience--)
		schedule_timeout_uninterruptible(1);
}

/* The last reference to the DRM device goes, and the mock is what remains. */
void mock_release(struct mock_device *mock)
{
	silence(mock);
	wait_for_commits(mock->drm);
	mock->drm = NULL;
	drm_kunit_helper_free_device(mock->test, mock->dev);
}

int mock_test_init(struct kunit *test)
{
	test->priv = mock_create(test);

	return 0;
}

/* The engine answers all that it was asked, and by itself from now on. */
static void settle(struct mock_wb *mwb)
{
	mwb->answer_ms = 1;
	while (!list_empty_careful(&mwb->base.job_queue) ||
	       !list_empty_careful(&mwb->base.expired))
		mock_answer(mwb, 0);
}

static void expect_clean(struct mock_wb *mwb)
{
	struct kunit *test = mwb->mock->test;

	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, mwb->prepared));
	KUNIT_EXPECT_EQ(test, mwb->cleaned, mwb->prepared);
	KUNIT_EXPECT_TRUE(test, list_empty(&mwb->base.job_queue));
	KUNIT_EXPECT_FALSE(test, mwb->wrong_context);
}

static void switch_off(struct mock_device *mock)
{
	unsigned int i;

	mock->on_tail = NULL;
	mock->watched = NULL;
	for (i = 0; i < MOCK_PIPES; i++)
		settle(&mock->wb[i]);
	drm_atomic_helper_shutdown(mock->drm);
	for (i = 0; i < MOCK_PIPES; i++)
		expect_clean(&mock->wb[i]);
}

/* However a test ends: a device that is switched off holds nothing. */
void mock_test_exit(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	if (!mock)
		return;

	silence(mock);
	if (mock->drm && mock->finished)
		switch_off(mock);
	if (mock->drm)
		mock_release(mock);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	KUNIT_EXPECT_FALSE(test, mock->freed_in_irq);
}

MODULE_DESCRIPTION("KUnit tests of DRM writeback connectors");
MODULE_LICENSE("GPL");
