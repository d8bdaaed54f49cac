// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdio.h>

#include "image.h"
#include "mode.h"
#include "stream.h"
#include "video.h"

static enum exit_status cannot_write(int error)
{
	if (error == -EPIPE)
		return fail(EXIT_NO_OUTPUT,
			    "standard output: EPIPE, its reader has closed it");
	if (error == -EBADF)
		return fail(EXIT_NO_OUTPUT,
			    "standard output: EBADF, it was closed from the start");
	return fail(EXIT_NO_OUTPUT, "standard output: %s", reason(error));
}

static bool is_raw(const struct capture *capture)
{
	return capture->options->raw || !format_is_yuv(capture->format);
}

static void tell_raw(const struct capture *capture)
{
	const char *name = video_pixel_format(capture->format);
	const drmModeModeInfo *mode = capture->mode;

	if (capture->options->quiet || !name)
		return;
	fprintf(stderr,
		"wbcapture: raw frames, to be read with: ffmpeg -f rawvideo -pixel_format %s -video_size %ux%u -framerate %.3f -i - OUTPUT\n",
		name, mode->hdisplay, mode->vdisplay,
		mode_millihertz(mode) / 1000.0 / capture->options->every);
}

enum exit_status stream_begin(const struct capture *capture)
{
	struct video video = {
		.format = capture->format,
		.mode = capture->mode,
		.every = capture->options->every,
	};
	int ret;

	if (is_raw(capture)) {
		tell_raw(capture);
		return EXIT_OK;
	}
	ret = video_header(&video, stdout);
	return ret ? cannot_write(ret) : EXIT_OK;
}

enum exit_status stream_frame(const struct capture *capture,
			      const struct buffer *captured)
{
	int ret = is_raw(capture) ? image_put_raw(captured, stdout) :
				    video_frame(captured, stdout);

	if (!ret && fflush(stdout))
		ret = -errno;
	return ret ? cannot_write(ret) : EXIT_OK;
}

enum exit_status stream_end(void)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_OK;
	return cannot_write(errno ? -errno : -EIO);
}
