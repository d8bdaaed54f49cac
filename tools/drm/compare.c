// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "compare_yuv.h"

/* Rows of the two pictures, as pixels. */
struct rows {
	struct pixel *drawn, *captured;
};

/* Less than a step of @to off the exact value, and a little for fixed point. */
static bool rounds_to(uint16_t drawn, uint16_t captured, struct channel to)
{
	int step = 0xffff, full = (1 << to.bits) - 1;
	int exact = drawn * full;
	int got = channel_narrow(captured, to.bits) * step;

	return abs(got - exact) < step + step / 16;
}

static bool channel_fits(uint16_t drawn, struct channel from,
			 uint16_t captured, struct channel to)
{
	unsigned int drop = 16 - from.bits;

	if (to.bits < from.bits || to.bits < 8)
		return rounds_to(drawn, captured, to);
	return drawn >> drop == captured >> drop;
}

static bool alpha_fits(uint16_t drawn, const struct format *from,
		       uint16_t captured, const struct format *to)
{
	struct channel opaque = { .bits = 1 };

	if (!to->a.bits)
		return true;
	return channel_fits(drawn, from->a.bits ? from->a : opaque, captured,
			    to->a);
}

static bool pixel_fits(struct pixel drawn, const struct format *from,
		       struct pixel captured, const struct format *to,
		       unsigned int flags)
{
	return channel_fits(drawn.r, from->r, captured.r, to->r) &&
	       channel_fits(drawn.g, from->g, captured.g, to->g) &&
	       channel_fits(drawn.b, from->b, captured.b, to->b) &&
	       (!(flags & COMPARE_ALPHA) ||
		alpha_fits(drawn.a, from, captured.a, to));
}

static void note(struct difference *difference, unsigned int x, unsigned int y,
		 struct pixel drawn, struct pixel captured)
{
	if (difference->pixels++)
		return;
	difference->x = x;
	difference->y = y;
	difference->drawn = drawn;
	difference->captured = captured;
}

static void compare_row(const struct buffer *drawn,
			const struct buffer *captured, unsigned int y,
			unsigned int flags, struct rows *rows,
			struct difference *difference)
{
	unsigned int x;

	buffer_read_row(drawn, y, rows->drawn);
	buffer_read_row(captured, y, rows->captured);
	for (x = 0; x < drawn->width; x++)
		if (!pixel_fits(rows->drawn[x], drawn->format,
				rows->captured[x], captured->format, flags))
			note(difference, x, y, rows->drawn[x],
			     rows->captured[x]);
}

/* Most rows are: then there is no need to look at each pixel. */
static bool row_is_same(const struct buffer *drawn,
			const struct buffer *captured, unsigned int y)
{
	return drawn->format == captured->format &&
	       !memcmp(buffer_row(drawn, 0, y), buffer_row(captured, 0, y),
		       drawn->plane[0].row_bytes);
}

static int compare_rgb(const struct buffer *drawn,
		       const struct buffer *captured, unsigned int flags,
		       struct difference *difference)
{
	struct rows rows = {
		.drawn = calloc(drawn->width, sizeof(*rows.drawn)),
		.captured = calloc(drawn->width, sizeof(*rows.captured)),
	};
	int ret = -ENOMEM;
	unsigned int y;

	if (rows.drawn && rows.captured) {
		for (y = 0; y < drawn->height; y++)
			if (!row_is_same(drawn, captured, y))
				compare_row(drawn, captured, y, flags, &rows,
					    difference);
		ret = 0;
	}
	free(rows.drawn);
	free(rows.captured);
	return ret;
}

int compare_buffers(const struct buffer *drawn, const struct buffer *captured,
		    unsigned int flags, struct difference *difference)
{
	struct difference found = { };
	int ret;

	if (drawn->width != captured->width ||
	    drawn->height != captured->height || format_is_yuv(drawn->format))
		return -EINVAL;

	if (format_is_yuv(captured->format))
		ret = compare_yuv(drawn, captured, flags, &found);
	else
		ret = compare_rgb(drawn, captured, flags, &found);
	if (ret)
		return ret;
	if (difference)
		*difference = found;
	return found.pixels ? 1 : 0;
}
