// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is in the memory afterwards: the frame of that commit, all of it, and
 * nothing else is touched. No two frames are alike.
 */

#include "kselftest_harness.h"
#include "screen.h"

FIXTURE(picture) {
	struct screen screen;
	struct buffer target, second;
};

FIXTURE_SETUP(picture)
{
	int ret = screen_open(&self->screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, screen_target(&self->screen, &self->target, 0));
	ASSERT_EQ(0, screen_target(&self->screen, &self->second, 0));
	ASSERT_EQ(0, screen_on(&self->screen));
}

FIXTURE_TEARDOWN(picture)
{
	buffer_destroy(&self->target);
	buffer_destroy(&self->second);
	screen_close(&self->screen);
}

static void check_picture(struct __test_metadata *_metadata,
			  const struct buffer *drawn,
			  const struct buffer *target)
{
	const char *fault = picture_fault(drawn, target);

	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
}

TEST_F(picture, is_right_in_every_format)
{
	const struct pipe *pipe = &self->screen.pipe;
	struct buffer target;
	unsigned int i;

	for (i = 0; i < pipe->n_formats; i++) {
		ASSERT_EQ(0, screen_target(&self->screen, &target,
					   pipe->formats[i]));
		EXPECT_EQ(1, screen_capture(&self->screen, i + 1, &target));
		check_picture(_metadata, self->screen.drawn, &target);
		buffer_destroy(&target);
	}
}

TEST_F(picture, is_right_from_every_format_of_the_plane)
{
	struct screen *screen = &self->screen;
	struct buffer source;
	unsigned int i;
	int32_t fence;

	for (i = 0; i < screen->pipe.n_plane_formats; i++) {
		const struct format *format;

		format = format_find(screen->pipe.plane_formats[i]);
		if (!format || format_is_yuv(format))
			continue;
		ASSERT_EQ(0, buffer_create(&source, &screen->card, format,
					   screen->picture.width,
					   screen->picture.height, NULL));
		ASSERT_EQ(0, picture_draw(&screen->picture, i + 1, &source));
		buffer_poison(&self->target, POISON);
		ASSERT_EQ(0, capture_retry(screen, &source, &self->target,
					   &fence, 0));
		EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
		check_picture(_metadata, &source, &self->target);
		ASSERT_EQ(0, flip_retry(screen, screen->drawn, 0));
		buffer_destroy(&source);
	}
}

TEST_F(picture, is_right_in_the_same_buffer_again)
{
	unsigned int frame;

	for (frame = 1; frame <= 3; frame++) {
		EXPECT_EQ(1, screen_capture(&self->screen, frame,
					    &self->target));
		check_picture(_metadata, self->screen.drawn, &self->target);
	}
}

/* The commit carries nothing but the connector's properties. */
TEST_F(picture, of_an_unchanged_screen_is_right)
{
	int32_t fence;

	ASSERT_EQ(0, capture_retry(&self->screen, NULL, &self->target, &fence,
				   0));
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	check_picture(_metadata, self->screen.drawn, &self->target);
}

TEST_F(picture, of_no_plane_is_black)
{
	struct screen *screen = &self->screen;
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	struct buffer black;
	int32_t fence;

	ASSERT_EQ(0, screen_source(screen, &black, 1));
	buffer_poison(&black, 0);
	ASSERT_EQ(0, request_add_plane(req, &screen->pipe, NULL));
	ASSERT_EQ(0, request_add_writeback(req, &screen->pipe, self->target.fb,
					   &fence));
	ASSERT_EQ(0, request_commit(&screen->card, req, 0));
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	check_picture(_metadata, &black, &self->target);
	buffer_destroy(&black);
}

/* Mode, plane and destination come in one commit. */
TEST_F(picture, of_the_first_frame_is_right)
{
	struct screen *screen = &self->screen;
	const struct buffer *source = screen_draw(screen, 7);
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	uint32_t blob;
	int32_t fence;

	ASSERT_EQ(0, screen_off(screen));
	ASSERT_EQ(0, drmModeCreatePropertyBlob(screen->card.fd, &screen->mode,
					       sizeof(screen->mode), &blob));
	ASSERT_EQ(0, request_add_mode(req, &screen->pipe, blob));
	ASSERT_EQ(0, request_add_plane(req, &screen->pipe, source));
	ASSERT_EQ(0, request_add_writeback(req, &screen->pipe, self->target.fb,
					   &fence));
	ASSERT_EQ(0, request_commit(&screen->card, req,
				    DRM_MODE_ATOMIC_ALLOW_MODESET));
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	check_picture(_metadata, source, &self->target);
}

/* Shows three more frames, none of which asks for writeback. */
static void show_more(struct __test_metadata *_metadata, struct screen *screen)
{
	unsigned int frame;

	for (frame = 100; frame < 103; frame++) {
		ASSERT_EQ(0, flip_retry(screen, screen_draw(screen, frame), 0));
		sleep_ms(50);
	}
}

TEST_F(picture, survives_commits_without_writeback)
{
	struct buffer drawn;

	ASSERT_EQ(0, screen_source(&self->screen, &drawn, 1));
	ASSERT_EQ(1, screen_capture(&self->screen, 1, &self->target));
	show_more(_metadata, &self->screen);
	check_picture(_metadata, &drawn, &self->target);
	buffer_destroy(&drawn);
}

TEST_F(picture, is_taken_once)
{
	ASSERT_EQ(1, screen_capture(&self->screen, 1, &self->target));
	buffer_poison(&self->target, POISON);
	show_more(_metadata, &self->screen);
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));

	/* Nor is the old destination written for a new one. */
	ASSERT_EQ(1, screen_capture(&self->screen, 2, &self->second));
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));
	check_picture(_metadata, self->screen.drawn, &self->second);
}

/* FB_ID 0 says in so many words: nothing. */
TEST_F(picture, is_not_taken_for_0)
{
	const struct buffer none = { .fb = 0 };

	ASSERT_EQ(1, screen_capture(&self->screen, 1, &self->target));
	buffer_poison(&self->target, POISON);
	ASSERT_EQ(0, capture_retry(&self->screen, screen_draw(&self->screen, 2),
				   &none, NULL, 0));
	sleep_ms(100);
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));
}

/* A mode set once more replays nothing. */
TEST_F(picture, is_not_taken_again_by_a_modeset)
{
	struct screen *screen = &self->screen;

	ASSERT_EQ(1, screen_capture(screen, 1, &self->target));
	buffer_poison(&self->target, POISON);
	ASSERT_EQ(0, screen_off(screen));
	ASSERT_EQ(0, screen_on(screen));
	sleep_ms(100);
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));
}

TEST_F(picture, is_not_taken_by_a_test)
{
	struct screen *screen = &self->screen;

	ASSERT_EQ(0, capture_retry(screen, screen_draw(screen, 1),
				   &self->target, NULL,
				   DRM_MODE_ATOMIC_TEST_ONLY));
	show_more(_metadata, screen);
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));
}

/* Without a fence, the next one tells that those before it are complete. */
TEST_F(picture, is_right_without_a_fence)
{
	struct screen *screen = &self->screen;
	unsigned int frame;

	for (frame = 1; frame <= 8; frame++) {
		const struct buffer *source = screen_draw(screen, frame);

		buffer_poison(&self->target, POISON);
		ASSERT_EQ(0, capture_retry(screen, source, &self->target, NULL,
					   0));
		ASSERT_EQ(1, screen_capture(screen, frame + 100,
					    &self->second));
		check_picture(_metadata, source, &self->target);
	}
}

TEST_HARNESS_MAIN
