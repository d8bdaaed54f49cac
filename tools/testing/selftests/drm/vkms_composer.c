// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the composer of vkms makes of a commit: the picture of that commit, of
 * nothing else, and nothing beside the picture.
 */

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>

#include <drm_fourcc.h>

#include "kselftest_harness.h"
#include "atomic.h"
#include "crc.h"
#include "screen.h"

/* After its commit has returned. */
#define SOON_MS 1000

FIXTURE(composer) {
	struct screen screen;
	struct buffer target, expected;
};

FIXTURE_SETUP(composer)
{
	struct screen *screen = &self->screen;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	if (strcmp(screen->card.driver, "vkms"))
		SKIP(return, "%s is not vkms", screen->card.path);
	ASSERT_EQ(0, screen_target(screen, &self->target, 0));
	ASSERT_EQ(0, screen_source(screen, &self->expected, 0));
	ASSERT_EQ(0, screen_on(screen));
}

FIXTURE_TEARDOWN(composer)
{
	buffer_destroy(&self->target);
	buffer_destroy(&self->expected);
	screen_close(&self->screen);
}

static void check_picture(struct __test_metadata *_metadata,
			  const struct buffer *expected,
			  const struct buffer *target)
{
	const char *fault = picture_fault(expected, target);

	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
}

/* Captures what is shown, and compares it. */
static void check_capture(struct __test_metadata *_metadata,
			  struct screen *screen, struct buffer *target,
			  const struct buffer *expected)
{
	int32_t fence;

	buffer_poison(target, POISON);
	ASSERT_EQ(0, capture_retry(screen, NULL, target, &fence, 0));
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	check_picture(_metadata, expected, target);
}

/* Each row is where it belongs. */

static int rotate(const struct screen *screen, uint32_t plane,
		  uint64_t rotation)
{
	const struct setting setting = {
		plane,
		card_property(&screen->card, plane, DRM_MODE_OBJECT_PLANE,
			      "rotation", NULL),
		rotation
	};

	return atomic_commit(&screen->card, &setting, 1, 0);
}

static void turn_over(const struct buffer *source, struct buffer *turned)
{
	unsigned int y;

	for (y = 0; y < source->height; y++)
		memcpy(buffer_row(turned, 0, y),
		       buffer_row(source, 0, source->height - 1 - y),
		       source->plane[0].row_bytes);
}

TEST_F(composer, turns_over_what_is_reflected)
{
	struct screen *screen = &self->screen;
	uint32_t plane = screen->pipe.plane.id;

	turn_over(screen->drawn, &self->expected);
	ASSERT_EQ(0, rotate(screen, plane,
			    DRM_MODE_ROTATE_0 | DRM_MODE_REFLECT_Y));
	check_capture(_metadata, screen, &self->target, &self->expected);
	EXPECT_EQ(0, rotate(screen, plane, DRM_MODE_ROTATE_0));
}

/* What is shown is far from the start of its buffer. */
TEST_F(composer, finds_a_picture_at_an_offset)
{
	const struct buffer_guard guard = { .rows = 32 };
	struct screen *screen = &self->screen;
	struct buffer source;

	ASSERT_EQ(0, buffer_create(&source, &screen->card,
				   screen->drawn->format,
				   screen->picture.width,
				   screen->picture.height, &guard));
	ASSERT_EQ(0, picture_draw(&screen->picture, 1, &source));
	ASSERT_EQ(0, flip_retry(screen, &source, 0));
	check_capture(_metadata, screen, &self->target, &source);
	EXPECT_EQ(0, flip_retry(screen, screen->drawn, 0));
	buffer_destroy(&source);
}

/* Colours: @blob 0 for those of the picture. */
static int set_colours(const struct screen *screen, uint32_t blob)
{
	uint32_t crtc = screen->pipe.crtc.id;
	const struct setting setting = {
		crtc,
		card_property(&screen->card, crtc, DRM_MODE_OBJECT_CRTC,
			      "GAMMA_LUT", NULL),
		blob
	};

	return atomic_commit(&screen->card, &setting, 1, 0);
}

/* The next commit makes all black before the picture is composed. */
TEST_F(composer, takes_the_colours_of_its_commit)
{
	static const struct drm_color_lut black[256];
	struct screen *screen = &self->screen;
	unsigned int frame;
	uint32_t blob;

	ASSERT_EQ(0, drmModeCreatePropertyBlob(screen->card.fd, black,
					       sizeof(black), &blob));
	for (frame = 1; frame <= 4; frame++) {
		int32_t fence;

		ASSERT_EQ(0, capture_retry(screen, screen_draw(screen, frame),
					   &self->target, &fence,
					   DRM_MODE_ATOMIC_NONBLOCK));
		ASSERT_EQ(0, set_colours(screen, blob));
		EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
		check_picture(_metadata, screen->drawn, &self->target);
		ASSERT_EQ(0, set_colours(screen, 0));
	}

	ASSERT_EQ(0, set_colours(screen, blob));
	buffer_poison(&self->expected, 0);
	check_capture(_metadata, screen, &self->target, &self->expected);
	EXPECT_EQ(0, set_colours(screen, 0));
	drmModeDestroyPropertyBlob(screen->card.fd, blob);
}

/* Captures, and somebody who reads CRCs, for which the composer runs too. */

static void check_crcs_come(struct __test_metadata *_metadata, int crcs,
			    const char *when)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		ASSERT_LT(0, crc_wait(crcs, SOON_MS))
			TH_LOG("no CRC %u %s", i, when);
}

TEST_F(composer, goes_on_with_crcs_after_a_capture)
{
	struct screen *screen = &self->screen;
	int crcs = crc_open(screen);

	if (crcs == -ENOENT)
		SKIP(return, "the card has no CRCs in debugfs");
	ASSERT_LE(0, crcs);
	check_crcs_come(_metadata, crcs, "before");
	EXPECT_EQ(1, screen_capture(screen, 1, &self->target));
	/* The job is cleaned up soon, what came until then is not meant. */
	sleep_ms(100);
	crc_skip(crcs);
	check_crcs_come(_metadata, crcs, "after");
	close(crcs);
}

TEST_F(composer, goes_on_with_a_capture_after_crcs)
{
	const struct mode_wish slow = { 640, 480, 10 };
	struct screen *screen = &self->screen;
	int32_t fence;
	int crcs;

	screen_wish(screen, &slow);
	ASSERT_EQ(0, screen_on(screen));
	crcs = crc_open(screen);
	if (crcs == -ENOENT)
		SKIP(return, "the card has no CRCs in debugfs");
	ASSERT_LE(0, crcs);
	ASSERT_EQ(0, capture_retry(screen, screen_draw(screen, 1),
				   &self->target, &fence,
				   DRM_MODE_ATOMIC_NONBLOCK));
	/* The commit has reached the composer, the next vblank has not. */
	sleep_ms(20);
	close(crcs);
	EXPECT_EQ(1, fence_result(fence, SOON_MS));
	check_picture(_metadata, screen->drawn, &self->target);
}

/* A capture of the first frame that is shown: no vblank has been before it. */
static int capture_first(struct screen *screen, const struct buffer *target,
			 int32_t *fence)
{
	const struct pipe *pipe = &screen->pipe;
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	uint32_t mode;
	int ret;

	if (!req || drmModeCreatePropertyBlob(screen->card.fd, &screen->mode,
					      sizeof(screen->mode), &mode))
		abort();
	if (request_add_mode(req, pipe, mode) ||
	    request_add_plane(req, pipe, screen->drawn) ||
	    request_add_writeback(req, pipe, target->fb, fence))
		abort();
	ret = request_commit(&screen->card, req,
			     DRM_MODE_ATOMIC_ALLOW_MODESET);
	drmModeDestroyPropertyBlob(screen->card.fd, mode);
	return ret;
}

/* The vblank that it waits for is 200 ms ahead, and never comes. */
TEST_F(composer, finishes_a_capture_before_the_screen_goes_off)
{
	const struct mode_wish slow = { 640, 480, 5 };
	struct screen *screen = &self->screen;
	int32_t fence;

	screen_wish(screen, &slow);
	ASSERT_EQ(0, screen_off(screen));
	ASSERT_EQ(0, capture_first(screen, &self->target, &fence));
	ASSERT_EQ(0, screen_off(screen));
	EXPECT_EQ(1, fence_result(fence, SOON_MS));
	check_picture(_metadata, screen->drawn, &self->target);
}

/* The same vblank, and another picture that is shown before it. */
TEST_F(composer, finishes_a_capture_before_another_picture_is_shown)
{
	const struct mode_wish slow = { 640, 480, 5 };
	struct screen *screen = &self->screen;
	int32_t fence;

	screen_wish(screen, &slow);
	ASSERT_EQ(0, screen_off(screen));
	memcpy(self->expected.map, screen->drawn->map, self->expected.size);
	ASSERT_EQ(0, capture_first(screen, &self->target, &fence));
	ASSERT_EQ(0, flip_retry(screen, screen_draw(screen, 2), 0));
	EXPECT_EQ(1, fence_result(fence, SOON_MS));
	check_picture(_metadata, &self->expected, &self->target);
}

/* From one mode to another, without going off. */
TEST_F(composer, follows_the_mode_to_a_wider_one)
{
	const struct mode_wish wide = { 640, 480, 60 };
	const struct mode_wish narrow = { 64, 48, 60 };
	struct screen *screen = &self->screen;
	int32_t fence;

	screen_wish(screen, &narrow);
	ASSERT_EQ(0, screen_on(screen));
	screen_wish(screen, &wide);
	ASSERT_EQ(0, capture_first(screen, &self->target, &fence));
	EXPECT_EQ(1, fence_result(fence, SOON_MS));
	check_picture(_metadata, screen->drawn, &self->target);
}

/* Those who work in the kernel get no memory, commits get what they want. */

#define FAILSLAB "/sys/kernel/debug/failslab/"

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) > 0;
	close(fd);
	return done;
}

static bool is_worker(const char *pid)
{
	char path[300], comm[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(comm, sizeof(comm), file))
		comm[0] = '\0';
	fclose(file);
	return !strncmp(comm, "kworker/", 8);
}

static unsigned int mark_workers(const char *fail)
{
	DIR *dir = opendir("/proc");
	unsigned int marked = 0;
	struct dirent *entry;
	char path[300];

	while (dir && (entry = readdir(dir))) {
		if (!is_worker(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/make-it-fail",
			 entry->d_name);
		marked += write_file(path, fail);
	}
	if (dir)
		closedir(dir);
	return marked;
}

static bool starve_workers(void)
{
	return write_file(FAILSLAB "ignore-gfp-wait", "N") &&
	       write_file(FAILSLAB "verbose", "0") &&
	       write_file(FAILSLAB "task-filter", "Y") &&
	       write_file(FAILSLAB "times", "-1") &&
	       write_file(FAILSLAB "probability", "100") &&
	       mark_workers("1");
}

static void feed_workers(void)
{
	mark_workers("0");
	write_file(FAILSLAB "probability", "0");
	write_file(FAILSLAB "task-filter", "N");
}

TEST_F(composer, needs_no_memory)
{
	struct screen *screen = &self->screen;
	unsigned int frame;

	if (!starve_workers()) {
		feed_workers();
		SKIP(return, "the kernel has no FAILSLAB");
	}
	for (frame = 1; frame <= 4; frame++) {
		int32_t fence;

		EXPECT_EQ(0, capture_retry(screen, screen_draw(screen, frame),
					   &self->target, &fence, 0));
		EXPECT_EQ(1, fence_result(fence, SOON_MS))
			TH_LOG("frame %u", frame);
	}
	feed_workers();
}

/* What comes last may take the kernel down where it goes wrong. */

/* A white square at the top left, which looks the same from each side. */

#define CURSOR 64

static uint32_t find_cursor(const struct screen *screen)
{
	drmModePlaneRes *res = drmModeGetPlaneResources(screen->card.fd);
	uint32_t cursor = 0;
	unsigned int i;

	for (i = 0; res && i < res->count_planes && !cursor; i++) {
		uint64_t type;

		if (card_property(&screen->card, res->planes[i],
				  DRM_MODE_OBJECT_PLANE, "type", &type) &&
		    type == DRM_PLANE_TYPE_CURSOR)
			cursor = res->planes[i];
	}
	drmModeFreePlaneResources(res);
	return cursor;
}

static int show_cursor(const struct screen *screen, uint32_t plane,
		       const struct buffer *cursor)
{
	const struct pipe *pipe = &screen->pipe;
	const struct setting settings[] = {
		{ plane, pipe->plane.fb_id, cursor ? cursor->fb : 0 },
		{ plane, pipe->plane.crtc_id, cursor ? pipe->crtc.id : 0 },
		{ plane, pipe->plane.src_w, CURSOR << 16 },
		{ plane, pipe->plane.src_h, CURSOR << 16 },
		{ plane, pipe->plane.crtc_w, CURSOR },
		{ plane, pipe->plane.crtc_h, CURSOR },
	};

	return atomic_commit(&screen->card, settings, ARRAY_SIZE(settings), 0);
}

static void draw_square(const struct screen *screen, struct buffer *expected)
{
	unsigned int y;

	memcpy(expected->map, screen->drawn->map, expected->size);
	for (y = 0; y < CURSOR; y++)
		memset(buffer_row(expected, 0, y), 0xff,
		       CURSOR * expected->format->bytes);
}

TEST_F(composer, stays_in_the_buffer_below_a_rotated_cursor)
{
	struct screen *screen = &self->screen;
	uint32_t plane = find_cursor(screen);
	struct buffer cursor;

	if (!plane)
		SKIP(return, "there is no cursor plane");
	ASSERT_EQ(0, buffer_create(&cursor, &screen->card,
				   self->expected.format, CURSOR, CURSOR,
				   NULL));
	buffer_poison(&cursor, 0xff);
	draw_square(screen, &self->expected);
	ASSERT_EQ(0, rotate(screen, plane, DRM_MODE_ROTATE_90));
	ASSERT_EQ(0, show_cursor(screen, plane, &cursor));
	check_capture(_metadata, screen, &self->target, &self->expected);
	EXPECT_EQ(0, show_cursor(screen, plane, NULL));
	EXPECT_EQ(0, rotate(screen, plane, DRM_MODE_ROTATE_0));
	buffer_destroy(&cursor);
}

TEST_F(composer, writes_black_without_a_plane)
{
	struct screen *screen = &self->screen;
	drmModeAtomicReq *req = drmModeAtomicAlloc();

	ASSERT_EQ(0, request_add_plane(req, &screen->pipe, NULL));
	ASSERT_EQ(0, request_commit(&screen->card, req, 0));
	buffer_poison(&self->expected, 0);
	check_capture(_metadata, screen, &self->target, &self->expected);
}

TEST_HARNESS_MAIN
