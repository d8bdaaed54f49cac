// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fences of writeback jobs, and the timeline that they share
 *
 * User space may keep a fence for as long as it likes, also after the
 * connector, the device and the driver's module are gone. So a fence points to
 * nothing but its timeline, and a timeline to nothing but itself and the module
 * that holds the code below.
 */

#include <linux/dma-fence.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_writeback.h>

#include "drm_writeback_internal.h"

struct drm_writeback_timeline {
	struct kref ref;
	/* The lock of every fence on the timeline. */
	spinlock_t lock;
	atomic64_t seqno;
	char driver_name[32];
	char name[32];
};

static struct drm_writeback_timeline *to_timeline(struct dma_fence *fence)
{
	return container_of(fence->lock, struct drm_writeback_timeline, lock);
}

static struct drm_writeback_job *to_job(struct dma_fence *fence)
{
	return container_of(fence, struct drm_writeback_job, fence);
}

/* The module is held for as long as the timeline exists. */
struct drm_writeback_timeline *
drm_writeback_timeline_create(struct drm_device *dev)
{
	struct drm_writeback_timeline *timeline;

	timeline = kzalloc(sizeof(*timeline), GFP_KERNEL);
	if (!timeline)
		return NULL;

	kref_init(&timeline->ref);
	spin_lock_init(&timeline->lock);
	strscpy(timeline->driver_name, dev->driver->name);
	__module_get(THIS_MODULE);

	return timeline;
}

void drm_writeback_timeline_set_name(struct drm_writeback_timeline *timeline,
				     const char *name)
{
	strscpy(timeline->name, name);
}

static void timeline_release(struct kref *ref)
{
	kfree(container_of(ref, struct drm_writeback_timeline, ref));
	module_put(THIS_MODULE);
}

void drm_writeback_timeline_put(struct drm_writeback_timeline *timeline)
{
	kref_put(&timeline->ref, timeline_release);
}

static const char *fence_get_driver_name(struct dma_fence *fence)
{
	return to_timeline(fence)->driver_name;
}

static const char *fence_get_timeline_name(struct dma_fence *fence)
{
	return to_timeline(fence)->name;
}

static void fence_free(struct dma_fence *fence)
{
	struct drm_writeback_timeline *timeline = to_timeline(fence);

	drm_writeback_job_free(to_job(fence));
	drm_writeback_timeline_put(timeline);
}

/*
 * Runs with bottom halves off, which unloading a module waits for: the module
 * may be let go in here.
 */
static void fence_free_rcu(struct rcu_head *rcu)
{
	fence_free(container_of(rcu, struct dma_fence, rcu));
}

/* Nobody else looks at a fence that was not shared. */
static void fence_release(struct dma_fence *fence)
{
	if (to_job(fence)->is_shared)
		call_rcu(&fence->rcu, fence_free_rcu);
	else
		fence_free(fence);
}

static const struct dma_fence_ops drm_writeback_fence_ops = {
	.use_64bit_seqno = true,
	.get_driver_name = fence_get_driver_name,
	.get_timeline_name = fence_get_timeline_name,
	.release = fence_release,
};

/*
 * A context for each fence: on a buffer, the fence of a younger job, which may be
 * cancelled first, must not stand in for that of an older one which still runs.
 * The numbers name the jobs.
 */
void drm_writeback_fence_init(struct dma_fence *fence,
			      struct drm_writeback_timeline *timeline)
{
	kref_get(&timeline->ref);
	dma_fence_init(fence, &drm_writeback_fence_ops, &timeline->lock,
		       dma_fence_context_alloc(1),
		       atomic64_inc_return(&timeline->seqno));
}
