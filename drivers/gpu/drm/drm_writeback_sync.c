// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writeback jobs and the fences on the buffers that they write to
 */

#include <linux/dma-fence-chain.h>
#include <linux/dma-resv.h>
#include <linux/export.h>

#include <drm/drm_atomic.h>
#include <drm/drm_exec.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_gem.h>
#include <drm/drm_writeback.h>

#include "drm_writeback_internal.h"

/* How many jobs have a buffer that others may use, too. */
static unsigned int count_jobs(struct drm_atomic_state *state)
{
	struct drm_writeback_job *job;
	unsigned int n = 0;

	drm_writeback_for_each_job(state, job)
		n += !!job->fb->obj[0];

	return n;
}

/* With room for the fences of all @n jobs, which may have the same buffer. */
static int lock_buffer(struct drm_exec *exec, const struct drm_framebuffer *fb,
		       unsigned int n)
{
	int i, ret;

	for (i = 0; i < fb->format->num_planes; i++) {
		if (!fb->obj[i])
			continue;

		ret = drm_exec_prepare_obj(exec, fb->obj[i], n);
		if (ret)
			return ret;
	}

	return 0;
}

static int lock_buffers(struct drm_exec *exec, struct drm_atomic_state *state,
			unsigned int n)
{
	struct drm_writeback_job *job;
	int ret;

	drm_writeback_for_each_job(state, job) {
		ret = lock_buffer(exec, job->fb, n);
		if (ret)
			return ret;
	}

	return 0;
}

/* The reference to @fence moves to the job, which waits for both from now on. */
static int add_in_fence(struct drm_writeback_job *job, struct dma_fence *fence)
{
	struct dma_fence_chain *chain;

	if (!job->in_fence) {
		job->in_fence = fence;
		return 0;
	}

	chain = dma_fence_chain_alloc();
	if (!chain) {
		dma_fence_put(fence);
		return -ENOMEM;
	}
	dma_fence_chain_init(chain, job->in_fence, fence, 1);
	job->in_fence = &chain->base;

	return 0;
}

/*
 * A writer waits for writers and readers. A fence from user space overrules all
 * but the kernel's own.
 */
static int collect(struct drm_writeback_job *job)
{
	enum dma_resv_usage usage = job->in_fence ? DMA_RESV_USAGE_KERNEL :
						    dma_resv_usage_rw(true);
	const struct drm_framebuffer *fb = job->fb;
	struct dma_fence *fence;
	int i, ret;

	for (i = 0; i < fb->format->num_planes; i++) {
		if (!fb->obj[i])
			continue;

		ret = dma_resv_get_singleton(fb->obj[i]->resv, usage, &fence);
		if (!ret && fence)
			ret = add_in_fence(job, fence);
		if (ret)
			return ret;
	}

	return 0;
}

static int collect_all(struct drm_atomic_state *state)
{
	struct drm_writeback_job *job;
	int ret;

	drm_writeback_for_each_job(state, job) {
		ret = collect(job);
		if (ret)
			return ret;
	}

	return 0;
}

/* From here on others may wait for the job: it signals, whatever happens. */
static void publish(struct drm_writeback_job *job)
{
	const struct drm_framebuffer *fb = job->fb;
	int i;

	for (i = 0; i < fb->format->num_planes; i++)
		if (fb->obj[i])
			dma_resv_add_fence(fb->obj[i]->resv,
					   drm_writeback_job_fence(job),
					   DMA_RESV_USAGE_WRITE);
}

static void publish_all(struct drm_atomic_state *state)
{
	struct drm_writeback_job *job;

	drm_writeback_for_each_job(state, job)
		publish(job);
}

/**
 * drm_writeback_sync_jobs - synchronise writeback jobs with users of their buffers
 * @state: atomic state whose planes and jobs are prepared
 *
 * The last step of drm_atomic_helper_prepare_planes(). Each job gets to wait for
 * the fences on its buffer, for which &drm_framebuffer.obj is looked at, and its
 * own fence is added there as a writer's.
 *
 * The planes come first: one that shows the buffer which is written to shows
 * what was in it before, and would else wait for the job that waits for the
 * plane. In the same way no job of the commit waits for another one. After this
 * nothing may be allocated until the jobs have ended.
 *
 * Context: May sleep. Takes the reservation locks of the buffers.
 *
 * Returns: 0, -ENOMEM, or -EINTR or -ERESTARTSYS when a signal is pending. Then
 * no fence was added.
 */
int drm_writeback_sync_jobs(struct drm_atomic_state *state)
{
	unsigned int n = count_jobs(state);
	struct drm_exec exec;
	int ret = 0;

	if (!n)
		return 0;

	drm_exec_init(&exec, DRM_EXEC_INTERRUPTIBLE_WAIT |
		      DRM_EXEC_IGNORE_DUPLICATES, n * DRM_FORMAT_MAX_PLANES);
	drm_exec_until_all_locked(&exec) {
		ret = lock_buffers(&exec, state, n);
		drm_exec_retry_on_contention(&exec);
		if (ret)
			break;
	}
	if (!ret)
		ret = collect_all(state);
	if (!ret)
		publish_all(state);
	drm_exec_fini(&exec);

	return ret;
}
EXPORT_SYMBOL(drm_writeback_sync_jobs);
