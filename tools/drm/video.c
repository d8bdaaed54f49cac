// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "video.h"

/* Its two numbers have to fit into 32 bits. */
struct ratio {
	uint64_t count, of;
};

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static struct ratio frame_rate(const struct video *video)
{
	const drmModeModeInfo *mode = video->mode;
	struct ratio rate = {
		.count = mode->clock * 1000ull,
		.of = (uint64_t)mode->htotal * mode->vtotal * video->every,
	};
	uint64_t divisor = common_divisor(rate.count, rate.of);

	if (divisor) {
		rate.count /= divisor;
		rate.of /= divisor;
	}
	return rate;
}

/* A chroma sample lies on the left pixel of its pair, as in MPEG-2. */
static const char *subsampling(const struct format *format)
{
	if (format->vsub == 2)
		return "420mpeg2";
	return format->hsub == 2 ? "422" : "444";
}

int video_header(const struct video *video, FILE *file)
{
	struct ratio rate = frame_rate(video);
	int ret;

	ret = fprintf(file,
		      "YUV4MPEG2 W%u H%u F%llu:%llu Ip A1:1 C%s XCOLORRANGE=LIMITED XMATRIX=BT709\n",
		      video->mode->hdisplay, video->mode->vdisplay,
		      (unsigned long long)rate.count,
		      (unsigned long long)rate.of,
		      subsampling(video->format));
	return ret < 0 ? -errno : 0;
}

static int put_rows(const struct buffer *buffer, FILE *file)
{
	unsigned int y;

	for (y = 0; y < buffer->plane[0].rows; y++)
		if (fwrite(buffer_row(buffer, 0, y), buffer->plane[0].row_bytes,
			   1, file) != 1)
			return -errno;
	return 0;
}

/* Every second byte of the chroma plane: Cb or Cr. */
static int put_chroma(const struct buffer *buffer, unsigned int first,
		      FILE *file)
{
	const struct buffer_plane *plane = &buffer->plane[1];
	unsigned int x, y, width = plane->row_bytes / 2;
	uint8_t *row = malloc(width);
	int ret = row ? 0 : -ENOMEM;

	for (y = 0; y < plane->rows && !ret; y++) {
		const uint8_t *pairs = buffer_row(buffer, 1, y);

		for (x = 0; x < width; x++)
			row[x] = pairs[2 * x + first];
		if (fwrite(row, width, 1, file) != 1)
			ret = -errno;
	}
	free(row);
	return ret;
}

int video_frame(const struct buffer *buffer, FILE *file)
{
	const struct format *format = buffer->format;
	int ret;

	if (fputs("FRAME\n", file) < 0)
		return -errno;
	ret = put_rows(buffer, file);
	if (!ret)
		ret = put_chroma(buffer, format->vu, file);
	return ret ? ret : put_chroma(buffer, !format->vu, file);
}

const char *video_pixel_format(const struct format *format)
{
	/* DRM names a pixel from its top bit down, ffmpeg from its first byte. */
	static const char *const names[][2] = {
		{ "XRGB8888", "bgr0" }, { "ARGB8888", "bgra" },
		{ "XBGR8888", "rgb0" }, { "ABGR8888", "rgba" },
		{ "RGBX8888", "0bgr" }, { "RGBA8888", "abgr" },
		{ "BGRX8888", "0rgb" }, { "BGRA8888", "argb" },
		{ "RGB888", "bgr24" }, { "BGR888", "rgb24" },
		{ "RGB565", "rgb565le" }, { "BGR565", "bgr565le" },
		{ "XRGB1555", "rgb555le" }, { "XBGR1555", "bgr555le" },
		{ "XRGB4444", "rgb444le" }, { "XBGR4444", "bgr444le" },
		{ "XRGB2101010", "x2rgb10le" }, { "XBGR2101010", "x2bgr10le" },
		{ "ABGR16161616", "rgba64le" }, { "ARGB16161616", "bgra64le" },
		{ "RGB332", "rgb8" }, { "BGR233", "bgr8" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(format->name, names[i][0]))
			return names[i][1];
	return NULL;
}
