/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writeback connectors: display hardware that writes a CRTC's output to memory
 */

#ifndef __DRM_WRITEBACK_H__
#define __DRM_WRITEBACK_H__

#include <linux/compiler_attributes.h>
#include <linux/container_of.h>
#include <linux/dma-fence.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <drm/drm_connector.h>
#include <drm/drm_encoder.h>
#include <drm/drm_modeset_helper_vtables.h>

struct drm_atomic_state;
struct drm_crtc;
struct drm_device;
struct drm_file;
struct drm_framebuffer;
struct drm_property_blob;
struct drm_writeback_timeline;

/**
 * struct drm_writeback_stats - how the jobs of a writeback connector ended
 *
 * Each prepared job is counted once, when it ends. Written and read under
 * &drm_writeback_connector.job_lock. For the core only; debugfs shows it.
 */
struct drm_writeback_stats {
	/** @completed: The driver has completed the job, the picture is good. */
	unsigned long completed;

	/** @failed: The driver has completed the job with an error. */
	unsigned long failed;

	/** @expired: The job has missed its deadline. */
	unsigned long expired;

	/** @cancelled: The job has ended before the engine answered. */
	unsigned long cancelled;

	/** @spurious: Completions for which there was no job. */
	unsigned long spurious;

	/**
	 * @last_error: Of the fence of the last job that failed or expired, or
	 * was cancelled for another reason than that somebody wanted it. 0 for
	 * none.
	 */
	int last_error;

	/** @last_error_job: The number of that job, see &drm_writeback_job.fence. */
	u64 last_error_job;
};

/**
 * struct drm_writeback_connector - a connector whose sink is memory
 *
 * Embedded in the driver's own structure, zeroed when it is allocated, and
 * initialised by one of drm_writeback_connector_init(),
 * drm_writeback_connector_init_with_encoder() and
 * drmm_writeback_connector_init().
 */
struct drm_writeback_connector {
	/** @base: The connector that user space sees. */
	struct drm_connector base;

	/**
	 * @encoder:
	 *
	 * The virtual encoder in front of the connector. Used only after
	 * drm_writeback_connector_init(); with the other init functions the
	 * driver brings its own.
	 */
	struct drm_encoder encoder;

	/**
	 * @pixel_formats_blob_ptr:
	 *
	 * The formats that the engine can write, as an array of u32 fourcc
	 * codes. Set by the init functions, constant afterwards.
	 */
	struct drm_property_blob *pixel_formats_blob_ptr;

	/**
	 * @timeout_ms:
	 *
	 * How long the engine may take for one job, in milliseconds. The init
	 * functions set %DRM_WRITEBACK_TIMEOUT_MS; a driver may set another
	 * value, above zero, before the device is registered. The value has to
	 * stay well below the ten seconds after which the atomic helpers give
	 * up waiting for a commit.
	 *
	 * Where it depends on the mode, the driver sets it in its
	 * &drm_connector_helper_funcs.atomic_commit hook, with WRITE_ONCE() and
	 * before drm_writeback_queue_job(), which starts the deadline of the
	 * job. That of jobs which are at the engine already stays as it is; how
	 * long an expired job counts as running is decided when it expires.
	 */
	unsigned int timeout_ms;

	/**
	 * @wait_ms:
	 *
	 * How long a commit waits for the fences on the buffer that it writes
	 * to, in milliseconds, before its job ends with -ETIMEDOUT; also, how
	 * much longer than @timeout_ms it waits for the jobs before it to be
	 * cleaned up, before its job ends with -EIO. The init functions set
	 * %DRM_WRITEBACK_WAIT_MS; what holds for @timeout_ms holds for the sum
	 * of both waits.
	 */
	unsigned int wait_ms;

	/**
	 * @allow_overlap:
	 *
	 * Set by a driver, before the device is registered, whose engine can
	 * hold more than one job: commits then do not wait for the jobs before
	 * them, unless they reroute the connector or disable the CRTC and
	 * enable it again.
	 */
	bool allow_overlap;

	/**
	 * @check_signalling:
	 *
	 * Set by a driver, before the device is registered, whose commit tail
	 * keeps the rules for code that fences depend on until it calls
	 * drm_atomic_helper_commit_hw_done(): above all, it allocates nothing
	 * that may wait for memory. Lockdep then checks it in commits with a
	 * job. See "fence cross-driver contract".
	 */
	bool check_signalling;

	/**
	 * @live_crtcs:
	 *
	 * Set by a driver, before the device is registered: the CRTCs, as a mask
	 * of drm_crtc_mask(), that the connector can be attached to and detached
	 * from while they run, without a modeset. Moving the connector from one
	 * CRTC to another needs no modeset when both are in the mask. Encoder
	 * and bridges must have nothing to do in their enable and disable hooks,
	 * which are not called then, and leave the adjusted mode as it is. Their
	 * and the CRTC's mode_valid() hooks are called.
	 */
	u32 live_crtcs;

	/**
	 * @owner:
	 *
	 * The file that has put the connector on its CRTC, NULL when none has.
	 * Only compared, never followed: it is cleared when the file is closed.
	 * Written under &drm_mode_config.connection_mutex. For the core only.
	 */
	struct drm_file *owner;

	/**
	 * @job_lock:
	 *
	 * Protects @job_queue and all that follows. Taken with interrupts off.
	 */
	spinlock_t job_lock;

	/**
	 * @job_queue:
	 *
	 * The jobs at the engine, oldest first, linked by
	 * &drm_writeback_job.list_entry. Drivers may walk it under @job_lock
	 * but do not change it.
	 */
	struct list_head job_queue;

	/**
	 * @expired:
	 *
	 * Jobs that missed their deadline while the engine may still write to
	 * their buffer, linked by &drm_writeback_job.list_entry. The engine is
	 * taken as stuck while this list is not empty. For the core only.
	 */
	struct list_head expired;

	/**
	 * @jobs:
	 *
	 * Every prepared job whose clean-up has not ended, in the order in
	 * which they were prepared, linked by &drm_writeback_job.node. For the
	 * core only.
	 */
	struct list_head jobs;

	/**
	 * @stopping: @expired waits for the driver's stop_writeback() hook. For
	 * the core only.
	 */
	bool stopping;

	/**
	 * @unregistered: User space has lost the connector, no new job is
	 * accepted. For the core only.
	 */
	bool unregistered;

	/**
	 * @unplugged: The hardware is gone with it, no job will be answered. For
	 * the core only.
	 */
	bool unplugged;

	/** @stats: How the jobs ended. For the core only. */
	struct drm_writeback_stats stats;

	/** @idle: Woken when jobs expired, were stopped, lost or are over. */
	wait_queue_head_t idle;

	/** @watchdog: Ends the jobs that missed their deadline. */
	struct timer_list watchdog;

	/** @cleanup_work: Stops the engine and cleans up ended jobs. */
	struct work_struct cleanup_work;

	/** @timeline: What the fences of all jobs share; outlives @base. */
	struct drm_writeback_timeline *timeline;

	/** @head: Entry in &drm_mode_config.writeback_list. */
	struct list_head head;
};

/* Default of &drm_writeback_connector.timeout_ms: room for any sane mode. */
#define DRM_WRITEBACK_TIMEOUT_MS 5000
/* Default of &drm_writeback_connector.wait_ms. */
#define DRM_WRITEBACK_WAIT_MS 2000

/**
 * enum drm_writeback_job_stage - how far a job has come
 * @DRM_WRITEBACK_JOB_NEW: owned by a connector state
 * @DRM_WRITEBACK_JOB_PREPARED: owned by a connector state, driver resources held
 * @DRM_WRITEBACK_JOB_STARTING: its commit runs, the driver may queue it
 * @DRM_WRITEBACK_JOB_QUEUED: at the engine
 * @DRM_WRITEBACK_JOB_EXPIRED: missed its deadline, the engine may still write
 * @DRM_WRITEBACK_JOB_LOST: expired, and no sign of the engine since
 * @DRM_WRITEBACK_JOB_ENDED: fence signalled, left to the clean-up
 */
enum drm_writeback_job_stage {
	DRM_WRITEBACK_JOB_NEW,
	DRM_WRITEBACK_JOB_PREPARED,
	DRM_WRITEBACK_JOB_STARTING,
	DRM_WRITEBACK_JOB_QUEUED,
	DRM_WRITEBACK_JOB_EXPIRED,
	DRM_WRITEBACK_JOB_LOST,
	DRM_WRITEBACK_JOB_ENDED,
} __packed;

/**
 * struct drm_writeback_job - one picture to be written to memory
 *
 * Job and fence are one object: its memory lives for as long as somebody holds
 * the fence. What the other members point to ends with the clean-up of the job.
 */
struct drm_writeback_job {
	/**
	 * @fence:
	 *
	 * Signals when the picture is complete, or never will be. Whoever wants a
	 * reference asks drm_writeback_job_fence(). Its &dma_fence.seqno counts
	 * the jobs of the connector, from 1: it is the number that names the job
	 * in trace events, debugfs and messages.
	 */
	struct dma_fence fence;

	/** @connector: The connector that the job belongs to. */
	struct drm_writeback_connector *connector;

	/**
	 * @fb: The destination. Referenced, and thereby neither freed nor
	 * unpinned, until the engine cannot write to it any more.
	 */
	struct drm_framebuffer *fb;

	/** @crtc: What the job reads from. Only compared, never followed. */
	const struct drm_crtc *crtc;

	/**
	 * @in_fence: Signals when others have finished with the destination, or
	 * NULL. The job does not start before.
	 */
	struct dma_fence *in_fence;

	/**
	 * @priv: For the driver, from its prepare_writeback_job() hook to its
	 * cleanup_writeback_job() hook.
	 */
	void *priv;

	/**
	 * @list_entry: Entry in &drm_writeback_connector.job_queue or
	 * &drm_writeback_connector.expired.
	 */
	struct list_head list_entry;

	/** @node: Entry in &drm_writeback_connector.jobs. */
	struct list_head node;

	/**
	 * @queued_at: When the job was queued, or 0 if nobody asked for the time
	 * by enabling a trace event that tells the latency.
	 */
	ktime_t queued_at;

	/**
	 * @deadline: In jiffies: when a queued job expires, or when an expired
	 * one counts as lost.
	 */
	unsigned long deadline;

	/**
	 * @disabled_by: The commit that disables the CRTC under the job. Only
	 * compared, never followed.
	 */
	const struct drm_atomic_state *disabled_by;

	/**
	 * @stage: Written by the owner of the job, under
	 * &drm_writeback_connector.job_lock once the job is prepared.
	 */
	enum drm_writeback_job_stage stage;

	/** @is_shared: Somebody else may have the fence, or find it. */
	bool is_shared;

	/** @created: When, in jiffies, of which 32 bits tell how old it is. */
	u32 created;
};

/**
 * drm_connector_to_writeback - the writeback connector around a connector
 * @connector: connector of type %DRM_MODE_CONNECTOR_WRITEBACK that was
 *	initialised by one of the functions for writeback connectors
 *
 * Returns: the writeback connector that @connector is embedded in.
 */
static inline struct drm_writeback_connector *
drm_connector_to_writeback(struct drm_connector *connector)
{
	return container_of(connector, struct drm_writeback_connector, base);
}

/**
 * drm_writeback_job_fence - the fence of a job, for others than the core
 * @job: job that its connector state still owns
 *
 * To be called before somebody gets a reference to the fence, or can find it, like
 * on a reservation object. A fence that nobody asked for is not signalled when its
 * job ends, and is not freed in a way that those who look at it under RCU survive.
 *
 * Context: Any. The caller owns the connector state.
 *
 * Returns: the fence, without a reference of its own.
 */
static inline struct dma_fence *
drm_writeback_job_fence(struct drm_writeback_job *job)
{
	job->is_shared = true;

	return &job->fence;
}

int drm_writeback_connector_init(struct drm_device *dev,
				 struct drm_writeback_connector *wb_connector,
				 const struct drm_connector_funcs *con_funcs,
				 const struct drm_encoder_helper_funcs *enc_helper_funcs,
				 const u32 *formats, int n_formats,
				 u32 possible_crtcs);
int drm_writeback_connector_init_with_encoder(struct drm_device *dev,
					      struct drm_writeback_connector *wb_connector,
					      struct drm_encoder *enc,
					      const struct drm_connector_funcs *con_funcs,
					      const u32 *formats, int n_formats);
int drmm_writeback_connector_init(struct drm_device *dev,
				  struct drm_writeback_connector *wb_connector,
				  const struct drm_connector_funcs *con_funcs,
				  struct drm_encoder *enc,
				  const u32 *formats, int n_formats);

int drm_writeback_set_fb(struct drm_connector_state *conn_state,
			 struct drm_framebuffer *fb);

bool drm_writeback_any_has_format(struct drm_device *dev, u32 format,
				  u64 modifier);

int drm_writeback_check_fb(struct drm_connector *connector,
			   struct drm_atomic_state *state,
			   unsigned int pitch_align);

bool drm_writeback_routes_live(struct drm_connector *connector,
			       struct drm_atomic_state *state);
int drm_writeback_drop_orphans(struct drm_atomic_state *state);
void drm_writeback_routing_swapped(struct drm_atomic_state *state);

int drm_writeback_prepare_job(struct drm_writeback_job *job);
void drm_writeback_cleanup_job(struct drm_writeback_job *job);
void drm_writeback_queue_job(struct drm_writeback_connector *wb_connector,
			     struct drm_connector_state *conn_state);
void drm_writeback_signal_completion(struct drm_writeback_connector *wb_connector,
				     int status);
void drm_writeback_complete_job(struct drm_writeback_connector *wb_connector,
				struct drm_writeback_job *job, int status);

int drm_writeback_prepare_jobs(struct drm_atomic_state *state);
int drm_writeback_sync_jobs(struct drm_atomic_state *state);
void drm_writeback_commit_begin(struct drm_atomic_state *state);
void drm_writeback_commit_hw_done(struct drm_atomic_state *state);
void drm_writeback_commit_end(struct drm_atomic_state *state);

#endif
