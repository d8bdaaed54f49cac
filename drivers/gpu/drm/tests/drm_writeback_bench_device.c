// SPDX-License-Identifier: GPL-2.0-only
/*
 * Benchmark of writeback connectors: a device that displays and writes nothing,
 * and jobs that are complete as soon as somebody says so
 */

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <drm/drm_atomic_state_helper.h>
#include <drm/drm_drv.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_kunit_helpers.h>
#include <drm/drm_modeset_helper.h>
#include <drm/drm_modeset_helper_vtables.h>
#include <drm/drm_modeset_lock.h>

#include <kunit/test.h>

#include "drm_writeback_bench.h"
#include "drm_writeback_bench_fence.h"

static const struct drm_driver bench_driver = {
	.driver_features = DRIVER_MODESET | DRIVER_ATOMIC,
	.name = "writeback-bench",
};

static const u32 bench_formats[] = { DRM_FORMAT_XRGB8888 };

static const struct drm_connector_funcs bench_funcs = {
	.destroy = drm_connector_cleanup,
	.reset = drm_atomic_helper_connector_reset,
	.atomic_duplicate_state = drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
};

/* An engine that is done at once, for jobs that come with a commit. */
static void bench_atomic_commit(struct drm_connector *connector,
				struct drm_atomic_state *state)
{
	struct drm_writeback_connector *wb = drm_connector_to_writeback(connector);

	drm_writeback_queue_job(wb, connector->state);
	drm_writeback_signal_completion(wb, 0);
}

static const struct drm_connector_helper_funcs bench_helper_funcs = {
	.atomic_commit = bench_atomic_commit,
};

/* Part of the bench, which outlives it. */
static void bench_fb_destroy(struct drm_framebuffer *fb)
{
	drm_framebuffer_cleanup(fb);
}

static const struct drm_framebuffer_funcs bench_fb_funcs = {
	.destroy = bench_fb_destroy,
};

static void bench_put_fb(void *data)
{
	struct bench *bench = data;

	drm_framebuffer_put(&bench->fb);
}

static void bench_init_fb(struct kunit *test, struct bench *bench)
{
	struct drm_mode_fb_cmd2 cmd = {
		.width = 64,
		.height = 64,
		.pixel_format = DRM_FORMAT_XRGB8888,
		.pitches = { 256 },
	};

	drm_helper_mode_fill_fb_struct(bench->drm, &bench->fb, &cmd);
	KUNIT_ASSERT_EQ(test, drm_framebuffer_init(bench->drm, &bench->fb,
						   &bench_fb_funcs), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, bench_put_fb, bench), 0);
}

static void bench_init_connectors(struct kunit *test, struct bench *bench,
				  unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct drm_writeback_connector *wb = &bench->wb[i];

		KUNIT_ASSERT_EQ(test, drm_writeback_connector_init(bench->drm, wb,
								   &bench_funcs, NULL,
								   bench_formats,
								   ARRAY_SIZE(bench_formats),
								   1), 0);
		drm_connector_helper_add(&wb->base, &bench_helper_funcs);
	}
	bench->n_connectors = n;
	bench->state.connector = &bench_connector(bench)->base;
}

static void bench_free(void *bench)
{
	kvfree(bench);
}

struct bench *bench_create(struct kunit *test, unsigned int n_connectors)
{
	struct bench *bench = kvzalloc(sizeof(*bench), GFP_KERNEL);
	struct device *dev;

	KUNIT_ASSERT_NOT_NULL(test, bench);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, bench_free, bench), 0);
	dev = drm_kunit_helper_alloc_device(test);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	bench->drm = __drm_kunit_helper_alloc_drm_device_with_driver(test, dev,
								     sizeof(*bench->drm),
								     0, &bench_driver);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, bench->drm);
	bench_init_connectors(test, bench, n_connectors);
	bench_init_fb(test, bench);

	return bench;
}

struct drm_writeback_connector *bench_connector(struct bench *bench)
{
	return &bench->wb[bench->n_connectors - 1];
}

void bench_prepare(struct kunit *test, struct bench *bench, bool fence)
{
	struct drm_modeset_lock *lock = &bench->drm->mode_config.connection_mutex;
	struct drm_connector_state *state = &bench->state;

	drm_modeset_lock(lock, NULL);
	KUNIT_ASSERT_EQ(test, drm_writeback_set_fb(state, &bench->fb), 0);
	if (fence)
		bench->fences[bench->n_fences++] =
			bench_ask_for_fence(bench_connector(bench),
					    state->writeback_job);
	KUNIT_ASSERT_EQ(test, drm_writeback_prepare_job(state->writeback_job), 0);
	drm_modeset_unlock(lock);
}

void bench_queue(struct bench *bench)
{
	drm_writeback_queue_job(bench_connector(bench), &bench->state);
}

void bench_fill(struct kunit *test, struct bench *bench, unsigned int jobs,
		bool fence)
{
	while (jobs--) {
		bench_prepare(test, bench, fence);
		bench_queue(bench);
	}
}

void bench_close_fence(struct bench *bench)
{
	if (!bench->n_fences)
		return;

	dma_fence_put(bench->fences[0]);
	memmove(bench->fences, bench->fences + 1,
		--bench->n_fences * sizeof(bench->fences[0]));
}

void bench_close_fences(struct bench *bench)
{
	while (bench->n_fences)
		dma_fence_put(bench->fences[--bench->n_fences]);
}

/* Each job that is not cleaned up has a reference. */
static bool is_settled(struct bench *bench, unsigned int left)
{
	return drm_framebuffer_read_refcount(&bench->fb) <= left + 1;
}

void bench_settle(struct kunit *test, struct bench *bench, unsigned int left)
{
	u64 end = ktime_get_ns() + 10ULL * NSEC_PER_SEC;

	while (!is_settled(bench, left)) {
		KUNIT_ASSERT_LT_MSG(test, ktime_get_ns(), end,
				    "jobs are not cleaned up");
		usleep_range(20, 50);
	}
}

MODULE_DESCRIPTION("Benchmark of writeback connectors");
MODULE_LICENSE("GPL");
