// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: the fences on the buffer
 */

#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/kref.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_crtc.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_gem.h>

#include <kunit/resource.h>
#include <kunit/test.h>

#include "drm_writeback_mock.h"

/*
 * Memory of a framebuffer, and fences of others on it
 */

static void memory_free(struct drm_gem_object *obj)
{
	drm_gem_private_object_fini(obj);
	kfree(obj);
}

static const struct drm_gem_object_funcs memory_funcs = {
	.free = memory_free,
};

static void put_memory(void *obj)
{
	drm_gem_object_put(obj);
}

static struct drm_gem_object *make_memory(struct mock_device *mock)
{
	struct drm_gem_object *obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(mock->test, obj);
	obj->funcs = &memory_funcs;
	drm_gem_private_object_init(mock->drm, obj, PAGE_SIZE);
	ret = kunit_add_action_or_reset(mock->test, put_memory, obj);
	KUNIT_ASSERT_EQ(mock->test, ret, 0);

	return obj;
}

static const char *other_name(struct dma_fence *fence)
{
	return "other";
}

static const struct dma_fence_ops other_ops = {
	.get_driver_name = other_name,
	.get_timeline_name = other_name,
};

static DEFINE_SPINLOCK(other_lock);

static void put_other(void *fence)
{
	dma_fence_put(fence);
}

/* Somebody else's fence, which the test signals. */
static struct dma_fence *make_other(struct kunit *test)
{
	struct dma_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, fence);
	dma_fence_init(fence, &other_ops, &other_lock, dma_fence_context_alloc(1), 1);
	ret = kunit_add_action_or_reset(test, put_other, fence);
	KUNIT_ASSERT_EQ(test, ret, 0);

	return fence;
}

static struct dma_fence *add_other(struct kunit *test, struct drm_gem_object *obj,
				   enum dma_resv_usage usage)
{
	struct dma_fence *fence = make_other(test);

	dma_resv_lock(obj->resv, NULL);
	KUNIT_EXPECT_EQ(test, dma_resv_reserve_fences(obj->resv, 1), 0);
	dma_resv_add_fence(obj->resv, fence, usage);
	dma_resv_unlock(obj->resv);

	return fence;
}

/* Would somebody who reads the memory have to wait? */
static bool is_written(struct drm_gem_object *obj)
{
	return !dma_resv_test_signaled(obj->resv, DMA_RESV_USAGE_WRITE);
}

static struct dma_fence *commit_memory(struct mock_commit *commit,
				       struct mock_wb *mwb,
				       struct drm_gem_object *obj)
{
	struct drm_framebuffer *fb = mock_fb(commit->mock);
	struct dma_fence *fence;

	fb->obj[0] = obj;
	fence = mock_commit_fb(commit, mwb, fb);
	drm_framebuffer_put(fb);

	return fence;
}

static struct dma_fence *write_memory(struct mock_device *mock,
				      struct drm_gem_object *obj)
{
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = commit_memory(&commit, &mock->wb[0], obj);
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run_nonblock(&commit), 0);

	return fence;
}

/*
 * Waiting for others
 */

static const struct usage_param {
	enum dma_resv_usage usage;
	const char *name;
} usages[] = {
	{ DMA_RESV_USAGE_KERNEL, "kernel" },
	{ DMA_RESV_USAGE_WRITE, "writer" },
	{ DMA_RESV_USAGE_READ, "reader" },
};

KUNIT_ARRAY_PARAM_DESC(usage, usages, name);

/* Test that a job starts when others have finished with the buffer. */
static void drm_test_writeback_sync_waits(struct kunit *test)
{
	const struct usage_param *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct drm_gem_object *obj = make_memory(mock);
	struct dma_fence *other, *fence;

	mock_on(mock);
	mock->wb[0].answer_ms = 1;
	other = add_other(test, obj, param->usage);
	fence = write_memory(mock, obj);
	msleep(MOCK_SHORT_MS);
	KUNIT_EXPECT_EQ(test, mock->wb[0].started, 0);
	dma_fence_signal(other);

	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);
}

/* Test that it does not wait for those who only remember the buffer. */
static void drm_test_writeback_sync_bookkeeping(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_gem_object *obj = make_memory(mock);
	struct dma_fence *other;

	mock_on(mock);
	mock->wb[0].answer_ms = 1;
	other = add_other(test, obj, DMA_RESV_USAGE_BOOKKEEP);

	KUNIT_EXPECT_EQ(test, mock_fence_status(write_memory(mock, obj)), 1);
	dma_fence_signal(other);
}

/* Test that it waits for every part of the buffer. */
static void drm_test_writeback_sync_planes(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_gem_object *luma = make_memory(mock), *chroma = make_memory(mock);
	struct dma_fence *others[2], *fence;
	struct drm_framebuffer *fb;
	struct mock_commit commit;

	mock_on(mock);
	mock->wb[0].answer_ms = 1;
	others[0] = add_other(test, luma, DMA_RESV_USAGE_READ);
	others[1] = add_other(test, chroma, DMA_RESV_USAGE_READ);
	fb = mock_fb_create(mock, mock->mode->hdisplay, mock->mode->vdisplay,
			    DRM_FORMAT_NV12, DRM_FORMAT_MOD_LINEAR);
	fb->obj[0] = luma;
	fb->obj[1] = chroma;
	mock_commit_begin(&commit, mock);
	fence = mock_commit_fb(&commit, &mock->wb[0], fb);
	drm_framebuffer_put(fb);
	KUNIT_EXPECT_EQ(test, mock_commit_run_nonblock(&commit), 0);
	KUNIT_EXPECT_TRUE(test, is_written(luma) && is_written(chroma));

	dma_fence_signal(others[0]);
	msleep(MOCK_SHORT_MS);
	KUNIT_EXPECT_EQ(test, mock->wb[0].started, 0);
	dma_fence_signal(others[1]);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);
}

/* The commit has a fence from user space that has signalled. */
static struct dma_fence *write_explicit(struct mock_device *mock,
					struct drm_gem_object *obj)
{
	struct drm_connector *connector = &mock->wb[0].base.base;
	struct dma_fence *in_fence = make_other(mock->test), *fence;
	struct mock_commit commit;

	dma_fence_signal(in_fence);
	mock_commit_begin(&commit, mock);
	fence = commit_memory(&commit, &mock->wb[0], obj);
	commit.state->connectors[drm_connector_index(connector)].in_fence =
		dma_fence_get(in_fence);
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run_nonblock(&commit), 0);

	return fence;
}

/* Test that a fence from user space overrules those of others. */
static void drm_test_writeback_sync_explicit(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_gem_object *obj = make_memory(mock);
	struct dma_fence *other;

	mock_on(mock);
	mock->wb[0].answer_ms = 1;
	other = add_other(test, obj, DMA_RESV_USAGE_WRITE);

	KUNIT_EXPECT_EQ(test, mock_fence_status(write_explicit(mock, obj)), 1);
	dma_fence_signal(other);
}

/* Test that it does not overrule the kernel, which may be moving the memory. */
static void drm_test_writeback_sync_explicit_kernel(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_gem_object *obj = make_memory(mock);
	struct dma_fence *other, *fence;

	mock_on(mock);
	mock->wb[0].answer_ms = 1;
	other = add_other(test, obj, DMA_RESV_USAGE_KERNEL);
	fence = write_explicit(mock, obj);
	msleep(MOCK_SHORT_MS);
	KUNIT_EXPECT_EQ(test, mock->wb[0].started, 0);
	dma_fence_signal(other);

	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);
}

/* Test that a job is given up when the others do not finish in time. */
static void drm_test_writeback_sync_late(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_gem_object *obj = make_memory(mock);
	struct dma_fence *other;

	mock_on(mock);
	mock->wb[0].answer_ms = 1;
	mock->wb[0].base.wait_ms = MOCK_SHORT_MS;
	other = add_other(test, obj, DMA_RESV_USAGE_READ);

	KUNIT_EXPECT_EQ(test, mock_fence_status(write_memory(mock, obj)), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	KUNIT_EXPECT_EQ(test, mock->wb[0].started, 0);
	dma_fence_signal(other);
	KUNIT_EXPECT_EQ(test, mock_fence_status(write_memory(mock, obj)), 1);
}

static unsigned int cleaned_in_tail;

static void look_later(struct mock_device *mock)
{
	msleep(MOCK_SHORT_MS);
	cleaned_in_tail = mock->wb[0].cleaned;
}

/* Test that what was prepared for it stays until its commit is over. */
static void drm_test_writeback_sync_refused(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_gem_object *obj = make_memory(mock);
	struct dma_fence *other, *fence;

	mock_on(mock);
	mock->wb[0].base.wait_ms = 1;
	cleaned_in_tail = UINT_MAX;
	mock->on_tail = look_later;
	other = add_other(test, obj, DMA_RESV_USAGE_READ);
	fence = write_memory(mock, obj);

	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	KUNIT_EXPECT_EQ(test, cleaned_in_tail, 0);
	dma_fence_signal(other);
}

/*
 * Others wait for the job
 */

/* Test that the memory is being written to until the picture is complete. */
static void drm_test_writeback_sync_published(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_gem_object *obj = make_memory(mock);
	struct dma_fence *fence;

	mock_on(mock);
	fence = write_memory(mock, obj);
	KUNIT_EXPECT_TRUE(test, is_written(obj));
	mock->wb[0].answer_ms = 1;
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);

	KUNIT_EXPECT_FALSE(test, is_written(obj));
}

/* Test that a check leaves nothing on the memory. */
static void drm_test_writeback_sync_check(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_gem_object *obj = make_memory(mock);
	struct mock_commit commit;

	mock_on(mock);
	mock_commit_begin(&commit, mock);
	commit_memory(&commit, &mock->wb[0], obj);
	KUNIT_EXPECT_EQ(test, drm_atomic_check_only(commit.state), 0);

	KUNIT_EXPECT_FALSE(test, is_written(obj));
	mock_commit_drop(&commit);
}

/* A commit that comes as far as a signal can still stop it. */
static void abort_commit(struct mock_device *mock, struct drm_gem_object *obj)
{
	struct kunit *test = mock->test;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = commit_memory(&commit, &mock->wb[0], obj);
	KUNIT_EXPECT_EQ(test, drm_atomic_check_only(commit.state), 0);
	KUNIT_EXPECT_EQ(test, drm_atomic_helper_prepare_planes(mock->drm, commit.state), 0);
	KUNIT_EXPECT_TRUE(test, is_written(obj));
	drm_atomic_helper_unprepare_planes(mock->drm, commit.state);
	mock_commit_drop(&commit);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
}

/* Test that a commit that is abandoned lets the others go on. */
static void drm_test_writeback_sync_aborted(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_gem_object *obj = make_memory(mock);

	mock_on(mock);
	abort_commit(mock, obj);

	KUNIT_EXPECT_FALSE(test, is_written(obj));
}

/* Test that it does not do so for the job before it, which still runs. */
static void drm_test_writeback_sync_aborted_younger(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_gem_object *obj = make_memory(mock);
	struct dma_fence *fence;

	mock_on(mock);
	fence = write_memory(mock, obj);
	abort_commit(mock, obj);
	KUNIT_EXPECT_TRUE(test, is_written(obj));
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);

	KUNIT_EXPECT_FALSE(test, is_written(obj));
}

/* A commit of two jobs, of which the second takes longer. NULL: no memory. */
static void write_two(struct mock_device *mock, struct drm_gem_object **objs,
		      struct dma_fence **fences)
{
	struct mock_commit commit;
	int i;

	mock_commit_begin(&commit, mock);
	for (i = 0; i < MOCK_PIPES; i++) {
		mock->wb[i].answer_ms = (i + 1) * MOCK_SHORT_MS;
		mock_commit_enable(&commit, mock->crtc[i]);
		mock_commit_route(&commit, &mock->wb[i].base.base, mock->crtc[i]);
		fences[i] = commit_memory(&commit, &mock->wb[i], objs[i]);
	}
	KUNIT_ASSERT_EQ(mock->test, mock_commit_run(&commit), 0);
}

/* Both write well, and the memory of the second is written to until it is done. */
static void expect_two(struct kunit *test, struct drm_gem_object *first,
		       struct drm_gem_object *second)
{
	struct drm_gem_object *objs[MOCK_PIPES] = { first, second };
	struct dma_fence *fences[MOCK_PIPES];

	write_two(test->priv, objs, fences);

	KUNIT_EXPECT_EQ(test, mock_fence_status(fences[0]), 1);
	KUNIT_EXPECT_TRUE(test, is_written(second));
	KUNIT_EXPECT_EQ(test, mock_fence_status(fences[1]), 1);
	KUNIT_EXPECT_FALSE(test, is_written(second));
}

/* Test that two connectors can write to one buffer in one commit. */
static void drm_test_writeback_sync_two_jobs(struct kunit *test)
{
	struct drm_gem_object *obj = make_memory(test->priv);

	expect_two(test, obj, obj);
}

/* Test that a job without memory that can be shared is no matter to another. */
static void drm_test_writeback_sync_one_of_two(struct kunit *test)
{
	expect_two(test, NULL, make_memory(test->priv));
}

/*
 * Without memory
 */

/* A commit of two connectors, to buffers in two parts that others use. */
struct crowd {
	struct mock_device *mock;
	struct mock_commit commit;
	struct drm_gem_object *parts[MOCK_PIPES][2];
	struct dma_fence *others[MOCK_PIPES][2], *fences[MOCK_PIPES];
};

static void crowd_pipe(struct crowd *crowd, unsigned int pipe)
{
	struct mock_device *mock = crowd->mock;
	struct drm_framebuffer *fb;
	unsigned int i;

	fb = mock_fb_create(mock, mock->mode->hdisplay, mock->mode->vdisplay,
			    DRM_FORMAT_NV12, DRM_FORMAT_MOD_LINEAR);
	for (i = 0; i < 2; i++) {
		crowd->parts[pipe][i] = make_memory(mock);
		crowd->others[pipe][i] = add_other(mock->test, crowd->parts[pipe][i],
						   DMA_RESV_USAGE_READ);
		fb->obj[i] = crowd->parts[pipe][i];
	}
	mock_commit_enable(&crowd->commit, mock->crtc[pipe]);
	mock_commit_route(&crowd->commit, &mock->wb[pipe].base.base, mock->crtc[pipe]);
	crowd->fences[pipe] = mock_commit_fb(&crowd->commit, &mock->wb[pipe], fb);
	drm_framebuffer_put(fb);
}

/* The others have finished. */
static void crowd_go(struct crowd *crowd)
{
	unsigned int pipe, i;

	for (pipe = 0; pipe < MOCK_PIPES; pipe++)
		for (i = 0; i < 2; i++)
			dma_fence_signal(crowd->others[pipe][i]);
}

/* Only the test and the memory hold it any more. */
static bool is_let_go(struct dma_fence *other)
{
	long patience = MOCK_PATIENCE;

	while (kref_read(&other->refcount) > 2 && patience--)
		schedule_timeout_uninterruptible(1);

	return kref_read(&other->refcount) == 2;
}

/* Has each of the buffers a fence for a writer that has not signalled, or none? */
static void crowd_expect_written(struct crowd *crowd, bool written)
{
	unsigned int pipe, i;

	for (pipe = 0; pipe < MOCK_PIPES; pipe++)
		for (i = 0; i < 2; i++)
			KUNIT_EXPECT_EQ(crowd->mock->test, written,
					is_written(crowd->parts[pipe][i]));
}

static void crowd_expect(struct crowd *crowd, int status)
{
	struct kunit *test = crowd->mock->test;
	unsigned int pipe;

	for (pipe = 0; pipe < MOCK_PIPES; pipe++) {
		struct mock_wb *mwb = &crowd->mock->wb[pipe];

		KUNIT_EXPECT_EQ(test, mock_fence_status(crowd->fences[pipe]), status);
		KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, mwb->prepared));
		KUNIT_EXPECT_TRUE(test, is_let_go(crowd->others[pipe][0]));
		KUNIT_EXPECT_TRUE(test, is_let_go(crowd->others[pipe][1]));
	}
	crowd_expect_written(crowd, false);
}

/* A commit as a whole fails or not; the next one is fine. */
static bool try_commit(struct kunit *test, unsigned int nth)
{
	struct mock_device *mock = test->priv;
	struct crowd crowd = { .mock = mock };
	unsigned int pipe;
	bool failed;
	int ret;

	mock_commit_begin(&crowd.commit, mock);
	for (pipe = 0; pipe < MOCK_PIPES; pipe++)
		crowd_pipe(&crowd, pipe);

	mock_fail_allocation(nth);
	ret = drm_atomic_nonblocking_commit(crowd.commit.state);
	failed = mock_has_failed();
	/* The jobs are still there, and not signalled. */
	crowd_expect_written(&crowd, !ret);
	mock_commit_drop(&crowd.commit);

	KUNIT_EXPECT_TRUE(test, !ret || (failed && ret == -ENOMEM));
	crowd_go(&crowd);
	crowd_expect(&crowd, ret ? -ECANCELED : 1);
	KUNIT_EXPECT_EQ(test, mock_fence_status(mock_write(mock)), 1);

	return failed;
}

/* Test that each allocation of a commit of two jobs may fail. */
static void drm_test_writeback_sync_no_memory(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	unsigned int pipe;

	mock_on(mock);
	for (pipe = 0; pipe < MOCK_PIPES; pipe++)
		mock->wb[pipe].answer_ms = 1;

	mock_sweep(test, try_commit);
}

static struct kunit_case drm_writeback_sync_tests[] = {
	KUNIT_CASE_PARAM(drm_test_writeback_sync_waits, usage_gen_params),
	KUNIT_CASE(drm_test_writeback_sync_bookkeeping),
	KUNIT_CASE(drm_test_writeback_sync_planes),
	KUNIT_CASE(drm_test_writeback_sync_explicit),
	KUNIT_CASE(drm_test_writeback_sync_explicit_kernel),
	KUNIT_CASE(drm_test_writeback_sync_late),
	KUNIT_CASE(drm_test_writeback_sync_refused),
	KUNIT_CASE(drm_test_writeback_sync_published),
	KUNIT_CASE(drm_test_writeback_sync_check),
	KUNIT_CASE(drm_test_writeback_sync_aborted),
	KUNIT_CASE(drm_test_writeback_sync_aborted_younger),
	KUNIT_CASE(drm_test_writeback_sync_two_jobs),
	KUNIT_CASE(drm_test_writeback_sync_one_of_two),
	KUNIT_CASE(drm_test_writeback_sync_no_memory),
	{ }
};

static struct kunit_suite drm_writeback_sync_test_suite = {
	.name = "drm_writeback_sync",
	.init = mock_test_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_sync_tests,
};

kunit_test_suite(drm_writeback_sync_test_suite);
