// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: a job is queued, completed, cleaned up
 */

#include <linux/dma-fence.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include <drm/drm_atomic.h>
#include <drm/drm_crtc.h>
#include <drm/drm_framebuffer.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

/*
 * Completion
 */

static void answer_in_irq(struct mock_wb *mwb, int status)
{
	mock_answer_in_irq(mwb, status, 0);
}

static void answer_signalling(struct mock_wb *mwb, int status)
{
	bool cookie = dma_fence_begin_signalling();

	mock_answer(mwb, status);
	dma_fence_end_signalling(cookie);
}

static void answer_atomic(struct mock_wb *mwb, int status)
{
	unsigned long flags;

	local_irq_save(flags);
	mock_answer(mwb, status);
	local_irq_restore(flags);
}

struct context_case {
	const char *name;
	void (*answer)(struct mock_wb *mwb, int status);
};

static const struct context_case context_cases[] = {
	{ "task", mock_answer },
	{ "hard_interrupt", answer_in_irq },
	{ "work_item", mock_answer_in_work },
	{ "signalling_section", answer_signalling },
	{ "interrupts_off", answer_atomic },
};

KUNIT_ARRAY_PARAM_DESC(context, context_cases, name);

/* Test that the engine may answer in any context. */
static void drm_test_writeback_complete(struct kunit *test)
{
	const struct context_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	param->answer(&mock->wb[0], 0);

	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	KUNIT_EXPECT_FALSE(test, mock->freed_in_irq);
}

struct status_case {
	const char *name;
	int status, fence_status;
};

static const struct status_case status_cases[] = {
	{ "complete", 0, 1 },
	{ "ENOSPC", -ENOSPC, -ENOSPC },
	{ "EIO", -EIO, -EIO },
	{ "last_errno", -MAX_ERRNO, -MAX_ERRNO },
	{ "no_errno", -MAX_ERRNO - 1, -EIO },
	{ "positive", 1, -EIO },
	{ "largest", INT_MAX, -EIO },
	{ "smallest", INT_MIN, -EIO },
};

KUNIT_ARRAY_PARAM_DESC(status, status_cases, name);

/* Test that the status of the engine arrives in the fence. */
static void drm_test_writeback_complete_status(struct kunit *test)
{
	const struct status_case *param = test->param_value;
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	mock_answer(&mock->wb[0], param->status);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), param->fence_status);
}

/* Test that a completion without a job is ignored, the next job is right. */
static void drm_test_writeback_complete_spurious(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	mock_answer(&mock->wb[0], 0);
	answer_in_irq(&mock->wb[0], 0);
	fence = mock_write(mock);

	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* Test that a job completes once, and is cleaned up once. */
static void drm_test_writeback_complete_twice(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	mock_answer(&mock->wb[0], 0);
	mock_answer(&mock->wb[0], -EIO);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	mock_answer(&mock->wb[0], -EIO);
	mock_flip(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 1);
}

/* Test that the fence signals before the clean-up, which frees the buffer. */
static void drm_test_writeback_complete_first(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];
	struct dma_fence *fence;

	mock_on(mock);
	init_completion(&mock->gate);
	mwb->cleanup_gate = &mock->gate;
	fence = mock_write(mock);
	mock_answer(mwb, 0);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(fence));
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&mwb->cleanup_entered,
							  MOCK_PATIENCE), 0);

	KUNIT_EXPECT_EQ(test, mwb->cleaned, 0);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
	complete_all(&mock->gate);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, 1));
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that a queued job is gone from the state: it cannot be queued twice. */
static void drm_test_writeback_queue_takes(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mock_on(mock);
	mock_write(mock);

	KUNIT_EXPECT_NULL(test, mwb->base.base.state->writeback_job);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&mwb->base.job_queue));
	mock_answer(mwb, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&mwb->base.job_queue));
}

/* Test that the buffer stays while the job is at the engine. */
static void drm_test_writeback_queue_holds_fb(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	mock_on(mock);
	mock_write(mock);

	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 0);
}

/*
 * Jobs that the driver does not queue
 */

/* Test that a job that the driver leaves in the state is cancelled. */
static void drm_test_writeback_not_queued(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	mock->wb[0].never_queues = true;
	fence = mock_write(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_NULL(test, mock->wb[0].base.base.state->writeback_job);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that the job after one that was not queued is right. */
static void drm_test_writeback_not_queued_next(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	mock->wb[0].never_queues = true;
	mock_write(mock);
	mock->wb[0].never_queues = false;
	fence = mock_write(mock);
	mock_answer(&mock->wb[0], 0);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
}

/* Test that a connector without hooks cancels its jobs. */
static void drm_test_writeback_no_hooks(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];
	struct dma_fence *fence;

	mock_on(mock);
	memset(&mwb->helper, 0, sizeof(mwb->helper));
	fence = mock_write(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, 0));
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that a connector without a helper vtable does the same. */
static void drm_test_writeback_no_vtable(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock_on(mock);
	mock->bare_commits = true;
	fence = mock_write(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 0));
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	mock->bare_commits = false;
	mock_set_vtables(mock, true);
}

/*
 * Completion by name
 */

static struct drm_writeback_job *newest_job(struct mock_wb *mwb)
{
	return list_last_entry(&mwb->base.job_queue, struct drm_writeback_job,
			       list_entry);
}

/* Test that a driver can name the job that is done. */
static void drm_test_writeback_complete_job(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *first, *second;

	mock_on(mock);
	mock->wb[0].base.allow_overlap = true;
	first = mock_write(mock);
	second = mock_write(mock);
	drm_writeback_complete_job(&mock->wb[0].base, newest_job(&mock->wb[0]), 0);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(second), 1);
	mock_answer(&mock->wb[0], -EIO);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), -EIO);
}

/* Test that jobs that complete out of order are cleaned up in order. */
static void drm_test_writeback_complete_job_order(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];
	struct dma_fence *first, *second;

	mock_on(mock);
	mwb->base.allow_overlap = true;
	first = mock_write(mock);
	second = mock_write(mock);
	drm_writeback_complete_job(&mwb->base, newest_job(mwb), 0);
	mock_answer_in_irq(mwb, 0, MOCK_SHORT_MS);

	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, 2));
	KUNIT_EXPECT_EQ(test, mwb->order[0], first->seqno);
	KUNIT_EXPECT_EQ(test, mwb->order[1], second->seqno);
}

/* Test that the name of a job that has ended completes no other. */
static void drm_test_writeback_complete_job_stale(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_writeback_job *stale;
	struct dma_fence *fence;

	mock_on(mock);
	mock_write(mock);
	stale = newest_job(&mock->wb[0]);
	drm_writeback_complete_job(&mock->wb[0].base, stale, 0);
	fence = mock_write(mock);
	drm_writeback_complete_job(&mock->wb[0].base, stale, 0);
	drm_writeback_complete_job(&mock->wb[0].base, NULL, 0);

	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
}

/*
 * Jobs that leave nothing to clean up
 */

/* A driver that keeps nothing for its jobs. */
static void take_hooks(struct mock_wb *mwb)
{
	mwb->helper.prepare_writeback_job = NULL;
	mwb->helper.cleanup_writeback_job = NULL;
}

static struct dma_fence *write_to(struct mock_device *mock,
				  struct drm_framebuffer *fb)
{
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = mock_commit_fb(&commit, &mock->wb[0], fb);
	KUNIT_EXPECT_EQ(mock->test, mock_commit_run(&commit), 0);

	return fence;
}

/* What an interrupt handler finds right after its completion. */
static struct {
	struct drm_framebuffer *fb;
	unsigned int references;
	bool has_jobs, has_work;
} found;

static void complete_and_look(struct mock_wb *mwb)
{
	drm_writeback_signal_completion(&mwb->base, 0);

	spin_lock(&mwb->base.job_lock);
	found.has_jobs = !list_empty(&mwb->base.jobs);
	spin_unlock(&mwb->base.job_lock);
	found.references = drm_framebuffer_read_refcount(found.fb);
	found.has_work = work_busy(&mwb->base.cleanup_work);
}

/* The caller keeps the framebuffer. */
static struct dma_fence *write_and_look(struct mock_device *mock,
					struct drm_framebuffer *fb)
{
	struct mock_wb *mwb = &mock->wb[0];
	struct dma_fence *fence = write_to(mock, fb);

	found.fb = fb;
	mwb->on_irq = complete_and_look;
	mock_answer_in_irq(mwb, 0, 0);
	KUNIT_EXPECT_EQ(mock->test, mock_fence_status(fence), 1);
	/* Also waits for the handler. */
	hrtimer_cancel(&mwb->irq);

	return fence;
}

/* Test that such a job is over with its completion, without a work item. */
static void drm_test_writeback_leave(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_framebuffer *fb = mock_fb(mock);
	struct dma_fence *fence;

	take_hooks(&mock->wb[0]);
	mock_on(mock);
	fence = write_and_look(mock, fb);

	KUNIT_EXPECT_FALSE(test, found.has_jobs);
	KUNIT_EXPECT_EQ(test, found.references, 1);
	KUNIT_EXPECT_FALSE(test, found.has_work);
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1);
	drm_framebuffer_put(fb);
}

/* Test that it leaves in the same way when its CRTC goes off. */
static void drm_test_writeback_leave_off(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_framebuffer *fb = mock_fb(mock);
	struct dma_fence *fence;

	take_hooks(&mock->wb[0]);
	mock_on(mock);
	fence = write_to(mock, fb);
	mock_off(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_TRUE(test, list_empty(&mock->wb[0].base.jobs));
	KUNIT_EXPECT_EQ(test, drm_framebuffer_read_refcount(fb), 1);
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1);
	drm_framebuffer_put(fb);
}

/* Test that a job stays until the driver has cleaned up what it keeps for it. */
static void drm_test_writeback_leave_hook(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_framebuffer *fb = mock_fb(mock);

	mock->wb[0].cleanup_gate = &mock->gate;
	mock_on(mock);
	write_and_look(mock, fb);

	KUNIT_EXPECT_TRUE(test, found.has_jobs);
	KUNIT_EXPECT_EQ(test, found.references, 2);
	complete_all(&mock->gate);
	flush_work(&mock->wb[0].base.cleanup_work);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 1);
	KUNIT_EXPECT_EQ(test, drm_framebuffer_read_refcount(fb), 1);
	drm_framebuffer_put(fb);
}

/* Test that a framebuffer that nobody else keeps is not freed in an interrupt. */
static void drm_test_writeback_leave_last(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	take_hooks(&mock->wb[0]);
	mock_on(mock);
	fence = mock_write(mock);
	answer_in_irq(&mock->wb[0], 0);

	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), 1);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 0));
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
	KUNIT_EXPECT_FALSE(test, mock->freed_in_irq);
}

/* Test that the commit that waits for such a job goes on at once. */
static void drm_test_writeback_leave_wakes(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_framebuffer *fb = mock_fb(mock);
	unsigned long start = jiffies;

	take_hooks(&mock->wb[0]);
	mock_on(mock);
	write_to(mock, fb);
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	mock_flip(mock);

	KUNIT_EXPECT_LT(test, jiffies - start, msecs_to_jiffies(MOCK_LONG_MS / 2));
	drm_framebuffer_put(fb);
}

/* Test that it does not leave a younger one behind, which had to wait for it. */
static void drm_test_writeback_leave_younger(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_framebuffer *fb = mock_fb(mock);
	struct mock_wb *mwb = &mock->wb[0];

	take_hooks(mwb);
	mwb->base.allow_overlap = true;
	mock_on(mock);
	write_to(mock, fb);
	mock_write(mock);
	drm_writeback_complete_job(&mwb->base, newest_job(mwb), 0);
	flush_work(&mwb->base.cleanup_work);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 2);
	mock_answer(mwb, 0);
	flush_work(&mwb->base.cleanup_work);

	KUNIT_EXPECT_TRUE(test, list_empty(&mwb->base.jobs));
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
	drm_framebuffer_put(fb);
}

/*
 * The fences
 */

/* Test that fences are numbered in order of commits, and that none replaces one. */
static void drm_test_writeback_fence_order(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *first, *second;

	mock_on(mock);
	mock->wb[0].answer_ms = 1;
	first = mock_write(mock);
	second = mock_write(mock);

	KUNIT_EXPECT_GT(test, second->seqno, first->seqno);
	KUNIT_EXPECT_NE(test, second->context, first->context);
	KUNIT_EXPECT_EQ(test, mock_fence_status(second), 1);
}

/* Has the job not been touched but for its fence? */
struct watch {
	struct dma_fence_cb cb;
	bool untouched;
};

static void look_at_job(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct drm_writeback_job *job =
		container_of(fence, struct drm_writeback_job, fence);

	lockdep_assert_held(&job->connector->job_lock);

	container_of(cb, struct watch, cb)->untouched =
		job->stage == DRM_WRITEBACK_JOB_QUEUED &&
		!list_empty(&job->node) && !list_empty(&job->list_entry);
}

/* Test that the fence signals before the job leaves, under the same lock. */
static void drm_test_writeback_fence_first(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct watch watch = {};
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	KUNIT_ASSERT_EQ(test, dma_fence_add_callback(fence, &watch.cb, look_at_job), 0);
	mock_answer(&mock->wb[0], 0);

	KUNIT_EXPECT_TRUE(test, watch.untouched);
	dma_fence_remove_callback(fence, &watch.cb);
}

/* Test that each connector has a timeline of its own. */
static void drm_test_writeback_fence_contexts(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *first, *second;
	struct mock_commit commit;

	mock_commit_begin(&commit, mock);
	first = mock_commit_write(&commit, &mock->wb[0]);
	second = mock_commit_write(&commit, &mock->wb[1]);
	mock_commit_drop(&commit);

	KUNIT_EXPECT_NE(test, first->context, second->context);
}

/* Test that who has found a fence under RCU may look at it when it is over. */
static void drm_test_writeback_fence_rcu(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	mock_commit_drop(&commit);

	rcu_read_lock();
	mock_put_fence(test, fence);
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 0);
	KUNIT_EXPECT_EQ(test, fence->seqno, 1);
	rcu_read_unlock();
}

/* Test that a fence has the whole number of its context. */
static void drm_test_writeback_fence_context_u64(struct kunit *test)
{
	u64 after = dma_fence_context_alloc(U32_MAX) + U32_MAX;
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	mock_commit_drop(&commit);

	KUNIT_EXPECT_GE(test, fence->context, after);
}

/* Test that a fence tells the names of the driver and the connector. */
static void drm_test_writeback_fence_names(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	mock_commit_drop(&commit);

	KUNIT_EXPECT_STREQ(test, fence->ops->get_driver_name(fence), "writeback-mock");
	KUNIT_EXPECT_STREQ(test, fence->ops->get_timeline_name(fence),
			   mock->wb[0].base.base.name);
}

static struct kunit_case drm_writeback_job_tests[] = {
	KUNIT_CASE_PARAM(drm_test_writeback_complete, context_gen_params),
	KUNIT_CASE_PARAM(drm_test_writeback_complete_status, status_gen_params),
	KUNIT_CASE(drm_test_writeback_complete_spurious),
	KUNIT_CASE(drm_test_writeback_complete_twice),
	KUNIT_CASE(drm_test_writeback_complete_first),
	KUNIT_CASE(drm_test_writeback_queue_takes),
	KUNIT_CASE(drm_test_writeback_queue_holds_fb),
	KUNIT_CASE(drm_test_writeback_not_queued),
	KUNIT_CASE(drm_test_writeback_not_queued_next),
	KUNIT_CASE(drm_test_writeback_no_hooks),
	KUNIT_CASE(drm_test_writeback_no_vtable),
	KUNIT_CASE(drm_test_writeback_complete_job),
	KUNIT_CASE(drm_test_writeback_complete_job_order),
	KUNIT_CASE(drm_test_writeback_complete_job_stale),
	KUNIT_CASE(drm_test_writeback_leave),
	KUNIT_CASE(drm_test_writeback_leave_off),
	KUNIT_CASE(drm_test_writeback_leave_hook),
	KUNIT_CASE(drm_test_writeback_leave_last),
	KUNIT_CASE(drm_test_writeback_leave_wakes),
	KUNIT_CASE(drm_test_writeback_leave_younger),
	KUNIT_CASE(drm_test_writeback_fence_order),
	KUNIT_CASE(drm_test_writeback_fence_first),
	KUNIT_CASE(drm_test_writeback_fence_rcu),
	KUNIT_CASE(drm_test_writeback_fence_contexts),
	KUNIT_CASE(drm_test_writeback_fence_context_u64),
	KUNIT_CASE(drm_test_writeback_fence_names),
	{}
};

static struct kunit_suite drm_writeback_job_test_suite = {
	.name = "drm_writeback_job",
	.init = mock_test_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_job_tests,
};

kunit_test_suite(drm_writeback_job_test_suite);
