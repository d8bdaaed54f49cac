// SPDX-License-Identifier: GPL-2.0-only
/*
 * The composer of vkms, the timer of its vblanks and commits at the same time,
 * which takes two CPUs to be of interest. With a picture so small and vblanks so
 * many that each races with each all the time.
 *
 * WRITEBACK_LONG=1 runs the long versions.
 */

#include <signal.h>

#include "kselftest_harness.h"
#include "chance.h"
#include "client.h"
#include "crc.h"
#include "shots.h"

#define WIDTH 32
#define HEIGHT 24
#define HZ 120

/* As many are on their way at a time. */
#define SHOTS 16

FIXTURE(races) {
	struct screen screen;
	struct shot shots[SHOTS];
	struct tally tally;
	int crcs;
};

FIXTURE_SETUP(races)
{
	const struct mode_wish wish = { WIDTH, HEIGHT, HZ };
	struct screen *screen = &self->screen;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	if (strcmp(screen->card.driver, "vkms"))
		SKIP(return, "%s is not vkms", screen->card.path);
	screen_wish(screen, &wish);
	ASSERT_EQ(0, shots_create(screen, self->shots, SHOTS));
	ASSERT_EQ(0, screen_on(screen));
	/* From now on the composer runs at each vblank. */
	self->crcs = crc_open(screen);
}

FIXTURE_TEARDOWN(races)
{
	TH_LOG("%s", tally_text(&self->tally));
	if (self->crcs >= 0)
		close(self->crcs);
	screen_off(&self->screen);
	shots_destroy(self->shots, SHOTS);
	screen_close(&self->screen);
}

static void land(struct __test_metadata *_metadata, struct shot *shot,
		 struct tally *tally, unsigned int allowed)
{
	const char *fault = shot_land(shot, tally, allowed);

	ASSERT_EQ(NULL, fault)
		TH_LOG("%s", fault);
}

TEST_F_TIMEOUT(races, of_captures_and_vblanks, 900)
{
	unsigned int i, round, n = rounds_wanted(8, 1000);

	for (round = 0; round < n; round++) {
		for (i = 0; i < SHOTS; i++)
			ASSERT_EQ(0, shot_fire(&self->screen, &self->shots[i],
					       i + 1));
		for (i = 0; i < SHOTS; i++)
			land(_metadata, &self->shots[i], &self->tally,
			     1 << GOOD);
		crc_skip(self->crcs);
	}
}

/* Moves the cursor about, by the old ioctl, which does not wait for vblanks. */
static int move_cursor(int socket, void *data)
{
	const struct screen *screen = data;
	struct buffer cursor;
	unsigned int i;

	(void)socket;
	if (buffer_create(&cursor, &screen->card, screen->drawn->format, 64,
			  64, NULL) ||
	    drmModeSetCursor(screen->card.fd, screen->pipe.crtc.id,
			     cursor.handle, 64, 64))
		return 1;
	/* Out of sight: what is captured stays the same. */
	for (i = 0;; i++)
		if (drmModeMoveCursor(screen->card.fd, screen->pipe.crtc.id,
				      WIDTH + i % 64, HEIGHT))
			return 1;
}

TEST_F_TIMEOUT(races, of_captures_and_a_cursor, 900)
{
	unsigned int round, n = rounds_wanted(100, 10000);
	struct client mover;

	ASSERT_EQ(0, client_start(&mover, move_cursor, &self->screen));
	for (round = 0; round < n; round++) {
		struct shot *shot = &self->shots[round % SHOTS];

		ASSERT_EQ(0, shot_fire(&self->screen, shot, round));
		land(_metadata, shot, &self->tally, 1 << GOOD);
		crc_skip(self->crcs);
	}
	EXPECT_EQ(SIGKILL, client_end(&mover, SIGKILL));
}

/* A capture that the CRTC is switched off under ends either way. */
TEST_F_TIMEOUT(races, of_off_and_on_and_vblanks, 900)
{
	unsigned int round, n = rounds_wanted(100, 10000);

	for (round = 0; round < n; round++) {
		struct shot *shot = &self->shots[round % SHOTS];

		ASSERT_EQ(0, shot_fire(&self->screen, shot, round));
		ASSERT_EQ(0, screen_set_active(&self->screen, false))
			TH_LOG("round %u", round);
		ASSERT_EQ(0, screen_set_active(&self->screen, true))
			TH_LOG("round %u", round);
		land(_metadata, shot, &self->tally, 1 << GOOD | 1 << CANCELLED);
		crc_skip(self->crcs);
	}
}

TEST_HARNESS_MAIN
