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

struct scene {
	struct screen screen;
	struct buffer target;
	int dmabuf;
	int timeline, other;		/* somebody else, and what he is at */
	uint32_t in_fence_fd;		/* a property */
};

FIXTURE(sync) {
	struct scene scene;
};

FIXTURE_SETUP(sync)
{
	int ret = screen_open(&self->scene.screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	self->scene.timeline = timeline_open();
	if (self->scene.timeline < 0)
		SKIP(return, "the kernel has no sw_sync");
	self->scene.other = timeline_fence(self->scene.timeline);
	ASSERT_LE(0, self->scene.other);
	ASSERT_EQ(0, screen_target(&self->scene.screen, &self->scene.target, 0));
	self->scene.dmabuf = buffer_export(&self->scene.target);
	ASSERT_LE(0, self->scene.dmabuf);
	self->scene.in_fence_fd = card_property(&self->scene.screen.card,
						self->scene.screen.pipe.connector.id,
						DRM_MODE_OBJECT_CONNECTOR,
						"WRITEBACK_IN_FENCE_FD", NULL);
	ASSERT_NE(0, self->scene.in_fence_fd);
	ASSERT_EQ(0, screen_on(&self->scene.screen));
}

FIXTURE_TEARDOWN(sync)
{
	timeline_step(self->scene.timeline);
	screen_off(&self->scene.screen);
	close(self->scene.other);
	close(self->scene.timeline);
	close(self->scene.dmabuf);
	buffer_destroy(&self->scene.target);
	screen_close(&self->scene.screen);
}

/* A capture of @frame to @target with an in-fence: its fence or -errno. */
static int32_t start_to(struct scene *scene, const struct buffer *target,
			unsigned int frame, int in_fence)
{
	const struct pipe *pipe = &scene->screen.pipe;
	const struct buffer *drawn = screen_draw(&scene->screen, frame);
	int32_t fence = -1;
	const struct setting settings[] = {
		{ pipe->connector.id, scene->in_fence_fd, in_fence },
		{ pipe->connector.id, pipe->connector.fb_id, target->fb },
		{ pipe->connector.id, pipe->connector.out_fence_ptr,
		  (uintptr_t)&fence },
		{ pipe->plane.id, pipe->plane.fb_id, drawn->fb },
	};
	int ret;

	do
		ret = atomic_commit(&scene->screen.card, settings, 4,
				    DRM_MODE_ATOMIC_NONBLOCK);
	while (ret == -EBUSY);
	return ret ? ret : fence;
}

static int32_t start(struct scene *scene, unsigned int frame, int in_fence)
{
	return start_to(scene, &scene->target, frame, in_fence);
}

static void check_picture(struct __test_metadata *_metadata,
			  struct scene *scene)
{
	const char *fault = picture_fault(scene->screen.drawn, &scene->target);

	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
}

/* The engine waits, and so does a reader of the buffer, until it is done. */
static void check_held_back(struct __test_metadata *_metadata,
			    struct scene *scene, int32_t fence)
{
	ASSERT_LE(0, fence);
	EXPECT_EQ(-ETIMEDOUT, fence_wait(fence, A_WHILE_MS));
	EXPECT_EQ(0, buffer_damage(&scene->target, POISON));
	EXPECT_FALSE(dmabuf_readable(scene->dmabuf, 0));

	ASSERT_EQ(0, timeline_step(scene->timeline));
	EXPECT_TRUE(dmabuf_readable(scene->dmabuf, PATIENCE_MS));
	check_picture(_metadata, scene);
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
}

/*
 * Without fences from user space
 */

TEST_F(sync, starts_when_a_reader_has_finished)
{
	ASSERT_EQ(0, dmabuf_use(self->scene.dmabuf, self->scene.other, false));
	check_held_back(_metadata, &self->scene, start(&self->scene, 1, -1));
}

TEST_F(sync, starts_when_a_writer_has_finished)
{
	ASSERT_EQ(0, dmabuf_use(self->scene.dmabuf, self->scene.other, true));
	check_held_back(_metadata, &self->scene, start(&self->scene, 1, -1));
}

/* Others do not freeze the display for ever. */
TEST_F(sync, gives_up_on_a_user_who_never_finishes)
{
	uint64_t begin = clock_us();
	int32_t fence;

	ASSERT_EQ(0, dmabuf_use(self->scene.dmabuf, self->scene.other, false));
	fence = start(&self->scene, 1, -1);
	ASSERT_LE(0, fence);
	EXPECT_EQ(-ETIMEDOUT, fence_result(fence, PATIENCE_MS));
	EXPECT_GE(PATIENCE_MS / 2, (int)((clock_us() - begin) / 1000));
	EXPECT_EQ(0, buffer_damage(&self->scene.target, POISON));

	ASSERT_EQ(0, timeline_step(self->scene.timeline));
	EXPECT_EQ(1, screen_capture(&self->scene.screen, 2, &self->scene.target));
	check_picture(_metadata, &self->scene);
}

TEST_F(sync, lets_readers_in_after_each_picture)
{
	unsigned int frame;

	for (frame = 1; frame <= 10; frame++) {
		int32_t fence = start(&self->scene, frame, -1);

		ASSERT_LE(0, fence);
		ASSERT_TRUE(dmabuf_readable(self->scene.dmabuf, PATIENCE_MS));
		check_picture(_metadata, &self->scene);
		EXPECT_EQ(1, fence_result(fence, 0));
	}
}

/* What is shown in the picture is what was in the buffer before. */
TEST_F(sync, of_a_buffer_that_is_shown_and_written_in_one_commit)
{
	struct screen *screen = &self->scene.screen;
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
	struct screen *screen = &self->scene.screen;
	int32_t first, second = -1;
	struct buffer next;

	if (!pipe_has_format(&screen->pipe, screen->drawn->format->fourcc))
		SKIP(return, "no format for both");
	ASSERT_EQ(0, screen_source(screen, &next, 3));
	first = start_to(&self->scene, &next, 4, self->scene.other);
	ASSERT_LE(0, first);
	ASSERT_EQ(0, timeline_step(self->scene.timeline));
	ASSERT_EQ(0, capture_retry(screen, &next, &self->scene.target, &second,
				   DRM_MODE_ATOMIC_NONBLOCK));
	EXPECT_EQ(1, fence_result(second, PATIENCE_MS));
	EXPECT_EQ(1, fence_result(first, 0));
	check_picture(_metadata, &self->scene);
	EXPECT_EQ(0, flip_retry(screen, screen->drawn, 0));
	buffer_destroy(&next);
}

TEST_F(sync, of_a_test_leaves_the_buffer_alone)
{
	struct screen *screen = &self->scene.screen;
	int32_t fence;

	ASSERT_EQ(0, commit_capture(&screen->card, &screen->pipe, NULL,
				    &self->scene.target, &fence,
				    DRM_MODE_ATOMIC_TEST_ONLY));
	EXPECT_TRUE(dmabuf_readable(self->scene.dmabuf, 0));
}

/*
 * With a fence from user space
 */

TEST_F(sync, starts_when_the_in_fence_signals)
{
	check_held_back(_metadata, &self->scene, start(&self->scene, 1, self->scene.other));
}

TEST_F(sync, with_an_in_fence_does_not_wait_for_others)
{
	int timeline = timeline_open(), signalled = timeline_fence(timeline);
	int32_t fence;

	ASSERT_EQ(0, timeline_step(timeline));
	ASSERT_EQ(0, dmabuf_use(self->scene.dmabuf, self->scene.other, true));
	fence = start(&self->scene, 1, signalled);
	ASSERT_LE(0, fence);
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	check_picture(_metadata, &self->scene);
	close(signalled);
	close(timeline);
}

TEST_F(sync, gives_up_on_an_in_fence_that_never_signals)
{
	int32_t fence = start(&self->scene, 1, self->scene.other);

	ASSERT_LE(0, fence);
	EXPECT_EQ(-ETIMEDOUT, fence_result(fence, PATIENCE_MS));
	EXPECT_EQ(0, buffer_damage(&self->scene.target, POISON));
}

TEST_F(sync, applies_an_in_fence_to_one_commit)
{
	uint64_t value = 0;
	int32_t fence = start(&self->scene, 1, self->scene.other);

	ASSERT_LE(0, fence);
	card_property(&self->scene.screen.card, self->scene.screen.pipe.connector.id,
		      DRM_MODE_OBJECT_CONNECTOR, "WRITEBACK_IN_FENCE_FD", &value);
	EXPECT_EQ(-1, (int64_t)value);
	ASSERT_EQ(0, timeline_step(self->scene.timeline));
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	EXPECT_EQ(1, screen_capture(&self->scene.screen, 2, &self->scene.target));
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

static int commit_words(struct scene *scene, const struct words *row,
			uint32_t flags)
{
	const struct pipe *pipe = &scene->screen.pipe;
	const uint32_t conn = pipe->connector.id, prop = scene->in_fence_fd;
	const struct setting meaning[] = {
		[FB] = { conn, pipe->connector.fb_id, scene->target.fb },
		[OTHER] = { conn, prop, scene->other },
		[NONE] = { conn, prop, -1 },
		[BAD] = { conn, prop, scene->dmabuf },
		[NO_FILE] = { conn, prop, 1 << 20 },
	};
	struct setting settings[4];
	unsigned int n;

	for (n = 0; n < 4 && row->words[n]; n++)
		settings[n] = meaning[row->words[n]];
	return atomic_commit(&scene->screen.card, settings, n, flags);
}

TEST_F(sync, accepts_in_fences_that_make_sense)
{
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct words *row = &table[i];

		EXPECT_EQ(row->verdict,
			  commit_words(&self->scene, row, DRM_MODE_ATOMIC_TEST_ONLY))
			TH_LOG("%s, as a test", row->name);
		EXPECT_TRUE(dmabuf_readable(self->scene.dmabuf, 0));
		if (row->waits)
			continue;
		EXPECT_EQ(row->verdict, commit_words(&self->scene, row, 0))
			TH_LOG("%s", row->name);
		EXPECT_TRUE(dmabuf_readable(self->scene.dmabuf, PATIENCE_MS))
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
		close(self->scene.other);
		close(self->scene.timeline);
		self->scene.timeline = timeline_open();
		self->scene.other = timeline_fence(self->scene.timeline);
		ASSERT_LE(0, self->scene.other);
		while (commit_words(&self->scene, &table[i], DRM_MODE_ATOMIC_NONBLOCK) ==
		       -EBUSY)
			;
		EXPECT_FALSE(dmabuf_readable(self->scene.dmabuf, A_WHILE_MS))
			TH_LOG("%s", table[i].name);
		ASSERT_EQ(0, timeline_step(self->scene.timeline));
		EXPECT_TRUE(dmabuf_readable(self->scene.dmabuf, PATIENCE_MS))
			TH_LOG("%s", table[i].name);
	}
}

TEST_HARNESS_MAIN
