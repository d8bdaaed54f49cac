// SPDX-License-Identifier: GPL-2.0-only
/* A row of a buffer as pixels, in any format. */

#include "buffer.h"
#include "yuv.h"

static void read_yuv_row(const struct buffer *buffer, unsigned int y,
			 struct pixel *row)
{
	const struct format *format = buffer->format;
	const uint8_t *luma = buffer_row(buffer, 0, y);
	const uint8_t *chroma = buffer_row(buffer, 1, y / format->vsub);
	unsigned int x;

	for (x = 0; x < buffer->width; x++) {
		const uint8_t *pair = chroma + x / format->hsub * 2;

		row[x] = yuv_to_pixel((struct yuv) {
			.y = luma[x],
			.u = pair[format->vu],
			.v = pair[!format->vu],
		});
	}
}

/* A chroma sample is that of the first pixel of its group. */
static void write_yuv_row(struct buffer *buffer, unsigned int y,
			  const struct pixel *row)
{
	const struct format *format = buffer->format;
	uint8_t *luma = buffer_row(buffer, 0, y);
	uint8_t *chroma = buffer_row(buffer, 1, y / format->vsub);
	unsigned int x;

	for (x = 0; x < buffer->width; x++) {
		struct yuv yuv = yuv_from_pixel(row[x]);

		luma[x] = yuv.y;
		if (x % format->hsub || y % format->vsub)
			continue;
		chroma[x / format->hsub * 2 + format->vu] = yuv.u;
		chroma[x / format->hsub * 2 + !format->vu] = yuv.v;
	}
}

void buffer_read_row(const struct buffer *buffer, unsigned int y,
		     struct pixel *row)
{
	if (format_is_yuv(buffer->format))
		read_yuv_row(buffer, y, row);
	else
		format_unpack(buffer->format, buffer_row(buffer, 0, y), row,
			      buffer->width);
}

void buffer_write_row(struct buffer *buffer, unsigned int y,
		      const struct pixel *row)
{
	if (format_is_yuv(buffer->format))
		write_yuv_row(buffer, y, row);
	else
		format_pack(buffer->format, row, buffer_row(buffer, 0, y),
			    buffer->width);
}
