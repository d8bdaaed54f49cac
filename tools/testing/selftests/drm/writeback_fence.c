// SPDX-License-Identifier: GPL-2.0-only
/*
 * Out-fences: what they tell, and that every one of them signals.
 */

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include <linux/sync_file.h>

#include "kselftest_harness.h"
#include "clock.h"
#include "fence.h"
#include "screen.h"

/* After its commit has returned or its CRTC is off. */
#define SOON_MS 1000

FIXTURE(fence) {
	struct screen screen;
	struct buffer target, second;
};

FIXTURE_SETUP(fence)
{
	int ret = screen_open(&self->screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, screen_target(&self->screen, &self->target, 0));
	ASSERT_EQ(0, screen_target(&self->screen, &self->second, 0));
	ASSERT_EQ(0, screen_on(&self->screen));
}

FIXTURE_TEARDOWN(fence)
{
	buffer_destroy(&self->target);
	buffer_destroy(&self->second);
	screen_close(&self->screen);
}

/* A capture that has been committed, not waited for. */
static int start(struct screen *screen, const struct buffer *target,
		 unsigned int frame)
{
	int32_t fence = -1;
	int ret = capture_retry(screen, screen_draw(screen, frame), target,
				&fence, DRM_MODE_ATOMIC_NONBLOCK);

	return ret ? ret : fence;
}

static bool is_right(const struct screen *screen, const struct buffer *target)
{
	return !picture_fault(screen->drawn, target);
}

TEST_F(fence, is_good)
{
	int32_t fence = start(&self->screen, &self->target, 1);
	int status = 0;

	ASSERT_LE(0, fence);
	EXPECT_EQ(0, fence_wait(fence, PATIENCE_MS));
	EXPECT_EQ(0, fence_status(fence, &status));
	EXPECT_EQ(1, status);
	EXPECT_TRUE(is_right(&self->screen, &self->target));
	close(fence);
}

TEST_F(fence, is_closed_on_exec)
{
	int32_t fence = start(&self->screen, &self->target, 1);

	ASSERT_LE(0, fence);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fence, F_GETFD));
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
}

static int fence_info(int fence, struct sync_fence_info *info)
{
	struct sync_file_info file = {
		.num_fences = 1,
		.sync_fence_info = (uintptr_t)info,
	};

	memset(info, 0, sizeof(*info));
	if (ioctl(fence, SYNC_IOC_FILE_INFO, &file))
		return -errno;
	return file.num_fences;
}

TEST_F(fence, names_driver_and_connector)
{
	int32_t fence = start(&self->screen, &self->target, 1);
	struct sync_fence_info info;

	ASSERT_LE(0, fence);
	ASSERT_EQ(1, fence_info(fence, &info));
	EXPECT_STREQ(self->screen.card.driver, info.driver_name);
	EXPECT_NE(NULL, strstr(info.obj_name,
			       self->screen.pipe.connector.name))
		TH_LOG("%s", info.obj_name);
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
}

TEST_F(fence, tells_when_it_signalled)
{
	uint64_t before = clock_us(), after;
	int32_t fence = start(&self->screen, &self->target, 1);
	struct sync_fence_info info;

	ASSERT_LE(0, fence);
	ASSERT_EQ(0, fence_wait(fence, PATIENCE_MS));
	after = clock_us();
	ASSERT_EQ(1, fence_info(fence, &info));
	EXPECT_EQ(1, info.status);
	EXPECT_LE(before, info.timestamp_ns / 1000);
	EXPECT_GE(after, info.timestamp_ns / 1000);
	close(fence);
}

/* Recorders that rely on time alone never ask for one. */
TEST_F(fence, need_not_be_asked_for)
{
	struct screen *screen = &self->screen;
	unsigned int frame;

	for (frame = 1; frame <= 100; frame++)
		ASSERT_EQ(0, capture_retry(screen, NULL, &self->second, NULL,
					   frame & 1 ? 0 :
					   DRM_MODE_ATOMIC_NONBLOCK));
	EXPECT_EQ(1, screen_capture(screen, frame, &self->target));
	EXPECT_TRUE(is_right(screen, &self->target));
}

TEST_F(fence, may_be_closed_at_once)
{
	struct screen *screen = &self->screen;
	unsigned int frame;

	for (frame = 1; frame <= 20; frame++) {
		int32_t fence = -1;

		ASSERT_EQ(0, capture_retry(screen, NULL, &self->second, &fence,
					   DRM_MODE_ATOMIC_NONBLOCK));
		ASSERT_EQ(0, close(fence));
	}
	EXPECT_EQ(1, screen_capture(screen, frame, &self->target));
	EXPECT_TRUE(is_right(screen, &self->target));
}

static int merge(int a, int b)
{
	struct sync_merge_data data = { .name = "both", .fd2 = b };

	return ioctl(a, SYNC_IOC_MERGE, &data) ? -errno : data.fence;
}

/* The merged fence stands for the later one. */
TEST_F(fence, can_be_merged)
{
	int32_t first = start(&self->screen, &self->second, 1), second, both;
	int status = 0;

	ASSERT_LE(0, first);
	second = start(&self->screen, &self->target, 2);
	ASSERT_LE(0, second);
	both = merge(first, second);
	ASSERT_LE(0, both);

	EXPECT_EQ(1, fence_result(both, PATIENCE_MS));
	EXPECT_EQ(0, fence_status(first, &status));
	EXPECT_EQ(1, status);
	EXPECT_EQ(0, fence_status(second, &status));
	EXPECT_EQ(1, status);
	EXPECT_TRUE(is_right(&self->screen, &self->target));
	close(first);
	close(second);
}

/* A client that drives its loop by page flips, as compositors do. */
TEST_F(fence, comes_along_with_a_page_flip_event)
{
	struct screen *screen = &self->screen;
	struct pollfd poller = { .fd = screen->card.fd, .events = POLLIN };
	drmEventContext context = { .version = 2 };
	unsigned int frame;

	for (frame = 1; frame <= 10; frame++) {
		int32_t fence = -1;

		ASSERT_EQ(0, capture_retry(screen, screen_draw(screen, frame),
					   &self->target, &fence,
					   DRM_MODE_ATOMIC_NONBLOCK |
					   DRM_MODE_PAGE_FLIP_EVENT));
		ASSERT_EQ(1, poll(&poller, 1, PATIENCE_MS));
		ASSERT_EQ(0, drmHandleEvent(screen->card.fd, &context));
		EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
		EXPECT_TRUE(is_right(screen, &self->target));
	}
}

/* A commit that cannot get a descriptor fails and captures nothing. */
TEST_F(fence, needs_a_free_descriptor)
{
	struct screen *screen = &self->screen;
	struct rlimit limit, full;
	int32_t fence = 0;
	int next = dup(screen->card.fd);

	ASSERT_LE(0, next);
	close(next);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	full = limit;
	full.rlim_cur = next;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &full));

	EXPECT_EQ(-EMFILE, capture_retry(screen, NULL, &self->target, &fence,
					 0));
	EXPECT_EQ(-1, fence);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));

	EXPECT_EQ(1, screen_capture(screen, 1, &self->second));
	EXPECT_TRUE(is_right(screen, &self->second));
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));
}

static int set_active(struct screen *screen, bool active)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();

	drmModeAtomicAddProperty(req, screen->pipe.crtc.id,
				 screen->pipe.crtc.active, active);
	return request_commit(&screen->card, req,
			      DRM_MODE_ATOMIC_ALLOW_MODESET);
}

/*
 * The status of a fence, which must not be pending any more: good, and then the
 * picture too, or cancelled.
 */
static void check_ended(struct __test_metadata *_metadata,
			const struct screen *screen,
			const struct buffer *target, int fence)
{
	int status = 0;

	ASSERT_EQ(0, fence_status(fence, &status));
	close(fence);
	ASSERT_TRUE(status == 1 || status == -ECANCELED)
		TH_LOG("status %d", status);
	if (status == 1)
		ASSERT_TRUE(is_right(screen, target));
}

/* The commit that disables the CRTC returns when the job is over. */
TEST_F(fence, has_signalled_when_the_crtc_is_off)
{
	struct screen *screen = &self->screen;
	unsigned int frame;

	for (frame = 1; frame <= 20; frame++) {
		int32_t fence = start(screen, &self->target, frame);

		ASSERT_LE(0, fence);
		sleep_ms(frame);
		ASSERT_EQ(0, screen_off(screen));
		check_ended(_metadata, screen, &self->target, fence);
		ASSERT_EQ(0, screen_on(screen));
	}
	EXPECT_EQ(1, screen_capture(screen, frame, &self->target));
	EXPECT_TRUE(is_right(screen, &self->target));
}

TEST_F(fence, has_signalled_when_the_crtc_is_inactive)
{
	struct screen *screen = &self->screen;
	unsigned int frame;

	for (frame = 1; frame <= 20; frame++) {
		int32_t fence = start(screen, &self->target, frame);

		ASSERT_LE(0, fence);
		sleep_ms(frame);
		ASSERT_EQ(0, set_active(screen, false));
		check_ended(_metadata, screen, &self->target, fence);
		ASSERT_EQ(0, set_active(screen, true));
	}
	EXPECT_EQ(1, screen_capture(screen, frame, &self->target));
	EXPECT_TRUE(is_right(screen, &self->target));
}

/* Off and on in one commit: another mode. */
TEST_F(fence, has_signalled_after_a_modeset)
{
	struct screen *screen = &self->screen;
	const struct pipe *pipe = &screen->pipe;
	struct buffer wide;
	int32_t fence;

	if (pipe->n_modes < 2)
		SKIP(return, "the connector has one mode");
	ASSERT_EQ(0, buffer_create(&wide, &screen->card,
				   screen->buffers[0].format,
				   pipe->modes[0].hdisplay,
				   pipe->modes[0].vdisplay, NULL));
	fence = start(screen, &self->target, 1);
	ASSERT_LE(0, fence);
	ASSERT_EQ(0, commit_mode(&screen->card, pipe, &pipe->modes[0], &wide));
	check_ended(_metadata, screen, &self->target, fence);

	ASSERT_EQ(0, screen_on(screen));
	EXPECT_EQ(1, screen_capture(screen, 2, &self->target));
	EXPECT_TRUE(is_right(screen, &self->target));
	buffer_destroy(&wide);
}

/* A non-blocking disable: in bounded time. */
TEST_F(fence, signals_soon_after_a_nonblocking_disable)
{
	struct screen *screen = &self->screen;
	int32_t fence = start(screen, &self->target, 1);
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	int ret = -EBUSY;

	ASSERT_LE(0, fence);
	ASSERT_EQ(0, request_add_off(req, &screen->pipe));
	while (ret == -EBUSY)
		ret = drmModeAtomicCommit(screen->card.fd, req,
					  DRM_MODE_ATOMIC_ALLOW_MODESET |
					  DRM_MODE_ATOMIC_NONBLOCK, NULL);
	drmModeAtomicFree(req);
	ASSERT_EQ(0, ret);
	EXPECT_EQ(0, fence_wait(fence, SOON_MS));
	check_ended(_metadata, screen, &self->target, fence);
}

TEST_HARNESS_MAIN
