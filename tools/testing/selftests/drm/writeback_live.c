// SPDX-License-Identifier: GPL-2.0-only
/*
 * A display that runs at 60 Hz is captured: the writeback connector comes, takes
 * a picture, and goes, with page flips and without a modeset.
 */

#include "kselftest_harness.h"
#include "display.h"
#include "flips.h"

#define ROUNDS 100

FIXTURE(live) {
	struct screen screen;
	struct display display;
	struct buffer target;
	struct flips flips;
};

/* Those that are known to. */
static bool must_attach(const struct card *card)
{
	return !strcmp(card->driver, "vkms") || !strcmp(card->driver, "mali-dp");
}

FIXTURE_SETUP(live)
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
	ASSERT_EQ(0, screen_target(screen, &self->target, 0));
	ASSERT_EQ(0, display_on(&self->display, screen));
	ret = flip_attached(screen, &self->target, false, NULL,
			    DRM_MODE_ATOMIC_TEST_ONLY);
	if (ret == -EINVAL && !must_attach(&screen->card))
		SKIP(return, "the driver cannot attach to a running CRTC");
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, flips_watch(&self->flips, screen));
}

FIXTURE_TEARDOWN(live)
{
	EXPECT_EQ(0, display_off(&self->display, &self->screen));
	buffer_destroy(&self->target);
	screen_close(&self->screen);
}

static void flip(struct __test_metadata *_metadata, struct flips *flips,
		 const struct buffer *target, bool detach, int32_t *fence)
{
	ASSERT_EQ(0, flip_attached(flips->screen, target, detach, fence,
				   DRM_MODE_ATOMIC_NONBLOCK |
				   DRM_MODE_PAGE_FLIP_EVENT));
	ASSERT_EQ(0, flips_wait(flips));
}

/* Each flip has its event, in a frame of its own, and the display is never off. */
static void check_flips(struct __test_metadata *_metadata, struct flips *flips,
			unsigned int count)
{
	bool blinked = true;

	EXPECT_EQ(count, flips->count);
	EXPECT_FALSE(flips->backwards);
	ASSERT_EQ(0, flips_end(flips, &blinked));
	EXPECT_FALSE(blinked);
}

/* The connector comes with the picture that it captures, and goes with the next. */
TEST_F_TIMEOUT(live, display_is_captured, 60)
{
	struct screen *screen = &self->screen;
	unsigned int i, first;

	screen_draw(screen, 0);
	flip(_metadata, &self->flips, NULL, false, NULL);
	first = self->flips.last;
	for (i = 0; i < ROUNDS; i++) {
		const struct buffer *source = screen_draw(screen, 2 * i + 1);
		int32_t fence = -1;

		buffer_poison(&self->target, POISON);
		flip(_metadata, &self->flips, &self->target, false, &fence);
		screen_draw(screen, 2 * i + 2);
		flip(_metadata, &self->flips, NULL, true, NULL);

		ASSERT_EQ(1, fence_result(fence, PATIENCE_MS));
		ASSERT_EQ(NULL, picture_fault(source, &self->target));
	}
	TH_LOG("%u flips in %u frames", 2 * ROUNDS, self->flips.last - first);
	check_flips(_metadata, &self->flips, 2 * ROUNDS + 1);
}

/* Flips of a display go on beside a connector that is idle. */
TEST_F(live, display_flips_beside_an_idle_connector)
{
	int32_t fence = -1;
	unsigned int i;

	flip(_metadata, &self->flips, &self->target, false, &fence);
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	for (i = 0; i < 5; i++) {
		buffer_poison(&self->target, POISON);
		screen_draw(&self->screen, i);
		flip(_metadata, &self->flips, NULL, false, NULL);
		EXPECT_EQ(0, buffer_damage(&self->target, POISON));
	}
	check_flips(_metadata, &self->flips, 6);
}

/* What the test tells by: a display that does go off is seen. */
TEST_F(live, display_that_blinks_is_seen)
{
	bool blinked = false;

	ASSERT_EQ(0, display_off(&self->display, &self->screen));
	ASSERT_EQ(0, display_on(&self->display, &self->screen));
	ASSERT_EQ(0, flips_end(&self->flips, &blinked));
	EXPECT_TRUE(blinked);
}

TEST_HARNESS_MAIN
