// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever asked for a picture goes away before it is written: the client, its
 * mastership, the buffers. The fence signals, the next client is not disturbed.
 */

#include <signal.h>

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

	for (i = 0; i < ROUNDS; i++)
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

/* A picture is being written when the test starts. */
FIXTURE_SETUP(buffer)
{
	struct screen *screen = &self->screen;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, screen_target(screen, &self->target, 0));
	ASSERT_EQ(0, screen_on(screen));
	self->fence = start(screen, &self->target, 1);
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

TEST_F(buffer, framebuffer_of_the_destination_may_be_removed)
{
	buffer_remove_fb(&self->target);
	EXPECT_EQ(1, fence_result(self->fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(self->screen.drawn, &self->target));
}

TEST_F(buffer, handle_of_the_destination_may_be_closed)
{
	EXPECT_EQ(0, close_handle(&self->target));
	EXPECT_EQ(1, fence_result(self->fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(self->screen.drawn, &self->target));
}

TEST_F(buffer, destination_may_lose_both)
{
	buffer_remove_fb(&self->target);
	EXPECT_EQ(0, close_handle(&self->target));
	EXPECT_EQ(1, fence_result(self->fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(self->screen.drawn, &self->target));
}

/* Nobody but the kernel holds the memory, until the picture is written. */
TEST_F(buffer, destination_may_lose_all)
{
	buffer_destroy(&self->target);
	EXPECT_EQ(1, fence_result(self->fence, PATIENCE_MS));
}

/* RMFB of what a plane shows takes it from the plane, or turns the CRTC off. */
TEST_F(buffer, framebuffer_of_the_source_may_be_removed)
{
	struct buffer *source = (struct buffer *)self->screen.drawn;
	int status;

	buffer_remove_fb(source);
	status = fence_result(self->fence, SOON_MS);
	EXPECT_TRUE(is_good_or_cancelled(status))
		TH_LOG("status %d", status);
	if (status == 1)
		EXPECT_EQ(NULL, picture_fault(source, &self->target));
	EXPECT_EQ(0, buffer_add_fb(source));
}

TEST_F(buffer, handle_of_the_source_may_be_closed)
{
	struct buffer *source = (struct buffer *)self->screen.drawn;

	EXPECT_EQ(0, close_handle(source));
	EXPECT_EQ(1, fence_result(self->fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(source, &self->target));
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
