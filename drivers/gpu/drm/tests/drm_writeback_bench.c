// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the core takes for a writeback job, from its queueing to the return
 * of its completion
 *
 * Uses nothing but what drivers use. Nothing is displayed or written: there is
 * a connector, and jobs that are complete as soon as they are queued.
 */

#include <linux/dma-fence.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sort.h>

#include <drm/drm_atomic_state_helper.h>
#include <drm/drm_drv.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_kunit_helpers.h>
#include <drm/drm_modeset_helper.h>
#include <drm/drm_modeset_lock.h>
#include <drm/drm_writeback.h>

#include <kunit/test.h>

#define BENCH_BATCHES	301
#define BENCH_JOBS	200

struct bench {
	struct drm_device *drm;
	struct drm_framebuffer fb;
	struct drm_writeback_connector wb;
	struct drm_connector_state states[BENCH_JOBS];
	u64 ns[BENCH_BATCHES];
};

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

/* Part of the bench, which outlives it. */
static void bench_fb_destroy(struct drm_framebuffer *fb)
{
	drm_framebuffer_cleanup(fb);
}

static const struct drm_framebuffer_funcs bench_fb_funcs = {
	.destroy = bench_fb_destroy,
};

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
}

static struct bench *bench_create(struct kunit *test)
{
	struct bench *bench = kunit_kzalloc(test, sizeof(*bench), GFP_KERNEL);
	struct device *dev;

	KUNIT_ASSERT_NOT_NULL(test, bench);
	dev = drm_kunit_helper_alloc_device(test);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	bench->drm = __drm_kunit_helper_alloc_drm_device_with_driver(test, dev,
								     sizeof(*bench->drm),
								     0, &bench_driver);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, bench->drm);
	KUNIT_ASSERT_EQ(test, drm_writeback_connector_init(bench->drm, &bench->wb,
							   &bench_funcs, NULL,
							   bench_formats,
							   ARRAY_SIZE(bench_formats),
							   1), 0);
	bench_init_fb(test, bench);

	return bench;
}

static void bench_prepare(struct kunit *test, struct bench *bench)
{
	struct drm_modeset_lock *lock = &bench->drm->mode_config.connection_mutex;
	int i;

	drm_modeset_lock(lock, NULL);
	for (i = 0; i < BENCH_JOBS; i++) {
		struct drm_connector_state *state = &bench->states[i];

		state->connector = &bench->wb.base;
		KUNIT_EXPECT_EQ(test, drm_writeback_set_fb(state, &bench->fb), 0);
		KUNIT_EXPECT_EQ(test, drm_writeback_prepare_job(state->writeback_job), 0);
	}
	drm_modeset_unlock(lock);
}

static u64 bench_run(struct bench *bench)
{
	u64 begin = ktime_get_ns();
	int i;

	for (i = 0; i < BENCH_JOBS; i++) {
		drm_writeback_queue_job(&bench->wb, &bench->states[i]);
		drm_writeback_signal_completion(&bench->wb, 0);
	}

	return div_u64(ktime_get_ns() - begin, BENCH_JOBS);
}

/* The clean-up of a batch is no part of it. */
static void bench_settle(struct bench *bench)
{
	while (drm_framebuffer_read_refcount(&bench->fb) > 1)
		schedule_timeout_uninterruptible(1);
}

static int compare(const void *a, const void *b)
{
	u64 left = *(const u64 *)a, right = *(const u64 *)b;

	return left < right ? -1 : left > right;
}

/* Prints nanoseconds for each job: the median batch, and the middle half. */
static void drm_bench_writeback_completion(struct kunit *test)
{
	struct bench *bench = bench_create(test);
	int i;

	for (i = 0; i < BENCH_BATCHES; i++) {
		bench_prepare(test, bench);
		bench->ns[i] = bench_run(bench);
		bench_settle(bench);
	}
	sort(bench->ns, BENCH_BATCHES, sizeof(bench->ns[0]), compare, NULL);
	kunit_info(test, "completion: median %llu ns, quartiles %llu and %llu ns\n",
		   bench->ns[BENCH_BATCHES / 2], bench->ns[BENCH_BATCHES / 4],
		   bench->ns[BENCH_BATCHES * 3 / 4]);
	drm_framebuffer_put(&bench->fb);
}

static struct kunit_case drm_writeback_bench_cases[] = {
	KUNIT_CASE_SLOW(drm_bench_writeback_completion),
	{}
};

static struct kunit_suite drm_writeback_bench_suite = {
	.name = "drm_writeback_bench",
	.test_cases = drm_writeback_bench_cases,
};

kunit_test_suite(drm_writeback_bench_suite);

MODULE_DESCRIPTION("Benchmark of writeback connectors");
MODULE_LICENSE("GPL");
