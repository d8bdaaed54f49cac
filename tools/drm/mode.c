// SPDX-License-Identifier: GPL-2.0-only

#include <stdio.h>
#include <string.h>

#include "mode.h"

#define MODE_MAX 16384

static bool in_range(const struct mode_wish *wish)
{
	return wish->width && wish->width <= MODE_MAX &&
	       wish->height && wish->height <= MODE_MAX &&
	       wish->refresh <= 1000;
}

bool mode_parse(const char *text, struct mode_wish *wish)
{
	int size = 0, rate = 0;

	memset(wish, 0, sizeof(*wish));
	if (sscanf(text, "%ux%u%n", &wish->width, &wish->height, &size) != 2)
		return false;
	if (text[size] && (sscanf(text + size, "@%u%n", &wish->refresh,
				  &rate) != 1 || !wish->refresh))
		return false;
	return !text[size + rate] && in_range(wish);
}

unsigned int mode_millihertz(const drmModeModeInfo *mode)
{
	uint64_t total = (uint64_t)mode->htotal * mode->vtotal;

	if (!total)
		return 0;
	return (mode->clock * 1000000ull + total / 2) / total;
}

unsigned int mode_frame_us(const drmModeModeInfo *mode)
{
	unsigned int mhz = mode_millihertz(mode);

	return mhz ? 1000000000u / mhz : 0;
}

const char *mode_name(const drmModeModeInfo *mode, char name[32])
{
	snprintf(name, 32, "%ux%u@%u", mode->hdisplay, mode->vdisplay,
		 (mode_millihertz(mode) + 500) / 1000);
	return name;
}

static bool mode_fits(const drmModeModeInfo *mode, const struct mode_wish *wish)
{
	if (mode->hdisplay != wish->width || mode->vdisplay != wish->height)
		return false;
	if (!wish->refresh)
		return true;
	return (mode_millihertz(mode) + 500) / 1000 == wish->refresh;
}

const drmModeModeInfo *mode_find(const drmModeModeInfo *modes, unsigned int n,
				 const struct mode_wish *wish)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (mode_fits(&modes[i], wish))
			return &modes[i];
	return NULL;
}

const drmModeModeInfo *mode_preferred(const drmModeModeInfo *modes,
				      unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (modes[i].type & DRM_MODE_TYPE_PREFERRED)
			return &modes[i];
	return n ? modes : NULL;
}

/* The standard tells the aspect ratio by the width of vsync. */
static unsigned int cvt_vsync(unsigned int width, unsigned int height)
{
	if (width * 3 == height * 4)
		return 4;
	if (width * 9 == height * 16)
		return 5;
	if (width * 10 == height * 16)
		return 6;
	if (width * 4 == height * 5 || width * 9 == height * 15)
		return 7;
	return 10;
}

/* Lines of blanking that last at least 460 us, and no fewer than syncs need. */
static unsigned int cvt_vblank(unsigned int height, unsigned int refresh,
			       unsigned int vsync)
{
	unsigned int frame_us = 1000000 / refresh;
	unsigned int lines = 460 * height / (frame_us - 460) + 1;
	unsigned int least = 3 + vsync + 6;

	return lines > least ? lines : least;
}

void mode_cvt(drmModeModeInfo *mode, const struct mode_wish *wish)
{
	unsigned int refresh = wish->refresh ? wish->refresh : 60;
	unsigned int vsync = cvt_vsync(wish->width, wish->height);
	uint64_t pixels;

	memset(mode, 0, sizeof(*mode));
	mode->hdisplay = wish->width;
	mode->hsync_start = wish->width + 48;
	mode->hsync_end = mode->hsync_start + 32;
	mode->htotal = wish->width + 160;
	mode->vdisplay = wish->height;
	mode->vsync_start = wish->height + 3;
	mode->vsync_end = mode->vsync_start + vsync;
	mode->vtotal = wish->height + cvt_vblank(wish->height, refresh, vsync);
	mode->vrefresh = refresh;
	pixels = (uint64_t)mode->htotal * mode->vtotal * refresh;
	mode->clock = pixels / 1000;
	mode->flags = DRM_MODE_FLAG_PHSYNC | DRM_MODE_FLAG_NVSYNC;
	mode->type = DRM_MODE_TYPE_USERDEF;
	snprintf(mode->name, sizeof(mode->name), "%ux%u", wish->width,
		 wish->height);
}
