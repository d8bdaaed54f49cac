// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writeback connectors: the ways of the drivers that use them
 */

#include <linux/delay.h>
#include <linux/dma-fence.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_crtc.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

#define PICTURES	8

static struct mock_wb *connector_to_mock(struct drm_connector *connector)
{
	return to_mock_wb(drm_connector_to_writeback(connector));
}

static void queue(struct drm_connector *connector,
		  struct drm_atomic_state *state)
{
	drm_writeback_queue_job(drm_connector_to_writeback(connector),
				drm_atomic_get_new_connector_state(state, connector));
}

/* A client that waits for each picture, but not for its clean-up. */
static void expect_pictures(struct mock_device *mock)
{
	unsigned int i;

	for (i = 0; i < PICTURES; i++)
		KUNIT_EXPECT_EQ(mock->test, mock_fence_status(mock_write(mock)), 1);
}

/*
 * vc4 starts its engine, then queues the job
 */

static void start_then_queue(struct drm_connector *connector,
			     struct drm_atomic_state *state)
{
	mock_answer_in_irq(connector_to_mock(connector), 0, MOCK_SHORT_MS);
	queue(connector, state);
}

/* Test that a job may be queued when the engine runs already. */
static void drm_test_writeback_vc4(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	mock->wb[0].helper.atomic_commit = start_then_queue;
	mock_on(mock);

	expect_pictures(mock);
}

static void answer_then_queue(struct drm_connector *connector,
			      struct drm_atomic_state *state)
{
	mock_answer(connector_to_mock(connector), 0);
	queue(connector, state);
}

/* Test that an engine that is too quick for that costs its own job only. */
static void drm_test_writeback_vc4_quick(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mwb->helper.atomic_commit = answer_then_queue;
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	mock_on(mock);
	KUNIT_EXPECT_EQ(test, mock_fence_status(mock_write(mock)), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, mock_wait_unstuck(mwb));

	mwb->base.timeout_ms = MOCK_LONG_MS;
	mwb->helper.atomic_commit = start_then_queue;
	expect_pictures(mock);
}

/*
 * amdgpu looks into the queue in its interrupt handler
 */

static void complete_head(struct mock_wb *mwb)
{
	struct drm_writeback_job *job;
	unsigned long flags;

	spin_lock_irqsave(&mwb->base.job_lock, flags);
	job = list_first_entry_or_null(&mwb->base.job_queue,
				       struct drm_writeback_job, list_entry);
	spin_unlock_irqrestore(&mwb->base.job_lock, flags);

	if (job)
		drm_writeback_signal_completion(&mwb->base, 0);
}

/* Test that the head of the queue is the job at the engine. */
static void drm_test_writeback_amdgpu(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	mock->wb[0].on_irq = complete_head;
	mock->wb[0].answer_ms = 1;
	mock_on(mock);

	KUNIT_EXPECT_PTR_EQ(test, mock->wb[0].base.encoder.crtc, mock->crtc[0]);
	expect_pictures(mock);
}

/* Test that what expired is not taken for the head. */
static void drm_test_writeback_amdgpu_stuck(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mock_on(mock);
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	KUNIT_EXPECT_EQ(test, mock_fence_status(mock_write(mock)), -ETIMEDOUT);
	complete_head(mwb);
	KUNIT_EXPECT_EQ(test, mwb->cleaned, 0);
	KUNIT_EXPECT_TRUE(test, mock_wait_unstuck(mwb));

	mwb->base.timeout_ms = MOCK_LONG_MS;
	mwb->on_irq = complete_head;
	mwb->answer_ms = 1;
	expect_pictures(mock);
}

/*
 * komeda and rcar-du queue the job while the CRTC is flushed
 */

/* Test that a job may be queued before the hook for it is called. */
static void drm_test_writeback_komeda(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	mock->queues_in_flush = true;
	mock->wb[0].answer_ms = 1;
	mock_on(mock);

	expect_pictures(mock);
	KUNIT_EXPECT_EQ(test, mock->wb[0].started, 0);
}

/*
 * msm keeps a pointer to the job, from its preparation to its clean-up
 */

static struct drm_writeback_job *msm_job;

static int keep_job(struct drm_writeback_connector *wb,
		    struct drm_writeback_job *job)
{
	to_mock_wb(wb)->prepared++;
	KUNIT_EXPECT_NULL(to_mock_wb(wb)->mock->test, msm_job);
	msm_job = job;

	return 0;
}

static void forget_job(struct drm_writeback_connector *wb,
		       struct drm_writeback_job *job)
{
	/* Time enough for the client to go on. */
	msleep(MOCK_SHORT_MS);
	to_mock_wb(wb)->cleaned++;
	msm_job = NULL;
}

static void queue_kept_job(struct drm_connector *connector,
			   struct drm_atomic_state *state)
{
	struct mock_wb *mwb = connector_to_mock(connector);
	struct drm_connector_state *conn_state =
		drm_atomic_get_new_connector_state(state, connector);

	KUNIT_EXPECT_PTR_EQ(mwb->mock->test, msm_job, conn_state->writeback_job);
	queue(connector, state);
	mock_answer_in_irq(mwb, 0, 1);
}

/* Test that each job is cleaned up before the next is prepared. */
static void drm_test_writeback_msm(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	unsigned int i;

	mock->wb[0].helper.prepare_writeback_job = keep_job;
	mock->wb[0].helper.cleanup_writeback_job = forget_job;
	mock->wb[0].helper.atomic_commit = queue_kept_job;
	mock_on(mock);

	for (i = 1; i <= PICTURES; i++)
		KUNIT_EXPECT_EQ(test, mock_fence_status(mock_write(mock)), 1);
}

/* A tail that queues what was prepared, whatever became of it. */
static void queue_regardless(struct drm_atomic_state *state)
{
	struct mock_wb *mwb = &to_mock_device(state->dev)->wb[0];

	drm_writeback_queue_job(&mwb->base, mwb->base.base.state);
	drm_atomic_helper_commit_tail(state);
}

/* Test that a driver may queue what the core has ended already. */
static void drm_test_writeback_msm_stuck(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mock_on(mock);
	mwb->base.timeout_ms = MOCK_SHORT_MS;
	mwb->grace_ms = MOCK_LONG_MS;
	KUNIT_EXPECT_EQ(test, mock_fence_status(mock_write(mock)), -ETIMEDOUT);
	mock->tail = queue_regardless;

	KUNIT_EXPECT_EQ(test, dma_fence_get_status(mock_write(mock)), -EIO);
	KUNIT_EXPECT_TRUE(test, list_empty(&mwb->base.job_queue));
}

/*
 * vkms switches its engine off in the clean-up
 */

static bool vkms_composing;

static void compose_off(struct drm_writeback_connector *wb,
			struct drm_writeback_job *job)
{
	to_mock_wb(wb)->cleaned++;
	vkms_composing = false;
}

static void compose(struct mock_wb *mwb)
{
	if (vkms_composing)
		drm_writeback_signal_completion(&mwb->base, 0);
}

static void compose_on(struct drm_connector *connector,
		       struct drm_atomic_state *state)
{
	struct mock_wb *mwb = connector_to_mock(connector);

	vkms_composing = true;
	queue(connector, state);
	mock_answer_in_irq(mwb, 0, MOCK_SHORT_MS);
}

/* Test that the clean-up of a job does not hit the next one. */
static void drm_test_writeback_vkms(struct kunit *test)
{
	struct mock_device *mock = test->priv;
	struct mock_wb *mwb = &mock->wb[0];

	mwb->helper.cleanup_writeback_job = compose_off;
	mwb->helper.atomic_commit = compose_on;
	mwb->on_irq = compose;
	mwb->base.timeout_ms = 10 * MOCK_SHORT_MS;
	mock_on(mock);

	expect_pictures(mock);
}

/*
 * mali-dp queues in its commit tail, and looks at the current state to do so
 */

static void queue_in_tail(struct drm_atomic_state *state)
{
	struct drm_connector *connector;
	struct drm_connector_state *conn_state;
	int i;

	for_each_new_connector_in_state(state, connector, conn_state, i) {
		if (!connector->state->writeback_job)
			continue;

		drm_writeback_queue_job(drm_connector_to_writeback(connector),
					connector->state);
		mock_answer_in_irq(connector_to_mock(connector), 0, 1);
	}
	drm_atomic_helper_commit_tail(state);
}

/* Test that the tail finds each job once. */
static void drm_test_writeback_malidp(struct kunit *test)
{
	struct mock_device *mock = test->priv;

	mock_on(mock);
	mock->tail = queue_in_tail;

	expect_pictures(mock);
	mock_flip(mock);
	KUNIT_EXPECT_EQ(test, mock->wb[0].started, 0);
}

static struct kunit_case drm_writeback_driver_tests[] = {
	KUNIT_CASE(drm_test_writeback_vc4),
	KUNIT_CASE(drm_test_writeback_vc4_quick),
	KUNIT_CASE(drm_test_writeback_amdgpu),
	KUNIT_CASE(drm_test_writeback_amdgpu_stuck),
	KUNIT_CASE(drm_test_writeback_komeda),
	KUNIT_CASE(drm_test_writeback_msm),
	KUNIT_CASE(drm_test_writeback_msm_stuck),
	KUNIT_CASE(drm_test_writeback_vkms),
	KUNIT_CASE(drm_test_writeback_malidp),
	{}
};

static struct kunit_suite drm_writeback_driver_test_suite = {
	.name = "drm_writeback_driver",
	.init = mock_test_init,
	.exit = mock_test_exit,
	.test_cases = drm_writeback_driver_tests,
};

kunit_test_suite(drm_writeback_driver_test_suite);
