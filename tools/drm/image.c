// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <png.h>

#include "image.h"

struct png {
	png_structp png;
	png_infop info;
	unsigned int bytes;		/* of a channel in the file: 1 or 2 */
	struct pixel *row;
	uint8_t *out;
};

static uint8_t *put_channel(uint8_t *out, uint16_t value, unsigned int bytes)
{
	*out++ = bytes == 2 ? value >> 8 : channel_narrow(value, 8);
	if (bytes == 2)
		*out++ = value & 0xff;
	return out;
}

static void convert_row(struct png *png, unsigned int width)
{
	uint8_t *out = png->out;
	unsigned int x;

	for (x = 0; x < width; x++) {
		out = put_channel(out, png->row[x].r, png->bytes);
		out = put_channel(out, png->row[x].g, png->bytes);
		out = put_channel(out, png->row[x].b, png->bytes);
	}
}

/* libpng jumps back here with its errors. */
static int write_png(struct png *png, const struct buffer *buffer, FILE *file)
{
	unsigned int y;

	if (setjmp(png_jmpbuf(png->png)))
		return errno ? -errno : -EIO;

	png_init_io(png->png, file);
	png_set_compression_level(png->png, 1);
	png_set_IHDR(png->png, png->info, buffer->width, buffer->height,
		     png->bytes * 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png->png, png->info);
	for (y = 0; y < buffer->height; y++) {
		buffer_read_row(buffer, y, png->row);
		convert_row(png, buffer->width);
		png_write_row(png->png, png->out);
	}
	png_write_end(png->png, NULL);
	return 0;
}

static void quiet(png_structp png, png_const_charp message)
{
	(void)png;
	(void)message;
}

static void jump(png_structp png, png_const_charp message)
{
	(void)message;
	png_longjmp(png, 1);
}

static int png_to_file(const struct buffer *buffer, FILE *file)
{
	struct png png = {
		.bytes = format_depth(buffer->format) > 8 ? 2 : 1,
	};
	int ret = -ENOMEM;

	png.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, jump,
					  quiet);
	png.info = png.png ? png_create_info_struct(png.png) : NULL;
	png.row = calloc(buffer->width, sizeof(*png.row));
	png.out = calloc(buffer->width, 3 * png.bytes);
	if (png.info && png.row && png.out)
		ret = write_png(&png, buffer, file);
	free(png.out);
	free(png.row);
	if (png.png)
		png_destroy_write_struct(&png.png, &png.info);
	return ret;
}

int image_put_raw(const struct buffer *buffer, FILE *file)
{
	const struct buffer_plane *plane = buffer->plane;
	unsigned int i, y;

	for (i = 0; i < format_planes(buffer->format); i++)
		for (y = 0; y < plane[i].rows; y++)
			if (fwrite(buffer_row(buffer, i, y),
				   plane[i].row_bytes, 1, file) != 1)
				return -errno;
	return 0;
}

/* A file that could not be written whole is removed. */
static int write_file(const struct buffer *buffer, const char *path,
		      int (*writer)(const struct buffer *buffer, FILE *file))
{
	FILE *file = fopen(path, "wb");
	int ret;

	if (!file)
		return -errno;
	errno = 0;
	ret = writer(buffer, file);
	if (fclose(file) && !ret)
		ret = -errno;
	if (ret)
		remove(path);
	return ret;
}

int image_write_png(const struct buffer *buffer, const char *path)
{
	return write_file(buffer, path, png_to_file);
}

int image_write_raw(const struct buffer *buffer, const char *path)
{
	return write_file(buffer, path, image_put_raw);
}
