/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compares a captured picture with the one that was drawn, every pixel.
 *
 * - The X bits of a format are undefined and never compared.
 * - A channel of 8 bits or more that is as wide in both formats must be equal.
 *   One that gets wider must hold the drawn bits at its top.
 * - A channel that gets narrower, or is captured in less than 8 bits, may be
 *   rounded up or down: it must be less than a step off.
 * - RGB captured as YUV (BT.709, limited range): luma may be off by rounding;
 *   chroma must lie in the range that the pixels around the sample span,
 *   because each engine filters in its own way.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include "buffer.h"

struct difference {
	unsigned long pixels;		/* how many are wrong */
	unsigned int x, y;		/* the first wrong one */
	struct pixel drawn, captured;	/* its two values */
};

/* An alpha channel must hold what was drawn too; drawn X counts as opaque. */
#define COMPARE_ALPHA 1

/*
 * YUV may be one step off, not two, and chroma is the mean of the sample's pixels:
 * for engines that average these alone, and round to the nearest.
 */
#define COMPARE_ONE_STEP 2

/*
 * 0 when equal, 1 when not: then @difference (may be NULL) says where.
 * -EINVAL when the sizes differ or the conversion is not known, -ENOMEM.
 */
int compare_buffers(const struct buffer *drawn, const struct buffer *captured,
		    unsigned int flags, struct difference *difference);

#endif
