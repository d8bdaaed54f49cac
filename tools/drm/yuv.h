/* SPDX-License-Identifier: GPL-2.0-only */
/* ITU-R BT.709, limited range, 8 bits: luma 16 to 235, chroma 16 to 240. */
#ifndef YUV_H
#define YUV_H

#include "format.h"

struct yuv {
	uint8_t y, u, v;
};

struct yuv yuv_from_pixel(struct pixel pixel);
struct pixel yuv_to_pixel(struct yuv yuv);

#endif
