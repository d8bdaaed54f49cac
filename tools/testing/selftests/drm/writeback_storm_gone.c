// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a picture needs goes away at a random moment while it is being written:
 * framebuffers, memory, all of the client.
 *
 * WRITEBACK_LONG=1 runs the long version, WRITEBACK_SEED=N repeats the moments of
 * another run.
 */

#include <signal.h>

#include "kselftest_harness.h"
#include "client.h"
#include "fence.h"
#include "storm.h"

#define ROUNDS 60
#define ROUNDS_LONG 5000

#define KILLS 10
#define KILLS_LONG 1000

#define SHOTS 3

enum { MAY_BE_CUT = 1 << GOOD | 1 << CANCELLED };

struct loss {
	struct storm storm;
	struct shot shots[SHOTS];
	unsigned int in_flight;
};

FIXTURE(gone) {
	struct loss loss;
};

FIXTURE_SETUP(gone)
{
	struct storm *storm = &self->loss.storm;
	int ret = storm_open(storm);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	TH_LOG("WRITEBACK_SEED=%u", storm->chance.seed);
}

FIXTURE_TEARDOWN(gone)
{
	struct storm *storm = &self->loss.storm;
	const char *fault;

	EXPECT_EQ(0, screen_on(&storm->screen));
	shots_destroy(self->loss.shots, SHOTS);
	fault = storm_settle(storm);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	storm_close(storm);
	TH_LOG("%s; %u in flight when something went",
	       tally_text(&storm->tally), self->loss.in_flight);
}

/* The mapping of the memory stays. */
static void close_handle(struct buffer *buffer)
{
	struct drm_gem_close gem = { .handle = buffer->handle };

	buffer->handle = 0;
	drmIoctl(buffer->card_fd, DRM_IOCTL_GEM_CLOSE, &gem);
}

static void remove_target(struct shot *shot)
{
	buffer_remove_fb(&shot->target);
}

/* From the plane, which the kernel turns off, or the CRTC with it. */
static void remove_source(struct shot *shot)
{
	buffer_remove_fb(&shot->source);
}

/* Nobody but the kernel holds the memory then. */
static void destroy_target(struct shot *shot)
{
	buffer_remove_fb(&shot->target);
	close_handle(&shot->target);
}

static void close_handles(struct shot *shot)
{
	close_handle(&shot->target);
	close_handle(&shot->source);
}

static void nothing(struct shot *shot)
{
	(void)shot;
}

static void (*const losses[])(struct shot *shot) = {
	remove_target, remove_source, destroy_target, close_handles, nothing,
};

/* Unmapped and freed as well, which is seen only in what the kernel holds. */
static void lose_buffers(struct shot *shot, struct chance *chance)
{
	if (!chance_below(chance, 2))
		buffer_destroy(&shot->target);
	else
		losses[chance_below(chance, ARRAY_SIZE(losses))](shot);
}

static void land(struct __test_metadata *_metadata, struct storm *storm,
		 struct shot *shot)
{
	const char *fault;
	int status;

	if (shot->target.map) {
		fault = shot_land(shot, &storm->tally, MAY_BE_CUT);
		EXPECT_EQ(NULL, fault)
			TH_LOG("%s", fault);
		return;
	}
	if (shot->fence < 0)
		return;
	status = fence_result(shot->fence, PATIENCE_MS);
	shot->fence = -1;
	EXPECT_TRUE(tally_status(&storm->tally, status, MAY_BE_CUT))
		TH_LOG("frame %u: status %d", shot->frame, status);
}

static void renew(struct __test_metadata *_metadata, struct storm *storm,
		  struct shot *shot)
{
	if (!shot->source.handle)
		buffer_destroy(&shot->source);
	if (!shot->target.handle)
		buffer_destroy(&shot->target);
	ASSERT_EQ(0, shots_create(&storm->screen, shot, 1));
}

/* A screen that went off with its source comes on again. */
static void fire(struct __test_metadata *_metadata, struct storm *storm,
		 struct shot *shot, unsigned int frame)
{
	int ret;

	renew(_metadata, storm, shot);
	ret = shot_fire(&storm->screen, shot, frame);
	if (ret == -EINVAL) {
		EXPECT_EQ(-1, shot->fence);
		ASSERT_EQ(0, screen_on(&storm->screen));
		ret = shot_fire(&storm->screen, shot, frame);
	}
	ASSERT_EQ(0, ret);
}

TEST_F_TIMEOUT(gone, buffers_while_they_are_in_use, 3600)
{
	unsigned int i, rounds = rounds_wanted(ROUNDS, ROUNDS_LONG);
	struct loss *loss = &self->loss;
	struct storm *storm = &loss->storm;

	for (i = 0; i < SHOTS; i++)
		loss->shots[i].fence = -1;
	for (i = 0; i < rounds && __test_passed(_metadata); i++) {
		struct shot *shot = &loss->shots[i % SHOTS];

		land(_metadata, storm, shot);
		fire(_metadata, storm, shot, i);
		if (chance_below(&storm->chance, 2))
			chance_sleep(&storm->chance, storm_moment_us(storm) / 3);
		loss->in_flight += shot_is_in_flight(shot);
		lose_buffers(shot, &storm->chance);
	}
	for (i = 0; i < SHOTS; i++)
		land(_metadata, storm, &loss->shots[i]);
	EXPECT_LT(0, loss->in_flight);
}

/* Captures on and on, and sends each fence. */
static int capture_on(int socket, void *unused)
{
	struct shot shots[SHOTS] = { };
	struct tally tally = { };
	struct storm storm;
	unsigned int i;

	(void)unused;
	if (storm_reopen(&storm) || shots_create(&storm.screen, shots, SHOTS))
		return 1;
	for (i = 0;; i++) {
		struct shot *shot = &shots[i % SHOTS];

		if (shot_land(shot, &tally, 1 << GOOD) ||
		    shot_fire(&storm.screen, shot, i))
			return 2;
		if (socket_send_fd(socket, shot->fence))
			return 3;
	}
}

/* What was sent before the end is there to be received. */
static void count_fences(struct __test_metadata *_metadata, struct loss *loss,
			 int socket)
{
	for (;;) {
		int fence = socket_receive_fd(socket), status;

		if (fence < 0)
			return;
		loss->in_flight += fence_wait(fence, 0) == -ETIMEDOUT;
		status = fence_result(fence, PATIENCE_MS);
		EXPECT_TRUE(tally_status(&loss->storm.tally, status,
					 MAY_BE_CUT))
			TH_LOG("status %d", status);
	}
}

static void kill_one(struct __test_metadata *_metadata, struct loss *loss)
{
	struct storm *storm = &loss->storm;
	struct client client;
	int fence, end;

	ASSERT_EQ(0, client_start(&client, capture_on, NULL));
	fence = socket_receive_fd(client.socket);
	ASSERT_LE(0, fence);
	close(fence);
	chance_sleep(&storm->chance, 3 * storm_moment_us(storm));
	kill(client.pid, SIGKILL);
	count_fences(_metadata, loss, client.socket);
	end = client_end(&client, 0);
	EXPECT_EQ(SIGKILL, end)
		TH_LOG("the client has ended before: %#x", end);
}

TEST_F_TIMEOUT(gone, clients_that_are_killed, 3600)
{
	unsigned int i, kills = rounds_wanted(KILLS, KILLS_LONG);
	struct loss *loss = &self->loss;

	storm_close(&loss->storm);
	for (i = 0; i < kills && __test_passed(_metadata); i++)
		kill_one(_metadata, loss);
	TH_LOG("killed %u clients", i);
	ASSERT_EQ(0, storm_reopen(&loss->storm));
}

TEST_HARNESS_MAIN
