// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which commits the kernel accepts. A table of requests, each tried as a test
 * and for real: same verdict, -1 in the fence variable unless a fence is due,
 * no file descriptor lost, nothing written by what was refused.
 */

#include <dirent.h>

#include "kselftest_harness.h"
#include "request.h"

FIXTURE(commit) {
	struct bench bench;
	unsigned int fds;
};

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

FIXTURE_SETUP(commit)
{
	int ret = bench_open(&self->bench);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	self->fds = count_fds();
}

FIXTURE_TEARDOWN(commit)
{
	EXPECT_EQ(self->fds, count_fds());
	bench_close(&self->bench);
}

static void check_fence(struct __test_metadata *_metadata, const char *text,
			const struct row *row, enum word word, int32_t fence,
			bool due)
{
	int idle = row_sets(row, word) ? -1 : UNTOUCHED;

	if (due) {
		EXPECT_EQ(1, fence_result(fence, PATIENCE_MS))
			TH_LOG("%s: %s", text, word_names[word]);
	} else {
		EXPECT_EQ(idle, fence)
			TH_LOG("%s: %s", text, word_names[word]);
	}
}

/* Has nothing been written where nothing may be? */
static void check_targets(struct __test_metadata *_metadata,
			  const struct bench *bench, const char *text)
{
	EXPECT_EQ(0, buffer_damage(&bench->target, POISON))
		TH_LOG("%s: FB was written", text);
	EXPECT_EQ(0, buffer_damage(&bench->target_2, POISON))
		TH_LOG("%s: FB_2 was written", text);
}

/* A later picture is complete: so are those before it. */
static void wait_until_written(struct __test_metadata *_metadata,
			       struct bench *bench)
{
	int32_t fence;

	ASSERT_EQ(0, capture_retry(&bench->screen, NULL, &bench->later, &fence,
				   0));
	ASSERT_EQ(1, fence_result(fence, PATIENCE_MS));
}

static void try_test(struct __test_metadata *_metadata, struct bench *bench,
		     const struct row *row, const char *text)
{
	EXPECT_EQ(row->verdict,
		  bench_try(bench, row, DRM_MODE_ATOMIC_TEST_ONLY))
		TH_LOG("%s: as a test", text);
	check_fence(_metadata, text, row, FENCE, bench->fence, false);
	check_fence(_metadata, text, row, FENCE_2, bench->fence_2, false);
	check_targets(_metadata, bench, text);
}

static void try_real(struct __test_metadata *_metadata, struct bench *bench,
		     const struct row *row, const char *text)
{
	enum word due = row->verdict ? END : row_last_fence(row);

	EXPECT_EQ(row->verdict, bench_try(bench, row, 0))
		TH_LOG("%s: for real", text);
	check_fence(_metadata, text, row, FENCE, bench->fence, due == FENCE);
	check_fence(_metadata, text, row, FENCE_2, bench->fence_2,
		    due == FENCE_2);
	if (row->verdict)
		check_targets(_metadata, bench, text);
	else if (row_writes(row))
		wait_until_written(_metadata, bench);
}

static void try_both(struct __test_metadata *_metadata, struct bench *bench,
		     const struct row *row)
{
	char text[128];

	row_describe(row, text, sizeof(text));
	buffer_poison(&bench->target, POISON);
	buffer_poison(&bench->target_2, POISON);
	try_test(_metadata, bench, row, text);
	try_real(_metadata, bench, row, text);
}

static void try_rows(struct __test_metadata *_metadata, struct bench *bench,
		     const struct row *rows, unsigned int n)
{
	while (n--)
		try_both(_metadata, bench, rows++);
}

TEST_F(commit, with_a_framebuffer_is_accepted)
{
	static const struct row rows[] = {
		{ { FB } },
		{ { FB, FENCE } },
		{ { FENCE, FB } },
		{ { FB, FENCE_0 } },
		{ { FENCE_0, FB } },
	};

	try_rows(_metadata, &self->bench, rows, ARRAY_SIZE(rows));
}

TEST_F(commit, without_a_framebuffer_is_accepted)
{
	static const struct row rows[] = {
		{ { FB_0 } },
		{ { FENCE_0 } },
		{ { FB_0, FENCE_0 } },
		{ { FENCE_0, FB_0 } },
		{ { CRTC, MODE, ON } },
		{ { NO_CRTC, NO_MODE, OFF } },
		{ { FB_0, FENCE_0 } },
		{ { CRTC, MODE, OFF } },
		{ { FB_0, FENCE_0 } },
	};

	try_rows(_metadata, &self->bench, rows, ARRAY_SIZE(rows));
}

TEST_F(commit, fence_without_a_framebuffer_is_refused)
{
	static const struct row rows[] = {
		{ { FENCE }, -EINVAL },
		{ { FB_0, FENCE }, -EINVAL },
		{ { FENCE, FB_0 }, -EINVAL },
		{ { CRTC, MODE, ON, FENCE }, -EINVAL },
	};

	try_rows(_metadata, &self->bench, rows, ARRAY_SIZE(rows));
}

TEST_F(commit, fence_pointer_has_to_be_writable)
{
	static const struct row rows[] = {
		{ { FB, FENCE_RDONLY }, -EFAULT },
		{ { FENCE_RDONLY, FB }, -EFAULT },
		{ { FB, FENCE_UNMAPPED }, -EFAULT },
		{ { FENCE_UNMAPPED, FB }, -EFAULT },
		{ { FB, FENCE_KERNEL }, -EFAULT },
		{ { FENCE_KERNEL, FB }, -EFAULT },
		{ { FB, FENCE_LAST }, -EFAULT },
		{ { FENCE, FENCE_RDONLY, FB }, -EFAULT },
		{ { FENCE_RDONLY, FENCE, FB }, -EFAULT },
	};

	try_rows(_metadata, &self->bench, rows, ARRAY_SIZE(rows));
}

TEST_F(commit, fb_id_has_to_be_a_framebuffer)
{
	static const struct row rows[] = {
		{ { FB_CRTC }, -EINVAL },
		{ { FB_BLOB }, -EINVAL },
		{ { FB_GONE }, -EINVAL },
		{ { FB_CRTC, FENCE }, -EINVAL },
		{ { FENCE, FB_CRTC }, -EINVAL },
		{ { FENCE, FB_BLOB }, -EINVAL },
		{ { FENCE, FB_GONE }, -EINVAL },
		{ { FENCE, FB, FB_GONE }, -EINVAL },
	};

	try_rows(_metadata, &self->bench, rows, ARRAY_SIZE(rows));
}

TEST_F(commit, framebuffer_has_to_fit_the_mode)
{
	static const struct row rows[] = {
		{ { FB_NARROW }, -EINVAL },
		{ { FB_LOW }, -EINVAL },
		{ { FB_WIDE }, -EINVAL },
		{ { FB_NARROW, FENCE }, -EINVAL },
		{ { FENCE, FB_LOW }, -EINVAL },
		{ { FENCE, FB, FB_WIDE }, -EINVAL },
	};

	try_rows(_metadata, &self->bench, rows, ARRAY_SIZE(rows));
}

/* The last value counts, and what was set before leaves no trace. */
TEST_F(commit, may_set_a_property_twice)
{
	static const struct row rows[] = {
		{ { FB, FB_0 } },
		{ { FB, FB_0, FENCE }, -EINVAL },
		{ { FENCE, FB, FB_0 }, -EINVAL },
		{ { FB_0, FB, FENCE } },
		{ { FENCE_0, FENCE, FB } },
		{ { FENCE, FENCE_0 } },
		{ { FENCE, FENCE_0, FB_0 } },
		{ { FENCE, FENCE_0, FB } },
		{ { FENCE, FB, FENCE_0 } },
		{ { FENCE, FENCE_2, FB } },
		{ { FENCE_2, FB, FENCE } },
		{ { FENCE, FENCE_2 }, -EINVAL },
		{ { FB_NARROW, FB, FENCE } },
	};

	try_rows(_metadata, &self->bench, rows, ARRAY_SIZE(rows));
}

TEST_F(commit, last_framebuffer_is_written)
{
	static const struct row rows[] = {
		{ { FB, FB_2, FENCE } },
		{ { FB, FENCE, FB_0, FB_2 } },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		try_both(_metadata, &self->bench, &rows[i]);
		EXPECT_EQ(0, buffer_damage(&self->bench.target, POISON));
		EXPECT_NE(0, buffer_damage(&self->bench.target_2, POISON));
	}
}

/* Visits @row with its words from @at to @n in every order. */
static void permute(struct __test_metadata *_metadata, struct bench *bench,
		    struct row *row, unsigned int at, unsigned int n,
		    void (*visit)(struct __test_metadata *_metadata,
				  struct bench *bench, const struct row *row))
{
	unsigned int i;

	if (at == n)
		visit(_metadata, bench, row);
	for (i = at; i < n; i++) {
		enum word word = row->words[i];

		row->words[i] = row->words[at];
		row->words[at] = word;
		permute(_metadata, bench, row, at + 1, n, visit);
		row->words[at] = row->words[i];
		row->words[i] = word;
	}
}

static void try_from_off(struct __test_metadata *_metadata, struct bench *bench,
			 const struct row *row)
{
	EXPECT_EQ(0, screen_off(&bench->screen));
	try_both(_metadata, bench, row);
}

TEST_F_TIMEOUT(commit, with_all_at_once_is_accepted_in_any_order, 120)
{
	struct row row = { { CRTC, MODE, ON, FB, FENCE } };

	permute(_metadata, &self->bench, &row, 0, 5, try_from_off);
}

TEST_F(commit, framebuffer_on_an_inactive_crtc_is_refused_in_any_order)
{
	struct row row = { { CRTC, MODE, OFF, FB, FENCE }, -EINVAL };

	permute(_metadata, &self->bench, &row, 0, 5, try_both);
	ASSERT_EQ(0, screen_off(&self->bench.screen));
	permute(_metadata, &self->bench, &row, 0, 5, try_both);
}

TEST_F(commit, framebuffer_without_a_crtc_is_refused_in_any_order)
{
	struct row row = { { NO_CRTC, NO_MODE, OFF, FB, FENCE }, -EINVAL };

	permute(_metadata, &self->bench, &row, 0, 5, try_both);
	ASSERT_EQ(0, screen_off(&self->bench.screen));
	permute(_metadata, &self->bench, &row, 0, 5, try_both);
}

TEST_F(commit, framebuffer_while_off_is_refused)
{
	static const struct row detached[] = {
		{ { FB }, -EINVAL },
		{ { FB, FENCE }, -EINVAL },
		{ { FENCE, FB }, -EINVAL },
	};
	static const struct row inactive[] = {
		{ { CRTC, MODE, OFF } },
		{ { FB }, -EINVAL },
		{ { FB, FENCE }, -EINVAL },
		{ { FENCE, FB }, -EINVAL },
		{ { ON, FB, FENCE } },
	};

	ASSERT_EQ(0, screen_off(&self->bench.screen));
	try_rows(_metadata, &self->bench, detached, ARRAY_SIZE(detached));
	try_rows(_metadata, &self->bench, inactive, ARRAY_SIZE(inactive));
}

/* A format of the planes that the connector does not offer, if there is one. */
TEST_F(commit, format_has_to_be_offered)
{
	const struct screen *screen = &self->bench.screen;
	const struct pipe *pipe = &screen->pipe;
	static const struct row rows[] = {
		{ { FB }, -EINVAL },
		{ { FENCE, FB }, -EINVAL },
		{ { FB, FENCE }, -EINVAL },
	};
	struct buffer buffer;
	unsigned int i, tried = 0;

	for (i = 0; i < pipe->n_plane_formats; i++) {
		const struct format *format;

		format = format_find(pipe->plane_formats[i]);
		if (!format || pipe_has_format(pipe, format->fourcc) ||
		    buffer_create(&buffer, &screen->card, format,
				  screen->picture.width,
				  screen->picture.height, NULL))
			continue;
		self->bench.settings[FB].value = buffer.fb;
		try_rows(_metadata, &self->bench, rows, ARRAY_SIZE(rows));
		buffer_destroy(&buffer);
		tried++;
	}
	if (!tried)
		SKIP(return, "every format of the plane can be captured");
}

TEST_HARNESS_MAIN
