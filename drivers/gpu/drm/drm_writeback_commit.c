// SPDX-License-Identifier: GPL-2.0-only
/*
 * The steps that the helpers take for the writeback jobs of a commit
 */

#include <linux/dma-fence.h>
#include <linux/export.h>
#include <linux/jiffies.h>

#include <drm/drm_atomic.h>
#include <drm/drm_print.h>
#include <drm/drm_writeback.h>

#include "drm_writeback_internal.h"

void drm_writeback_dbg(const struct drm_connector *connector,
		       const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	drm_dbg_atomic(connector->dev, "[CONNECTOR:%d:%s] %pV",
		       connector->base.id, connector->name, &vaf);
	va_end(args);
}

/* The job moves from the connector state to the caller, who has to end it. */
static struct drm_writeback_job *
take_from_state(struct drm_connector_state *conn_state)
{
	struct drm_writeback_job *job = conn_state->writeback_job;

	if (!job)
		return NULL;

	spin_lock_irq(&job->connector->job_lock);
	conn_state->writeback_job = NULL;
	spin_unlock_irq(&job->connector->job_lock);

	return job;
}

void drm_writeback_drop_job(struct drm_connector_state *conn_state)
{
	struct drm_writeback_job *job = take_from_state(conn_state);

	if (job)
		drm_writeback_cleanup_job(job);
}

static struct __drm_connnectors_state *
entry_of(struct drm_atomic_state *state, const struct drm_writeback_job *job)
{
	return &state->connectors[drm_connector_index(&job->connector->base)];
}

/* The job gets the rest of what it needs to know of its commit. */
static void fill_job(struct drm_atomic_state *state,
		     struct drm_writeback_job *job)
{
	struct __drm_connnectors_state *entry = entry_of(state, job);

	job->crtc = entry->new_state->crtc;
	swap(job->in_fence, entry->in_fence);
}

/**
 * drm_writeback_prepare_jobs - prepare the writeback jobs of a commit
 * @state: atomic state that has passed its checks
 *
 * For drm_atomic_helper_prepare_planes(). What was prepared when this fails is
 * undone when @state is destroyed.
 *
 * Context: May sleep.
 *
 * Returns: 0 or the error of drm_writeback_prepare_job().
 */
int drm_writeback_prepare_jobs(struct drm_atomic_state *state)
{
	struct drm_writeback_job *job;
	int ret;

	drm_writeback_for_each_job(state, job) {
		fill_job(state, job);
		ret = drm_writeback_prepare_job(job);
		if (ret) {
			drm_writeback_dbg(&job->connector->base,
					  "prepare failed: %d\n", ret);
			return ret;
		}
	}

	return 0;
}
EXPORT_SYMBOL(drm_writeback_prepare_jobs);

static void wait_for_jobs(struct drm_writeback_connector *wb, bool always,
			  unsigned long since)
{
	if (always || !wb->allow_overlap)
		drm_writeback_jobs_wait(wb, since);
}

/* Of those writeback connectors in the mask @fed that are in the state. */
static u32 wait_in_state(struct drm_atomic_state *state, unsigned long fed,
			 bool always, unsigned long since)
{
	u32 found = 0;
	int i;

	for_each_set_bit(i, &fed, state->num_connector) {
		const struct __drm_connnectors_state *c = &state->connectors[i];

		if (!c->ptr)
			continue;

		wait_for_jobs(drm_connector_to_writeback(c->ptr),
			      always || c->old_state->crtc != c->new_state->crtc,
			      since);
		found |= BIT(i);
	}

	return found;
}

static void wait_for_others(struct drm_atomic_state *state, u32 fed, bool always,
			    unsigned long since)
{
	struct drm_writeback_connector *wb;

	list_for_each_entry(wb, &state->dev->mode_config.writeback_list, head)
		if (fed & drm_connector_mask(&wb->base))
			wait_for_jobs(wb, always, since);
}

/* Also those of connectors that were detached meanwhile. */
static void disable_jobs(struct drm_atomic_state *state,
			 const struct drm_crtc *crtc)
{
	struct drm_writeback_connector *wb;

	list_for_each_entry(wb, &state->dev->mode_config.writeback_list, head)
		drm_writeback_jobs_disable(wb, crtc, state);
	state->disables_writeback = true;
}

/*
 * A commit that turns the CRTC off ends the jobs that read from it. Any other
 * waits for them first, since the driver may replace what they still need.
 */
static void begin_crtc(struct drm_atomic_state *state,
		       const struct drm_crtc_state *old_crtc_state,
		       const struct drm_crtc_state *new_crtc_state,
		       unsigned long since)
{
	u32 fed = old_crtc_state->connector_mask &
		  state->dev->mode_config.writeback_mask;
	bool disables = old_crtc_state->active &&
			drm_atomic_crtc_needs_modeset(new_crtc_state);
	bool stays_on = !disables || new_crtc_state->active;

	if (fed && stays_on)
		fed &= ~wait_in_state(state, fed, disables, since);
	if (fed && stays_on)
		wait_for_others(state, fed, disables, since);
	if (disables)
		disable_jobs(state, old_crtc_state->crtc);
}

/* Until others have finished with the destination. @since: in jiffies. */
static int wait_for_buffer(const struct drm_writeback_job *job,
			   unsigned long since)
{
	unsigned long until = since + msecs_to_jiffies(job->connector->wait_ms);
	long ret;

	if (!job->in_fence)
		return 0;

	ret = dma_fence_wait_timeout(job->in_fence, false,
				     max(0L, (long)(until - jiffies)));

	return ret ? min(ret, 0L) : -ETIMEDOUT;
}

static int start_job(struct drm_writeback_job *job, unsigned long begin,
		     unsigned long idle)
{
	return wait_for_buffer(job, idle) ?: drm_writeback_job_start(job, begin);
}

/* The job moves to the atomic state, until drm_writeback_commit_end(). */
static void refuse_job(struct drm_atomic_state *state,
		       struct drm_writeback_job *job, int err)
{
	struct __drm_connnectors_state *entry = entry_of(state, job);

	drm_writeback_dbg(&job->connector->base, "writeback not started: %d\n", err);
	entry->refused_job = take_from_state(entry->new_state);
	drm_writeback_job_refuse(job, err);
	state->refuses_writeback = true;
}

static void end_refused(struct drm_atomic_state *state)
{
	int i;

	for (i = 0; i < state->num_connector; i++) {
		struct drm_writeback_job *job = state->connectors[i].refused_job;

		state->connectors[i].refused_job = NULL;
		if (job)
			drm_writeback_cleanup_job(job);
	}
}

/* Returns whether lockdep shall look at what the driver does for the jobs. */
static bool start_jobs(struct drm_atomic_state *state, unsigned long begin)
{
	struct drm_writeback_job *job;
	unsigned long idle = jiffies;
	bool check = false;
	int err;

	drm_writeback_for_each_job(state, job) {
		err = start_job(job, begin, idle);
		if (err)
			refuse_job(state, job, err);
		else
			check |= job->connector->check_signalling;
	}

	return check;
}

/* From here to drm_writeback_commit_hw_done() fences depend on the driver's tail. */
static void begin_signalling(struct drm_atomic_state *state)
{
	state->writeback_signalling = !dma_fence_begin_signalling();
}

static void end_signalling(struct drm_atomic_state *state)
{
	dma_fence_end_signalling(!state->writeback_signalling);
	state->writeback_signalling = false;
}

/**
 * drm_writeback_commit_begin - wait until a commit may touch the hardware
 * @state: atomic state that was swapped in
 *
 * Called by the helpers before &drm_mode_config_helper_funcs.atomic_commit_tail.
 * When this returns, the writeback jobs of earlier commits on the CRTCs of
 * @state are finished and cleaned up, or their deadline has passed, or the
 * driver has set &drm_writeback_connector.allow_overlap. Where the commit turns
 * the CRTC off it does not wait: see drm_writeback_commit_end(). The fences on
 * the buffers of the new jobs have signalled. Jobs that may not start, since
 * these fences are late, the engine is stuck or the connector unregistered, are
 * taken from their connector state; their own fences signal -ETIMEDOUT, -EIO or
 * -ENODEV.
 *
 * Context: May sleep, at most for the deadline of a job and twice
 * &drm_writeback_connector.wait_ms.
 */
void drm_writeback_commit_begin(struct drm_atomic_state *state)
{
	struct drm_crtc *crtc;
	struct drm_crtc_state *old_crtc_state, *new_crtc_state;
	unsigned long begin = jiffies;
	int i;

	for_each_oldnew_crtc_in_state(state, crtc, old_crtc_state,
				      new_crtc_state, i)
		begin_crtc(state, old_crtc_state, new_crtc_state, begin);

	if (!state->writeback_connectors)
		return;

	if (start_jobs(state, begin))
		begin_signalling(state);
}
EXPORT_SYMBOL(drm_writeback_commit_begin);

/**
 * drm_writeback_commit_hw_done - end the jobs that the driver did not queue
 * @state: atomic state whose commit is done with the hardware
 *
 * Called by drm_atomic_helper_commit_hw_done(), after which the new states may
 * not be touched any more. The fences of the jobs signal -ECANCELED.
 *
 * Context: May sleep.
 */
void drm_writeback_commit_hw_done(struct drm_atomic_state *state)
{
	struct drm_writeback_job *job;

	if (!state->writeback_connectors)
		return;

	end_signalling(state);

	drm_writeback_for_each_job(state, job) {
		drm_writeback_dbg(&job->connector->base, "writeback was not queued\n");
		drm_writeback_drop_job(entry_of(state, job)->new_state);
	}
}
EXPORT_SYMBOL(drm_writeback_commit_hw_done);

/**
 * drm_writeback_commit_end - end the jobs that are over with a commit
 * @state: atomic state whose commit tail has returned
 *
 * Called by the helpers after &drm_mode_config_helper_funcs.atomic_commit_tail.
 * Jobs of earlier commits that were unfinished when the commit disabled their
 * CRTC, and still are, end with -ECANCELED and are cleaned up. Those that the
 * commit did not start are left to the clean-up.
 *
 * Context: May sleep.
 */
void drm_writeback_commit_end(struct drm_atomic_state *state)
{
	struct drm_writeback_connector *wb;

	if (state->refuses_writeback)
		end_refused(state);

	if (!state->disables_writeback)
		return;

	list_for_each_entry(wb, &state->dev->mode_config.writeback_list, head)
		drm_writeback_jobs_cancel(wb, state);
}
EXPORT_SYMBOL(drm_writeback_commit_end);
