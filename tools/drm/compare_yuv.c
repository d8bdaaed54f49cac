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
	int width, height;
	int tolerance;
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
	chroma_range(picture, x, y, x + format->hsub, y + format->vsub, &u, &v);
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
		for (x = 0; x < picture->width; x++)
			picture->at[y * picture->width + x] =
				yuv_from_pixel(row[x]);
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
		.width = drawn->width,
		.height = drawn->height,
		.tolerance = flags & COMPARE_ONE_STEP ? 1 : ROUNDING,
	};
	struct pixel *row = calloc(drawn->width, sizeof(*row));
	int ret = -ENOMEM;

	if (picture.at && row) {
		convert(drawn, &picture, row);
		compare_pixels(drawn, captured, &picture, row, difference);
		ret = 0;
	}
	free(picture.at);
	free(row);
	return ret;
}
