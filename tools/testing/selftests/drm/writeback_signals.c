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

struct race {
	struct screen screen;
	struct buffer first, second;
	uint32_t in_fence;			/* a property of the plane */
};

FIXTURE(signals) {
	struct race race;
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
	struct race *race = &self->race;
	struct screen *screen = &race->screen;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	race->in_fence = card_property(&screen->card, screen->pipe.plane.id,
				       DRM_MODE_OBJECT_PLANE, "IN_FENCE_FD",
				       NULL);
	ASSERT_NE(0, race->in_fence);
	ASSERT_EQ(0, screen_target(screen, &race->first, 0));
	ASSERT_EQ(0, screen_target(screen, &race->second, 0));
	ASSERT_EQ(0, screen_on(screen));
	self->next_fd = next_fd();
}

FIXTURE_TEARDOWN(signals)
{
	set_storm(0);
	buffer_destroy(&self->race.first);
	buffer_destroy(&self->race.second);
	screen_close(&self->race.screen);
}

/* Shows the drawn frame after @before has signalled, and captures it. */
static int commit_after(const struct race *race, int before, int32_t *fence)
{
	const struct pipe *pipe = &race->screen.pipe;
	const struct setting settings[] = {
		{ pipe->connector.id, pipe->connector.out_fence_ptr,
		  (uintptr_t)fence },
		{ pipe->connector.id, pipe->connector.fb_id, race->second.fb },
		{ pipe->plane.id, pipe->plane.fb_id, race->screen.drawn->fb },
		{ pipe->plane.id, race->in_fence, before },
	};

	*fence = 0;
	return atomic_commit_once(&race->screen.card, settings,
				  ARRAY_SIZE(settings), 0);
}

/* Returns how often the second of two commits was interrupted. */
static unsigned int run(struct __test_metadata *_metadata, struct race *race,
			unsigned int round)
{
	struct screen *screen = &race->screen;
	unsigned int interrupted = 0;
	int32_t before, fence;
	int free_fd, ret;

	buffer_poison(&race->second, POISON);
	ASSERT_EQ(0, capture_retry(screen, screen_draw(screen, 2 * round),
				   &race->first, &before,
				   DRM_MODE_ATOMIC_NONBLOCK));
	screen_draw(screen, 2 * round + 1);
	free_fd = next_fd();

	set_storm(STORM_US);
	while ((ret = commit_after(race, before, &fence)) == -EINTR) {
		interrupted++;
		ASSERT_EQ(-1, fence);
		ASSERT_EQ(free_fd, next_fd());
	}
	set_storm(0);

	ASSERT_EQ(0, ret);
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(screen->drawn, &race->second));
	EXPECT_EQ(1, fence_result(before, PATIENCE_MS));
	return interrupted;
}

TEST_F(signals, interrupt_commits_without_a_trace)
{
	unsigned int round, interrupted = 0;

	for (round = 1; round <= ROUNDS; round++)
		interrupted += run(_metadata, &self->race, round);
	EXPECT_NE(0, interrupted);
	EXPECT_EQ(self->next_fd, next_fd());
}

/* Nothing of it is written, not even later. */
TEST_F(signals, interrupt_commits_that_are_not_tried_again)
{
	struct race *race = &self->race;
	struct screen *screen = &race->screen;
	unsigned int round, interrupted = 0;
	int32_t before, fence;

	for (round = 1; round <= ROUNDS && !interrupted; round++) {
		ASSERT_EQ(0, capture_retry(screen, screen_draw(screen, round),
					   &race->first, &before,
					   DRM_MODE_ATOMIC_NONBLOCK));
		set_storm(STORM_US);
		interrupted += commit_after(race, before, &fence) == -EINTR;
		set_storm(0);
		EXPECT_EQ(1, fence_result(before, PATIENCE_MS));
	}
	ASSERT_NE(0, interrupted);
	EXPECT_EQ(-1, fence);
	EXPECT_EQ(1, screen_capture(screen, 0, &race->first));
	EXPECT_EQ(NULL, picture_fault(screen->drawn, &race->first));
	EXPECT_EQ(0, buffer_damage(&race->second, POISON));
	EXPECT_EQ(self->next_fd, next_fd());
}

TEST_HARNESS_MAIN
