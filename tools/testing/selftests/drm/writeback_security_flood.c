// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client that asks for fences and never looks at one: each costs a little memory
 * while it is held, as many as the client may have descriptors, and nothing else.
 *
 * WRITEBACK_LONG=1: 10,000 fences instead of 100.
 */

#include <fcntl.h>
#include <sys/resource.h>

#include "kselftest_harness.h"
#include "chance.h"
#include "fence.h"
#include "screen.h"

/*
 * A file, its sync_file and the job: three allocations, which the kernel's checkers
 * make larger. The buffer, which is long gone, is about 60 kB.
 */
#define FENCE_KB 4

/* Others that allocate and free, not for each fence. */
#define SLACK_KB 1024

static const struct mode_wish small = { 128, 96, 120 };

FIXTURE(flood) {
	struct screen screen;
	struct buffer target;
	struct rlimit limit;
	unsigned int count;
	int *fences;
	int meminfo;			/* opened while there are descriptors */
};

/* No descriptor is given out beyond @fences more. */
static int set_limit(struct __test_metadata *_metadata, struct rlimit *limit,
		     unsigned int fences)
{
	int next = dup(0);
	struct rlimit room;

	ASSERT_LE(0, next);
	close(next);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, limit));
	room.rlim_cur = next + fences;
	room.rlim_max = limit->rlim_max > room.rlim_cur ? limit->rlim_max :
							  room.rlim_cur;
	return setrlimit(RLIMIT_NOFILE, &room) ? -errno : 0;
}

FIXTURE_SETUP(flood)
{
	struct screen *screen = &self->screen;
	int ret = screen_start(screen, &small, &self->target);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	self->count = rounds_wanted(100, 10000);
	self->fences = calloc(self->count, sizeof(*self->fences));
	ASSERT_NE(NULL, self->fences);
	self->meminfo = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->meminfo);
	ASSERT_EQ(0, set_limit(_metadata, &self->limit, self->count));
	/* The table of descriptors grows once, and is not counted. */
	close(fcntl(0, F_DUPFD_CLOEXEC, self->count));
}

FIXTURE_TEARDOWN(flood)
{
	setrlimit(RLIMIT_NOFILE, &self->limit);
	close(self->meminfo);
	free(self->fences);
	buffer_poison(&self->target, POISON);
	EXPECT_EQ(1, screen_capture(&self->screen, 1, &self->target));
	EXPECT_EQ(NULL, picture_fault(self->screen.drawn, &self->target));
	buffer_destroy(&self->target);
	screen_close(&self->screen);
}

/* A line of /proc/meminfo, in kB; -1: there is none. */
static long read_kb(int meminfo, const char *name)
{
	char text[4096];
	ssize_t size = pread(meminfo, text, sizeof(text) - 1, 0);
	char *line;

	if (size < 0)
		return -1;
	text[size] = '\0';
	line = strstr(text, name);
	return line ? atol(line + strlen(name)) : -1;
}

struct memory {
	long slab_kb, free_kb;
};

static struct memory measure(int meminfo)
{
	return (struct memory) {
		.slab_kb = read_kb(meminfo, "SUnreclaim:"),
		.free_kb = read_kb(meminfo, "MemFree:"),
	};
}

/* A fence for a buffer that nobody else holds any more. */
static int take_fence(struct screen *screen, int32_t *fence)
{
	struct buffer target;
	int ret = screen_target(screen, &target, 0);

	if (ret)
		return ret;
	ret = capture_retry(screen, NULL, &target, fence,
			    DRM_MODE_ATOMIC_NONBLOCK);
	buffer_destroy(&target);
	return ret;
}

/* Fills all descriptors that there are with fences. */
static void take_fences(struct __test_metadata *_metadata,
			struct screen *screen, int *fences, unsigned int count)
{
	unsigned int n;

	for (n = 0; n < count; n++) {
		ASSERT_EQ(0, take_fence(screen, &fences[n]))
			TH_LOG("fence %u of %u", n, count);
	}
}

static void close_all(const int *fences, unsigned int n)
{
	while (n--)
		close(fences[n]);
}

/* The kernel's checkers hold on to what is freed, and look for leaks themselves. */
static bool has_checkers(void)
{
	return !access("/sys/kernel/debug/kmemleak", F_OK);
}

/* Of what is freed, KASAN keeps up to a 32nd of the memory. */
static long quarantine_kb(void)
{
	long pages = sysconf(_SC_PHYS_PAGES);

	return has_checkers() ? pages / 32 * (sysconf(_SC_PAGESIZE) / 1024) : 0;
}

static void check_memory(struct __test_metadata *_metadata, unsigned int n,
			 const struct memory *before, const struct memory *held,
			 const struct memory *after)
{
	long slab = held->slab_kb - before->slab_kb;
	long all = before->free_kb - held->free_kb;
	long left = after->slab_kb - before->slab_kb;
	long limit = (long)n * FENCE_KB + quarantine_kb();

	TH_LOG("%u fences hold %ld kB of slabs, %ld kB in all, leave %ld kB",
	       n, slab, all, left);
	ASSERT_LT(0, before->slab_kb);
	ASSERT_LT(0, held->free_kb);
	EXPECT_GT(limit + SLACK_KB, slab);
	EXPECT_GT(limit + 4 * SLACK_KB, all);
	if (!has_checkers())
		EXPECT_GT(SLACK_KB, left);
}

/* Every one of them has ended well, though nobody has looked. */
static void check_statuses(struct __test_metadata *_metadata, const int *fences,
			   unsigned int n)
{
	unsigned int i;
	int status;

	ASSERT_EQ(0, fence_wait(fences[n - 1], PATIENCE_MS));
	for (i = 0; i < n; i++) {
		ASSERT_EQ(0, fence_status(fences[i], &status));
		ASSERT_EQ(1, status) TH_LOG("fence %u of %u", i, n);
	}
}

TEST_F_TIMEOUT(flood, of_fences_costs_little_and_ends_with_them, 300)
{
	struct memory before, held, after;
	unsigned int n = self->count;

	/* What is allocated once. */
	ASSERT_EQ(1, screen_capture(&self->screen, 1, &self->target));
	before = measure(self->meminfo);
	take_fences(_metadata, &self->screen, self->fences, n);
	check_statuses(_metadata, self->fences, n);
	/* Framebuffers and files go in a moment, memory after a grace period. */
	sleep_ms(200);
	held = measure(self->meminfo);
	close_all(self->fences, n);
	sleep_ms(200);
	after = measure(self->meminfo);
	check_memory(_metadata, n, &before, &held, &after);
}

static uint64_t shown_fb(const struct screen *screen)
{
	uint64_t fb = 0;

	card_property(&screen->card, screen->pipe.plane.id,
		      DRM_MODE_OBJECT_PLANE, "FB_ID", &fb);
	return fb;
}

/* Then there are no more, and a commit that wants one changes nothing. */
TEST_F_TIMEOUT(flood, of_fences_ends_at_the_limit_of_descriptors, 300)
{
	struct screen *screen = &self->screen;
	struct buffer next;
	uint64_t shown;
	unsigned int i;
	int32_t fence;

	ASSERT_EQ(0, screen_target(screen, &next, 0));
	take_fences(_metadata, screen, self->fences, self->count);
	check_statuses(_metadata, self->fences, self->count);
	shown = shown_fb(screen);
	for (i = 0; i < 100; i++) {
		fence = 0;
		ASSERT_EQ(-EMFILE,
			  capture_retry(screen, screen_draw(screen, i), &next,
					&fence,
					i & 1 ? DRM_MODE_ATOMIC_NONBLOCK : 0));
		ASSERT_EQ(-1, fence);
	}
	EXPECT_EQ(shown, shown_fb(screen));
	EXPECT_EQ(0, buffer_damage(&next, POISON));
	close_all(self->fences, self->count);
	buffer_destroy(&next);
}

TEST_HARNESS_MAIN
