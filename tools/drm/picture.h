/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test picture: colour bars, a gradient, the title and a frame counter.
 *
 * Every row of a frame differs from the same row of the 65535 frames before
 * and after it; nearly every pixel differs from that of the 63 frames before
 * and after. So a stale, shifted or mixed picture is found.
 */
#ifndef PICTURE_H
#define PICTURE_H

#include "buffer.h"

struct picture {
	unsigned int width, height;
	char title[72];
};

/* Row @y of frame @frame: picture->width pixels. */
void picture_row(const struct picture *picture, unsigned int frame,
		 unsigned int y, struct pixel *row);

/* Draws the frame into a buffer of the picture's size, in its format. */
int picture_draw(const struct picture *picture, unsigned int frame,
		 struct buffer *buffer);

#endif
