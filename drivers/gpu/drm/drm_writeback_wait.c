// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for writeback jobs: the next commit, a CRTC that goes off, the
 * connector when it is unregistered
 */

#include <linux/jiffies.h>
#include <linux/wait.h>

#include <drm/drm_drv.h>
#include <drm/drm_writeback.h>

#include "drm_writeback_internal.h"

/*
 * How far the oldest job has come that may still end, DRM_WRITEBACK_JOB_NEW if
 * there is none: a lost one will not.
 */
static enum drm_writeback_job_stage
oldest_stage(const struct drm_writeback_connector *wb)
{
	const struct drm_writeback_job *job;

	lockdep_assert_held(&wb->job_lock);

	list_for_each_entry(job, &wb->jobs, node)
		if (job->stage != DRM_WRITEBACK_JOB_LOST)
			return job->stage;

	return DRM_WRITEBACK_JOB_NEW;
}

/* Nobody waits for a stuck engine, except while the driver stops it. */
static bool is_busy_from(struct drm_writeback_connector *wb,
			 enum drm_writeback_job_stage first)
{
	enum drm_writeback_job_stage oldest;
	bool busy;

	spin_lock_irq(&wb->job_lock);
	oldest = oldest_stage(wb);
	busy = wb->stopping ||
	       (oldest >= first && oldest != DRM_WRITEBACK_JOB_EXPIRED);
	spin_unlock_irq(&wb->job_lock);

	return busy;
}

/*
 * Does a job have to be finished or cleaned up before the next can start? Jobs
 * from the first one on that is merely prepared are those of this commit and of
 * later ones.
 */
static bool is_busy(struct drm_writeback_connector *wb)
{
	return is_busy_from(wb, DRM_WRITEBACK_JOB_STARTING);
}

/* Is there a job whose driver's hooks are still to be called, in time? */
static bool has_jobs(struct drm_writeback_connector *wb)
{
	return is_busy_from(wb, DRM_WRITEBACK_JOB_PREPARED);
}

/*
 * What is left of the time that a commit waits for the jobs before it, in
 * jiffies. A driver's hook that does not return holds up nobody else: it may wait
 * for somebody who waits for the fence of a later job.
 */
static long patience_left(struct drm_writeback_connector *wb,
			  unsigned long since)
{
	unsigned int patience_ms = READ_ONCE(wb->timeout_ms) + wb->wait_ms;

	return max(0L, (long)(since + msecs_to_jiffies(patience_ms) - jiffies));
}

/* Wait for the jobs before a commit that began at @since, in jiffies. */
void drm_writeback_jobs_wait(struct drm_writeback_connector *wb,
			     unsigned long since)
{
	wait_event_timeout(wb->idle, !is_busy(wb), patience_left(wb, since));
}

/* What an older job of the connector means for one that is to start. */
static int older_verdict(const struct drm_writeback_job *older)
{
	switch (older->stage) {
	case DRM_WRITEBACK_JOB_LOST:
		return 0;
	case DRM_WRITEBACK_JOB_EXPIRED:
		return -EIO;
	default:
		/* One that is to be cancelled must not get this one's answer. */
		return older->connector->allow_overlap && !older->disabled_by ?
		       0 : -EAGAIN;
	}
}

/* -EAGAIN while an older job is in the way. */
static int try_start(struct drm_writeback_job *job)
{
	struct drm_writeback_connector *wb = job->connector;
	struct drm_writeback_job *older;
	int ret;

	spin_lock_irq(&wb->job_lock);
	/* Stopping an engine that has answered meanwhile would end this job. */
	ret = wb->stopping ? -EAGAIN : 0;
	list_for_each_entry(older, &wb->jobs, node) {
		if (ret || older == job)
			break;
		ret = older_verdict(older);
	}
	if (wb->unregistered && ret != -EAGAIN)
		ret = -ENODEV;
	if (!ret)
		job->stage = DRM_WRITEBACK_JOB_STARTING;
	spin_unlock_irq(&wb->job_lock);

	return ret;
}

/*
 * The engine does not start a job while it may still be writing another, or that
 * one's clean-up may undo what is set up for this one.
 */
int drm_writeback_job_start(struct drm_writeback_job *job, unsigned long since)
{
	struct drm_writeback_connector *wb = job->connector;
	int ret;

	wait_event_timeout(wb->idle, (ret = try_start(job)) != -EAGAIN,
			   patience_left(wb, since));

	return ret == -EAGAIN ? -EIO : ret;
}

/* Mark the jobs before this commit, which disables their CRTC. */
void drm_writeback_jobs_disable(struct drm_writeback_connector *wb,
				const struct drm_crtc *crtc,
				const struct drm_atomic_state *state)
{
	struct drm_writeback_job *job;

	spin_lock_irq(&wb->job_lock);
	list_for_each_entry(job, &wb->jobs, node) {
		if (job->stage != DRM_WRITEBACK_JOB_PREPARED &&
		    job->crtc == crtc && !job->disabled_by)
			job->disabled_by = state;
	}
	spin_unlock_irq(&wb->job_lock);
}

static bool is_disabling(struct drm_writeback_connector *wb,
			 const struct drm_atomic_state *state)
{
	struct drm_writeback_job *job;
	bool disabling = false;

	spin_lock_irq(&wb->job_lock);
	list_for_each_entry(job, &wb->jobs, node)
		disabling |= job->disabled_by == state;
	spin_unlock_irq(&wb->job_lock);

	return disabling;
}

/*
 * What the commit marked when it disabled the CRTC is over, or ends now. Without
 * a job there is none that it could have marked.
 */
void drm_writeback_jobs_cancel(struct drm_writeback_connector *wb,
			       const struct drm_atomic_state *state)
{
	LIST_HEAD(left);

	if (list_empty(&wb->jobs))
		return;

	spin_lock_irq(&wb->job_lock);
	drm_writeback_jobs_take(wb, state, &left, -ECANCELED);
	spin_unlock_irq(&wb->job_lock);

	drm_writeback_jobs_finish(wb, &left);
	wait_event(wb->idle, !is_disabling(wb, state));
}

/*
 * From now on no job starts; those that run may finish while there is hope, and
 * commits that have prepared one get the time to give it up.
 */
void drm_writeback_jobs_drain(struct drm_writeback_connector *wb)
{
	spin_lock_irq(&wb->job_lock);
	wb->unregistered = true;
	spin_unlock_irq(&wb->job_lock);

	if (drm_dev_is_unplugged(wb->base.dev))
		drm_writeback_jobs_abandon(wb);

	wait_event(wb->idle, !is_busy(wb));
	wait_event_timeout(wb->idle, !has_jobs(wb), patience_left(wb, jiffies));
}
