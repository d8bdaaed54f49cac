/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the core calls of the writeback connectors, and their files of each other
 */

#ifndef __DRM_WRITEBACK_INTERNAL_H__
#define __DRM_WRITEBACK_INTERNAL_H__

#include <linux/bitops.h>
#include <linux/compiler_attributes.h>
#include <linux/dma-fence.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <drm/drm_atomic.h>
#include <drm/drm_connector.h>
#include <drm/drm_writeback.h>

struct drm_connector_helper_funcs;
struct drm_crtc;
struct drm_device;
struct drm_file;
struct drm_framebuffer;
struct drm_mode_set;
struct drm_printer;
struct drm_property;
struct drm_writeback_timeline;

/* drm_writeback.c: the connector */
bool drm_connector_is_writeback(struct drm_connector *connector);
void drm_writeback_connector_unregister(struct drm_connector *connector);
void drm_writeback_connector_fini(struct drm_connector *connector);

/* drm_writeback_atomic.c: what a commit may ask for */
int drm_writeback_set_property(struct drm_connector *connector,
			       struct drm_connector_state *conn_state,
			       struct drm_file *file_priv,
			       struct drm_property *property, u64 val);
int drm_writeback_connector_check(struct drm_connector *connector,
				  struct drm_connector_state *conn_state);
void drm_writeback_print_state(struct drm_printer *p,
			       const struct drm_connector_state *conn_state);

/* drm_writeback_commit.c: the steps of a commit */
__printf(2, 3)
void drm_writeback_dbg(const struct drm_connector *connector,
		       const char *fmt, ...);
void drm_writeback_drop_job(struct drm_connector_state *conn_state);

/* drm_writeback_account.c: what is told of a job */
void drm_writeback_account_created(struct drm_writeback_job *job);
void drm_writeback_account_prepared(struct drm_writeback_job *job);
void drm_writeback_account_queued(struct drm_writeback_job *job);
void drm_writeback_account_completed(struct drm_writeback_job *job, int status);
void drm_writeback_account_expired(struct drm_writeback_job *job);
void drm_writeback_account_cancelled(struct drm_writeback_job *job, int error);
void drm_writeback_account_cleaned_up(struct drm_writeback_job *job, u32 fb_id);

/* drm_writeback_debugfs.c */
void drm_writeback_debugfs_add(struct drm_connector *connector);

/* drm_writeback_routing.c: who put a connector on its CRTC */
void drm_writeback_set_routed_by(struct drm_connector_state *conn_state,
				 struct drm_file *file);
void drm_writeback_set_owner(const struct drm_mode_set *set,
			     struct drm_file *file);
void drm_writeback_file_close(struct drm_file *file);

/* drm_writeback_job.c: the life of a job */
int drm_writeback_init(void);
void drm_writeback_exit(void);
void drm_writeback_job_free(struct drm_writeback_job *job);
struct drm_writeback_job *
drm_writeback_job_create(struct drm_writeback_connector *wb,
			 struct drm_framebuffer *fb);
void drm_writeback_jobs_init(struct drm_writeback_connector *wb);
void drm_writeback_jobs_fini(struct drm_writeback_connector *wb);
void drm_writeback_jobs_take(struct drm_writeback_connector *wb,
			     const struct drm_atomic_state *disabled_by,
			     struct list_head *left, int error);
void drm_writeback_jobs_finish(struct drm_writeback_connector *wb,
			       struct list_head *jobs);
void drm_writeback_job_refuse(struct drm_writeback_job *job, int status);
void drm_writeback_job_end(struct drm_writeback_job *job, int status);
const struct drm_connector_helper_funcs *
drm_writeback_helper_funcs(struct drm_writeback_connector *wb);

static inline struct drm_writeback_job *
drm_writeback_first_job(struct list_head *jobs)
{
	return list_first_entry_or_null(jobs, struct drm_writeback_job,
					list_entry);
}

static inline struct drm_writeback_job *
drm_writeback_next_job(const struct drm_atomic_state *state, u32 *seen)
{
	unsigned long left = state->writeback_connectors & ~*seen;
	unsigned int i;

	for_each_set_bit(i, &left, BITS_PER_TYPE(u32)) {
		const struct drm_connector_state *conn_state =
			state->connectors[i].new_state;

		*seen |= BIT(i);
		if (conn_state && conn_state->writeback_job)
			return conn_state->writeback_job;
	}

	return NULL;
}

/* The jobs of a commit: of connectors without one nothing is looked at. */
#define drm_writeback_for_each_job(state, job) \
	for (u32 seen_ = 0; ((job) = drm_writeback_next_job(state, &seen_)); )

/* drm_writeback_deadline.c: what becomes of jobs whose engine does not answer */
void drm_writeback_watchdog_init(struct drm_writeback_connector *wb);
void drm_writeback_watchdog_arm(struct drm_writeback_connector *wb);
unsigned long
drm_writeback_deadline_from_now(struct drm_writeback_connector *wb);
u64 drm_writeback_expire_oldest(struct drm_writeback_connector *wb, int error);
void drm_writeback_engine_stop(struct drm_writeback_connector *wb);
void drm_writeback_jobs_abandon(struct drm_writeback_connector *wb);

/* drm_writeback_wait.c: who waits for jobs */
void drm_writeback_jobs_wait(struct drm_writeback_connector *wb,
			     unsigned long since);
int drm_writeback_job_start(struct drm_writeback_job *job, unsigned long since);
void drm_writeback_jobs_disable(struct drm_writeback_connector *wb,
				const struct drm_crtc *crtc,
				const struct drm_atomic_state *state);
void drm_writeback_jobs_cancel(struct drm_writeback_connector *wb,
			       const struct drm_atomic_state *state);
void drm_writeback_jobs_drain(struct drm_writeback_connector *wb);

/* drm_writeback_fence.c: the fences and their timeline */
struct drm_writeback_timeline *
drm_writeback_timeline_create(struct drm_device *dev);
void drm_writeback_timeline_set_name(struct drm_writeback_timeline *timeline,
				     const char *name);
void drm_writeback_timeline_put(struct drm_writeback_timeline *timeline);
void drm_writeback_fence_init(struct dma_fence *fence,
			      struct drm_writeback_timeline *timeline);

/* Status comes from a driver, perhaps from a register: anything may be in it. */
static inline int drm_writeback_fence_error(int status)
{
	bool is_errno = status < 0 && status >= -MAX_ERRNO;

	return !status || is_errno ? status : -EIO;
}

static inline bool drm_writeback_has_signalled(const struct drm_writeback_job *job)
{
	return test_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &job->fence.flags);
}

/*
 * Under the lock of the jobs, so that who takes it finds a job that is as far as
 * its fence tells.
 */
static inline void drm_writeback_signal(struct drm_writeback_job *job, int status)
{
	struct dma_fence *fence = &job->fence;

	lockdep_assert_held(&job->connector->job_lock);

	if (status)
		dma_fence_set_error(fence, drm_writeback_fence_error(status));
	spin_lock(fence->lock);
	dma_fence_signal_locked(fence);
	spin_unlock(fence->lock);
}

#endif
