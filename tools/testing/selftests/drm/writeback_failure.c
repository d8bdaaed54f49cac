// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each allocation of a commit fails in turn, on each path that a commit with a
 * writeback can take: the commit fails as a whole and leaves no trace, or it
 * does without what failed. The next one is fine.
 */

#include <poll.h>

#include "kselftest_harness.h"
#include "atomic.h"
#include "clock.h"
#include "display.h"
#include "faults.h"
#include "flips.h"
#include "sharing.h"
#include "snapshot.h"

/* No commit has so many allocations. */
#define NTH_MAX 1000

/* Of any commit at the least: the states of the commit and of its objects. */
#define NTH_MIN 5

/* Frames of 2 ms. */
#define WIDTH 128
#define HEIGHT 96
#define HZ 500

/* Lines that do not come from a slab. */
#define WIDTH_OF_PAGES 2048
#define HEIGHT_OF_PAGES 32

/* How the screen is before each commit, and what the commit makes of it. */
enum start {
	RUNS,			/* captures all the time */
	IS_OFF,			/* turned on with the first picture */
	JOINS,			/* a display to which the connector comes */
	LEAVES,			/* a display from which it goes */
};

/* What the commit has to wait for. */
enum sync {
	NOTHING,
	IN_FENCE,
	OTHERS,			/* a reader and a writer of the buffer */
};

struct path {
	enum start start;
	bool property;		/* with the ioctl that sets a single property */
	bool fence;
	bool crtc_fence;		/* OUT_FENCE_PTR of the CRTC, too */
	bool pages;			/* are what it has not, in a mode with wide lines */
	enum sync sync;
	uint32_t flags;
};

struct trial {
	const struct path *path;
	struct screen screen;
	struct display display;
	struct buffer target, later;
	uint32_t mode_blob, in_fence_fd;
	int32_t fence, crtc_fence;
	int dmabuf, timelines[2], others[2];
	struct snapshot before;
};

FIXTURE(commit) {
	struct trial trial;
	struct snapshot empty;
};

FIXTURE_VARIANT(commit) {
	struct path path;
};

FIXTURE_VARIANT_ADD(commit, blocking) {
	.path = { .start = RUNS, .fence = true },
};

FIXTURE_VARIANT_ADD(commit, blocking_without_fence) {
	.path = { .start = RUNS },
};

FIXTURE_VARIANT_ADD(commit, nonblocking) {
	.path = {
		.start = RUNS, .fence = true,
		.flags = DRM_MODE_ATOMIC_NONBLOCK,
	},
};

FIXTURE_VARIANT_ADD(commit, nonblocking_without_fence) {
	.path = { .start = RUNS, .flags = DRM_MODE_ATOMIC_NONBLOCK },
};

FIXTURE_VARIANT_ADD(commit, with_an_event) {
	.path = {
		.start = RUNS, .fence = true,
		.flags = DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT,
	},
};

FIXTURE_VARIANT_ADD(commit, with_the_fence_of_the_display) {
	.path = {
		.start = RUNS, .fence = true, .crtc_fence = true,
		.flags = DRM_MODE_ATOMIC_NONBLOCK,
	},
};

FIXTURE_VARIANT_ADD(commit, of_a_property) {
	.path = { .start = RUNS, .property = true },
};

FIXTURE_VARIANT_ADD(commit, as_a_test) {
	.path = {
		.start = RUNS, .fence = true,
		.flags = DRM_MODE_ATOMIC_TEST_ONLY,
	},
};

FIXTURE_VARIANT_ADD(commit, first_frame) {
	.path = {
		.start = IS_OFF, .fence = true,
		.flags = DRM_MODE_ATOMIC_ALLOW_MODESET,
	},
};

FIXTURE_VARIANT_ADD(commit, first_frame_nonblocking) {
	.path = {
		.start = IS_OFF, .fence = true,
		.flags = DRM_MODE_ATOMIC_ALLOW_MODESET | DRM_MODE_ATOMIC_NONBLOCK,
	},
};

FIXTURE_VARIANT_ADD(commit, that_joins_a_display) {
	.path = {
		.start = JOINS, .fence = true,
		.flags = DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT,
	},
};

FIXTURE_VARIANT_ADD(commit, that_leaves_a_display) {
	.path = {
		.start = LEAVES,
		.flags = DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT,
	},
};

FIXTURE_VARIANT_ADD(commit, with_an_in_fence) {
	.path = {
		.start = RUNS, .fence = true, .sync = IN_FENCE,
		.flags = DRM_MODE_ATOMIC_NONBLOCK,
	},
};

FIXTURE_VARIANT_ADD(commit, to_a_buffer_in_use) {
	.path = {
		.start = RUNS, .fence = true, .sync = OTHERS,
		.flags = DRM_MODE_ATOMIC_NONBLOCK,
	},
};

FIXTURE_VARIANT_ADD(commit, without_a_page) {
	.path = {
		.start = RUNS, .fence = true, .pages = true,
		.flags = DRM_MODE_ATOMIC_NONBLOCK,
	},
};

FIXTURE_VARIANT_ADD(commit, first_frame_without_a_page) {
	.path = {
		.start = IS_OFF, .fence = true, .pages = true,
		.flags = DRM_MODE_ATOMIC_ALLOW_MODESET,
	},
};

/*
 * The screen before the commit
 */

static bool has_display(const struct path *path)
{
	return path->start == JOINS || path->start == LEAVES;
}

static bool writes(const struct path *path)
{
	return path->start != LEAVES &&
	       !(path->flags & DRM_MODE_ATOMIC_TEST_ONLY);
}

/* Attaches the connector to the display, or takes it off. */
static int attach(struct trial *trial, bool attached)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();

	if (!req || request_add_attached(req, &trial->screen, attached))
		abort();
	return request_commit(&trial->screen.card, req, 0);
}

static int begin_screen(struct trial *trial)
{
	switch (trial->path->start) {
	case IS_OFF:
		return screen_off(&trial->screen);
	case JOINS:
		return attach(trial, false);
	case LEAVES:
		return attach(trial, true);
	default:
		return 0;
	}
}

/* The picture of the commit; a single property cannot bring its own along. */
static int begin_picture(struct trial *trial, unsigned int frame)
{
	screen_draw(&trial->screen, frame);
	buffer_poison(&trial->target, POISON);
	if (trial->path->property)
		return flip_retry(&trial->screen, trial->screen.drawn, 0);
	return 0;
}

/* Two others, each at the first step of a timeline of its own. */
static int begin_other(struct trial *trial, unsigned int i, bool writes)
{
	trial->timelines[i] = timeline_open();
	if (trial->timelines[i] < 0)
		return trial->timelines[i];
	trial->others[i] = timeline_fence(trial->timelines[i]);
	if (trial->others[i] < 0)
		return trial->others[i];
	if (trial->path->sync != OTHERS)
		return 0;
	return dmabuf_use(trial->dmabuf, trial->others[i], writes);
}

static int begin_others(struct trial *trial)
{
	int ret = begin_other(trial, 0, false);

	return ret ? ret : begin_other(trial, 1, true);
}

static void end_others(struct trial *trial)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(trial->timelines); i++) {
		timeline_step(trial->timelines[i]);
		close(trial->others[i]);
		close(trial->timelines[i]);
	}
}

static int begin(struct trial *trial, unsigned int frame)
{
	int ret = begin_screen(trial);

	if (!ret)
		ret = begin_picture(trial, frame);
	if (!ret && trial->path->sync)
		ret = begin_others(trial);
	return ret ? ret : snapshot_take(&trial->before, &trial->screen.card);
}

/*
 * The commit
 */

struct request {
	struct setting settings[ATOMIC_MAX];
	unsigned int n;
};

static void add(struct request *request, uint32_t object, uint32_t property,
		uint64_t value)
{
	if (request->n == ATOMIC_MAX)
		abort();
	request->settings[request->n++] = (struct setting) {
		object, property, value,
	};
}

static void add_route(struct request *request, const struct trial *trial)
{
	const struct pipe *pipe = &trial->screen.pipe;
	bool leaves = trial->path->start == LEAVES;

	if (trial->path->start == RUNS)
		return;
	add(request, pipe->connector.id, pipe->connector.crtc_id,
	    leaves ? 0 : pipe->crtc.id);
	if (trial->path->start != IS_OFF)
		return;
	add(request, pipe->crtc.id, pipe->crtc.mode_id, trial->mode_blob);
	add(request, pipe->crtc.id, pipe->crtc.active, 1);
}

static void add_plane(struct request *request, const struct pipe *pipe,
		      const struct buffer *source)
{
	uint32_t plane = pipe->plane.id;

	add(request, plane, pipe->plane.fb_id, source->fb);
	add(request, plane, pipe->plane.crtc_id, pipe->crtc.id);
	add(request, plane, pipe->plane.src_w, (uint64_t)source->width << 16);
	add(request, plane, pipe->plane.src_h, (uint64_t)source->height << 16);
	add(request, plane, pipe->plane.crtc_w, source->width);
	add(request, plane, pipe->plane.crtc_h, source->height);
}

static void add_writeback(struct request *request, struct trial *trial)
{
	const struct pipe *pipe = &trial->screen.pipe;

	if (trial->path->start == LEAVES)
		return;
	add(request, pipe->connector.id, pipe->connector.fb_id,
	    trial->target.fb);
	if (trial->path->fence)
		add(request, pipe->connector.id, pipe->connector.out_fence_ptr,
		    (uintptr_t)&trial->fence);
	if (trial->path->sync == IN_FENCE)
		add(request, pipe->connector.id, trial->in_fence_fd,
		    trial->others[0]);
}

static void add_crtc_fence(struct request *request, struct trial *trial)
{
	uint32_t crtc = trial->screen.pipe.crtc.id;

	if (trial->path->crtc_fence)
		add(request, crtc,
		    card_property(&trial->screen.card, crtc,
				  DRM_MODE_OBJECT_CRTC, "OUT_FENCE_PTR", NULL),
		    (uintptr_t)&trial->crtc_fence);
}

static int set_property(const struct trial *trial)
{
	const struct pipe *pipe = &trial->screen.pipe;

	return drmModeObjectSetProperty(trial->screen.card.fd,
					pipe->connector.id,
					DRM_MODE_OBJECT_CONNECTOR,
					pipe->connector.fb_id,
					trial->target.fb) ? -errno : 0;
}

/* With its @nth allocation failed, which is told in @failed. */
static int commit_once(struct trial *trial, const struct request *request,
		       unsigned int nth, bool *failed)
{
	int ret;

	fault_arm(nth);
	if (trial->path->property)
		ret = set_property(trial);
	else
		ret = atomic_commit_once(&trial->screen.card, request->settings,
					 request->n, trial->path->flags);
	*failed = fault_happened();
	return ret;
}

/* How many allocations it makes as a test. */
static unsigned int allocations(struct trial *trial,
				const struct request *request)
{
	uint32_t flags = trial->path->flags & DRM_MODE_ATOMIC_ALLOW_MODESET;
	unsigned int left;

	fault_arm(NTH_MAX);
	atomic_commit_once(&trial->screen.card, request->settings, request->n,
			   flags | DRM_MODE_ATOMIC_TEST_ONLY);
	left = fault_distance();
	fault_arm(0);
	return NTH_MAX - left;
}

/*
 * A kernel that watches its locks lets a commit's first lock fail, of the next
 * commit the second one, and so on up to the 15th; such a commit begins anew and
 * makes the allocations before that lock twice. Get past the last lock, so that
 * the n-th allocation is the same for each n.
 */
static void pass_back_offs(struct trial *trial, const struct request *request)
{
	unsigned int count = 0, last, tries;

	for (tries = 0; tries < 16; tries++) {
		last = count;
		count = allocations(trial, request);
		if (count < last)
			return;
	}
}

static int commit(struct trial *trial, unsigned int nth, bool *failed)
{
	uint64_t end = clock_us() + PATIENCE_MS * 1000ull;
	struct request request = { .n = 0 };
	int ret;

	trial->fence = -1;
	trial->crtc_fence = -1;
	add_route(&request, trial);
	add_plane(&request, &trial->screen.pipe, trial->screen.drawn);
	add_writeback(&request, trial);
	add_crtc_fence(&request, trial);
	pass_back_offs(trial, &request);
	/* The flip before may not be over. */
	do
		ret = commit_once(trial, &request, nth, failed);
	while ((ret == -EBUSY || ret == -EINTR) && clock_us() < end);
	return ret;
}

/*
 * What has to hold afterwards
 */

static void check_event(struct __test_metadata *_metadata, struct trial *trial,
			bool expected)
{
	int fd = trial->screen.card.fd;
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	char event[256];

	ASSERT_EQ(expected, poll(&poller, 1, expected ? PATIENCE_MS : 0));
	if (expected)
		ASSERT_EQ(sizeof(struct drm_event_vblank),
			  read(fd, event, sizeof(event)));
}

/* Without a fence, the buffer itself tells when it is complete. */
static int wait_for_picture(struct trial *trial)
{
	if (trial->path->fence)
		return fence_result(trial->fence, PATIENCE_MS);
	return dmabuf_readable(trial->dmabuf, PATIENCE_MS);
}

static void check_success(struct __test_metadata *_metadata,
			  struct trial *trial)
{
	const struct path *path = trial->path;
	const char *text;

	if (path->sync)
		end_others(trial);
	check_event(_metadata, trial, path->flags & DRM_MODE_PAGE_FLIP_EVENT);
	if (path->crtc_fence)
		ASSERT_EQ(1, fence_result(trial->crtc_fence, PATIENCE_MS));
	if (writes(path)) {
		ASSERT_EQ(1, wait_for_picture(trial));
		text = picture_fault(trial->screen.drawn, &trial->target);
		ASSERT_EQ(NULL, text)
			TH_LOG("%s", text);
	} else {
		ASSERT_EQ(-1, trial->fence);
		ASSERT_EQ(0, buffer_damage(&trial->target, POISON));
	}
}

/* In the way of the path, as far as it captures. */
static int capture_again(struct trial *trial, int32_t *fence)
{
	struct screen *screen = &trial->screen;
	int ret;

	screen_draw(screen, 1);
	if (has_display(trial->path))
		return flip_attached(screen, &trial->later, false, fence, 0);
	ret = trial->path->start == IS_OFF ? screen_on(screen) : 0;
	return ret ? ret : capture_retry(screen, screen->drawn, &trial->later,
					 fence, 0);
}

/* The next commit is fine, and what failed writes nothing, not even late. */
static void check_next(struct __test_metadata *_metadata, struct trial *trial)
{
	const char *text;
	int32_t fence = -1;

	buffer_poison(&trial->later, POISON);
	ASSERT_EQ(0, capture_again(trial, &fence));
	ASSERT_EQ(1, fence_result(fence, PATIENCE_MS));
	text = picture_fault(trial->screen.drawn, &trial->later);
	ASSERT_EQ(NULL, text)
		TH_LOG("%s", text);
	ASSERT_EQ(0, buffer_damage(&trial->target, POISON));
}

static void check_failure(struct __test_metadata *_metadata,
			  struct trial *trial)
{
	const char *text = snapshot_change(&trial->before, &trial->screen.card);

	ASSERT_EQ(NULL, text)
		TH_LOG("%s", text);
	ASSERT_EQ(-1, trial->fence);
	ASSERT_EQ(-1, trial->crtc_fence);
	check_event(_metadata, trial, false);
	if (trial->path->sync)
		end_others(trial);
	check_next(_metadata, trial);
}

/*
 * The sweep
 */

/* What became of the commits whose allocation has failed. */
struct outcome {
	unsigned int refused, done;
};

/* Returns whether there was an @nth allocation. */
static bool try_nth(struct __test_metadata *_metadata, struct trial *trial,
		    unsigned int nth, struct outcome *outcome)
{
	bool failed;
	int ret;

	ASSERT_EQ(0, begin(trial, nth));
	ret = commit(trial, nth, &failed);

	ASSERT_TRUE(!ret || (failed && ret == -ENOMEM))
		TH_LOG("allocation %u %s: %d", nth,
		       failed ? "failed" : "was not reached", ret);
	if (ret)
		check_failure(_metadata, trial);
	else
		check_success(_metadata, trial);
	snapshot_free(&trial->before);
	outcome->refused += !!ret;
	outcome->done += !ret && failed;
	return failed;
}

/*
 * Set-up
 */

static int open_screen(struct trial *trial)
{
	const struct mode_wish wish = { WIDTH, HEIGHT, HZ };
	const struct mode_wish wide = { WIDTH_OF_PAGES, HEIGHT_OF_PAGES, HZ };
	int ret = screen_open(&trial->screen, NULL);

	if (!ret)
		screen_wish(&trial->screen, trial->path->pages ? &wide : &wish);
	return ret;
}

static void open_all(struct __test_metadata *_metadata, struct trial *trial)
{
	struct screen *screen = &trial->screen;

	ASSERT_EQ(0, drmModeCreatePropertyBlob(screen->card.fd, &screen->mode,
					       sizeof(screen->mode),
					       &trial->mode_blob));
	ASSERT_EQ(0, screen_target(screen, &trial->target, 0));
	ASSERT_EQ(0, screen_target(screen, &trial->later, 0));
	trial->dmabuf = buffer_export(&trial->target);
	ASSERT_LE(0, trial->dmabuf);
	trial->in_fence_fd = card_property(&screen->card,
					   screen->pipe.connector.id,
					   DRM_MODE_OBJECT_CONNECTOR,
					   "WRITEBACK_IN_FENCE_FD", NULL);
	ASSERT_EQ(0, has_display(trial->path) ?
		     display_on(&trial->display, screen) : screen_on(screen));
}

static void close_all(struct trial *trial)
{
	if (has_display(trial->path))
		display_off(&trial->display, &trial->screen);
	screen_off(&trial->screen);
	close(trial->dmabuf);
	buffer_destroy(&trial->target);
	buffer_destroy(&trial->later);
	buffer_destroy(&trial->screen.buffers[0]);
	buffer_destroy(&trial->screen.buffers[1]);
	drmModeDestroyPropertyBlob(trial->screen.card.fd, trial->mode_blob);
}

FIXTURE_SETUP(commit)
{
	struct trial *trial = &self->trial;
	int ret;

	trial->path = &variant->path;
	ret = open_screen(trial);
	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	if (!(trial->path->pages ? faults_prepare_pages() : faults_prepare()))
		SKIP(return, "the kernel has no FAILSLAB and FAIL_PAGE_ALLOC");
	if (has_display(trial->path) &&
	    display_find(&trial->display, &trial->screen.card))
		SKIP(return, "no display is connected");
	if (trial->path->sync && access("/sys/kernel/debug/sync/sw_sync", W_OK))
		SKIP(return, "the kernel has no sw_sync");
	/* It stays open. */
	fault_arm(0);
	ASSERT_EQ(0, snapshot_take(&self->empty, &trial->screen.card));
	open_all(_metadata, trial);
}

FIXTURE_TEARDOWN(commit)
{
	const char *leak;

	close_all(&self->trial);
	leak = snapshot_leak(&self->empty, &self->trial.screen.card);
	EXPECT_EQ(NULL, leak)
		TH_LOG("%s", leak);
	snapshot_free(&self->empty);
	screen_close(&self->trial.screen);
}

TEST_F_TIMEOUT(commit, survives_each_failed_allocation, 120)
{
	struct outcome outcome = { 0 };
	unsigned int nth = 1;

	while (nth < NTH_MAX &&
	       try_nth(_metadata, &self->trial, nth, &outcome))
		nth++;
	TH_LOG("swept %u allocations: %u failed the commit, %u did not",
	       nth - 1, outcome.refused, outcome.done);
	EXPECT_LT(nth, NTH_MAX);
	/* A driver need not take pages. */
	if (!self->trial.path->pages)
		EXPECT_LE(NTH_MIN, outcome.refused);
}

TEST_HARNESS_MAIN
