// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of writeback jobs whose engine does not answer
 *
 * A job that misses its deadline leaves the queue with a fence that tells so, but
 * the engine may still write to its buffer: that is held until the engine
 * answers, or the driver has stopped it. Without either, a second deadline lets
 * later jobs start.
 */

#include <linux/jiffies.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include <drm/drm_modeset_helper_vtables.h>
#include <drm/drm_print.h>
#include <drm/drm_writeback.h>

#include "drm_writeback_internal.h"

/* Have the watchdog look when the next deadline passes, at the latest. */
void drm_writeback_watchdog_arm(struct drm_writeback_connector *wb)
{
	struct drm_writeback_job *expired = drm_writeback_first_job(&wb->expired);
	struct drm_writeback_job *queued = drm_writeback_first_job(&wb->job_queue);

	lockdep_assert_held(&wb->job_lock);

	if (expired)
		timer_reduce(&wb->watchdog, expired->deadline);
	if (queued)
		timer_reduce(&wb->watchdog, queued->deadline);
}

unsigned long
drm_writeback_deadline_from_now(struct drm_writeback_connector *wb)
{
	/* The driver may set it at any time. */
	return jiffies + msecs_to_jiffies(READ_ONCE(wb->timeout_ms));
}

/*
 * The oldest queued job leaves the queue, but its buffer stays held. Returns the
 * number of the job, 0 without one.
 */
u64 drm_writeback_expire_oldest(struct drm_writeback_connector *wb, int error)
{
	struct drm_writeback_job *job = drm_writeback_first_job(&wb->job_queue);

	lockdep_assert_held(&wb->job_lock);

	if (!job)
		return 0;

	job->stage = DRM_WRITEBACK_JOB_EXPIRED;
	job->deadline = drm_writeback_deadline_from_now(wb);
	list_move_tail(&job->list_entry, &wb->expired);
	drm_writeback_signal(job, error);
	if (error == -ETIMEDOUT)
		drm_writeback_account_expired(job);
	else
		drm_writeback_account_cancelled(job, error);

	return job->fence.seqno;
}

/*
 * No sign of the engine for another deadline: what is missing is its answer.
 * Let new jobs start, but do not trust it with freed memory.
 */
static void lose_expired(struct drm_writeback_connector *wb)
{
	struct drm_writeback_job *job, *next;

	lockdep_assert_held(&wb->job_lock);

	list_for_each_entry_safe(job, next, &wb->expired, list_entry) {
		if (time_before(jiffies, job->deadline))
			break;
		if (wb->stopping) {
			job->deadline = drm_writeback_deadline_from_now(wb);
			break;
		}
		list_del_init(&job->list_entry);
		job->stage = DRM_WRITEBACK_JOB_LOST;
	}
}

static u64 expire_overdue(struct drm_writeback_connector *wb)
{
	struct drm_writeback_job *job = drm_writeback_first_job(&wb->job_queue);

	lockdep_assert_held(&wb->job_lock);

	if (!job || time_before(jiffies, job->deadline))
		return 0;

	if (drm_writeback_helper_funcs(wb)->stop_writeback)
		wb->stopping = true;

	return drm_writeback_expire_oldest(wb, -ETIMEDOUT);
}

static void watchdog(struct timer_list *timer)
{
	struct drm_writeback_connector *wb = from_timer(wb, timer, watchdog);
	unsigned long flags;
	u64 expired;

	spin_lock_irqsave(&wb->job_lock, flags);
	lose_expired(wb);
	expired = expire_overdue(wb);
	drm_writeback_watchdog_arm(wb);
	spin_unlock_irqrestore(&wb->job_lock, flags);

	if (expired)
		drm_err_ratelimited(wb->base.dev,
				    "[CONNECTOR:%d:%s] writeback job %llu missed its deadline\n",
				    wb->base.base.id, wb->base.name, expired);

	wake_up_all(&wb->idle);
	queue_work(system_unbound_wq, &wb->cleanup_work);
}

/* Let the driver stop an engine that missed a deadline. */
void drm_writeback_engine_stop(struct drm_writeback_connector *wb)
{
	LIST_HEAD(left);
	int ret;

	if (!READ_ONCE(wb->stopping))
		return;

	ret = drm_writeback_helper_funcs(wb)->stop_writeback(wb);

	spin_lock_irq(&wb->job_lock);
	wb->stopping = false;
	if (!ret)
		drm_writeback_jobs_take(wb, NULL, &left, -EIO);
	spin_unlock_irq(&wb->job_lock);

	drm_writeback_jobs_finish(wb, &left);
}

/* The hardware is gone: end fences, hold buffers. */
void drm_writeback_jobs_abandon(struct drm_writeback_connector *wb)
{
	spin_lock_irq(&wb->job_lock);
	wb->unplugged = true;
	while (drm_writeback_expire_oldest(wb, -ENODEV))
		;
	spin_unlock_irq(&wb->job_lock);

	wake_up_all(&wb->idle);
}

void drm_writeback_watchdog_init(struct drm_writeback_connector *wb)
{
	timer_setup(&wb->watchdog, watchdog, 0);
}
