// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a writeback job: prepared, queued, ended, cleaned up
 *
 * A job has one owner: the connector state, then the connector's queue, then
 * the clean-up, if there is something to clean up. From its preparation on it is
 * also on the connector's list of jobs. Whoever takes a job from its owner ends it:
 * under one hold of the connector's lock its fence signals, and it is left to the
 * clean-up or to the caller.
 */

#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/refcount.h>
#include <linux/slab.h>

#include <drm/drm_framebuffer.h>
#include <drm/drm_modeset_lock.h>
#include <drm/drm_modeset_helper_vtables.h>
#include <drm/drm_print.h>
#include <drm/drm_writeback.h>

#include "drm_writeback_internal.h"

static struct kmem_cache *job_cache;

int drm_writeback_init(void)
{
	job_cache = KMEM_CACHE(drm_writeback_job, 0);

	return job_cache ? 0 : -ENOMEM;
}

void drm_writeback_exit(void)
{
	kmem_cache_destroy(job_cache);
}

/* Called by whoever puts the last reference to the fence. */
void drm_writeback_job_free(struct drm_writeback_job *job)
{
	kmem_cache_free(job_cache, job);
}

struct drm_writeback_job *
drm_writeback_job_create(struct drm_writeback_connector *wb,
			 struct drm_framebuffer *fb)
{
	struct drm_writeback_job *job;

	job = kmem_cache_zalloc(job_cache, GFP_KERNEL);
	if (!job)
		return NULL;

	job->connector = wb;
	job->fb = fb;
	drm_framebuffer_get(fb);
	INIT_LIST_HEAD(&job->list_entry);
	INIT_LIST_HEAD(&job->node);
	drm_writeback_fence_init(&job->fence, wb->timeline);
	drm_writeback_account_created(job);

	return job;
}

static void assert_locked(struct drm_writeback_connector *wb)
{
	drm_modeset_lock_assert_held(&wb->base.dev->mode_config.connection_mutex);
}

const struct drm_connector_helper_funcs *
drm_writeback_helper_funcs(struct drm_writeback_connector *wb)
{
	static const struct drm_connector_helper_funcs none;

	return wb->base.helper_private ?: &none;
}

/* In order: a job is not cleaned up before an older one that may still run. */
static struct drm_writeback_job *
first_ended(struct drm_writeback_connector *wb)
{
	struct drm_writeback_job *job;

	lockdep_assert_held(&wb->job_lock);

	list_for_each_entry(job, &wb->jobs, node)
		if (job->stage != DRM_WRITEBACK_JOB_LOST)
			return job->stage == DRM_WRITEBACK_JOB_ENDED ? job : NULL;

	return NULL;
}

static struct drm_writeback_job *
next_ended(struct drm_writeback_connector *wb)
{
	struct drm_writeback_job *job;

	spin_lock_irq(&wb->job_lock);
	job = first_ended(wb);
	spin_unlock_irq(&wb->job_lock);

	return job;
}

/*
 * What the driver keeps for one job must not be taken away by the clean-up of one
 * before, when that needs nothing but time.
 */
static void wait_for_cleanup(struct drm_writeback_connector *wb)
{
	wait_event_timeout(wb->idle, !next_ended(wb),
			   msecs_to_jiffies(wb->wait_ms));
}

/* The job joins the others of its connector, unless that is gone by now. */
static int add_job(struct drm_writeback_job *job)
{
	struct drm_writeback_connector *wb = job->connector;
	bool unregistered;

	spin_lock_irq(&wb->job_lock);
	unregistered = wb->unregistered;
	if (!unregistered) {
		job->stage = DRM_WRITEBACK_JOB_PREPARED;
		list_add_tail(&job->node, &wb->jobs);
		drm_writeback_account_prepared(job);
	}
	spin_unlock_irq(&wb->job_lock);

	return unregistered ? -ENODEV : 0;
}

/**
 * drm_writeback_prepare_job - make a job ready to be queued
 * @job: job of a connector state
 *
 * Calls the driver's &drm_connector_helper_funcs.prepare_writeback_job. What
 * the hook acquired is released by
 * &drm_connector_helper_funcs.cleanup_writeback_job on every path, also when
 * the commit is abandoned. A job that is prepared already is left as it is.
 *
 * Context: May sleep. The caller holds the connector's modeset lock, so that
 * the jobs of a connector are prepared in the order of their commits.
 *
 * Returns: 0, -ENODEV when the connector is unregistered, or the error of the
 * driver's hook.
 */
int drm_writeback_prepare_job(struct drm_writeback_job *job)
{
	struct drm_writeback_connector *wb = job->connector;
	const struct drm_connector_helper_funcs *funcs = drm_writeback_helper_funcs(wb);
	int ret;

	might_sleep();
	assert_locked(wb);

	if (job->stage != DRM_WRITEBACK_JOB_NEW)
		return 0;

	if (READ_ONCE(wb->unregistered))
		return -ENODEV;

	wait_for_cleanup(wb);

	if (funcs->prepare_writeback_job) {
		ret = funcs->prepare_writeback_job(wb, job);
		if (ret < 0)
			return ret;
	}

	ret = add_job(job);
	if (ret && funcs->cleanup_writeback_job)
		funcs->cleanup_writeback_job(wb, job);

	return ret;
}
EXPORT_SYMBOL(drm_writeback_prepare_job);

/*
 * A job that its driver has no hook for, and whose framebuffer somebody else keeps,
 * leaves nothing behind that may sleep. Its memory is the caller's then.
 */
static bool leave(struct drm_writeback_job *job)
{
	struct drm_framebuffer *fb = job->fb;
	u32 fb_id = fb->base.id;

	if (drm_writeback_helper_funcs(job->connector)->cleanup_writeback_job ||
	    !refcount_dec_not_one(&fb->base.refcount.refcount))
		return false;

	drm_writeback_account_cleaned_up(job, fb_id);
	list_del_init(&job->node);

	return true;
}

/*
 * The job has signalled, and its owner has let it go. Returns whether the caller
 * has to finish it when the lock is released; if not, the job may not be touched
 * then.
 */
static bool end_job(struct drm_writeback_job *job)
{
	struct drm_writeback_connector *wb = job->connector;
	bool has_left;

	lockdep_assert_held(&wb->job_lock);

	job->stage = DRM_WRITEBACK_JOB_ENDED;
	has_left = leave(job);
	/* This one, or a younger one that had ended and waited for this. */
	if (first_ended(wb))
		queue_work(system_unbound_wq, &wb->cleanup_work);

	return has_left;
}

static void free_job(struct drm_writeback_job *job)
{
	dma_fence_put(job->in_fence);
	dma_fence_put(&job->fence);
}

/* What is left of a job that has left. */
static void finish_job(struct drm_writeback_connector *wb,
		       struct drm_writeback_job *job)
{
	free_job(job);
	if (wq_has_sleeper(&wb->idle))
		wake_up_all(&wb->idle);
}

/* Nobody is going to ask for a fence that was not shared: it needs no signal. */
static void signal_at_end(struct drm_writeback_job *job, int status)
{
	if (job->is_shared)
		drm_writeback_signal(job, status);
}

static void signal_cancelled(struct drm_writeback_job *job, int error)
{
	lockdep_assert_held(&job->connector->job_lock);

	if (drm_writeback_has_signalled(job))
		return;

	drm_writeback_signal(job, error);
	drm_writeback_account_cancelled(job, error);
}

void drm_writeback_jobs_finish(struct drm_writeback_connector *wb,
			       struct list_head *jobs)
{
	struct drm_writeback_job *job, *next;

	list_for_each_entry_safe(job, next, jobs, list_entry) {
		list_del_init(&job->list_entry);
		finish_job(wb, job);
	}
}

/* What is left of a job without an engine and a driver is its fence. */
static void release_job(struct drm_writeback_job *job)
{
	struct drm_writeback_connector *wb = job->connector;

	drm_writeback_account_cleaned_up(job, job->fb->base.id);
	drm_framebuffer_put(job->fb);

	spin_lock_irq(&wb->job_lock);
	list_del_init(&job->node);
	spin_unlock_irq(&wb->job_lock);

	free_job(job);
}

/*
 * The job is not going to start. Its fence tells so at once, but the driver may
 * have what it has prepared for the job in use until the commit is over: the
 * caller still has to end it.
 */
void drm_writeback_job_refuse(struct drm_writeback_job *job, int status)
{
	spin_lock_irq(&job->connector->job_lock);
	signal_cancelled(job, status);
	spin_unlock_irq(&job->connector->job_lock);
}

static void drop_new(struct drm_writeback_job *job, int status)
{
	spin_lock_irq(&job->connector->job_lock);
	signal_at_end(job, status);
	spin_unlock_irq(&job->connector->job_lock);

	release_job(job);
}

/* The caller has taken the job out of its connector state. */
void drm_writeback_job_end(struct drm_writeback_job *job, int status)
{
	struct drm_writeback_connector *wb = job->connector;
	bool has_left;

	if (job->stage == DRM_WRITEBACK_JOB_NEW) {
		drop_new(job, status);
		return;
	}

	spin_lock_irq(&wb->job_lock);
	signal_cancelled(job, status);
	has_left = end_job(job);
	spin_unlock_irq(&wb->job_lock);

	if (has_left)
		finish_job(wb, job);
}

/**
 * drm_writeback_cleanup_job - end a job that was not queued
 * @job: job that the caller has taken out of its connector state
 *
 * The fence signals -ECANCELED. What the driver has prepared is cleaned up after
 * all older jobs of the connector, from a work item.
 *
 * Context: May sleep.
 */
void drm_writeback_cleanup_job(struct drm_writeback_job *job)
{
	might_sleep();
	drm_writeback_job_end(job, -ECANCELED);
}
EXPORT_SYMBOL(drm_writeback_cleanup_job);

/**
 * drm_writeback_queue_job - hand a job to the engine
 * @wb_connector: the connector whose engine will run the job
 * @conn_state: new state of @wb_connector
 *
 * To be called in the commit, when the engine has been programmed with the job
 * and right before it is started, since the completion of a job that is not
 * queued yet is ignored. The job leaves @conn_state, and belongs to
 * @wb_connector until drm_writeback_signal_completion() is called for it. Its
 * deadline starts now. Without a job in @conn_state nothing happens.
 *
 * Context: Any.
 */
void drm_writeback_queue_job(struct drm_writeback_connector *wb_connector,
			     struct drm_connector_state *conn_state)
{
	struct drm_writeback_job *job = conn_state->writeback_job;
	unsigned long flags;

	/* The core may have ended it, see drm_writeback_commit_begin(). */
	if (!job)
		return;

	if (WARN_ON(job->connector != wb_connector ||
		    job->stage == DRM_WRITEBACK_JOB_NEW))
		return;

	/* The job moves from the state to the queue. */
	spin_lock_irqsave(&wb_connector->job_lock, flags);
	conn_state->writeback_job = NULL;
	job->stage = DRM_WRITEBACK_JOB_QUEUED;
	job->deadline = drm_writeback_deadline_from_now(wb_connector);
	drm_writeback_account_queued(job);
	list_add_tail(&job->list_entry, &wb_connector->job_queue);
	if (wb_connector->unplugged)
		drm_writeback_expire_oldest(wb_connector, -ENODEV);
	drm_writeback_watchdog_arm(wb_connector);
	spin_unlock_irqrestore(&wb_connector->job_lock, flags);
}
EXPORT_SYMBOL(drm_writeback_queue_job);

/* Is the engine to be expected to write to the job's buffer? */
static bool is_at_engine(const struct drm_writeback_job *job)
{
	return job->stage == DRM_WRITEBACK_JOB_QUEUED ||
	       job->stage == DRM_WRITEBACK_JOB_EXPIRED ||
	       job->stage == DRM_WRITEBACK_JOB_LOST;
}

/*
 * End all jobs at the engine, or those that a commit has marked. Those that leave
 * move to @left, for drm_writeback_jobs_finish().
 */
void drm_writeback_jobs_take(struct drm_writeback_connector *wb,
			     const struct drm_atomic_state *disabled_by,
			     struct list_head *left, int error)
{
	struct drm_writeback_job *job, *next;

	lockdep_assert_held(&wb->job_lock);

	list_for_each_entry_safe(job, next, &wb->jobs, node) {
		if (!is_at_engine(job) ||
		    (disabled_by && job->disabled_by != disabled_by))
			continue;

		list_del_init(&job->list_entry);
		signal_cancelled(job, error);
		if (end_job(job))
			list_add_tail(&job->list_entry, left);
	}
}

/* An engine works in order: what it answers is for the oldest job. */
static struct drm_writeback_job *oldest_job(struct drm_writeback_connector *wb)
{
	return drm_writeback_first_job(&wb->expired) ?:
	       drm_writeback_first_job(&wb->job_queue);
}

static struct drm_writeback_job *find_job(struct drm_writeback_connector *wb,
					  const struct drm_writeback_job *job)
{
	struct drm_writeback_job *pos;

	list_for_each_entry(pos, &wb->jobs, node)
		if (pos == job)
			return is_at_engine(pos) ? pos : NULL;

	return NULL;
}

/* A job that had expired has signalled before. */
static bool answer_job(struct drm_writeback_job *job, int status)
{
	if (!drm_writeback_has_signalled(job)) {
		signal_at_end(job, status);
		drm_writeback_account_completed(job, status);
	}
	list_del_init(&job->list_entry);

	return end_job(job);
}

static void report_stray(struct drm_writeback_connector *wb)
{
	drm_err_ratelimited(wb->base.dev,
			    "[CONNECTOR:%d:%s] completion without a writeback job\n",
			    wb->base.base.id, wb->base.name);
}

/* The engine has finished its oldest job, or that which the driver names. */
static void complete_job(struct drm_writeback_connector *wb, bool oldest,
			 const struct drm_writeback_job *named, int status)
{
	struct drm_writeback_job *job;
	bool cookie = dma_fence_begin_signalling();
	bool has_left = false;
	unsigned long flags;

	spin_lock_irqsave(&wb->job_lock, flags);
	job = oldest ? oldest_job(wb) : find_job(wb, named);
	if (job)
		has_left = answer_job(job, status);
	else
		wb->stats.spurious++;
	spin_unlock_irqrestore(&wb->job_lock, flags);

	if (has_left)
		finish_job(wb, job);
	dma_fence_end_signalling(cookie);

	if (!job)
		report_stray(wb);
}

/**
 * drm_writeback_signal_completion - the engine has finished its oldest job
 * @wb_connector: the connector whose engine has finished
 * @status: 0 when the picture is complete, else a negative errno for the fence
 *
 * To be called when the engine will not touch the job's buffer any more and, if
 * @status is 0, all of the picture is visible to the CPU and to other devices.
 * A job that missed its deadline before is released, its fence stays as it is.
 * A completion without a job is reported and ignored.
 *
 * Context: Any, hard interrupts included. The callbacks of the fence run under
 * &drm_writeback_connector.job_lock: like under any fence's lock, they may not
 * call back into what signals it.
 */
void drm_writeback_signal_completion(struct drm_writeback_connector *wb_connector,
				     int status)
{
	complete_job(wb_connector, true, NULL, status);
}
EXPORT_SYMBOL(drm_writeback_signal_completion);

/**
 * drm_writeback_complete_job - the engine has finished a certain job
 * @wb_connector: the connector whose engine has finished
 * @job: the job that it has finished, not cleaned up yet
 * @status: 0 when the picture is complete, else a negative errno for the fence
 *
 * Like drm_writeback_signal_completion(), for drivers that know which job is
 * done: a lost interrupt is then never made up for by that of a later job.
 *
 * Context: Any, hard interrupts included.
 */
void drm_writeback_complete_job(struct drm_writeback_connector *wb_connector,
				struct drm_writeback_job *job, int status)
{
	complete_job(wb_connector, false, job, status);
}
EXPORT_SYMBOL(drm_writeback_complete_job);

static void cleanup_work(struct work_struct *work)
{
	struct drm_writeback_connector *wb =
		container_of(work, struct drm_writeback_connector, cleanup_work);
	const struct drm_connector_helper_funcs *funcs = drm_writeback_helper_funcs(wb);
	struct drm_writeback_job *job;

	drm_writeback_engine_stop(wb);

	while ((job = next_ended(wb))) {
		if (funcs->cleanup_writeback_job)
			funcs->cleanup_writeback_job(wb, job);
		release_job(job);
	}

	wake_up_all(&wb->idle);
}

void drm_writeback_jobs_init(struct drm_writeback_connector *wb)
{
	spin_lock_init(&wb->job_lock);
	INIT_LIST_HEAD(&wb->job_queue);
	INIT_LIST_HEAD(&wb->expired);
	INIT_LIST_HEAD(&wb->jobs);
	init_waitqueue_head(&wb->idle);
	drm_writeback_watchdog_init(wb);
	INIT_WORK(&wb->cleanup_work, cleanup_work);
	wb->timeout_ms = DRM_WRITEBACK_TIMEOUT_MS;
	wb->wait_ms = DRM_WRITEBACK_WAIT_MS;
	wb->stopping = false;
	wb->unregistered = false;
	wb->unplugged = false;
	memset(&wb->stats, 0, sizeof(wb->stats));
}

/* The engine is gone, and the driver may be: no hook is called any more. */
void drm_writeback_jobs_fini(struct drm_writeback_connector *wb)
{
	struct drm_writeback_job *job, *next;

	timer_shutdown_sync(&wb->watchdog);
	cancel_work_sync(&wb->cleanup_work);

	list_for_each_entry_safe(job, next, &wb->jobs, node) {
		drm_writeback_job_refuse(job, -ENODEV);
		release_job(job);
	}
}
