// SPDX-License-Identifier: GPL-2.0-only
/*
 * NV12 of the modelled hardware, a row of pixels at a time: the conversions do
 * what their coefficient registers say, so that wrong or lost coefficients are
 * wrong colours.
 *
 * Coefficients are nine matrix entries, row by row, and three offsets, all s16.
 * From RGB the rows are Y, Cb and Cr in 1/256, and the offsets are added. To
 * RGB the rows are R, G and B in 1/1024, and the offsets are those of Y, Cb and
 * Cr, taken off first; this one works on 10 bits a channel.
 */
#include <linux/minmax.h>

#include "malidp_model_yuv.h"

enum { Y, CB, CR };

/* The sums of up to four pixels' channels, 8 bits each. */
struct rgb {
	int red, green, blue;
};

static void add(struct rgb *sum, u32 pixel)
{
	sum->red += pixel >> 22 & 0xff;
	sum->green += pixel >> 12 & 0xff;
	sum->blue += pixel >> 2 & 0xff;
}

static u8 from_rgb(const u32 *coeffs, int row, const struct rgb *sum, int pixels)
{
	const u32 *c = coeffs + 3 * row;
	int one = 256 * pixels;
	int value = (s16)c[0] * sum->red + (s16)c[1] * sum->green + (s16)c[2] * sum->blue;

	/* one is a power of two: the shift rounds down below 0, too */
	value = (value + one / 2) >> (pixels == 4 ? 10 : 8);
	return clamp(value + (s16)coeffs[9 + row], 0, 255);
}

void malidp_model_luma_write(const u32 *coeffs, const u32 *pixels, u8 *to,
			     unsigned int count)
{
	for (; count--; pixels++) {
		struct rgb sum = {};

		add(&sum, *pixels);
		*to++ = from_rgb(coeffs, Y, &sum, 1);
	}
}

/* Of two rows, with the last column twice when their number is odd. */
void malidp_model_chroma_write(const u32 *coeffs, const u32 *pixels,
			       const u32 *below, u8 *to, unsigned int count)
{
	unsigned int x;

	for (x = 0; x < count; x += 2) {
		unsigned int next = min(x + 1, count - 1);
		struct rgb sum = {};

		add(&sum, pixels[x]);
		add(&sum, pixels[next]);
		add(&sum, below[x]);
		add(&sum, below[next]);
		*to++ = from_rgb(coeffs, CB, &sum, 4);
		*to++ = from_rgb(coeffs, CR, &sum, 4);
	}
}

static u32 to_rgb(const u32 *c, int y, int cb, int cr)
{
	int value = (s16)c[0] * y + (s16)c[1] * cb + (s16)c[2] * cr;

	return clamp((value + 512) >> 10, 0, 1023);
}

void malidp_model_nv12_read(const u32 *coeffs, const u8 *luma, const u8 *chroma,
			    u32 *pixels, unsigned int count)
{
	unsigned int x;

	for (x = 0; x < count; x++) {
		const u8 *both = chroma + (x & ~1);
		int y = luma[x] * 4 - (s16)coeffs[9];
		int cb = both[0] * 4 - (s16)coeffs[10];
		int cr = both[1] * 4 - (s16)coeffs[11];

		*pixels++ = to_rgb(coeffs, y, cb, cr) << 20 |
			    to_rgb(coeffs + 3, y, cb, cr) << 10 |
			    to_rgb(coeffs + 6, y, cb, cr);
	}
}
