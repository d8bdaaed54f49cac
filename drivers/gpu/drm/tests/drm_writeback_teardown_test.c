// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: the device goes, jobs and fences are left
 */

#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/ktime.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_crtc.h>
#include <drm/drm_drv.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

static void register_and_on(struct mock_device *mock)
{
	KUNIT_ASSERT_EQ(mock->test, drm_dev_register(mock->drm, 0), 0);
	mock_on(mock);
}

/*
 * Unregistering
 */

/* Test that the connector waits for the job at the engine when it goes. */
static void drm_test_writeback_unregister(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	register_and_on(mock);
	fence = mock_write(mock);
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	drm_dev_unregister(mock->drm);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 1);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that it waits for a job whose commit is about to queue it, however long. */
static void drm_test_writeback_unregister_starting(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];
	struct dma_fence *fence;

	register_and_on(mock);
	mwb->commit_gate = &mock->gate;
	mwb->answer_ms = 1;
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	mwb->base.wait_ms = 1;
	fence = mock_write_nonblock(mock);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&mwb->commit_entered,
							  MOCK_PATIENCE), 0);
	mock_gate_later(mock, 4 * MOCK_SHORT_MS);
	drm_dev_unregister(mock->drm);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_EQ(test, mwb->cleaned, 1);
}

/* Test that it waits no longer than the deadline. */
static void drm_test_writeback_unregister_stuck(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	register_and_on(mock);
	mock->wb[0].base.timeout_ms = MOCK_SHORT_MS;
	mock->wb[0].grace_ms = MOCK_LONG_MS;
	fence = mock_write(mock);
	drm_dev_unregister(mock->drm);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
	drm_atomic_helper_shutdown(mock->drm);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

static void take_time(struct mock_device *mock)
{
	msleep(MOCK_SHORT_MS);
}

/*
 * Test that a commit that waits for its turn does not start any more, and has
 * undone what it prepared when the connector is gone.
 */
static void drm_test_writeback_unregister_pending(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *first, *second;

	register_and_on(mock);
	first = mock_write(mock);
	second = mock_write_nonblock(mock);
	mock->on_tail = take_time;
	mock_answer_in_irq(&mock->wb[0], 0, MOCK_SHORT_MS);
	drm_dev_unregister(mock->drm);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(second), -ENODEV);
	KUNIT_EXPECT_EQ(test, mock->wb[0].queued, 1);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 2);
}

/* Test that no job is prepared any more. */
static void drm_test_writeback_unregister_prepare(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_connector_state *conn_state;
	struct mock_commit commit;

	register_and_on(mock);
	drm_dev_unregister(mock->drm);
	mock_commit_begin(&commit, mock);
	mock_commit_write(&commit, &mock->wb[0]);
	conn_state = mock_commit_conn(&commit, &mock->wb[0].base.base);

	KUNIT_EXPECT_EQ(test, drm_writeback_prepare_job(conn_state->writeback_job),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, mock->wb[0].prepared, 0);
	mock_commit_drop(&commit);
}

/* Test that the fence tells when the device was pulled, the buffer stays. */
static void drm_test_writeback_unplug(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	register_and_on(mock);
	fence = mock_write(mock);
	drm_dev_unplug(mock->drm);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ENODEV);
	KUNIT_EXPECT_EQ(test, mock->wb[0].base.stats.cancelled, 1);
	KUNIT_EXPECT_EQ(test, mock->wb[0].base.stats.last_error, -ENODEV);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 0);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
	drm_atomic_helper_shutdown(mock->drm);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 1);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that a commit that waits for its turn does so no longer. */
static void drm_test_writeback_unplug_pending(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *second;
	ktime_t start;

	register_and_on(mock);
	mock_write(mock);
	second = mock_write_nonblock(mock);
	/* There is time enough for its work item to fall asleep. */
	wait_for_completion(mock_gate_later(mock, MOCK_SHORT_MS));
	start = ktime_get();
	drm_dev_unplug(mock->drm);

	KUNIT_EXPECT_EQ(test, mock_fence_status(second), -ENODEV);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), MOCK_LONG_MS / 2);
}

/* Test that a job that its commit is about to queue has no chance any more. */
static void drm_test_writeback_unplug_starting(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];
	struct dma_fence *fence;

	register_and_on(mock);
	mwb->commit_gate = &mock->gate;
	fence = mock_write_nonblock(mock);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&mwb->commit_entered,
							  MOCK_PATIENCE), 0);
	mock_gate_later(mock, MOCK_SHORT_MS);
	drm_dev_unplug(mock->drm);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ENODEV);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
}

static int unregister_in_prepare(struct drm_writeback_connector *wb,
				 struct drm_writeback_job *job)
{
	job->priv = to_mock_wb(wb);
	to_mock_wb(wb)->prepared++;
	spin_lock_irq(&wb->job_lock);
	wb->unregistered = true;
	spin_unlock_irq(&wb->job_lock);

	return 0;
}

/* Test that a job that is prepared meanwhile is undone at once. */
static void drm_test_writeback_unregister_preparing(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock->wb[0].helper.prepare_writeback_job = unregister_in_prepare;
	mock_on(mock);
	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);

	KUNIT_EXPECT_EQ(test, mock_commit_run(&commit), -ENODEV);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 1);
}

/* Test that an answer may still come from a device that was pulled. */
static void drm_test_writeback_unplug_late(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	register_and_on(mock);
	fence = mock_write(mock);
	drm_dev_unplug(mock->drm);
	mock_answer(&mock->wb[0], 0);

	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(&mock->wb[0], 1));
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ENODEV);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/*
 * The final clean-up, which a driver must not let happen with jobs in flight
 */

/* A connector that is routed is not cleaned up: this one is not. */
static struct dma_fence *queue_unrouted(struct mock_device *mock)
{
	struct mock_wb *mwb = &mock->wb[0];
	struct drm_connector_state *conn_state;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, mwb);
	conn_state = mock_commit_conn(&commit, &mwb->base.base);
	KUNIT_EXPECT_EQ(mock->test,
			drm_writeback_prepare_job(conn_state->writeback_job), 0);
	drm_writeback_queue_job(&mwb->base, conn_state);
	mock_commit_drop(&commit);

	return fence;
}

/* Test that the clean-up of a connector ends its jobs without the driver. */
static void drm_test_writeback_fini_queued(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	fence = queue_unrouted(mock);
	mock_release(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ENODEV);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 0);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that it does not change what a fence told before. */
static void drm_test_writeback_fini_expired(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock->wb[0].base.timeout_ms = MOCK_SHORT_MS;
	fence = queue_unrouted(mock);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), -ETIMEDOUT);
	mock_release(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 0);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that it frees the buffers of lost jobs. */
static void drm_test_writeback_fini_lost(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	mock->wb[0].base.timeout_ms = MOCK_SHORT_MS;
	fence = queue_unrouted(mock);
	KUNIT_EXPECT_EQ(test, mock_fence_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, mock_wait_unstuck(&mock->wb[0]));
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 1);
	mock_release(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that it frees what the work item had no time for. */
static void drm_test_writeback_fini_completed(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;

	fence = queue_unrouted(mock);
	mock_answer(&mock->wb[0], 0);
	mock_release(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

static struct mock_device *make_managed(struct kunit *test)
{
	struct mock_device *mock;

	mock_release(test->priv);
	mock = mock_create_managed(test);
	test->priv = mock;

	return mock;
}

/* Test that a managed connector works like any other. */
static void drm_test_writeback_managed(struct kunit *test)
{
	struct mock_device *mock = make_managed(test);
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	mock_answer(&mock->wb[0], 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	drm_atomic_helper_shutdown(mock->drm);
	mock_release(mock);

	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 1);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that it goes with its device, jobs included. */
static void drm_test_writeback_fini_managed(struct kunit *test)
{
	struct mock_device *mock = make_managed(test);
	struct dma_fence *fence;

	fence = queue_unrouted(mock);
	mock_release(mock);

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ENODEV);
	KUNIT_EXPECT_EQ(test, mock->wb[0].cleaned, 0);
	KUNIT_EXPECT_EQ(test, mock_fbs(mock), 0);
}

/* Test that a fence is complete without its connector and its device. */
static void drm_test_writeback_fini_fence(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct dma_fence *fence;
	char name[32];

	fence = queue_unrouted(mock);
	strscpy(name, mock->wb[0].base.base.name);
	mock_release(mock);
	memset(&mock->wb[0].base, 0x6b, sizeof(mock->wb[0].base));

	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(fence));
	KUNIT_EXPECT_STREQ(test, fence->ops->get_driver_name(fence), "writeback-mock");
	KUNIT_EXPECT_STREQ(test, fence->ops->get_timeline_name(fence), name);
}

static struct kunit_case drm_writeback_teardown_tests[] = {
	KUNIT_CASE(drm_test_writeback_unregister),
	KUNIT_CASE(drm_test_writeback_unregister_starting),
	KUNIT_CASE(drm_test_writeback_unregister_stuck),
	KUNIT_CASE(drm_test_writeback_unregister_pending),
	KUNIT_CASE(drm_test_writeback_unregister_prepare),
	KUNIT_CASE(drm_test_writeback_unplug),
	KUNIT_CASE(drm_test_writeback_unplug_pending),
	KUNIT_CASE(drm_test_writeback_unplug_starting),
	KUNIT_CASE(drm_test_writeback_unplug_late),
	KUNIT_CASE(drm_test_writeback_unregister_preparing),
	KUNIT_CASE(drm_test_writeback_fini_queued),
	KUNIT_CASE(drm_test_writeback_fini_expired),
	KUNIT_CASE(drm_test_writeback_fini_lost),
	KUNIT_CASE(drm_test_writeback_fini_completed),
	KUNIT_CASE(drm_test_writeback_managed),
	KUNIT_CASE(drm_test_writeback_fini_managed),
	KUNIT_CASE(drm_test_writeback_fini_fence),
	{}
};

static struct kunit_suite drm_writeback_teardown_test_suite = {
	.name = "drm_writeback_teardown",
	.init = mock_test_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_teardown_tests,
};

kunit_test_suite(drm_writeback_teardown_test_suite);
