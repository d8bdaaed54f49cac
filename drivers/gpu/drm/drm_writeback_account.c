// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is told of a writeback job: to the tracer at each step of its life, to
 * the counters of its connector when it ends
 *
 * A prepared job ends once, with whoever signals its fence: completed, expired
 * or cancelled. One that is dropped before, like that of a test, is only created
 * and cleaned up.
 */

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>

#include <drm/drm_writeback.h>

#include "drm_writeback_internal.h"

#define CREATE_TRACE_POINTS
#include "drm_writeback_trace.h"

void drm_writeback_account_created(struct drm_writeback_job *job)
{
	job->created = jiffies;
	trace_drm_writeback_created(job, job->fb->base.id);
}

void drm_writeback_account_prepared(struct drm_writeback_job *job)
{
	lockdep_assert_held(&job->connector->job_lock);

	trace_drm_writeback_prepared(job, job->fb->base.id);
}

/* Looks at the clock only for those who will be told the latency. */
void drm_writeback_account_queued(struct drm_writeback_job *job)
{
	lockdep_assert_held(&job->connector->job_lock);

	trace_drm_writeback_queued(job, job->fb->base.id);
	if (trace_drm_writeback_completed_enabled() ||
	    trace_drm_writeback_expired_enabled() ||
	    trace_drm_writeback_cancelled_enabled())
		job->queued_at = ktime_get();
}

static void note_error(struct drm_writeback_job *job, int error)
{
	struct drm_writeback_stats *stats = &job->connector->stats;

	stats->last_error = error;
	stats->last_error_job = job->fence.seqno;
}

/* The engine has answered. */
void drm_writeback_account_completed(struct drm_writeback_job *job, int status)
{
	struct drm_writeback_stats *stats = &job->connector->stats;
	int error = drm_writeback_fence_error(status);

	lockdep_assert_held(&job->connector->job_lock);

	if (error) {
		stats->failed++;
		note_error(job, error);
	} else {
		stats->completed++;
	}
	trace_drm_writeback_completed(job, error);
}

void drm_writeback_account_expired(struct drm_writeback_job *job)
{
	lockdep_assert_held(&job->connector->job_lock);

	job->connector->stats.expired++;
	note_error(job, -ETIMEDOUT);
	trace_drm_writeback_expired(job, -ETIMEDOUT);
}

/* -ECANCELED is what somebody wanted, not an error to look into. */
void drm_writeback_account_cancelled(struct drm_writeback_job *job, int error)
{
	lockdep_assert_held(&job->connector->job_lock);

	job->connector->stats.cancelled++;
	if (error != -ECANCELED)
		note_error(job, error);
	trace_drm_writeback_cancelled(job, error);
}

/* The framebuffer may be gone. */
void drm_writeback_account_cleaned_up(struct drm_writeback_job *job, u32 fb_id)
{
	trace_drm_writeback_cleaned_up(job, fb_id);
}
