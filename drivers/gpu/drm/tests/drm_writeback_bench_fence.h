/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a job gets an out-fence. With the implementation that the benchmark is built
 * for, job and fence are one object.
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
	return dma_fence_get(drm_writeback_job_fence(job));
}

#endif
