/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a job gets an out-fence, in place of drivers/gpu/drm/tests/
 * drm_writeback_bench_fence.h. With the base's writeback, it is an object that
 * the job owns a reference to.
 */

#ifndef __DRM_WRITEBACK_BENCH_FENCE_H__
#define __DRM_WRITEBACK_BENCH_FENCE_H__

#include <linux/dma-fence.h>

#include <drm/drm_writeback.h>

/* A reference for the caller, as user space gets it with a sync_file. */
static inline struct dma_fence *
bench_ask_for_fence(struct drm_writeback_connector *wb,
		    struct drm_writeback_job *job)
{
	job->out_fence = drm_writeback_get_out_fence(wb);

	return job->out_fence ? dma_fence_get(job->out_fence) : NULL;
}

#endif
