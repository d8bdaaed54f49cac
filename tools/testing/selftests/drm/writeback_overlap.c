// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many captures, one after the other and without waiting: each picture holds
 * its own frame, and no fence is lost.
 *
 * WRITEBACK_LONG=1 runs the long versions.
 */

#include <signal.h>

#include "kselftest_harness.h"
#include "chance.h"
#include "client.h"
#include "screen.h"

static void check_picture(struct __test_metadata *_metadata,
			  const struct buffer *drawn,
			  const struct buffer *target, unsigned int frame)
{
	const char *fault = picture_fault(drawn, target);

	EXPECT_EQ(NULL, fault)
		TH_LOG("frame %u: %s", frame, fault);
}

#define FRAMES 64

struct frame {
	struct buffer source, target;
	int32_t fence;
};

FIXTURE(overlap) {
	struct screen screen;
	struct frame frames[FRAMES];
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

FIXTURE_SETUP(overlap)
{
	int ret = screen_open(&self->screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, prepare_frames(&self->screen, self->frames));
	ASSERT_EQ(0, screen_on(&self->screen));
}

FIXTURE_TEARDOWN(overlap)
{
	unsigned int i;

	screen_off(&self->screen);
	for (i = 0; i < FRAMES; i++) {
		buffer_destroy(&self->frames[i].source);
		buffer_destroy(&self->frames[i].target);
	}
	screen_close(&self->screen);
}

static void check_frames(struct __test_metadata *_metadata,
			 const struct frame *frame, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++, frame++) {
		ASSERT_EQ(1, fence_result(frame->fence, PATIENCE_MS))
			TH_LOG("frame %u", i);
		check_picture(_metadata, &frame->source, &frame->target, i);
	}
}

TEST_F_TIMEOUT(overlap, of_64_commits_without_waiting, 120)
{
	struct frame *frame = self->frames;
	unsigned int i;

	for (i = 0; i < FRAMES; i++, frame++)
		ASSERT_EQ(0, capture_retry(&self->screen, &frame->source,
					   &frame->target, &frame->fence,
					   DRM_MODE_ATOMIC_NONBLOCK));
	check_frames(_metadata, self->frames, FRAMES);
}

/* Each replaces the state, and the picture, that the job before it needs. */
TEST_F_TIMEOUT(overlap, of_a_capture_and_a_flip, 120)
{
	struct frame *frame = self->frames;
	unsigned int i;

	for (i = 0; i < FRAMES; i++, frame++) {
		ASSERT_EQ(0, capture_retry(&self->screen, &frame->source,
					   &frame->target, &frame->fence,
					   DRM_MODE_ATOMIC_NONBLOCK));
		ASSERT_EQ(0, flip_retry(&self->screen, self->screen.drawn,
					DRM_MODE_ATOMIC_NONBLOCK));
	}
	check_frames(_metadata, self->frames, FRAMES);
}

TEST_F_TIMEOUT(overlap, of_a_capture_and_a_blocking_flip, 120)
{
	struct frame *frame = self->frames;
	unsigned int i;

	for (i = 0; i < FRAMES / 2; i++, frame++) {
		ASSERT_EQ(0, capture_retry(&self->screen, &frame->source,
					   &frame->target, &frame->fence,
					   DRM_MODE_ATOMIC_NONBLOCK));
		ASSERT_EQ(0, flip_retry(&self->screen, self->screen.drawn, 0));
	}
	check_frames(_metadata, self->frames, FRAMES / 2);
}

/* Two jobs for one buffer: the younger one's picture stays. */
TEST_F_TIMEOUT(overlap, of_captures_into_one_buffer, 120)
{
	struct buffer *target = &self->frames[0].target;
	struct frame *frame = self->frames;
	unsigned int i;

	for (i = 0; i < FRAMES; i++, frame++)
		ASSERT_EQ(0, capture_retry(&self->screen, &frame->source,
					   target, &frame->fence,
					   DRM_MODE_ATOMIC_NONBLOCK));
	for (i = 0; i < FRAMES; i++)
		ASSERT_EQ(1, fence_result(self->frames[i].fence, PATIENCE_MS));
	check_picture(_metadata, &self->frames[FRAMES - 1].source, target,
		      FRAMES - 1);
}

/* Reads what debugfs tells of the card's state, over and over. */
static int read_state(int socket, void *path)
{
	char buffer[4096];

	(void)socket;
	for (;;) {
		FILE *file = fopen(path, "r");

		if (!file)
			return 1;
		while (fread(buffer, 1, sizeof(buffer), file))
			;
		fclose(file);
	}
}

TEST_F_TIMEOUT(overlap, of_captures_and_readers_of_the_state, 120)
{
	const char *minor = self->screen.card.path;
	struct frame *frame = self->frames;
	struct client reader;
	char path[128];
	unsigned int i;

	minor += strcspn(minor, "0123456789");
	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%s/state", minor);
	if (access(path, R_OK))
		SKIP(return, "cannot read %s", path);
	ASSERT_EQ(0, client_start(&reader, read_state, path));
	for (i = 0; i < FRAMES; i++, frame++)
		ASSERT_EQ(0, capture_retry(&self->screen, &frame->source,
					   &frame->target, &frame->fence,
					   DRM_MODE_ATOMIC_NONBLOCK));
	check_frames(_metadata, self->frames, FRAMES);
	EXPECT_EQ(SIGKILL, client_end(&reader, SIGKILL));
}

/* A polite client: commit, wait for the fence, commit again. */

FIXTURE(polite) {
	struct screen screen;
	struct buffer target;
	unsigned int frames;
};

FIXTURE_VARIANT(polite) {
	const char *mode;
	unsigned int frames, long_frames;
};

FIXTURE_VARIANT_ADD(polite, vga) { "640x480", 130, 1200 };
FIXTURE_VARIANT_ADD(polite, xga) { "1024x768", 30, 1200 };
FIXTURE_VARIANT_ADD(polite, full_hd) { "1920x1080", 20, 1200 };
FIXTURE_VARIANT_ADD(polite, cinema_4k) { "4096x2160", 6, 60 };

FIXTURE_SETUP(polite)
{
	int ret = screen_open(&self->screen, variant->mode);

	if (screen_missing(ret))
		SKIP(return, "%s: %s", variant->mode, screen_missing(ret));
	ASSERT_EQ(0, ret);
	self->frames = rounds_wanted(variant->frames, variant->long_frames);
	ASSERT_EQ(0, screen_target(&self->screen, &self->target, 0));
	ASSERT_EQ(0, screen_on(&self->screen));
}

FIXTURE_TEARDOWN(polite)
{
	screen_off(&self->screen);
	buffer_destroy(&self->target);
	screen_close(&self->screen);
}

TEST_F_TIMEOUT(polite, client_is_never_stuck, 900)
{
	unsigned int frame;

	for (frame = 1; frame <= self->frames; frame++) {
		ASSERT_EQ(1, screen_capture(&self->screen, frame,
					    &self->target))
			TH_LOG("frame %u", frame);
		check_picture(_metadata, self->screen.drawn, &self->target,
			      frame);
	}
}

TEST_HARNESS_MAIN
