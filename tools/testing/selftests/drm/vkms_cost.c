// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a capture on vkms costs: one picture composed, at which others can run,
 * and one mapping of its buffer, however often that is captured into.
 */

#include <errno.h>
#include <stdio.h>

#include <drm_fourcc.h>

#include "kselftest_harness.h"
#include "fence.h"
#include "screen.h"
#include "trace.h"

#define FRAMES 8
#define PAGE 4096

/* More than that is composed until the next vblank, or the one after. */
static const struct mode_wish fast = { 640, 480, 500 };
static const struct mode_wish large = { 1920, 1080, 60 };

FIXTURE(cost) {
	struct screen screen;
	struct buffer target;
};

FIXTURE_SETUP(cost)
{
	struct screen *screen = &self->screen;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	if (strcmp(screen->card.driver, "vkms"))
		SKIP(return, "%s is not vkms", screen->card.path);
}

FIXTURE_TEARDOWN(cost)
{
	buffer_destroy(&self->target);
	screen_close(&self->screen);
}

static void start(struct __test_metadata *_metadata, struct screen *screen,
		  const struct mode_wish *wish, struct buffer *target)
{
	screen_wish(screen, wish);
	ASSERT_EQ(0, screen_target(screen, target, 0));
	ASSERT_EQ(0, screen_on(screen));
}

TEST_F(cost, is_one_picture_composed)
{
	unsigned int frame, runs;

	start(_metadata, &self->screen, &fast, &self->target);
	if (!trace_works_begin())
		SKIP(return, "the kernel has no tracefs");
	for (frame = 1; frame <= FRAMES; frame++)
		EXPECT_EQ(1, screen_capture(&self->screen, frame,
					    &self->target));
	sleep_ms(20);
	runs = trace_works_end("vkms_composer_worker");
	EXPECT_LE(FRAMES, runs);
	/* With two CPUs, a vblank may come when the composer is about to begin. */
	EXPECT_GE(FRAMES * 3 / 2, runs)
		TH_LOG("the composer ran %u times for %u captures", runs,
		       FRAMES);
}

TEST_F(cost, is_not_a_cpu_that_nobody_else_gets)
{
	struct screen *screen = &self->screen;
	unsigned int turns = 0;
	int32_t fence;

	start(_metadata, screen, &large, &self->target);
	/* Returns at the vblank at which the composer begins. */
	ASSERT_EQ(0, capture_retry(screen, screen_draw(screen, 1),
				   &self->target, &fence, 0));
	while (turns < PATIENCE_MS && fence_wait(fence, 1) == -ETIMEDOUT)
		turns++;
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	EXPECT_LE(5, turns)
		TH_LOG("a capture left the CPU to us %u times only", turns);
}

/*
 * How many mappings of so many bytes the kernel has, each of them with a page
 * more, -1 when it does not tell.
 */
static int count_mappings(size_t size)
{
	FILE *file = fopen("/proc/vmallocinfo", "re");
	int found = 0;
	char line[256];

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		unsigned long bytes;

		found += strstr(line, "drm_gem_shmem_vmap") &&
			 sscanf(line, "%*s %lu", &bytes) == 1 &&
			 bytes == size + PAGE;
	}
	fclose(file);
	return found;
}

/* Some clean-up may be on its way. */
static int wait_for_mappings(size_t size, int wanted)
{
	unsigned int i;
	int found = count_mappings(size);

	for (i = 0; i < 100 && found != wanted; i++) {
		sleep_ms(10);
		found = count_mappings(size);
	}
	return found;
}

TEST_F(cost, is_one_mapping_until_the_buffer_goes)
{
	const struct buffer *target = &self->target;
	size_t size;
	int before;

	start(_metadata, &self->screen, &fast, &self->target);
	size = target->size;
	before = count_mappings(size);
	if (before < 0)
		SKIP(return, "/proc/vmallocinfo cannot be read");
	EXPECT_EQ(1, screen_capture(&self->screen, 1, target));
	EXPECT_EQ(1, screen_capture(&self->screen, 2, target));
	/* Until its job is cleaned up. */
	sleep_ms(100);
	EXPECT_EQ(before + 1, count_mappings(size));
	buffer_destroy(&self->target);
	EXPECT_EQ(before, wait_for_mappings(size, before));
}

/* Where memory is watched, the kernel reports what is left behind. */
TEST_F(cost, is_nothing_for_a_framebuffer_that_is_refused)
{
	const uint32_t handles[4] = { 0xffffff }, offsets[4] = {};
	const uint32_t pitches[4] = { 64 * 4 };
	uint32_t fb;

	EXPECT_EQ(-ENOENT, drmModeAddFB2(self->screen.card.fd, 64, 64,
					 DRM_FORMAT_XRGB8888, handles, pitches,
					 offsets, &fb, 0));
}

TEST_HARNESS_MAIN
