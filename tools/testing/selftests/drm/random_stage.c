// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "array.h"
#include "mode.h"
#include "model.h"
#include "random_stage.h"
#include "sharing.h"

/* Sources, and what is too large, are wider than mode A. */
#define WIDER 16

static const struct mode_wish vkms_modes[] = { { 40, 32, 500 }, { 32, 24, 500 } };
/* What the pixel clocks and the line buffers of Mali-DP can do. */
static const struct mode_wish mali_modes[] = { { 128, 96, 120 }, { 96, 64, 120 } };

static int add_mode(struct stage *stage, enum mode_value mode,
		    const struct mode_wish *wish)
{
	drmModeModeInfo *info = &stage->modes[mode];

	mode_cvt(info, wish);
	return drmModeCreatePropertyBlob(stage->screen.card.fd, info,
					 sizeof(*info), &stage->blobs[mode]);
}

static int add_modes(struct stage *stage, const struct mode_wish *wishes)
{
	int ret = add_mode(stage, MODE_A, &wishes[0]);

	if (!ret)
		ret = add_mode(stage, MODE_AGAIN, &wishes[0]);
	if (!ret)
		ret = add_mode(stage, MODE_B, &wishes[1]);
	if (!ret)
		ret = drmModeCreatePropertyBlob(stage->screen.card.fd,
						&stage->modes[MODE_A],
						sizeof(stage->modes[0]) - 4,
						&stage->blobs[MODE_SHORT]);
	return ret;
}

/* The formats take turns. */
static int add_target(struct stage *stage, unsigned int i)
{
	const struct pipe *pipe = &stage->screen.pipe;
	const drmModeModeInfo *mode = &stage->modes[i < FB_B0 ? MODE_A : MODE_B];
	struct screen *screen = &stage->screen;
	uint32_t fourcc = pipe->formats[i % pipe->n_formats];

	screen->picture.width = mode->hdisplay;
	screen->picture.height = mode->vdisplay;
	return screen_target(screen, &stage->targets[i],
			     format_find(fourcc) ? fourcc : 0);
}

static int add_buffer(struct stage *stage, struct buffer *buffer,
		      uint32_t fourcc, unsigned int wider)
{
	return buffer_create(buffer, &stage->screen.card, format_find(fourcc),
			     stage->modes[MODE_A].hdisplay + wider,
			     stage->modes[MODE_A].vdisplay, NULL);
}

/* One that a plane can show and no writeback write, if there is one. */
static void find_odd_format(struct stage *stage)
{
	const struct pipe *pipe = &stage->screen.pipe;
	unsigned int i;

	for (i = 0; i < pipe->n_plane_formats; i++) {
		uint32_t fourcc = pipe->plane_formats[i];

		if (!format_find(fourcc) || pipe_has_format(pipe, fourcc))
			continue;
		stage->ability.odd_format =
			!add_buffer(stage, &stage->odd, fourcc, 0);
		if (stage->ability.odd_format)
			return;
	}
}

/* Free ids below that of the removed framebuffer: new objects take the lowest. */
#define SPARE_IDS 32

static int find_gone(struct stage *stage)
{
	int fd = stage->screen.card.fd;
	uint32_t spare[SPARE_IDS];
	struct buffer gone;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < SPARE_IDS && !ret; i++)
		ret = drmModeCreatePropertyBlob(fd, &i, sizeof(i), &spare[i]);
	if (!ret)
		ret = add_buffer(stage, &gone, DRM_FORMAT_XRGB8888, 0);
	if (!ret) {
		stage->gone = gone.fb;
		buffer_destroy(&gone);
	}
	while (i--)
		drmModeDestroyPropertyBlob(fd, spare[i]);
	return ret;
}

static int add_buffers(struct stage *stage)
{
	unsigned int i;
	int ret = 0;

	for (i = FB_A0; i < TARGETS && !ret; i++)
		ret = add_target(stage, i);
	for (i = SOURCE_1; i < SOURCES && !ret; i++)
		ret = add_buffer(stage, &stage->sources[i], DRM_FORMAT_XRGB8888,
				 WIDER);
	if (!ret)
		ret = add_buffer(stage, &stage->large, DRM_FORMAT_XRGB8888,
				 WIDER);
	find_odd_format(stage);
	return ret;
}

static bool shows_xrgb(const drmModePlane *plane)
{
	unsigned int i;

	for (i = 0; i < plane->count_formats; i++)
		if (plane->formats[i] == DRM_FORMAT_XRGB8888)
			return true;
	return false;
}

static void try_plane(struct stage *stage, uint32_t id)
{
	const struct pipe *pipe = &stage->screen.pipe;
	drmModePlane *plane = drmModeGetPlane(stage->screen.card.fd, id);

	if (plane && id != pipe->plane.id && shows_xrgb(plane) &&
	    plane->possible_crtcs & (1u << pipe->crtc.index))
		stage->planes[stage->ability.planes++] = id;
	drmModeFreePlane(plane);
}

/* The primary plane, and some of those above it. */
static void find_planes(struct stage *stage)
{
	drmModePlaneRes *res = drmModeGetPlaneResources(stage->screen.card.fd);
	unsigned int i;

	stage->planes[0] = stage->screen.pipe.plane.id;
	stage->ability.planes = 1;
	for (i = 0; res && i < res->count_planes; i++)
		if (stage->ability.planes < PLANES_MAX)
			try_plane(stage, res->planes[i]);
	drmModeFreePlaneResources(res);
}

static void find_properties(struct stage *stage)
{
	const struct card *card = &stage->screen.card;
	const struct pipe *pipe = &stage->screen.pipe;

	stage->in_fence_fd = card_property(card, pipe->connector.id,
					   DRM_MODE_OBJECT_CONNECTOR,
					   "WRITEBACK_IN_FENCE_FD", NULL);
	stage->crtc_fence_ptr = card_property(card, pipe->crtc.id,
					      DRM_MODE_OBJECT_CRTC,
					      "OUT_FENCE_PTR", NULL);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int stage_hold(struct stage *stage)
{
	stage->timeline = timeline_open();
	if (stage->timeline < 0)
		return stage->timeline;
	stage->held = timeline_fence(stage->timeline);
	return stage->held < 0 ? stage->held : 0;
}

void stage_release(struct stage *stage)
{
	if (stage->timeline >= 0)
		timeline_step(stage->timeline);
	close_fd(&stage->held);
	close_fd(&stage->timeline);
}

static void find_fences(struct stage *stage)
{
	stage->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	stage->done = -1;
	stage->ability.held = stage->in_fence_fd && !stage_hold(stage);
	stage->ability.in_fence = stage->ability.held;
	if (stage->held >= 0)
		stage->done = dup(stage->held);
	stage_release(stage);
}

static int fill(struct stage *stage)
{
	struct model model;
	bool mali = !model_find(&model, &stage->screen.card);
	int ret = add_modes(stage, mali ? mali_modes : vkms_modes);

	stage->rdonly = mmap(NULL, getpagesize(), PROT_READ,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stage->rdonly == MAP_FAILED)
		return -errno;
	find_properties(stage);
	find_fences(stage);
	find_planes(stage);
	stage->ability.clips = !mali;
	stage->ability.scales = mali;
	if (!ret)
		ret = display_find(&stage->display, &stage->screen.card);
	if (!ret)
		ret = add_buffers(stage);
	if (!ret)
		ret = find_gone(stage);
	return ret ? ret : stage_clear(stage);
}

int stage_open(struct stage *stage)
{
	int ret;

	memset(stage, 0, sizeof(*stage));
	stage->held = -1;
	stage->timeline = -1;
	ret = screen_open(&stage->screen, NULL);
	if (ret)
		return ret;
	ret = fill(stage);
	if (ret)
		stage_close(stage);
	return ret;
}

void stage_close(struct stage *stage)
{
	unsigned int i;

	if (stage->blobs[MODE_A])
		stage_clear(stage);
	for (i = FB_A0; i < TARGETS; i++)
		buffer_destroy(&stage->targets[i]);
	for (i = SOURCE_1; i < SOURCES; i++)
		buffer_destroy(&stage->sources[i]);
	buffer_destroy(&stage->large);
	buffer_destroy(&stage->odd);
	for (i = 0; i < ARRAY_SIZE(stage->blobs); i++)
		if (stage->blobs[i])
			drmModeDestroyPropertyBlob(stage->screen.card.fd,
						   stage->blobs[i]);
	stage_release(stage);
	close_fd(&stage->done);
	close_fd(&stage->null);
	munmap(stage->rdonly, getpagesize());
	screen_close(&stage->screen);
}

int stage_remove(struct stage *stage, enum fb_value target)
{
	buffer_remove_fb(&stage->targets[target]);
	return buffer_add_fb(&stage->targets[target]);
}

int stage_clear(struct stage *stage)
{
	static const struct world off;
	struct step step;

	world_restore(&off, stage->ability.planes, &step);
	return stage_commit(stage, &step);
}

struct place stage_place(const struct stage *stage, enum at_value at)
{
	unsigned int a_w = stage->modes[MODE_A].hdisplay;
	unsigned int a_h = stage->modes[MODE_A].vdisplay;
	unsigned int b_w = stage->modes[MODE_B].hdisplay;
	unsigned int b_h = stage->modes[MODE_B].vdisplay;
	const struct place places[] = {
		[AT_A] = { 0, 0, a_w, a_h, 0, 0 },
		[AT_B] = { 0, 0, b_w, b_h, 7, 2 },
		[AT_INNER] = { 5, 3, b_w - 12, b_h - 9, 3, 1 },
		[AT_CORNER] = { -7, -5, b_w, b_h, 2, 4 },
		[AT_EDGE] = { b_w / 2, b_h / 2, a_w, a_h, 1, 0 },
		[AT_SCALED] = { 0, 0, b_w, b_h, 0, 0 },
		[AT_BEYOND] = { 0, 0, a_w, a_h, WIDER + 1, 0 },
	};

	return places[at];
}
