// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "atomic.h"
#include "clock.h"
#include "compare.h"
#include "fence.h"
#include "screen.h"

void sleep_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

static int open_card(struct card *card, const char *path)
{
	int ret = path ? card_open(card, path) : card_open_first(card);

	if (ret == -ENODEV)
		return -ENOENT;
	if (ret)
		return ret;
	if (!card_is_master(card)) {
		card_close(card);
		return -EACCES;
	}
	return 0;
}

static void take_mode(struct screen *screen, const drmModeModeInfo *mode)
{
	screen->mode = *mode;
	screen->picture.width = mode->hdisplay;
	screen->picture.height = mode->vdisplay;
}

void screen_wish(struct screen *screen, const struct mode_wish *wish)
{
	drmModeModeInfo mode;

	mode_cvt(&mode, wish);
	take_mode(screen, &mode);
}

static int choose_mode(struct screen *screen, const char *text)
{
	const struct pipe *pipe = &screen->pipe;
	const char *wanted = getenv("WRITEBACK_MODE");
	const drmModeModeInfo *mode;
	struct mode_wish wish;

	if (!mode_parse(text ?: wanted ?: "640x480", &wish))
		return -EINVAL;
	mode = mode_find(pipe->modes, pipe->n_modes, &wish);
	if (!mode && !text && !wanted)
		mode = mode_preferred(pipe->modes, pipe->n_modes);
	if (mode)
		take_mode(screen, mode);
	else if (!text && wanted)
		screen_wish(screen, &wish);
	else
		return -EDOM;

	snprintf(screen->picture.title, sizeof(screen->picture.title), "%s",
		 pipe->connector.name);
	return 0;
}

int screen_open(struct screen *screen, const char *mode)
{
	const char *path = getenv("WRITEBACK_CARD");
	int ret;

	memset(screen, 0, sizeof(*screen));
	screen->card.fd = -1;
	ret = open_card(&screen->card, path);
	if (!ret)
		ret = pipe_init(&screen->pipe, &screen->card, 0);
	if (!ret)
		ret = choose_mode(screen, mode);
	if (!ret)
		return 0;

	screen_close(screen);
	/* A card that was asked for cannot be missing. */
	return path && ret == -ENOENT ? -ENXIO : ret;
}

const char *screen_missing(int error)
{
	if (error == -ENOENT)
		return "no card has a writeback connector";
	if (error == -EDOM)
		return "the connector has no such mode";
	return NULL;
}

/* The plane's format: XRGB8888, which every driver has, else its first. */
static const struct format *source_format(const struct screen *screen)
{
	if (pipe_has_plane_format(&screen->pipe, DRM_FORMAT_XRGB8888))
		return format_find(DRM_FORMAT_XRGB8888);
	return format_find(screen->pipe.plane_formats[0]);
}

static int create_source(struct screen *screen, struct buffer *source)
{
	return buffer_create(source, &screen->card, source_format(screen),
			     screen->picture.width, screen->picture.height,
			     NULL);
}

int screen_source(struct screen *screen, struct buffer *source,
		  unsigned int frame)
{
	int ret = create_source(screen, source);

	return ret ? ret : picture_draw(&screen->picture, frame, source);
}

/* Equal formats are compared fast. */
static uint32_t target_format(const struct screen *screen)
{
	uint32_t fourcc = source_format(screen)->fourcc;

	return pipe_has_format(&screen->pipe, fourcc) ? fourcc :
							screen->pipe.formats[0];
}

int screen_target(struct screen *screen, struct buffer *target,
		  uint32_t fourcc)
{
	static const struct buffer_guard guard = { .right = 16, .rows = 4 };
	const struct format *format;
	int ret;

	format = format_find(fourcc ? fourcc : target_format(screen));
	if (!format)
		return -EPROTO;
	ret = buffer_create(target, &screen->card, format,
			    screen->picture.width, screen->picture.height,
			    &guard);
	if (!ret)
		buffer_poison(target, POISON);
	return ret;
}

const struct buffer *screen_draw(struct screen *screen, unsigned int frame)
{
	struct buffer *back = &screen->buffers[screen->drawn ==
					       &screen->buffers[0]];

	if (picture_draw(&screen->picture, frame, back))
		abort();
	screen->drawn = back;
	return back;
}

int screen_on(struct screen *screen)
{
	unsigned int i;
	int ret;

	for (i = 0; i < 2; i++) {
		if (screen->buffers[i].fb)
			continue;
		ret = create_source(screen, &screen->buffers[i]);
		if (ret)
			return ret;
	}
	return commit_mode(&screen->card, &screen->pipe, &screen->mode,
			   screen_draw(screen, 0));
}

int screen_start(struct screen *screen, const struct mode_wish *wish,
		 struct buffer *target)
{
	int ret = screen_open(screen, NULL);

	if (ret)
		return ret;
	screen_wish(screen, wish);
	ret = screen_target(screen, target, 0);
	return ret ? ret : screen_on(screen);
}

int screen_off(struct screen *screen)
{
	return commit_off(&screen->card, &screen->pipe);
}

int screen_set_active(const struct screen *screen, bool active)
{
	const struct setting setting = {
		screen->pipe.crtc.id, screen->pipe.crtc.active, active
	};

	return atomic_commit(&screen->card, &setting, 1,
			     DRM_MODE_ATOMIC_ALLOW_MODESET);
}

void screen_close(struct screen *screen)
{
	if (screen->card.fd < 0)
		return;
	if (screen->drawn)
		screen_off(screen);
	buffer_destroy(&screen->buffers[0]);
	buffer_destroy(&screen->buffers[1]);
	pipe_fini(&screen->pipe);
	card_close(&screen->card);
}

int capture_retry(struct screen *screen, const struct buffer *source,
		  const struct buffer *target, int32_t *fence, uint32_t flags)
{
	uint64_t end = clock_us() + PATIENCE_MS * 1000ull;
	int ret;

	for (;;) {
		ret = commit_capture(&screen->card, &screen->pipe, source,
				     target, fence, flags);
		if (ret != -EBUSY || clock_us() > end)
			return ret;
		sleep_ms(1);
	}
}

static int flip(struct screen *screen, const struct buffer *source,
		uint32_t flags)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();

	if (!req || request_add_plane(req, &screen->pipe, source))
		abort();
	return request_commit(&screen->card, req, flags);
}

int flip_retry(struct screen *screen, const struct buffer *source,
	       uint32_t flags)
{
	uint64_t end = clock_us() + PATIENCE_MS * 1000ull;
	int ret;

	for (;;) {
		ret = flip(screen, source, flags);
		if (ret != -EBUSY || clock_us() > end)
			return ret;
		sleep_ms(1);
	}
}

int fence_result(int fence, int timeout_ms)
{
	int status = 0, ret;

	if (fence < 0)
		return -EBADF;
	ret = fence_wait(fence, timeout_ms);
	if (!ret)
		ret = fence_status(fence, &status);
	else if (ret == -ETIMEDOUT)
		ret = 0;
	close(fence);
	return ret ? ret : status;
}

int screen_capture(struct screen *screen, unsigned int frame,
		   const struct buffer *target)
{
	int32_t fence = -1;
	int ret = capture_retry(screen, screen_draw(screen, frame), target,
				&fence, 0);

	return ret ? ret : fence_result(fence, PATIENCE_MS);
}

const char *picture_fault(const struct buffer *drawn,
			  const struct buffer *target)
{
	static __thread char fault[128];
	struct difference diff;
	size_t damage = buffer_guard_damage(target, POISON);
	int ret = compare_buffers(drawn, target,
				  COMPARE_ALPHA | COMPARE_ONE_STEP, &diff);

	if (!ret && !damage)
		return NULL;
	if (ret < 0)
		snprintf(fault, sizeof(fault), "cannot compare: %d", ret);
	else if (ret)
		snprintf(fault, sizeof(fault),
			 "%s: %lu wrong pixels, first at %u,%u: drawn %04x %04x %04x %04x, captured %04x %04x %04x %04x",
			 target->format->name, diff.pixels, diff.x, diff.y,
			 diff.drawn.r, diff.drawn.g, diff.drawn.b, diff.drawn.a,
			 diff.captured.r, diff.captured.g, diff.captured.b,
			 diff.captured.a);
	else
		snprintf(fault, sizeof(fault),
			 "%s: %zu bytes around the picture were written",
			 target->format->name, damage);
	return fault;
}
