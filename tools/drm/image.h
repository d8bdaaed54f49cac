/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a captured buffer to a file. */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdio.h>

#include "buffer.h"

/* PNG, RGB: 8 bits a channel, or 16 when the format has more than 8. */
int image_write_png(const struct buffer *buffer, const char *path);

/* The bytes of the picture, row after row, plane after plane, no padding. */
int image_write_raw(const struct buffer *buffer, const char *path);
int image_put_raw(const struct buffer *buffer, FILE *file);

#endif
