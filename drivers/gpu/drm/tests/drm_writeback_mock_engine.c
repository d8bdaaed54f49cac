// SPDX-License-Identifier: GPL-2.0-only
/*
 * The writeback connectors of the mock device, and their engines
 */

#include <linux/dma-fence.h>
#include <linux/irqflags.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_state_helper.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_probe_helper.h>

#include <kunit/test.h>

#include "drm_writeback_mock.h"

const u32 mock_formats[3] = {
	DRM_FORMAT_XRGB8888,
	DRM_FORMAT_RGB565,
	DRM_FORMAT_NV12,
};

const struct drm_connector_funcs mock_wb_funcs = {
	.destroy = drm_connector_cleanup,
	.fill_modes = drm_helper_probe_single_connector_modes,
	.reset = drm_atomic_helper_connector_reset,
	.atomic_duplicate_state = drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
};

const struct drm_connector_funcs mock_managed_wb_funcs = {
	.fill_modes = drm_helper_probe_single_connector_modes,
	.reset = drm_atomic_helper_connector_reset,
	.atomic_duplicate_state = drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
};

/*
 * The hooks
 */

void mock_wb_queue(struct mock_wb *mwb, struct drm_connector_state *conn_state)
{
	unsigned long flags;

	mwb->crowded |= !list_empty(&mwb->base.job_queue);
	mwb->queued++;

	/* No deadline passes before the next one is set. */
	local_irq_save(flags);
	drm_writeback_queue_job(&mwb->base, conn_state);
	if (mwb->grace_ms)
		mwb->base.timeout_ms = mwb->grace_ms;
	local_irq_restore(flags);

	if (mwb->answer_ms)
		mock_answer_in_irq(mwb, mwb->status, mwb->answer_ms);
}

static int mock_wb_prepare(struct drm_writeback_connector *wb,
			   struct drm_writeback_job *job)
{
	struct mock_wb *mwb = to_mock_wb(wb);

	mwb->wrong_context |= !mock_may_sleep();
	if (mwb->prepare_error)
		return mwb->prepare_error;

	mwb->prepared++;
	job->priv = mwb;

	return 0;
}

static void mock_wb_commit(struct drm_connector *connector,
			   struct drm_atomic_state *state)
{
	struct mock_wb *mwb = to_mock_wb(drm_connector_to_writeback(connector));

	mock_record(mwb->mock, 'w');
	mwb->started++;
	complete(&mwb->commit_entered);
	if (mwb->commit_gate)
		wait_for_completion(mwb->commit_gate);
	if (mwb->never_queues)
		return;

	mock_wb_queue(mwb, drm_atomic_get_new_connector_state(state, connector));
}

static void mock_wb_cleanup(struct drm_writeback_connector *wb,
			    struct drm_writeback_job *job)
{
	struct mock_wb *mwb = to_mock_wb(wb);

	complete(&mwb->cleanup_entered);
	if (mwb->cleanup_gate)
		wait_for_completion(mwb->cleanup_gate);

	mwb->wrong_context |= !mock_may_sleep();
	mwb->order[mwb->cleaned % MOCK_RECORDS] = job->fence.seqno;
	mwb->cleaned++;
	KUNIT_EXPECT_PTR_EQ(mwb->mock->test, job->priv, mwb);
}

int mock_wb_stop(struct drm_writeback_connector *wb)
{
	struct mock_wb *mwb = to_mock_wb(wb);

	mwb->wrong_context |= !mock_may_sleep();
	mwb->stopped++;
	complete(&mwb->stop_entered);
	if (mwb->stop_gate)
		wait_for_completion(mwb->stop_gate);

	return mwb->stop_error;
}

static const struct drm_connector_helper_funcs mock_wb_helper_funcs = {
	.atomic_commit = mock_wb_commit,
	.prepare_writeback_job = mock_wb_prepare,
	.cleanup_writeback_job = mock_wb_cleanup,
	/* A test that has the engine stopped adds mock_wb_stop(). */
};

/*
 * The engine
 */

static void signal_status(struct mock_wb *mwb)
{
	drm_writeback_signal_completion(&mwb->base, mwb->status);
}

static enum hrtimer_restart mock_wb_irq(struct hrtimer *timer)
{
	struct mock_wb *mwb = container_of(timer, struct mock_wb, irq);

	mwb->on_irq(mwb);

	return HRTIMER_NORESTART;
}

static void mock_wb_work(struct work_struct *work)
{
	signal_status(container_of(work, struct mock_wb, worker));
}

void mock_answer(struct mock_wb *mwb, int status)
{
	drm_writeback_signal_completion(&mwb->base, status);
}

void mock_answer_in_irq(struct mock_wb *mwb, int status, unsigned int ms)
{
	mwb->status = status;
	hrtimer_start(&mwb->irq, ms_to_ktime(ms), HRTIMER_MODE_REL_HARD);
}

void mock_answer_in_work(struct mock_wb *mwb, int status)
{
	mwb->status = status;
	schedule_work(&mwb->worker);
}

void mock_wb_init(struct mock_device *mock, struct mock_wb *mwb)
{
	mwb->mock = mock;
	mwb->helper = mock_wb_helper_funcs;
	mwb->on_irq = signal_status;
	hrtimer_init(&mwb->irq, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	mwb->irq.function = mock_wb_irq;
	INIT_WORK(&mwb->worker, mock_wb_work);
	init_completion(&mwb->commit_entered);
	init_completion(&mwb->cleanup_entered);
	init_completion(&mwb->stop_entered);
}

/*
 * Waiting
 */

int mock_fence_status(struct dma_fence *fence)
{
	dma_fence_wait_timeout(fence, false, MOCK_PATIENCE);

	return dma_fence_get_status(fence);
}

static bool is_cleaned(struct mock_wb *mwb, unsigned int jobs)
{
	bool all_gone;

	spin_lock_irq(&mwb->base.job_lock);
	all_gone = list_empty(&mwb->base.jobs);
	spin_unlock_irq(&mwb->base.job_lock);

	return mwb->cleaned >= jobs && (mwb->prepared > jobs || all_gone);
}

/* If these are all jobs of the connector, they are also gone. */
bool mock_wait_cleaned(struct mock_wb *mwb, unsigned int jobs)
{
	return wait_event_timeout(mwb->base.idle, is_cleaned(mwb, jobs),
				  MOCK_PATIENCE);
}

static bool is_stuck(struct mock_wb *mwb)
{
	bool stuck;

	spin_lock_irq(&mwb->base.job_lock);
	stuck = !list_empty(&mwb->base.expired);
	spin_unlock_irq(&mwb->base.job_lock);

	return stuck;
}

bool mock_wait_unstuck(struct mock_wb *mwb)
{
	return wait_event_timeout(mwb->base.idle, !is_stuck(mwb), MOCK_PATIENCE);
}
