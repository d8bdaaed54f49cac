// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdlib.h>

#include "compare_yuv.h"
#include "yuv.h"

/* Engines have coefficients of 8 bits, and round where they like. */
#define ROUNDING 2

struct range {
	int least, most;
};

/* The drawn picture, converted, and how far off a captured value may be. */
struct picture_yuv {
	struct yuv *at;
	struct pixel *rgb;
	int width, height;
	int tolerance;
	bool mean;			/* else chroma may be filtered as they like */
};

static void widen(struct range *range, int value)
{
	if (value < range->least)
		range->least = value;
	if (value > range->most)
		range->most = value;
}

static bool in_range(const struct range *range, int value, int tolerance)
{
	return value >= range->least - tolerance &&
	       value <= range->most + tolerance;
}

/* The range of both chroma channels from one pixel before to one after. */
static void chroma_range(const struct picture_yuv *picture, int left, int top,
			 int right, int bottom, struct range *u,
			 struct range *v)
{
	int x, y;

	*u = (struct range) { 255, 0 };
	*v = *u;
	for (y = top - 1; y <= bottom; y++) {
		for (x = left - 1; x <= right; x++) {
			if (x < 0 || x >= picture->width ||
			    y < 0 || y >= picture->height)
				continue;
			widen(u, picture->at[y * picture->width + x].u);
			widen(v, picture->at[y * picture->width + x].v);
		}
	}
}

static int at_most(int value, int most)
{
	return value < most ? value : most;
}

/* Of the pixels from left to right, top to bottom; the edges go on for ever. */
static struct yuv chroma_mean(const struct picture_yuv *picture, int left,
			      int top, int right, int bottom)
{
	unsigned int r = 0, g = 0, b = 0, n = (right - left) * (bottom - top);
	const struct pixel *pixel;
	int x, y;

	for (y = top; y < bottom; y++) {
		for (x = left; x < right; x++) {
			pixel = picture->rgb +
				at_most(y, picture->height - 1) * picture->width +
				at_most(x, picture->width - 1);
			r += pixel->r;
			g += pixel->g;
			b += pixel->b;
		}
	}
	return yuv_from_pixel((struct pixel) { r / n, g / n, b / n, 0xffff });
}

static bool luma_fits(const struct picture_yuv *picture,
		      const struct buffer *captured, int x, int y)
{
	const uint8_t *luma = buffer_row(captured, 0, y);
	int drawn = picture->at[y * picture->width + x].y;
	struct range range = { drawn, drawn };

	return in_range(&range, luma[x], picture->tolerance);
}

/* Looked at once a sample, at its first pixel. */
static bool chroma_fits(const struct picture_yuv *picture,
			const struct buffer *captured, int x, int y)
{
	const struct format *format = captured->format;
	const uint8_t *pair;
	struct range u, v;

	if (x % format->hsub || y % format->vsub)
		return true;
	pair = buffer_row(captured, 1, y / format->vsub);
	pair += x / format->hsub * 2;
	if (picture->mean) {
		struct yuv mean = chroma_mean(picture, x, y, x + format->hsub,
					      y + format->vsub);

		u = (struct range) { mean.u, mean.u };
		v = (struct range) { mean.v, mean.v };
	} else {
		chroma_range(picture, x, y, x + format->hsub, y + format->vsub,
			     &u, &v);
	}
	return in_range(&u, pair[format->vu], picture->tolerance) &&
	       in_range(&v, pair[!format->vu], picture->tolerance);
}

static void note(const struct buffer *drawn, const struct buffer *captured,
		 int x, int y, struct pixel *row,
		 struct difference *difference)
{
	if (difference->pixels++)
		return;
	difference->x = x;
	difference->y = y;
	buffer_read_row(drawn, y, row);
	difference->drawn = row[x];
	buffer_read_row(captured, y, row);
	difference->captured = row[x];
}

static void convert(const struct buffer *drawn, struct picture_yuv *picture,
		    struct pixel *row)
{
	int x, y;

	for (y = 0; y < picture->height; y++) {
		buffer_read_row(drawn, y, row);
		for (x = 0; x < picture->width; x++) {
			picture->at[y * picture->width + x] =
				yuv_from_pixel(row[x]);
			picture->rgb[y * picture->width + x] = row[x];
		}
	}
}

static void compare_pixels(const struct buffer *drawn,
			   const struct buffer *captured,
			   const struct picture_yuv *picture,
			   struct pixel *row, struct difference *difference)
{
	int x, y;

	for (y = 0; y < picture->height; y++)
		for (x = 0; x < picture->width; x++)
			if (!luma_fits(picture, captured, x, y) ||
			    !chroma_fits(picture, captured, x, y))
				note(drawn, captured, x, y, row, difference);
}

int compare_yuv(const struct buffer *drawn, const struct buffer *captured,
		unsigned int flags, struct difference *difference)
{
	struct picture_yuv picture = {
		.at = calloc((size_t)drawn->width * drawn->height,
			     sizeof(*picture.at)),
		.rgb = calloc((size_t)drawn->width * drawn->height,
			      sizeof(*picture.rgb)),
		.width = drawn->width,
		.height = drawn->height,
		.tolerance = flags & COMPARE_ONE_STEP ? 1 : ROUNDING,
		.mean = flags & COMPARE_ONE_STEP,
	};
	struct pixel *row = calloc(drawn->width, sizeof(*row));
	int ret = -ENOMEM;

	if (picture.at && picture.rgb && row) {
		convert(drawn, &picture, row);
		compare_pixels(drawn, captured, &picture, row, difference);
		ret = 0;
	}
	free(picture.at);
	free(picture.rgb);
	free(row);
	return ret;
}
