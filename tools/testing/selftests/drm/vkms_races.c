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
#include "client.h"
#include "crc.h"
#include "screen.h"

#define WIDTH 32
#define HEIGHT 24
#define HZ 120

/* As many are on their way at a time. */
#define FRAMES 16

struct frame {
	struct buffer source, target;
	int32_t fence;
};

struct tally {
	unsigned int captures;
	unsigned int lost, failed, wrong;
	int error;			/* of the last one that failed */
};

FIXTURE(races) {
	struct screen screen;
	struct frame frames[FRAMES];
	struct tally tally;
	int crcs;
};

static int prepare_frames(struct screen *screen, struct frame *frames)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < FRAMES && !ret; i++) {
		ret = screen_source(screen, &frames[i].source, i + 1);
		if (!ret)
			ret = screen_target(screen, &frames[i].target, 0);
		frames[i].fence = -1;
	}
	return ret;
}

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
	ASSERT_EQ(0, prepare_frames(screen, self->frames));
	ASSERT_EQ(0, screen_on(screen));
	/* From now on the composer runs at each vblank. */
	self->crcs = crc_open(screen);
}

FIXTURE_TEARDOWN(races)
{
	unsigned int i;

	if (self->crcs >= 0)
		close(self->crcs);
	screen_off(&self->screen);
	for (i = 0; i < FRAMES; i++) {
		buffer_destroy(&self->frames[i].source);
		buffer_destroy(&self->frames[i].target);
	}
	screen_close(&self->screen);
}

static unsigned int rounds(unsigned int few, unsigned int many)
{
	const char *text = getenv("WRITEBACK_LONG");

	return text && atoi(text) ? many : few;
}

static void count(struct tally *tally, const struct frame *frame, int status)
{
	tally->captures++;
	if (!status) {
		tally->lost++;
	} else if (status < 0) {
		tally->failed++;
		tally->error = status;
	} else if (picture_fault(&frame->source, &frame->target)) {
		tally->wrong++;
	}
}

static int start(struct screen *screen, struct frame *frame)
{
	buffer_poison(&frame->target, POISON);
	return capture_retry(screen, &frame->source, &frame->target,
			     &frame->fence, DRM_MODE_ATOMIC_NONBLOCK);
}

static void finish(struct tally *tally, struct frame *frame)
{
	count(tally, frame, fence_result(frame->fence, PATIENCE_MS));
	frame->fence = -1;
}

static void check_tally(struct __test_metadata *_metadata,
			const struct tally *tally)
{
	EXPECT_EQ(0, tally->lost + tally->failed + tally->wrong)
		TH_LOG("%u captures: %u fences pending, %u failed (%d), %u pictures wrong",
		       tally->captures, tally->lost, tally->failed,
		       tally->error, tally->wrong);
}

TEST_F_TIMEOUT(races, of_captures_and_vblanks, 900)
{
	unsigned int i, round, n = rounds(8, 1000);

	for (round = 0; round < n && !self->tally.lost; round++) {
		for (i = 0; i < FRAMES; i++)
			ASSERT_EQ(0, start(&self->screen, &self->frames[i]));
		for (i = 0; i < FRAMES; i++)
			finish(&self->tally, &self->frames[i]);
		crc_skip(self->crcs);
	}
	check_tally(_metadata, &self->tally);
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
	unsigned int round, n = rounds(100, 10000);
	struct client mover;

	ASSERT_EQ(0, client_start(&mover, move_cursor, &self->screen));
	for (round = 0; round < n && !self->tally.lost; round++) {
		struct frame *frame = &self->frames[round % FRAMES];

		ASSERT_EQ(0, start(&self->screen, frame));
		finish(&self->tally, frame);
		crc_skip(self->crcs);
	}
	check_tally(_metadata, &self->tally);
	EXPECT_EQ(SIGKILL, client_end(&mover, SIGKILL));
}

static int set_active(const struct screen *screen, bool active)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();

	if (!req || drmModeAtomicAddProperty(req, screen->pipe.crtc.id,
					     screen->pipe.crtc.active,
					     active) < 0)
		abort();
	return request_commit(&screen->card, req,
			      DRM_MODE_ATOMIC_ALLOW_MODESET);
}

/* A capture that the CRTC is switched off under ends either way. */
static void finish_off(struct tally *tally, struct frame *frame)
{
	int status = fence_result(frame->fence, PATIENCE_MS);

	frame->fence = -1;
	if (status != -ECANCELED)
		count(tally, frame, status);
}

TEST_F_TIMEOUT(races, of_off_and_on_and_vblanks, 900)
{
	unsigned int round, n = rounds(100, 10000);

	for (round = 0; round < n && !self->tally.lost; round++) {
		struct frame *frame = &self->frames[round % FRAMES];

		ASSERT_EQ(0, start(&self->screen, frame));
		ASSERT_EQ(0, set_active(&self->screen, false))
			TH_LOG("round %u", round);
		ASSERT_EQ(0, set_active(&self->screen, true))
			TH_LOG("round %u", round);
		finish_off(&self->tally, frame);
		crc_skip(self->crcs);
	}
	check_tally(_metadata, &self->tally);
}

TEST_HARNESS_MAIN
