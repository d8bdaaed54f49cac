// SPDX-License-Identifier: GPL-2.0-only
/*
 * What well-known clients do, replayed: their sequences of commits, on a display
 * that runs at 60 Hz, and their patience.
 */

#include "kselftest_harness.h"
#include "display.h"
#include "flips.h"

#define FRAMES 20
#define FLIP (DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT)

/* As long as Android's composer waits for a present fence. */
#define ANDROID_MS 500

FIXTURE(clients) {
	struct screen screen;
	struct display display;
	struct buffer targets[2];
	struct flips flips;
};

FIXTURE_SETUP(clients)
{
	const struct mode_wish wish = { 128, 96, 60 };
	struct screen *screen = &self->screen;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	screen_wish(screen, &wish);
	if (display_find(&self->display, &screen->card))
		SKIP(return, "no display is connected");
	ASSERT_EQ(0, screen_target(screen, &self->targets[0], 0));
	ASSERT_EQ(0, screen_target(screen, &self->targets[1], 0));
	ASSERT_EQ(0, display_on(&self->display, screen));
	ASSERT_EQ(0, flips_watch(&self->flips, screen));
}

FIXTURE_TEARDOWN(clients)
{
	EXPECT_EQ(0, display_off(&self->display, &self->screen));
	buffer_destroy(&self->targets[0]);
	buffer_destroy(&self->targets[1]);
	screen_close(&self->screen);
}

static void check_display(struct __test_metadata *_metadata, struct flips *flips,
			  unsigned int count)
{
	bool blinked = true;

	EXPECT_EQ(count, flips->count);
	ASSERT_EQ(0, flips_end(flips, &blinked));
	EXPECT_FALSE(blinked);
}

/*
 * Android's drm_hwcomposer: each frame is captured into the next of its buffers.
 * The fence is the frame's present fence, which is waited for before the frame
 * after it; then the buffer is read at once.
 */
TEST_F_TIMEOUT(clients, android_waits_for_each_frame, 60)
{
	struct screen *screen = &self->screen;
	unsigned int frame;

	for (frame = 1; frame <= FRAMES; frame++) {
		struct buffer *target = &self->targets[frame % 2];
		int32_t fence = -1;

		screen_draw(screen, frame);
		buffer_poison(target, POISON);
		ASSERT_EQ(0, flip_attached(screen, target, false, &fence,
					   DRM_MODE_ATOMIC_NONBLOCK));
		ASSERT_EQ(1, fence_result(fence, ANDROID_MS));
		ASSERT_EQ(NULL, picture_fault(screen->drawn, target));
	}
	check_display(_metadata, &self->flips, 0);
}

/*
 * kms++'s wbcap: each frame is captured, in step with the display's flips, and no
 * fence is ever asked for. Only the last one is, here, as what comes before it has
 * been written by then.
 */
TEST_F_TIMEOUT(clients, wbcap_asks_for_no_fence, 60)
{
	struct screen *screen = &self->screen;
	int32_t fence = -1;
	unsigned int frame;

	for (frame = 1; frame <= FRAMES; frame++) {
		screen_draw(screen, frame);
		buffer_poison(&self->targets[frame % 2], POISON);
		ASSERT_EQ(0, flip_attached(screen, &self->targets[frame % 2],
					   false, frame < FRAMES ? NULL : &fence,
					   FLIP));
		ASSERT_EQ(0, flips_wait(&self->flips));
	}
	ASSERT_EQ(1, fence_result(fence, PATIENCE_MS));
	EXPECT_EQ(NULL, picture_fault(screen->drawn,
				      &self->targets[FRAMES % 2]));
	EXPECT_EQ(NULL, picture_fault(&screen->buffers[screen->drawn ==
						       screen->buffers],
				      &self->targets[(FRAMES - 1) % 2]));
	check_display(_metadata, &self->flips, FRAMES);
}

/*
 * Weston: tries each commit, with a modeset allowed, then does it, with the page
 * flip's event, and repaints when the fence can be read. The connector, which it
 * names in each capture, it never takes off again.
 */
TEST_F_TIMEOUT(clients, weston_captures_between_flips, 60)
{
	const uint32_t modeset = DRM_MODE_ATOMIC_ALLOW_MODESET;
	struct screen *screen = &self->screen;
	unsigned int frame;

	for (frame = 1; frame <= FRAMES; frame++) {
		const struct buffer *target = frame % 2 ? self->targets : NULL;
		int32_t fence = -1;

		screen_draw(screen, frame);
		buffer_poison(self->targets, POISON);
		ASSERT_EQ(0, flip_attached(screen, target, false, &fence,
					   modeset | DRM_MODE_ATOMIC_TEST_ONLY));
		ASSERT_EQ(-1, fence);
		ASSERT_EQ(0, flip_attached(screen, target, false, &fence,
					   FLIP | modeset));
		ASSERT_EQ(0, flips_wait(&self->flips));
		if (!target)
			continue;
		ASSERT_EQ(1, fence_result(fence, PATIENCE_MS));
		ASSERT_EQ(NULL, picture_fault(screen->drawn, target));
	}
	check_display(_metadata, &self->flips, FRAMES);
}

/* A screenshot of what is shown: nothing but the writeback properties. */
TEST_F_TIMEOUT(clients, screenshot_commits_nothing_else, 60)
{
	struct screen *screen = &self->screen;
	unsigned int shot;

	screen_draw(screen, 1);
	ASSERT_EQ(0, flip_attached(screen, &self->targets[1], false, NULL, FLIP));
	ASSERT_EQ(0, flips_wait(&self->flips));
	for (shot = 0; shot < FRAMES; shot++) {
		struct buffer *target = &self->targets[shot % 2];
		int32_t fence = -1;

		buffer_poison(target, POISON);
		ASSERT_EQ(0, capture_retry(screen, NULL, target, &fence,
					   shot % 4 < 2 ? 0 :
					   DRM_MODE_ATOMIC_NONBLOCK));
		ASSERT_EQ(1, fence_result(fence, PATIENCE_MS));
		ASSERT_EQ(NULL, picture_fault(screen->drawn, target));
	}
	check_display(_metadata, &self->flips, 1);
}

TEST_HARNESS_MAIN
