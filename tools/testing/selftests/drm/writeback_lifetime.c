// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever asked for a picture goes away before it is written: the client, its
 * mastership, the buffers. The fence signals, the next client is not disturbed.
 */

#include <signal.h>

#include <xf86drmMode.h>

#include "kselftest_harness.h"
#include "client.h"
#include "fence.h"
#include "screen.h"

/* After a client has gone. */
#define SOON_MS 1000

#define ROUNDS 10

static int start(struct screen *screen, const struct buffer *target,
		 unsigned int frame)
{
	int32_t fence = -1;
	int ret = capture_retry(screen, screen_draw(screen, frame), target,
				&fence, DRM_MODE_ATOMIC_NONBLOCK);

	return ret ? ret : fence;
}

static bool is_good_or_cancelled(int status)
{
	return status == 1 || status == -ECANCELED;
}

static int status_now(int fence)
{
	int status = -EBADF;

	fence_status(fence, &status);
	return status;
}

FIXTURE(client) {
	struct client client;
};

FIXTURE_SETUP(client)
{
	struct screen screen;
	int ret = screen_open(&screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	screen_close(&screen);
}

FIXTURE_TEARDOWN(client)
{
}

/* Starts a capture and sends the fence; *@stay: then waits to be killed. */
static int capture_and_go(int socket, void *stay)
{
	struct screen screen;
	struct buffer target;
	int fence;

	if (screen_open(&screen, NULL) || screen_target(&screen, &target, 0) ||
	    screen_on(&screen))
		return 1;
	fence = start(&screen, &target, 1);
	if (fence < 0 || socket_send_fd(socket, fence))
		return 2;
	while (*(bool *)stay)
		pause();
	return 0;
}

static void check_new_client(struct __test_metadata *_metadata)
{
	struct screen screen;
	struct buffer target;

	ASSERT_EQ(0, screen_open(&screen, NULL));
	ASSERT_EQ(0, screen_target(&screen, &target, 0));
	ASSERT_EQ(0, screen_on(&screen));
	EXPECT_EQ(1, screen_capture(&screen, 2, &target));
	EXPECT_EQ(NULL, picture_fault(screen.drawn, &target));
	buffer_destroy(&target);
	screen_close(&screen);
}

/* Returns whether the picture was still being written when the client ended. */
static bool run_client(struct __test_metadata *_metadata,
		       struct client *client, int signal)
{
	bool stay = signal, pending;
	int fence, status;

	ASSERT_EQ(0, client_start(client, capture_and_go, &stay));
	fence = socket_receive_fd(client->socket);
	ASSERT_LE(0, fence);
	pending = !status_now(fence);
	ASSERT_EQ(signal, client_end(client, signal));

	status = fence_result(fence, SOON_MS);
	ASSERT_TRUE(is_good_or_cancelled(status))
		TH_LOG("status %d", status);
	return pending;
}

static void run_clients(struct __test_metadata *_metadata,
			struct client *client, int signal)
{
	unsigned int i, pending = 0;

	/* A busy machine may need some more to catch a picture in flight. */
	for (i = 0; i < ROUNDS || (!pending && i < 10 * ROUNDS); i++)
		pending += run_client(_metadata, client, signal);
	EXPECT_NE(0, pending)
		TH_LOG("each picture was complete before its client ended");
	check_new_client(_metadata);
}

TEST_F(client, may_exit_with_a_picture_in_flight)
{
	run_clients(_metadata, &self->client, 0);
}

TEST_F(client, may_be_killed_with_a_picture_in_flight)
{
	run_clients(_metadata, &self->client, SIGKILL);
}

FIXTURE(buffer) {
	struct screen screen;
	struct buffer target;
	int fence;
};

/* The next picture, into a new destination. */
static int start_next(struct screen *screen, struct buffer *target,
		      unsigned int frame)
{
	int ret = screen_target(screen, target, 0);

	return ret ? ret : start(screen, target, frame);
}

/* A picture is being written when the test starts. */
FIXTURE_SETUP(buffer)
{
	struct screen *screen = &self->screen;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, screen_on(screen));
	self->fence = start_next(screen, &self->target, 1);
	ASSERT_LE(0, self->fence);
}

FIXTURE_TEARDOWN(buffer)
{
	buffer_destroy(&self->target);
	EXPECT_EQ(0, screen_on(&self->screen));
	EXPECT_EQ(0, screen_target(&self->screen, &self->target, 0));
	EXPECT_EQ(1, screen_capture(&self->screen, 2, &self->target));
	EXPECT_EQ(NULL, picture_fault(self->screen.drawn, &self->target));
	buffer_destroy(&self->target);
	screen_close(&self->screen);
}

/* The mapping of the memory stays. */
static int close_handle(struct buffer *buffer)
{
	struct drm_gem_close gem = { .handle = buffer->handle };

	buffer->handle = 0;
	return drmIoctl(buffer->card_fd, DRM_IOCTL_GEM_CLOSE, &gem);
}

static int remove_fb(struct screen *screen, struct buffer *target)
{
	(void)screen;
	buffer_remove_fb(target);
	return 0;
}

static int close_target(struct screen *screen, struct buffer *target)
{
	(void)screen;
	return close_handle(target);
}

static int remove_both(struct screen *screen, struct buffer *target)
{
	(void)screen;
	buffer_remove_fb(target);
	return close_handle(target);
}

/* Nobody but the kernel holds the memory then, until the picture is written. */
static int destroy(struct screen *screen, struct buffer *target)
{
	(void)screen;
	buffer_destroy(target);
	return 0;
}

/* The framebuffer gives a new one to who has closed it. */
static int open_handle(struct buffer *buffer)
{
	drmModeFB *fb = drmModeGetFB(buffer->card_fd, buffer->fb);

	if (!fb)
		return -1;

	buffer->handle = fb->handle;
	drmModeFreeFB(fb);
	return 0;
}

static int close_source(struct screen *screen, struct buffer *target)
{
	struct buffer *source = (struct buffer *)screen->drawn;

	(void)target;
	if (!source->handle && open_handle(source))
		return -1;
	return close_handle(source);
}

/*
 * @lose takes a buffer away from the client. Returns whether the picture was
 * still being written afterwards.
 */
static bool lose_one(struct __test_metadata *_metadata, struct screen *screen,
		     struct buffer *target, int fence,
		     int (*lose)(struct screen *screen, struct buffer *target))
{
	bool pending;

	EXPECT_EQ(0, lose(screen, target));
	pending = !status_now(fence);
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	if (lose != destroy)
		EXPECT_EQ(NULL, picture_fault(screen->drawn, target));
	buffer_destroy(target);
	return pending;
}

/* A slow machine may be late at times. */
static void lose_pending(struct __test_metadata *_metadata,
			 struct screen *screen, struct buffer *target, int fence,
			 int (*lose)(struct screen *screen,
				     struct buffer *target))
{
	unsigned int round = 1;

	while (!lose_one(_metadata, screen, target, fence, lose)) {
		ASSERT_GT(ROUNDS, round++)
			TH_LOG("each picture was complete before");
		fence = start_next(screen, target, round);
		ASSERT_LE(0, fence);
	}
}

TEST_F(buffer, framebuffer_of_the_destination_may_be_removed)
{
	lose_pending(_metadata, &self->screen, &self->target, self->fence,
		     remove_fb);
}

TEST_F(buffer, handle_of_the_destination_may_be_closed)
{
	lose_pending(_metadata, &self->screen, &self->target, self->fence,
		     close_target);
}

TEST_F(buffer, destination_may_lose_both)
{
	lose_pending(_metadata, &self->screen, &self->target, self->fence,
		     remove_both);
}

TEST_F(buffer, destination_may_lose_all)
{
	lose_pending(_metadata, &self->screen, &self->target, self->fence,
		     destroy);
}

TEST_F(buffer, handle_of_the_source_may_be_closed)
{
	lose_pending(_metadata, &self->screen, &self->target, self->fence,
		     close_source);
}

/* Returns whether the picture was being written when the source went. */
static bool remove_source(struct __test_metadata *_metadata,
			  struct screen *screen, struct buffer *target,
			  int fence)
{
	struct buffer *source = (struct buffer *)screen->drawn;
	bool pending = !status_now(fence);
	int status;

	buffer_remove_fb(source);
	status = fence_result(fence, SOON_MS);
	EXPECT_TRUE(is_good_or_cancelled(status))
		TH_LOG("status %d", status);
	if (status == 1)
		EXPECT_EQ(NULL, picture_fault(source, target));
	EXPECT_EQ(0, buffer_add_fb(source));
	buffer_destroy(target);
	return pending;
}

/* RMFB of what a plane shows takes it from the plane, or turns the CRTC off. */
TEST_F(buffer, framebuffer_of_the_source_may_be_removed)
{
	unsigned int round = 1;

	while (!remove_source(_metadata, &self->screen, &self->target,
			      self->fence)) {
		ASSERT_GT(ROUNDS, round++)
			TH_LOG("each picture was complete before");
		ASSERT_EQ(0, screen_on(&self->screen));
		self->fence = start_next(&self->screen, &self->target, round);
		ASSERT_LE(0, self->fence);
	}
}

TEST_F(buffer, picture_is_written_after_the_master_dropped)
{
	struct screen *screen = &self->screen;
	int32_t fence = 0;

	ASSERT_EQ(0, drmDropMaster(screen->card.fd));
	EXPECT_EQ(1, fence_result(self->fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(screen->drawn, &self->target));
	EXPECT_EQ(-EACCES, capture_retry(screen, NULL, &self->target, &fence,
					 0));
	ASSERT_EQ(0, drmSetMaster(screen->card.fd));
}

TEST_HARNESS_MAIN
