// SPDX-License-Identifier: GPL-2.0-only
/*
 * A picture of more than one layer: each plane that lies above the primary one
 * is in it, at its place, in every format.
 */

#include <drm_fourcc.h>

#include "kselftest_harness.h"
#include "atomic.h"
#include "screen.h"

/* The overlay, odd on purpose: no side is at a multiple of a tile or a word. */
#define LEFT 53
#define TOP 31
#define WIDTH 219
#define HEIGHT 127

#define LAYERS_MAX 8

FIXTURE(layers) {
	struct screen screen;
	struct buffer overlay, expected;
	uint32_t planes[LAYERS_MAX];
	unsigned int n_planes;
};

static bool shows_xrgb(const drmModePlane *plane)
{
	unsigned int i;

	for (i = 0; i < plane->count_formats; i++)
		if (plane->formats[i] == DRM_FORMAT_XRGB8888)
			return true;
	return false;
}

static bool is_overlay(const struct screen *screen, const drmModePlane *plane)
{
	uint64_t type;

	return plane->possible_crtcs & (1u << screen->pipe.crtc.index) &&
	       card_property(&screen->card, plane->plane_id,
			     DRM_MODE_OBJECT_PLANE, "type", &type) &&
	       type == DRM_PLANE_TYPE_OVERLAY && shows_xrgb(plane);
}

static unsigned int find_overlays(const struct screen *screen, uint32_t *ids)
{
	drmModePlaneRes *res = drmModeGetPlaneResources(screen->card.fd);
	unsigned int i, n = 0;

	for (i = 0; res && i < res->count_planes && n < LAYERS_MAX; i++) {
		drmModePlane *plane;

		plane = drmModeGetPlane(screen->card.fd, res->planes[i]);
		if (plane && is_overlay(screen, plane))
			ids[n++] = plane->plane_id;
		drmModeFreePlane(plane);
	}
	drmModeFreePlaneResources(res);
	return n;
}

static int create_buffers(struct screen *screen, struct buffer *overlay,
			  struct buffer *expected)
{
	const struct format *format = format_find(DRM_FORMAT_XRGB8888);
	int ret = buffer_create(overlay, &screen->card, format, WIDTH, HEIGHT,
				NULL);

	return ret ? ret : buffer_create(expected, &screen->card, format,
					 screen->picture.width,
					 screen->picture.height, NULL);
}

FIXTURE_SETUP(layers)
{
	int ret = screen_open(&self->screen, NULL);

	if (screen_missing(ret))
		SKIP(return, "%s", screen_missing(ret));
	ASSERT_EQ(0, ret);
	self->n_planes = find_overlays(&self->screen, self->planes);
	if (!self->n_planes)
		SKIP(return, "no overlay plane shows XRGB8888");
	ASSERT_LE(LEFT + WIDTH, self->screen.picture.width);
	ASSERT_LE(TOP + HEIGHT, self->screen.picture.height);
	ASSERT_EQ(0, create_buffers(&self->screen, &self->overlay,
				    &self->expected));
	ASSERT_EQ(0, screen_on(&self->screen));
}

FIXTURE_TEARDOWN(layers)
{
	buffer_destroy(&self->overlay);
	buffer_destroy(&self->expected);
	screen_close(&self->screen);
}

/* What the planes show together: computed here, once more. */
static void compose(const struct screen *screen, const struct buffer *overlay,
		    struct buffer *expected)
{
	unsigned int y;

	if (picture_draw(&screen->picture, 1, expected))
		abort();
	for (y = 0; y < HEIGHT; y++)
		memcpy((uint32_t *)buffer_row(expected, 0, TOP + y) + LEFT,
		       buffer_row(overlay, 0, y), WIDTH * sizeof(uint32_t));
}

/* Frames far from that of the primary plane, with another title. */
static void draw(struct screen *screen, struct buffer *overlay,
		 struct buffer *expected, unsigned int frame)
{
	const struct picture picture = { WIDTH, HEIGHT, "overlay" };

	screen_draw(screen, 1);
	if (picture_draw(&picture, frame + 0x8000, overlay))
		abort();
	compose(screen, overlay, expected);
}

static int show(const struct screen *screen, uint32_t plane,
		const struct buffer *overlay)
{
	const struct pipe *pipe = &screen->pipe;
	const struct setting settings[] = {
		{ plane, pipe->plane.fb_id, overlay ? overlay->fb : 0 },
		{ plane, pipe->plane.crtc_id, overlay ? pipe->crtc.id : 0 },
		{ plane, pipe->plane.src_x, 0 },
		{ plane, pipe->plane.src_y, 0 },
		{ plane, pipe->plane.src_w, WIDTH << 16 },
		{ plane, pipe->plane.src_h, HEIGHT << 16 },
		{ plane, pipe->plane.crtc_x, LEFT },
		{ plane, pipe->plane.crtc_y, TOP },
		{ plane, pipe->plane.crtc_w, WIDTH },
		{ plane, pipe->plane.crtc_h, HEIGHT },
	};

	return atomic_commit(&screen->card, settings, ARRAY_SIZE(settings), 0);
}

static void check_capture(struct __test_metadata *_metadata,
			  struct screen *screen, const struct buffer *expected,
			  uint32_t fourcc)
{
	struct buffer target;
	const char *fault;
	int32_t fence;

	ASSERT_EQ(0, screen_target(screen, &target, fourcc));
	ASSERT_EQ(0, capture_retry(screen, screen->drawn, &target, &fence, 0));
	EXPECT_EQ(1, fence_result(fence, PATIENCE_MS));
	fault = picture_fault(expected, &target);
	EXPECT_EQ(NULL, fault)
		TH_LOG("%s", fault);
	buffer_destroy(&target);
}

TEST_F_TIMEOUT(layers, are_right_in_every_format, 60)
{
	struct screen *screen = &self->screen;
	unsigned int i;

	draw(screen, &self->overlay, &self->expected, 0);
	ASSERT_EQ(0, show(screen, self->planes[0], &self->overlay));
	for (i = 0; i < screen->pipe.n_formats; i++)
		check_capture(_metadata, screen, &self->expected,
			      screen->pipe.formats[i]);
	ASSERT_EQ(0, show(screen, self->planes[0], NULL));
}

TEST_F(layers, are_right_on_every_plane)
{
	struct screen *screen = &self->screen;
	unsigned int i;

	for (i = 0; i < self->n_planes; i++) {
		draw(screen, &self->overlay, &self->expected, i + 1);
		ASSERT_EQ(0, show(screen, self->planes[i], &self->overlay));
		check_capture(_metadata, screen, &self->expected, 0);
		ASSERT_EQ(0, show(screen, self->planes[i], NULL));
	}
}

/* A plane that is gone is not in the picture. */
TEST_F(layers, are_gone_when_off)
{
	struct screen *screen = &self->screen;

	draw(screen, &self->overlay, &self->expected, 0);
	ASSERT_EQ(0, show(screen, self->planes[0], &self->overlay));
	check_capture(_metadata, screen, &self->expected, 0);
	ASSERT_EQ(0, show(screen, self->planes[0], NULL));
	check_capture(_metadata, screen, screen->drawn, 0);
}

TEST_HARNESS_MAIN
