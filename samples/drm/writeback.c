// SPDX-License-Identifier: GPL-2.0-only
/*
 * A minimal driver with a writeback connector
 *
 * The device has a plane, a CRTC and an engine that writes what they show to
 * memory. It has no display. Documentation/gpu/writeback/drivers.rst goes through
 * this file step by step. What stands in for hardware is in writeback_engine.c.
 */

#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_drv.h>
#include <drm/drm_edid.h>
#include <drm/drm_fb_dma_helper.h>
#include <drm/drm_file.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_gem_dma_helper.h>
#include <drm/drm_gem_framebuffer_helper.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_managed.h>
#include <drm/drm_modeset_helper_vtables.h>
#include <drm/drm_probe_helper.h>
#include <drm/drm_simple_kms_helper.h>
#include <drm/drm_writeback.h>

#include "writeback_engine.h"

#define MAX_WIDTH	1024
#define MAX_HEIGHT	768

struct wbs_device {
	struct drm_device drm;
	struct drm_simple_display_pipe pipe;
	struct drm_writeback_connector wb;
	struct wbs_engine engine;
};

static struct wbs_device *to_wbs(struct drm_device *drm)
{
	return container_of(drm, struct wbs_device, drm);
}

static int wbs_atomic_check(struct drm_connector *connector,
			    struct drm_atomic_state *state)
{
	/* This engine writes to any address. */
	return drm_writeback_check_fb(connector, state, 1);
}

static int wbs_prepare_job(struct drm_writeback_connector *wb,
			   struct drm_writeback_job *job)
{
	struct wbs_copy *copy = kzalloc(sizeof(*copy), GFP_KERNEL);

	if (!copy)
		return -ENOMEM;

	job->priv = copy;

	return 0;
}

static void wbs_cleanup_job(struct drm_writeback_connector *wb,
			    struct drm_writeback_job *job)
{
	kfree(job->priv);
}

static void *address(struct drm_framebuffer *fb)
{
	/* Hardware gets drm_fb_dma_get_gem_addr() instead. */
	return drm_fb_dma_get_gem_obj(fb, 0)->vaddr + fb->offsets[0];
}

static void wbs_program(struct wbs_device *wbs, struct drm_writeback_job *job)
{
	const struct drm_plane_state *plane_state = wbs->pipe.plane.state;
	struct drm_framebuffer *src = plane_state->fb;
	struct wbs_copy *copy = job->priv;

	*copy = (struct wbs_copy) {
		.src = address(src) +
		       (plane_state->src.y1 >> 16) * src->pitches[0] +
		       (plane_state->src.x1 >> 16) * src->format->cpp[0],
		.dst = address(job->fb),
		.src_pitch = src->pitches[0],
		.dst_pitch = job->fb->pitches[0],
		.len = job->fb->width * job->fb->format->cpp[0],
		.lines = job->fb->height,
	};
	wbs_engine_program(&wbs->engine, copy);
}

static void wbs_atomic_commit(struct drm_connector *connector,
			      struct drm_atomic_state *state)
{
	struct wbs_device *wbs = to_wbs(connector->dev);
	struct drm_connector_state *conn_state =
		drm_atomic_get_new_connector_state(state, connector);
	int idx;

	/* A job that is not queued is cancelled by the core. */
	if (!drm_dev_enter(connector->dev, &idx))
		return;

	wbs_program(wbs, conn_state->writeback_job);
	drm_writeback_queue_job(&wbs->wb, conn_state);
	wbs_engine_start(&wbs->engine);

	drm_dev_exit(idx);
}

static void wbs_irq(struct wbs_engine *engine)
{
	struct wbs_device *wbs = container_of(engine, struct wbs_device, engine);

	drm_writeback_signal_completion(&wbs->wb, wbs_engine_status(engine));
}

static int wbs_stop_writeback(struct drm_writeback_connector *wb)
{
	wbs_engine_stop(&to_wbs(wb->base.dev)->engine);

	return 0;
}

static int wbs_get_modes(struct drm_connector *connector)
{
	int n = drm_add_modes_noedid(connector, MAX_WIDTH, MAX_HEIGHT);

	drm_set_preferred_mode(connector, MAX_WIDTH, MAX_HEIGHT);

	return n;
}

static const struct drm_connector_helper_funcs wbs_connector_helper_funcs = {
	.get_modes = wbs_get_modes,
	.atomic_check = wbs_atomic_check,
	.prepare_writeback_job = wbs_prepare_job,
	.atomic_commit = wbs_atomic_commit,
	.stop_writeback = wbs_stop_writeback,
	.cleanup_writeback_job = wbs_cleanup_job,
};

static const struct drm_connector_funcs wbs_connector_funcs = {
	.reset = drm_atomic_helper_connector_reset,
	.fill_modes = drm_helper_probe_single_connector_modes,
	.atomic_duplicate_state = drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
};

static const u32 wbs_formats[] = { DRM_FORMAT_XRGB8888 };

static int wbs_writeback_init(struct wbs_device *wbs)
{
	int ret;

	ret = drmm_writeback_connector_init(&wbs->drm, &wbs->wb,
					    &wbs_connector_funcs,
					    &wbs->pipe.encoder, wbs_formats,
					    ARRAY_SIZE(wbs_formats));
	if (ret)
		return ret;

	drm_connector_helper_add(&wbs->wb.base, &wbs_connector_helper_funcs);
	/* A picture takes a frame. */
	wbs->wb.timeout_ms = 500;
	wbs->wb.check_signalling = true;

	return 0;
}

static void wbs_pipe_disable(struct drm_simple_display_pipe *pipe)
{
	wbs_engine_stop(&to_wbs(pipe->crtc.dev)->engine);
}

static const struct drm_simple_display_pipe_funcs wbs_pipe_funcs = {
	.disable = wbs_pipe_disable,
};

static const struct drm_mode_config_funcs wbs_mode_config_funcs = {
	.fb_create = drm_gem_fb_create,
	.atomic_check = drm_atomic_helper_check,
	.atomic_commit = drm_atomic_helper_commit,
};

static int wbs_modeset_init(struct wbs_device *wbs)
{
	struct drm_device *drm = &wbs->drm;
	int ret;

	ret = drmm_mode_config_init(drm);
	if (ret)
		return ret;

	drm->mode_config.max_width = MAX_WIDTH;
	drm->mode_config.max_height = MAX_HEIGHT;
	drm->mode_config.funcs = &wbs_mode_config_funcs;

	/* The connector comes later, with its own init. */
	ret = drm_simple_display_pipe_init(drm, &wbs->pipe, &wbs_pipe_funcs,
					   wbs_formats, ARRAY_SIZE(wbs_formats),
					   NULL, NULL);
	if (ret)
		return ret;

	return wbs_writeback_init(wbs);
}

DEFINE_DRM_GEM_DMA_FOPS(wbs_fops);

static const struct drm_driver wbs_driver = {
	.driver_features = DRIVER_GEM | DRIVER_MODESET | DRIVER_ATOMIC,
	.fops = &wbs_fops,
	/* The stand-in for hardware needs a mapping of imported buffers, too. */
	DRM_GEM_DMA_DRIVER_OPS_VMAP,
	.name = "writeback-sample",
	.desc = "Sample of a driver with a writeback connector",
	.date = "20260101",
	.major = 1,
};

static int wbs_probe(struct platform_device *pdev)
{
	struct wbs_device *wbs;
	int ret;

	wbs = devm_drm_dev_alloc(&pdev->dev, &wbs_driver, struct wbs_device, drm);
	if (IS_ERR(wbs))
		return PTR_ERR(wbs);

	platform_set_drvdata(pdev, wbs);
	wbs_engine_init(&wbs->engine, wbs_irq);

	ret = wbs_modeset_init(wbs);
	if (ret)
		return ret;

	drm_mode_config_reset(&wbs->drm);

	return drm_dev_register(&wbs->drm, 0);
}

static void wbs_remove(struct platform_device *pdev)
{
	struct wbs_device *wbs = platform_get_drvdata(pdev);

	drm_dev_unplug(&wbs->drm);
	drm_atomic_helper_shutdown(&wbs->drm);
}

static void wbs_shutdown(struct platform_device *pdev)
{
	struct wbs_device *wbs = platform_get_drvdata(pdev);

	drm_atomic_helper_shutdown(&wbs->drm);
}

static struct platform_driver wbs_platform_driver = {
	.probe = wbs_probe,
	.remove = wbs_remove,
	.shutdown = wbs_shutdown,
	.driver = {
		.name = "writeback-sample",
	},
};

static struct platform_device *wbs_platform_device;

/* Hardware is found by its bus; the stand-in is made here. */
static int __init wbs_init(void)
{
	int ret;

	ret = platform_driver_register(&wbs_platform_driver);
	if (ret)
		return ret;

	wbs_platform_device =
		platform_device_register_simple("writeback-sample", -1, NULL, 0);
	if (IS_ERR(wbs_platform_device)) {
		platform_driver_unregister(&wbs_platform_driver);
		return PTR_ERR(wbs_platform_device);
	}

	return 0;
}

static void __exit wbs_exit(void)
{
	platform_device_unregister(wbs_platform_device);
	platform_driver_unregister(&wbs_platform_driver);
}

module_init(wbs_init);
module_exit(wbs_exit);
MODULE_DESCRIPTION("Sample of a DRM driver with a writeback connector");
MODULE_LICENSE("GPL");
