// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: what is told of their jobs
 */

#include <linux/dma-fence.h>
#include <linux/string.h>

#include <drm/drm_atomic.h>
#include <drm/drm_crtc.h>
#include <drm/drm_print.h>

#include <kunit/test.h>

#include "../drm_crtc_internal.h"
#include "drm_writeback_mock.h"

static void expect_stats(struct mock_device *mock,
			 const struct drm_writeback_stats *wanted)
{
	struct drm_writeback_connector *wb = &mock->wb[0].base;
	struct drm_writeback_stats stats;
	struct kunit *test = mock->test;

	spin_lock_irq(&wb->job_lock);
	stats = wb->stats;
	spin_unlock_irq(&wb->job_lock);

	KUNIT_EXPECT_EQ(test, stats.completed, wanted->completed);
	KUNIT_EXPECT_EQ(test, stats.failed, wanted->failed);
	KUNIT_EXPECT_EQ(test, stats.expired, wanted->expired);
	KUNIT_EXPECT_EQ(test, stats.cancelled, wanted->cancelled);
	KUNIT_EXPECT_EQ(test, stats.spurious, wanted->spurious);
	KUNIT_EXPECT_EQ(test, stats.last_error, wanted->last_error);
	KUNIT_EXPECT_EQ(test, stats.last_error_job, wanted->last_error_job);
}

/* Test that the jobs of a connector are numbered, whatever becomes of them. */
static void drm_test_writeback_account_numbers(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;
	struct dma_fence *fence;

	mock_on(mock);
	fence = mock_write(mock);
	KUNIT_EXPECT_EQ(test, fence->seqno, 1);
	mock_answer(&mock->wb[0], 0);

	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_EXPECT_EQ(test, fence->seqno, 2);
	fence = mock_commit_write(&commit, &mock->wb[1]);
	KUNIT_EXPECT_EQ(test, fence->seqno, 1);
	mock_commit_drop(&commit);

	KUNIT_EXPECT_EQ(test, mock_write(mock)->seqno, 3);
}

/* Test that answers are counted as what they are. */
static void drm_test_writeback_account_answers(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	mock_on(mock);
	mock_write(mock);
	mock_answer(&mock->wb[0], -ENOSPC);
	mock_write(mock);
	mock_answer(&mock->wb[0], 0);
	expect_stats(mock, &(struct drm_writeback_stats) {
		.completed = 1, .failed = 1,
		.last_error = -ENOSPC, .last_error_job = 1,
	});

	mock_write(mock);
	mock_answer(&mock->wb[0], 12345);
	mock_answer(&mock->wb[0], 0);
	expect_stats(mock, &(struct drm_writeback_stats) {
		.completed = 1, .failed = 2, .spurious = 1,
		.last_error = -EIO, .last_error_job = 3,
	});
}

/* Test that a driver which names its jobs is counted for too. */
static void drm_test_writeback_account_named(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct drm_writeback_job *job;

	mock_on(mock);
	job = container_of(mock_write(mock), struct drm_writeback_job, fence);
	drm_writeback_complete_job(&mock->wb[0].base, job, -ENOSPC);
	drm_writeback_complete_job(&mock->wb[0].base, job, 0);

	expect_stats(mock, &(struct drm_writeback_stats) {
		.failed = 1, .spurious = 1,
		.last_error = -ENOSPC, .last_error_job = 1,
	});
}

/* Test that a job that expired does not count again when it is answered. */
static void drm_test_writeback_account_expired(struct kunit *test)
{
	const struct drm_writeback_stats wanted = {
		.expired = 1, .last_error = -ETIMEDOUT, .last_error_job = 1,
	};
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mock_on(mock);
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	mwb->grace_ms = MOCK_LONG_MS;
	KUNIT_EXPECT_EQ(test, mock_fence_status(mock_write(mock)), -ETIMEDOUT);
	expect_stats(mock, &wanted);

	mock_answer(mwb, 0);
	KUNIT_EXPECT_TRUE(test, mock_wait_cleaned(mwb, 1));
	expect_stats(mock, &wanted);
}

/* Test that a job that expired does not count again when its CRTC goes off. */
static void drm_test_writeback_account_expired_off(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mock_on(mock);
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	mwb->grace_ms = MOCK_LONG_MS;
	KUNIT_EXPECT_EQ(test, mock_fence_status(mock_write(mock)), -ETIMEDOUT);
	mock_off(mock);

	expect_stats(mock, &(struct drm_writeback_stats) {
		.expired = 1, .last_error = -ETIMEDOUT, .last_error_job = 1,
	});
}

/* Test that what a stuck engine keeps from running is cancelled, an error. */
static void drm_test_writeback_account_stuck(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mock_on(mock);
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	mwb->grace_ms = MOCK_LONG_MS;
	KUNIT_EXPECT_EQ(test, mock_fence_status(mock_write(mock)), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, mock_fence_status(mock_write(mock)), -EIO);

	expect_stats(mock, &(struct drm_writeback_stats) {
		.expired = 1, .cancelled = 1,
		.last_error = -EIO, .last_error_job = 2,
	});
}

/* Test that cancelling is counted, and is no error. */
static void drm_test_writeback_account_cancelled(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	mock_on(mock);
	mock_write(mock);
	mock_off(mock);
	expect_stats(mock, &(struct drm_writeback_stats) { .cancelled = 1 });

	mock->wb[0].never_queues = true;
	mock_on(mock);
	mock_write(mock);
	expect_stats(mock, &(struct drm_writeback_stats) { .cancelled = 2 });
}

/* Test that a job which was never prepared does not count. */
static void drm_test_writeback_account_dropped(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_commit commit;

	mock_on(mock);
	mock_commit_begin(&commit, mock);
	mock_commit_write(&commit, &mock->wb[0]);
	KUNIT_EXPECT_EQ(test, mock_commit_check(&commit), 0);

	expect_stats(mock, &(struct drm_writeback_stats) { });
}

/* Test that a state tells about its job, while it has one. */
static void drm_test_writeback_account_state(struct kunit *test)
{
	char *text = kunit_kzalloc(test, SZ_8K, GFP_KERNEL);
	struct drm_print_iterator iter = { .data = text, .remain = SZ_8K - 1 };
	struct drm_printer printer = drm_coredump_printer(&iter);
	struct mock_device *mock = test->priv;
	struct drm_connector_state *conn_state;
	struct mock_commit commit;
	struct dma_fence *fence;
	char wanted[128];

	KUNIT_ASSERT_NOT_NULL(test, text);
	mock_on(mock);
	mock_commit_begin(&commit, mock);
	fence = mock_commit_write(&commit, &mock->wb[0]);
	conn_state = mock_commit_conn(&commit, &mock->wb[0].base.base);
	snprintf(wanted, sizeof(wanted),
		 "\twriteback_job=1\n\t\tfb=%u\n\t\tfence=%llu:%llu\n\t\tshared=1\n",
		 conn_state->writeback_job->fb->base.id, fence->context,
		 fence->seqno);
	drm_atomic_print_new_state(commit.state, &printer);
	mock_commit_drop(&commit);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, wanted), "%s", text);

	memset(text, 0, SZ_8K);
	iter = (struct drm_print_iterator) { .data = text, .remain = SZ_8K - 1 };
	mock_commit_begin(&commit, mock);
	mock_commit_conn(&commit, &mock->wb[0].base.base);
	drm_atomic_print_new_state(commit.state, &printer);
	mock_commit_drop(&commit);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "\twriteback_job=none\n"),
				  "%s", text);
}

static struct kunit_case drm_writeback_account_tests[] = {
	KUNIT_CASE(drm_test_writeback_account_numbers),
	KUNIT_CASE(drm_test_writeback_account_answers),
	KUNIT_CASE(drm_test_writeback_account_named),
	KUNIT_CASE(drm_test_writeback_account_expired),
	KUNIT_CASE(drm_test_writeback_account_expired_off),
	KUNIT_CASE(drm_test_writeback_account_stuck),
	KUNIT_CASE(drm_test_writeback_account_cancelled),
	KUNIT_CASE(drm_test_writeback_account_dropped),
	KUNIT_CASE(drm_test_writeback_account_state),
	{}
};

static struct kunit_suite drm_writeback_account_test_suite = {
	.name = "drm_writeback_account",
	.init = mock_test_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_account_tests,
};

kunit_test_suite(drm_writeback_account_test_suite);
