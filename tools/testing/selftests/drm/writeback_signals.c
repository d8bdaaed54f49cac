// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals interrupt blocking commits while they wait: such a commit has done
 * nothing, keeps no file descriptor, and succeeds when it is tried again.
 */

#include <signal.h>
#include <sys/time.h>

#include "kselftest_harness.h"
#include "atomic.h"
#include "fence.h"
#include "screen.h"

#define ROUNDS 10

/* Shorter than a frame. */
#define STORM_US 1000

FIXTURE(signals) {
	struct screen screen;
	struct buffer first, second;
	uint32_t in_fence;			/* a property of the plane */
	int next_fd;
};

/* The lowest file descriptor that is free: one that leaks would take it. */
static int next_fd(void)
{
	int fd = dup(STDIN_FILENO);

	close(fd);
	return fd;
}

static void ignore(int signal)
{
	(void)signal;
}

/* Without SA_RESTART, so that a system call that waits ends. */
static void set_storm(unsigned int us)
{
	const struct sigaction action = { .sa_handler = ignore };
	const struct itimerval timer = { { 0, us }, { 0, us } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

FIXTURE_SETUP(signals)
{
	struct screen *screen = &self->screen;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	self->in_fence = card_property(&screen->card, screen->pipe.plane.id,
				       DRM_MODE_OBJECT_PLANE, "IN_FENCE_FD",
				       NULL);
	ASSERT_NE(0, self->in_fence);
	ASSERT_EQ(0, screen_target(screen, &self->first, 0));
	ASSERT_EQ(0, screen_target(screen, &self->second, 0));
	ASSERT_EQ(0, screen_on(screen));
	self->next_fd = next_fd();
}

FIXTURE_TEARDOWN(signals)
{
	set_storm(0);
	buffer_destroy(&self->first);
	buffer_destroy(&self->second);
	screen_close(&self->screen);
}

/* Shows the drawn frame after @before has signalled, and captures it. */
static int commit_after(FIXTURE_DATA(signals) *self, int before,
			int32_t *fence)
{
	const struct pipe *pipe = &self->screen.pipe;
	const struct setting settings[] = {
		{ pipe->connector.id, pipe->connector.out_fence_ptr,
		  (uintptr_t)fence },
		{ pipe->connector.id, pipe->connector.fb_id, self->second.fb },
		{ pipe->plane.id, pipe->plane.fb_id, self->screen.drawn->fb },
		{ pipe->plane.id, self->in_fence, before },
	};

	*fence = 0;
	return atomic_commit_once(&self->screen.card, settings,
				  ARRAY_SIZE(settings), 0);
}

/* Returns how often the second of two commits was interrupted. */
static unsigned int run(struct __test_metadata *_metadata,
			FIXTURE_DATA(signals) *self, unsigned int round)
{
	struct screen *screen = &self->screen;
	unsigned int interrupted = 0;
	int32_t before, fence;
	int free_fd, ret;

	buffer_poison(&self->second, POISON);
	ASSERT_EQ(0, capture_retry(screen, screen_draw(screen, 2 * round),
				   &self->first, &before,
				   DRM_MODE_ATOMIC_NONBLOCK));
	screen_draw(screen, 2 * round + 1);
	free_fd = next_fd();

	set_storm(STORM_US);
	while ((ret = commit_after(self, before, &fence)) == -EINTR) {
		interrupted++;
		ASSERT_EQ(-1, fence);
		ASSERT_EQ(free_fd, next_fd());
	}
	set_storm(0);

	ASSERT_EQ(0, ret);
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(screen->drawn, &self->second));
	EXPECT_EQ(1, fence_result(before, PATIENCE_MS));
	return interrupted;
}

TEST_F(signals, interrupt_commits_without_a_trace)
{
	unsigned int round, interrupted = 0;

	for (round = 1; round <= ROUNDS; round++)
		interrupted += run(_metadata, self, round);
	EXPECT_LT(ROUNDS, interrupted)
		TH_LOG("hardly a commit was interrupted: %u", interrupted);
	EXPECT_EQ(self->next_fd, next_fd());
}

/* Nothing of it is written, not even later. */
TEST_F(signals, interrupt_commits_that_are_not_tried_again)
{
	struct screen *screen = &self->screen;
	unsigned int round, interrupted = 0;
	int32_t before, fence;

	for (round = 1; round <= ROUNDS && !interrupted; round++) {
		ASSERT_EQ(0, capture_retry(screen, screen_draw(screen, round),
					   &self->first, &before,
					   DRM_MODE_ATOMIC_NONBLOCK));
		set_storm(STORM_US);
		interrupted += commit_after(self, before, &fence) == -EINTR;
		set_storm(0);
		EXPECT_EQ(1, fence_result(before, PATIENCE_MS));
	}
	ASSERT_NE(0, interrupted);
	EXPECT_EQ(-1, fence);
	EXPECT_EQ(1, screen_capture(screen, 0, &self->first));
	EXPECT_EQ(NULL, picture_fault(screen->drawn, &self->first));
	EXPECT_EQ(0, buffer_damage(&self->second, POISON));
	EXPECT_EQ(self->next_fd, next_fd());
}

TEST_HARNESS_MAIN
