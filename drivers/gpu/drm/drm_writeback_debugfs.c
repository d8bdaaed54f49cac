// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writeback connectors: a view inside, in debugfs
 */

#include <linux/array_size.h>
#include <linux/debugfs.h>
#include <linux/jiffies.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>

#include <drm/drm_framebuffer.h>
#include <drm/drm_writeback.h>

#include "drm_writeback_internal.h"

/**
 * DOC: a view inside
 *
 * The trace events of the system "drm_writeback" follow each job: created,
 * prepared, queued; then one of completed, expired and cancelled, when its fence
 * signals; then cleaned_up. A job that is dropped before it is prepared, such as
 * that of a commit with %DRM_MODE_ATOMIC_TEST_ONLY, is only created and cleaned
 * up. All events have these fields:
 *
 * * card, connector, name: minor number of the device, id and name of the
 *   connector
 * * fb: id of the framebuffer
 * * job: number of the job, counted for each connector; it is the same in debugfs
 *   and in messages of the kernel
 * * context, seqno: the fence, as in the events of the system "dma_fence".
 *
 * Those that end a job have two more:
 *
 * * status: 0 or the error of the fence
 * * latency_ns: from drm_writeback_queue_job() to the end, or 0 for a job that
 *   was not queued, or was before one of these events was enabled.
 *
 * The file "writeback" in the debugfs directory of the connector tells:
 *
 * * timeout: &drm_writeback_connector.timeout_ms
 * * completed, failed: jobs that the driver has completed, without or with an
 *   error
 * * expired: jobs that missed their deadline
 * * cancelled: jobs that ended before the engine answered, since the CRTC was
 *   disabled, the engine stuck, the buffer in use, the device gone, or the driver
 *   did not queue them
 * * spurious: completions without a job
 * * last error: of a job that failed or expired, or that could not run
 * * and, for each job that is prepared and not cleaned up: its stage,
 *   framebuffer, age, and how much time is left until it expires or, once it
 *   has, counts as lost.
 */

static const char * const stage_names[] = {
	[DRM_WRITEBACK_JOB_NEW] = "new",
	[DRM_WRITEBACK_JOB_PREPARED] = "prepared",
	[DRM_WRITEBACK_JOB_STARTING] = "starting",
	[DRM_WRITEBACK_JOB_QUEUED] = "queued",
	[DRM_WRITEBACK_JOB_EXPIRED] = "expired",
	[DRM_WRITEBACK_JOB_LOST] = "lost",
	[DRM_WRITEBACK_JOB_ENDED] = "ended",
};

/* Signed, as a deadline may have passed. */
static int ms_from(unsigned long from, unsigned long to)
{
	long left = to - from;

	return left < 0 ? -(int)jiffies_to_msecs(-left) : jiffies_to_msecs(left);
}

static void show_job(struct seq_file *m, const struct drm_writeback_job *job)
{
	enum drm_writeback_job_stage stage = job->stage;

	lockdep_assert_held(&job->connector->job_lock);

	seq_printf(m, "job %llu: %s", job->fence.seqno, stage_names[stage]);
	/* The clean-up lets go of it, once it has found the job to be ended. */
	if (stage != DRM_WRITEBACK_JOB_ENDED)
		seq_printf(m, ", fb %u", job->fb->base.id);
	seq_printf(m, ", age %u ms", jiffies_to_msecs((u32)jiffies - job->created));
	if (stage == DRM_WRITEBACK_JOB_QUEUED ||
	    stage == DRM_WRITEBACK_JOB_EXPIRED)
		seq_printf(m, ", deadline in %d ms",
			   ms_from(jiffies, job->deadline));
	seq_putc(m, '\n');
}

static void show_stats(struct seq_file *m,
		       const struct drm_writeback_stats *stats)
{
	seq_printf(m, "completed: %lu\n", stats->completed);
	seq_printf(m, "failed: %lu\n", stats->failed);
	seq_printf(m, "expired: %lu\n", stats->expired);
	seq_printf(m, "cancelled: %lu\n", stats->cancelled);
	seq_printf(m, "spurious: %lu\n", stats->spurious);
	if (stats->last_error)
		seq_printf(m, "last error: %d, job %llu\n", stats->last_error,
			   stats->last_error_job);
	else
		seq_puts(m, "last error: none\n");
}

static int drm_writeback_show(struct seq_file *m, void *unused)
{
	struct drm_writeback_connector *wb = m->private;
	const struct drm_writeback_job *job;

	seq_printf(m, "timeout: %u ms\n", READ_ONCE(wb->timeout_ms));

	spin_lock_irq(&wb->job_lock);
	show_stats(m, &wb->stats);
	list_for_each_entry(job, &wb->jobs, node)
		show_job(m, job);
	spin_unlock_irq(&wb->job_lock);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(drm_writeback);

/* Removed with the directory, when the connector is unregistered. */
void drm_writeback_debugfs_add(struct drm_connector *connector)
{
	if (drm_connector_is_writeback(connector))
		debugfs_create_file("writeback", 0444, connector->debugfs_entry,
				    drm_connector_to_writeback(connector),
				    &drm_writeback_fops);
}
