/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames as video: YUV4MPEG2, which holds YUV formats. */
#ifndef VIDEO_H
#define VIDEO_H

#include <stdio.h>

#include <xf86drmMode.h>

#include "buffer.h"

struct video {
	const struct format *format;
	const drmModeModeInfo *mode;
	unsigned int every;		/* one of so many frames is in it */
};

/*
 * The first line of YUV4MPEG2. The standard has no word for the matrix: it
 * stands in a comment.
 */
int video_header(const struct video *video, FILE *file);

/* One frame: luma, then Cb, then Cr, each a plane of its own. 0 or -errno. */
int video_frame(const struct buffer *buffer, FILE *file);

/* What ffmpeg calls an RGB format, NULL: it has no such. */
const char *video_pixel_format(const struct format *format);

#endif
