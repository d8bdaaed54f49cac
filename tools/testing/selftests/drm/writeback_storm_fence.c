// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fences that are closed at any moment: while the ioctl that makes them runs, by
 * another thread; while others wait for them or merge them; and in any order.
 *
 * WRITEBACK_LONG=1 runs the long version, WRITEBACK_SEED=N repeats the moments of
 * another run.
 */

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <linux/sync_file.h>

#include "kselftest_harness.h"
#include "capturer.h"
#include "fence.h"
#include "storm.h"

#define COMMITS 200
#define COMMITS_LONG 20000

/* Where no other file of the process is. */
#define FIRST_FD 100
#define FDS 4

#define CLOSERS 2

struct closer {
	pthread_t thread;
	struct chance chance;
	atomic_bool *stop;
	unsigned int closed;		/* file descriptors */
	unsigned int merged;		/* fences */
};

struct closing {
	struct storm storm;
	struct shot shot;
	struct closer closers[CLOSERS];
	atomic_bool stop;
	int fillers[FIRST_FD];
};

FIXTURE(fence) {
	struct closing closing;
};

/* So that each new file gets one of the numbers that are watched. */
static void fill_numbers(int *fillers)
{
	unsigned int i;

	for (i = 0; i < FIRST_FD; i++) {
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		fillers[i] = fd < FIRST_FD ? fd : -1;
		if (fd >= FIRST_FD)
			close(fd);
	}
}

static void free_numbers(const int *fillers)
{
	unsigned int i;

	for (i = 0; i < FIRST_FD; i++)
		if (fillers[i] >= 0)
			close(fillers[i]);
}

FIXTURE_SETUP(fence)
{
	struct closing *closing = &self->closing;
	struct storm *storm = &closing->storm;
	int ret = storm_open(storm);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	TH_LOG("WRITEBACK_SEED=%u", storm->chance.seed);
	ASSERT_EQ(0, shots_create(&storm->screen, &closing->shot, 1));
	fill_numbers(closing->fillers);
}

FIXTURE_TEARDOWN(fence)
{
	struct closing *closing = &self->closing;
	struct storm *storm = &closing->storm;
	const char *fault;

	free_numbers(closing->fillers);
	EXPECT_EQ(0, screen_on(&storm->screen));
	closing->shot.fence = -1;
	shots_destroy(&closing->shot, 1);
	fault = storm_settle(storm);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	storm_close(storm);
}

static void use(struct closer *closer, int fd)
{
	struct sync_merge_data merge = { .fd2 = fd };
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	int status;

	switch (chance_below(&closer->chance, 4)) {
	case 0:
		fence_status(fd, &status);
		break;
	case 1:
		poll(&poller, 1, 1);
		break;
	case 2:
		if (ioctl(fd, SYNC_IOC_MERGE, &merge))
			break;
		closer->merged++;
		close(merge.fence);
		break;
	}
}

/* Whatever is there, and as soon as it is. */
static void *close_all(void *data)
{
	struct closer *closer = data;

	while (!*closer->stop) {
		int fd = FIRST_FD + chance_below(&closer->chance, FDS);

		use(closer, fd);
		closer->closed += !close(fd);
	}
	return NULL;
}

static void start_closers(struct __test_metadata *_metadata,
			  struct closing *closing)
{
	unsigned int i;

	for (i = 0; i < CLOSERS; i++) {
		struct closer *closer = &closing->closers[i];

		closer->chance = closing->storm.chance;
		closer->chance.state += i;
		closer->stop = &closing->stop;
		ASSERT_EQ(0, pthread_create(&closer->thread, NULL, close_all,
					    closer));
	}
}

static void stop_closers(struct closing *closing)
{
	unsigned int i;

	closing->stop = true;
	for (i = 0; i < CLOSERS; i++)
		pthread_join(closing->closers[i].thread, NULL);
	for (i = 0; i < FDS; i++)
		close(FIRST_FD + i);
}

/* The number is that of a fence, or of none that is open any more. */
static void capture(struct __test_metadata *_metadata,
		    struct closing *closing, unsigned int frame)
{
	struct shot *shot = &closing->shot;

	ASSERT_EQ(0, shot_fire(&closing->storm.screen, shot, frame));
	EXPECT_TRUE(shot->fence >= FIRST_FD && shot->fence < FIRST_FD + 2 * FDS)
		TH_LOG("commit %u: fence %d", frame, shot->fence);
	/* The others have been slow, and watch no more numbers than these. */
	if (shot->fence >= FIRST_FD + FDS)
		close(shot->fence);
}

/*
 * Nobody can wait for the last picture but by another commit, whose fence nobody
 * closes.
 */
static void check_last(struct __test_metadata *_metadata,
		       struct closing *closing)
{
	struct storm *storm = &closing->storm;
	const struct shot *shot = &closing->shot;
	const char *fault;
	struct shot next = { };

	ASSERT_EQ(0, shots_create(&storm->screen, &next, 1));
	ASSERT_EQ(0, shot_fire(&storm->screen, &next, 1));
	fault = shot_land(&next, &storm->tally, 1 << GOOD);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	fault = picture_fault(&shot->source, &shot->target);
	EXPECT_EQ(NULL, fault)
		TH_LOG("frame %u: %s", shot->frame, fault);
	EXPECT_EQ(0, screen_on(&storm->screen));
	shots_destroy(&next, 1);
}

TEST_F_TIMEOUT(fence, closed_while_the_ioctl_runs, 3600)
{
	unsigned int i, commits = rounds_wanted(COMMITS, COMMITS_LONG);
	struct closing *closing = &self->closing;

	start_closers(_metadata, closing);
	for (i = 0; i < commits && __test_passed(_metadata); i++)
		capture(_metadata, closing, i);
	stop_closers(closing);
	check_last(_metadata, closing);
	TH_LOG("%u jobs, %u file descriptors closed by others, %u fences merged",
	       i, closing->closers[0].closed + closing->closers[1].closed,
	       closing->closers[0].merged + closing->closers[1].merged);
}

TEST_HARNESS_MAIN
