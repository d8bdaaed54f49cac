// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writeback to buffers that others use: who waits for whom, without fences from
 * user space and with them.
 */

#include "kselftest_harness.h"
#include "atomic.h"
#include "clock.h"
#include "fence.h"
#include "sharing.h"
#include "screen.h"

/* Some frames. */
#define A_WHILE_MS 60

FIXTURE(sync) {
	struct screen screen;
	struct buffer target;
	int dmabuf;
	int timeline, other;		/* somebody else, and what he is at */
	uint32_t in_fence_fd;		/* a property */
};

FIXTURE_SETUP(sync)
{
	int ret = screen_open(&self->screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	self->timeline = timeline_open();
	if (self->timeline < 0)
		SKIP(return, "the kernel has no sw_sync");
	self->other = timeline_fence(self->timeline);
	ASSERT_LE(0, self->other);
	ASSERT_EQ(0, screen_target(&self->screen, &self->target, 0));
	self->dmabuf = buffer_export(&self->target);
	ASSERT_LE(0, self->dmabuf);
	self->in_fence_fd = card_property(&self->screen.card,
					  self->screen.pipe.connector.id,
					  DRM_MODE_OBJECT_CONNECTOR,
					  "WRITEBACK_IN_FENCE_FD", NULL);
	ASSERT_NE(0, self->in_fence_fd);
	ASSERT_EQ(0, screen_on(&self->screen));
}

FIXTURE_TEARDOWN(sync)
{
	timeline_step(self->timeline);
	screen_off(&self->screen);
	close(self->other);
	close(self->timeline);
	close(self->dmabuf);
	buffer_destroy(&self->target);
	screen_close(&self->screen);
}

/* A capture of @frame to @target with an in-fence: its fence or -errno. */
static int32_t start_to(FIXTURE_DATA(sync) *self, const struct buffer *target,
			unsigned int frame, int in_fence)
{
	const struct pipe *pipe = &self->screen.pipe;
	const struct buffer *drawn = screen_draw(&self->screen, frame);
	int32_t fence = -1;
	const struct setting settings[] = {
		{ pipe->connector.id, self->in_fence_fd, in_fence },
		{ pipe->connector.id, pipe->connector.fb_id, target->fb },
		{ pipe->connector.id, pipe->connector.out_fence_ptr,
		  (uintptr_t)&fence },
		{ pipe->plane.id, pipe->plane.fb_id, drawn->fb },
	};
	int ret;

	do
		ret = atomic_commit(&self->screen.card, settings, 4,
				    DRM_MODE_ATOMIC_NONBLOCK);
	while (ret == -EBUSY);
	return ret ? ret : fence;
}

static int32_t start(FIXTURE_DATA(sync) *self, unsigned int frame, int in_fence)
{
	return start_to(self, &self->target, frame, in_fence);
}

static void check_picture(struct __test_metadata *_metadata,
			  FIXTURE_DATA(sync) *self)
{
	const char *fault = picture_fault(self->screen.drawn, &self->target);

	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
}

/* The engine waits, and so does a reader of the buffer, until it is done. */
static void check_held_back(struct __test_metadata *_metadata,
			    FIXTURE_DATA(sync) *self, int32_t fence)
{
	ASSERT_LE(0, fence);
	EXPECT_EQ(-ETIMEDOUT, fence_wait(fence, A_WHILE_MS));
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));
	EXPECT_FALSE(dmabuf_readable(self->dmabuf, 0));

	ASSERT_EQ(0, timeline_step(self->timeline));
	EXPECT_TRUE(dmabuf_readable(self->dmabuf, PATIENCE_MS));
	check_picture(_metadata, self);
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
}

/*
 * Without fences from user space
 */

TEST_F(sync, starts_when_a_reader_has_finished)
{
	ASSERT_EQ(0, dmabuf_use(self->dmabuf, self->other, false));
	check_held_back(_metadata, self, start(self, 1, -1));
}

TEST_F(sync, starts_when_a_writer_has_finished)
{
	ASSERT_EQ(0, dmabuf_use(self->dmabuf, self->other, true));
	check_held_back(_metadata, self, start(self, 1, -1));
}

/* Others do not freeze the display for ever. */
TEST_F(sync, gives_up_on_a_user_who_never_finishes)
{
	uint64_t begin = clock_us();
	int32_t fence;

	ASSERT_EQ(0, dmabuf_use(self->dmabuf, self->other, false));
	fence = start(self, 1, -1);
	ASSERT_LE(0, fence);
	EXPECT_EQ(-ETIMEDOUT, fence_result(fence, PATIENCE_MS));
	EXPECT_GE(PATIENCE_MS / 2, (int)((clock_us() - begin) / 1000));
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));

	ASSERT_EQ(0, timeline_step(self->timeline));
	EXPECT_EQ(1, screen_capture(&self->screen, 2, &self->target));
	check_picture(_metadata, self);
}

TEST_F(sync, lets_readers_in_after_each_picture)
{
	unsigned int frame;

	for (frame = 1; frame <= 10; frame++) {
		int32_t fence = start(self, frame, -1);

		ASSERT_LE(0, fence);
		ASSERT_TRUE(dmabuf_readable(self->dmabuf, PATIENCE_MS));
		check_picture(_metadata, self);
		EXPECT_EQ(1, fence_result(fence, 0));
	}
}

/* What is shown in the picture is what was in the buffer before. */
TEST_F(sync, of_a_buffer_that_is_shown_and_written_in_one_commit)
{
	struct screen *screen = &self->screen;
	struct buffer both;
	int32_t fence = -1;

	if (!pipe_has_format(&screen->pipe, screen->drawn->format->fourcc))
		SKIP(return, "no format for both");
	ASSERT_EQ(0, screen_source(screen, &both, 3));
	ASSERT_EQ(0, capture_retry(screen, &both, &both, &fence,
				   DRM_MODE_ATOMIC_NONBLOCK));
	EXPECT_EQ(1, fence_result(fence, 1000));
	EXPECT_EQ(0, flip_retry(screen, screen->drawn, 0));
	buffer_destroy(&both);
}

/* A picture that is still being written is shown when it is complete. */
TEST_F(sync, of_a_buffer_that_is_shown_next)
{
	struct screen *screen = &self->screen;
	int32_t first, second = -1;
	struct buffer next;

	if (!pipe_has_format(&screen->pipe, screen->drawn->format->fourcc))
		SKIP(return, "no format for both");
	ASSERT_EQ(0, screen_source(screen, &next, 3));
	first = start_to(self, &next, 4, self->other);
	ASSERT_LE(0, first);
	ASSERT_EQ(0, timeline_step(self->timeline));
	ASSERT_EQ(0, capture_retry(screen, &next, &self->target, &second,
				   DRM_MODE_ATOMIC_NONBLOCK));
	EXPECT_EQ(1, fence_result(second, PATIENCE_MS));
	EXPECT_EQ(1, fence_result(first, 0));
	check_picture(_metadata, self);
	EXPECT_EQ(0, flip_retry(screen, screen->drawn, 0));
	buffer_destroy(&next);
}

TEST_F(sync, of_a_test_leaves_the_buffer_alone)
{
	struct screen *screen = &self->screen;
	int32_t fence;

	ASSERT_EQ(0, commit_capture(&screen->card, &screen->pipe, NULL,
				    &self->target, &fence,
				    DRM_MODE_ATOMIC_TEST_ONLY));
	EXPECT_TRUE(dmabuf_readable(self->dmabuf, 0));
}

/*
 * With a fence from user space
 */

TEST_F(sync, starts_when_the_in_fence_signals)
{
	check_held_back(_metadata, self, start(self, 1, self->other));
}

TEST_F(sync, with_an_in_fence_does_not_wait_for_others)
{
	int timeline = timeline_open(), signalled = timeline_fence(timeline);
	int32_t fence;

	ASSERT_EQ(0, timeline_step(timeline));
	ASSERT_EQ(0, dmabuf_use(self->dmabuf, self->other, true));
	fence = start(self, 1, signalled);
	ASSERT_LE(0, fence);
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	check_picture(_metadata, self);
	close(signalled);
	close(timeline);
}

TEST_F(sync, gives_up_on_an_in_fence_that_never_signals)
{
	int32_t fence = start(self, 1, self->other);

	ASSERT_LE(0, fence);
	EXPECT_EQ(-ETIMEDOUT, fence_result(fence, PATIENCE_MS));
	EXPECT_EQ(0, buffer_damage(&self->target, POISON));
}

TEST_F(sync, applies_an_in_fence_to_one_commit)
{
	uint64_t value = 0;
	int32_t fence = start(self, 1, self->other);

	ASSERT_LE(0, fence);
	card_property(&self->screen.card, self->screen.pipe.connector.id,
		      DRM_MODE_OBJECT_CONNECTOR, "WRITEBACK_IN_FENCE_FD", &value);
	EXPECT_EQ(-1, (int64_t)value);
	ASSERT_EQ(0, timeline_step(self->timeline));
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	EXPECT_EQ(1, screen_capture(&self->screen, 2, &self->target));
}

/* What a commit may say of the in-fence. */
struct words {
	const char *name;
	enum { NOTHING, FB, OTHER, NONE, BAD, NO_FILE } words[4];
	int verdict;
	bool waits;
};

static const struct words table[] = {
	{ "fence, then fb", { OTHER, FB }, 0, true },
	{ "fb, then fence", { FB, OTHER }, 0, true },
	{ "fence twice", { FB, OTHER, OTHER }, 0, true },
	{ "fence withdrawn", { FB, OTHER, NONE }, 0, false },
	{ "none", { FB, NONE }, 0, false },
	{ "none without fb", { NONE }, 0, false },
	{ "fence without fb", { OTHER }, -EINVAL, false },
	{ "fence withdrawn without fb", { OTHER, NONE }, 0, false },
	{ "no sync_file", { FB, BAD }, -EINVAL, false },
	{ "no file", { FB, NO_FILE }, -EINVAL, false },
};

static int commit_words(FIXTURE_DATA(sync) *self, const struct words *row,
			uint32_t flags)
{
	const struct pipe *pipe = &self->screen.pipe;
	const uint32_t conn = pipe->connector.id, prop = self->in_fence_fd;
	const struct setting meaning[] = {
		[FB] = { conn, pipe->connector.fb_id, self->target.fb },
		[OTHER] = { conn, prop, self->other },
		[NONE] = { conn, prop, -1 },
		[BAD] = { conn, prop, self->dmabuf },
		[NO_FILE] = { conn, prop, 1 << 20 },
	};
	struct setting settings[4];
	unsigned int n;

	for (n = 0; n < 4 && row->words[n]; n++)
		settings[n] = meaning[row->words[n]];
	return atomic_commit(&self->screen.card, settings, n, flags);
}

TEST_F(sync, accepts_in_fences_that_make_sense)
{
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct words *row = &table[i];

		EXPECT_EQ(row->verdict,
			  commit_words(self, row, DRM_MODE_ATOMIC_TEST_ONLY))
			TH_LOG("%s, as a test", row->name);
		EXPECT_TRUE(dmabuf_readable(self->dmabuf, 0));
		if (row->waits)
			continue;
		EXPECT_EQ(row->verdict, commit_words(self, row, 0))
			TH_LOG("%s", row->name);
		EXPECT_TRUE(dmabuf_readable(self->dmabuf, PATIENCE_MS))
			TH_LOG("%s", row->name);
	}
}

/* Commits that wait: the commit before each has to be over. */
TEST_F(sync, waits_for_the_in_fence_wherever_it_stands)
{
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (!table[i].waits)
			continue;
		close(self->other);
		close(self->timeline);
		self->timeline = timeline_open();
		self->other = timeline_fence(self->timeline);
		ASSERT_LE(0, self->other);
		while (commit_words(self, &table[i], DRM_MODE_ATOMIC_NONBLOCK) ==
		       -EBUSY)
			;
		EXPECT_FALSE(dmabuf_readable(self->dmabuf, A_WHILE_MS))
			TH_LOG("%s", table[i].name);
		ASSERT_EQ(0, timeline_step(self->timeline));
		EXPECT_TRUE(dmabuf_readable(self->dmabuf, PATIENCE_MS))
			TH_LOG("%s", table[i].name);
	}
}

TEST_HARNESS_MAIN
