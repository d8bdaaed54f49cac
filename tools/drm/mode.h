/* SPDX-License-Identifier: GPL-2.0-only */
/* Display modes: parse "WxH[@R]", find one in a list, compute one by CVT. */
#ifndef MODE_H
#define MODE_H

#include <stdbool.h>

#include <xf86drmMode.h>

struct mode_wish {
	unsigned int width, height;
	unsigned int refresh;		/* Hz; 0 for any */
};

/* Parses "640x480" or "640x480@60"; false when @text is neither. */
bool mode_parse(const char *text, struct mode_wish *wish);

/* Frames a second, times 1000. */
unsigned int mode_millihertz(const drmModeModeInfo *mode);

/* Nominal time of a frame in microseconds. */
unsigned int mode_frame_us(const drmModeModeInfo *mode);

/* "640x480@60" */
const char *mode_name(const drmModeModeInfo *mode, char name[32]);

/* The first mode of @modes that fits the wish, or NULL. */
const drmModeModeInfo *mode_find(const drmModeModeInfo *modes, unsigned int n,
				 const struct mode_wish *wish);

/* The preferred mode of a list, else its first; NULL when it is empty. */
const drmModeModeInfo *mode_preferred(const drmModeModeInfo *modes,
				      unsigned int n);

/* Timings by VESA CVT with reduced blanking; 60 Hz when no rate is wished. */
void mode_cvt(drmModeModeInfo *mode, const struct mode_wish *wish);

#endif
