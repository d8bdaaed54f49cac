// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each allocation of a commit fails in turn: the commit fails as a whole, and
 * the next one is fine.
 */

#include <dirent.h>
#include <fcntl.h>

#include "kselftest_harness.h"
#include "atomic.h"
#include "screen.h"

#define FAULTS "/sys/kernel/debug/"

/* No commit has so many allocations. */
#define NTH_MAX 1000

/* Of a commit with a capture at the least: state, job, fence file. */
#define NTH_MIN 5

struct trial {
	struct screen screen;
	struct buffer target, later;
	uint32_t mode_blob;
	int32_t fence;
	int fail_nth;
};

FIXTURE(allocation) {
	struct trial trial;
	unsigned int fds;
};

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) > 0;
	close(fd);
	return done;
}

/* Allocations that may sleep fail too, without a word. */
static bool prepare_faults(void)
{
	return write_file(FAULTS "failslab/ignore-gfp-wait", "N") &&
	       write_file(FAULTS "failslab/verbose", "0") &&
	       write_file(FAULTS "fail_page_alloc/ignore-gfp-wait", "N") &&
	       write_file(FAULTS "fail_page_alloc/verbose", "0");
}

static unsigned int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

FIXTURE_SETUP(allocation)
{
	struct screen *screen = &self->trial.screen;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	self->trial.fail_nth = open("/proc/thread-self/fail-nth",
				    O_RDWR | O_CLOEXEC);
	if (self->trial.fail_nth < 0 || !prepare_faults())
		SKIP(return, "the kernel has no FAILSLAB and FAIL_PAGE_ALLOC");

	ASSERT_EQ(0, drmModeCreatePropertyBlob(screen->card.fd, &screen->mode,
					       sizeof(screen->mode),
					       &self->trial.mode_blob));
	ASSERT_EQ(0, screen_target(screen, &self->trial.target, 0));
	ASSERT_EQ(0, screen_target(screen, &self->trial.later, 0));
	ASSERT_EQ(0, screen_on(screen));
	self->fds = count_fds();
}

FIXTURE_TEARDOWN(allocation)
{
	EXPECT_EQ(self->fds, count_fds());
	buffer_destroy(&self->trial.target);
	buffer_destroy(&self->trial.later);
	screen_close(&self->trial.screen);
}

static void set_nth(const struct trial *trial, unsigned int nth)
{
	char text[16];
	int size = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(trial->fail_nth, text, size, 0) != size)
		abort();
}

/* Has the allocation been reached, and failed? Else none will fail any more. */
static bool has_failed(const struct trial *trial)
{
	char text[16] = "";

	if (pread(trial->fail_nth, text, sizeof(text) - 1, 0) <= 0)
		abort();
	set_nth(trial, 0);
	return !atoi(text);
}

/* Mode, plane and capture: all that a commit may carry. */
static int commit_all(struct trial *trial, uint32_t flags)
{
	const struct pipe *pipe = &trial->screen.pipe;
	const struct buffer *source = trial->screen.drawn;
	uint32_t crtc = pipe->crtc.id, plane = pipe->plane.id;
	uint32_t connector = pipe->connector.id;
	const struct setting settings[] = {
		{ connector, pipe->connector.crtc_id, crtc },
		{ crtc, pipe->crtc.mode_id, trial->mode_blob },
		{ crtc, pipe->crtc.active, 1 },
		{ plane, pipe->plane.fb_id, source->fb },
		{ plane, pipe->plane.crtc_id, crtc },
		{ plane, pipe->plane.src_w, (uint64_t)source->width << 16 },
		{ plane, pipe->plane.src_h, (uint64_t)source->height << 16 },
		{ plane, pipe->plane.crtc_w, source->width },
		{ plane, pipe->plane.crtc_h, source->height },
		{ connector, pipe->connector.out_fence_ptr,
		  (uintptr_t)&trial->fence },
		{ connector, pipe->connector.fb_id, trial->target.fb },
	};

	return atomic_commit(&trial->screen.card, settings,
			     ARRAY_SIZE(settings), flags);
}

static void check_success(struct __test_metadata *_metadata,
			  struct trial *trial)
{
	ASSERT_EQ(1, fence_result(trial->fence, PATIENCE_MS));
	ASSERT_EQ(NULL, picture_fault(trial->screen.drawn, &trial->target));
}

/* The next commit is fine, and what failed writes nothing, not even late. */
static void check_failure(struct __test_metadata *_metadata,
			  struct trial *trial)
{
	int32_t fence;

	ASSERT_EQ(-1, trial->fence);
	ASSERT_EQ(0, screen_on(&trial->screen));
	ASSERT_EQ(0, capture_retry(&trial->screen, NULL, &trial->later, &fence,
				   0));
	ASSERT_EQ(1, fence_result(fence, PATIENCE_MS));
	ASSERT_EQ(0, buffer_damage(&trial->target, POISON));
}

/* Returns whether there was an @nth allocation. */
static bool try_nth(struct __test_metadata *_metadata, struct trial *trial,
		    unsigned int nth, uint32_t flags)
{
	bool failed;
	int ret;

	screen_draw(&trial->screen, nth);
	buffer_poison(&trial->target, POISON);
	trial->fence = -1;
	set_nth(trial, nth);
	ret = commit_all(trial, flags);
	failed = has_failed(trial);

	ASSERT_TRUE(!ret || (failed && ret == -ENOMEM))
		TH_LOG("allocation %u failed: %d", nth, ret);
	if (ret)
		check_failure(_metadata, trial);
	else if (!(flags & DRM_MODE_ATOMIC_TEST_ONLY))
		check_success(_metadata, trial);
	return failed;
}

static void try_all(struct __test_metadata *_metadata, struct trial *trial,
		    bool from_off, uint32_t flags)
{
	unsigned int nth = 1;

	do {
		if (from_off)
			ASSERT_EQ(0, screen_off(&trial->screen));
	} while (try_nth(_metadata, trial, nth,
			 flags | DRM_MODE_ATOMIC_ALLOW_MODESET) &&
		 ++nth < NTH_MAX);
	EXPECT_LT(NTH_MIN, nth);
	EXPECT_GT(NTH_MAX, nth);
}

TEST_F_TIMEOUT(allocation, of_a_capture_may_fail, 120)
{
	try_all(_metadata, &self->trial, false, 0);
}

TEST_F_TIMEOUT(allocation, of_a_nonblocking_capture_may_fail, 120)
{
	try_all(_metadata, &self->trial, false, DRM_MODE_ATOMIC_NONBLOCK);
}

TEST_F_TIMEOUT(allocation, of_a_first_frame_may_fail, 120)
{
	try_all(_metadata, &self->trial, true, 0);
}

TEST_F_TIMEOUT(allocation, of_a_test_may_fail, 120)
{
	try_all(_metadata, &self->trial, false, DRM_MODE_ATOMIC_TEST_ONLY);
}

TEST_HARNESS_MAIN
