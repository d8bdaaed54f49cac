/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A display device whose writeback engines do what a test tells them
 */

#ifndef DRM_WRITEBACK_MOCK_H_
#define DRM_WRITEBACK_MOCK_H_

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/preempt.h>
#include <linux/workqueue.h>

#include <drm/drm_connector.h>
#include <drm/drm_device.h>
#include <drm/drm_encoder.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_modes.h>
#include <drm/drm_modeset_helper_vtables.h>
#include <drm/drm_modeset_lock.h>
#include <drm/drm_writeback.h>

struct drm_atomic_state;
struct drm_crtc;
struct drm_plane;
struct kunit;
struct mock_device;

/* For events that happen for sure, on a slow machine too. */
#define MOCK_PATIENCE		(10 * HZ)
/* A deadline that passes, and how long something else takes. */
#define MOCK_SHORT_MS		20
/* A deadline that does not pass within a test. */
#define MOCK_LONG_MS		8000

#define MOCK_PIPES		2
#define MOCK_RECORDS		64

/* A writeback connector with its engine. */
struct mock_wb {
	struct drm_writeback_connector base;
	struct mock_device *mock;

	/* For connectors that bring their own. */
	struct drm_encoder encoder;
	/* The hooks of this connector alone. */
	struct drm_connector_helper_funcs helper;

	/* What the hooks do. */
	int prepare_error;
	int stop_error;
	/* atomic_commit leaves the job in the state. */
	bool never_queues;
	/* atomic_commit waits for it, before it queues. */
	struct completion *commit_gate;
	/* cleanup_writeback_job waits for it. */
	struct completion *cleanup_gate;
	/* stop_writeback waits for it. */
	struct completion *stop_gate;
	/* If not 0: the deadline from after a job was queued. */
	unsigned int grace_ms;
	/* If not 0: the engine answers by itself. */
	unsigned int answer_ms;
	/* What the engine answers. */
	int status;

	/* What the hooks saw. */
	unsigned int prepared;
	unsigned int started;
	unsigned int queued;
	unsigned int cleaned;
	unsigned int stopped;
	/* The cleaned jobs, by the numbers of their fences. */
	u64 order[MOCK_RECORDS];
	/* A job was queued while there was one at the engine. */
	bool crowded;
	/* A hook was called where it must not sleep. */
	bool wrong_context;
	/* atomic_commit was called. */
	struct completion commit_entered;
	/* cleanup_writeback_job was called. */
	struct completion cleanup_entered;
	/* stop_writeback was called. */
	struct completion stop_entered;

	/* Answers in a hard interrupt. */
	struct hrtimer irq;
	/* What the interrupt does; by default signals the completion. */
	void (*on_irq)(struct mock_wb *mwb);
	/* Answers in a work item. */
	struct work_struct worker;
};

/*
 * Two pipes, a display connector, two writeback connectors. Belongs to the test,
 * and so outlives its DRM device, for which it counts.
 */
struct mock_device {
	struct kunit *test;
	struct device *dev;
	struct drm_device *drm;
	struct drm_plane *plane[MOCK_PIPES];
	struct drm_crtc *crtc[MOCK_PIPES];
	struct drm_encoder encoder;
	struct drm_connector display;
	struct mock_wb wb[MOCK_PIPES];
	struct drm_display_mode *mode;
	/* Commits are possible. */
	bool finished;

	/* The commit tail in use. */
	void (*tail)(struct drm_atomic_state *state);
	/* Called when a tail begins. */
	void (*on_tail)(struct mock_device *mock);
	/* How many tails have begun. */
	unsigned int tails;
	/* Cleaned jobs of all engines when the last began. */
	unsigned int cleaned_at_tail;
	/* Had it signalled when the last tail began? */
	struct dma_fence *watched;
	bool watched_at_tail;
	/* Jobs are queued when the CRTC is flushed. */
	bool queues_in_flush;
	/* What the planes' prepare_fb returns. */
	int plane_error;
	/* Take the helper vtables away once a commit is checked. */
	bool bare_commits;

	/* p: plane, c: CRTC on, C: CRTC off, w: writeback. */
	char events[MOCK_RECORDS];
	unsigned int num_events;

	/* Opened by the timer. */
	struct completion gate;
	struct hrtimer gate_timer;

	/* Framebuffers that exist. */
	atomic_t fbs;
	/* A framebuffer was freed where one must not sleep. */
	bool freed_in_irq;
};

struct mock_drm {
	struct drm_device base;
	struct mock_device *mock;
};

static inline struct mock_device *to_mock_device(struct drm_device *drm)
{
	return container_of(drm, struct mock_drm, base)->mock;
}

static inline struct mock_wb *to_mock_wb(struct drm_writeback_connector *wb)
{
	return container_of(wb, struct mock_wb, base);
}

/* Not where interrupts or preemption are off. */
static inline bool mock_may_sleep(void)
{
	return in_task() && !irqs_disabled();
}

static inline void mock_record(struct mock_device *mock, char event)
{
	if (mock->num_events < MOCK_RECORDS - 1)
		mock->events[mock->num_events++] = event;
}

extern const u32 mock_formats[3];
extern const struct drm_connector_funcs mock_wb_funcs;
extern const struct drm_connector_funcs mock_managed_wb_funcs;

/* Life of the device. The exit is the suites' and expects that nothing leaked. */
struct mock_device *mock_create_bare(struct kunit *test);
struct mock_device *mock_create(struct kunit *test);
struct mock_device *mock_create_managed(struct kunit *test);
void mock_finish(struct mock_device *mock);
void mock_set_vtables(struct mock_device *mock, bool set);
void mock_release(struct mock_device *mock);
int mock_test_init(struct kunit *test);
void mock_test_exit(struct kunit *test);

/* Framebuffers without memory. The caller gets the only reference. */
struct drm_framebuffer *mock_fb_create(struct mock_device *mock,
				       unsigned int width, unsigned int height,
				       u32 format, u64 modifier);
struct drm_framebuffer *mock_fb(struct mock_device *mock);
int mock_fbs(struct mock_device *mock);

/* A commit in the making. */
struct mock_commit {
	struct mock_device *mock;
	struct drm_modeset_acquire_ctx ctx;
	struct drm_atomic_state *state;
};

/* All locks are held from begin to one of check, drop, run and run_nonblock. */
void mock_commit_begin(struct mock_commit *commit, struct mock_device *mock);
void mock_commit_drop(struct mock_commit *commit);
int mock_commit_check(struct mock_commit *commit);
int mock_commit_run(struct mock_commit *commit);
int mock_commit_run_nonblock(struct mock_commit *commit);

struct drm_crtc_state *mock_commit_crtc(struct mock_commit *commit,
					struct drm_crtc *crtc);
struct drm_connector_state *mock_commit_conn(struct mock_commit *commit,
					     struct drm_connector *connector);
void mock_commit_enable(struct mock_commit *commit, struct drm_crtc *crtc);
void mock_commit_disable(struct mock_commit *commit, struct drm_crtc *crtc);
void mock_commit_route(struct mock_commit *commit,
		       struct drm_connector *connector, struct drm_crtc *crtc);
void mock_commit_plane(struct mock_commit *commit, unsigned int pipe);
void mock_put_fence(struct kunit *test, struct dma_fence *fence);
struct dma_fence *mock_commit_fb(struct mock_commit *commit,
				 struct mock_wb *mwb,
				 struct drm_framebuffer *fb);
struct dma_fence *mock_commit_write(struct mock_commit *commit,
				    struct mock_wb *mwb);

/* Whole commits, which have to succeed. */
void mock_on(struct mock_device *mock);
void mock_off(struct mock_device *mock);
void mock_flip(struct mock_device *mock);
struct dma_fence *mock_write(struct mock_device *mock);
struct dma_fence *mock_write_nonblock(struct mock_device *mock);

/* The rest of the writeback connectors, for the device and for special hooks. */
void mock_wb_init(struct mock_device *mock, struct mock_wb *mwb);
void mock_wb_queue(struct mock_wb *mwb, struct drm_connector_state *conn_state);

/* For mock_wb.helper.stop_writeback, which is not set. */
int mock_wb_stop(struct drm_writeback_connector *wb);

/* Answers of the engine. */
void mock_answer(struct mock_wb *mwb, int status);
void mock_answer_in_irq(struct mock_wb *mwb, int status, unsigned int ms);
void mock_answer_in_work(struct mock_wb *mwb, int status);

/* Wait for what has to happen. The status is 0 if it did not. */
int mock_fence_status(struct dma_fence *fence);
bool mock_wait_cleaned(struct mock_wb *mwb, unsigned int jobs);
bool mock_wait_unstuck(struct mock_wb *mwb);

/* Allocations that fail. */
void mock_fail_allocation(unsigned int nth);
bool mock_has_failed(void);
void mock_sweep(struct kunit *test,
		bool (*try)(struct kunit *test, unsigned int nth));

/* A gate that opens by itself, some time later. */
struct completion *mock_gate_later(struct mock_device *mock, unsigned int ms);

#endif
