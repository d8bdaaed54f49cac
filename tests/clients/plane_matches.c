// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a picture in a file what the first plane that shows something shows? Another
 * client has it shown, and has captured that.
 *
 * Usage: plane_matches CARD FILE     FILE: raw, XRGB8888, as large as the plane's
 *
 * Prints one line. Status 0: it is, and it is more than one colour.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compare.h"

#define COLOURS 64		/* as many are counted */

/* The framebuffer on the first plane with one. */
static drmModeFB2Ptr shown_fb(const struct card *card)
{
	drmModePlaneResPtr planes = drmModeGetPlaneResources(card->fd);
	drmModeFB2Ptr fb = NULL;
	unsigned int i;

	for (i = 0; planes && !fb && i < planes->count_planes; i++) {
		drmModePlanePtr plane = drmModeGetPlane(card->fd,
							planes->planes[i]);

		if (plane && plane->fb_id)
			fb = drmModeGetFB2(card->fd, plane->fb_id);
		drmModeFreePlane(plane);
	}
	drmModeFreePlaneResources(planes);
	return fb;
}

static const char *map_shown(const struct card *card, struct buffer *shown)
{
	drmModeFB2Ptr fb = shown_fb(card);
	uint64_t offset;

	if (!fb)
		return "no plane shows anything";
	shown->format = format_find(fb->pixel_format);
	if (!shown->format || format_planes(shown->format) != 1)
		return "the plane's format is not known here";
	shown->width = fb->width;
	shown->height = fb->height;
	shown->plane[0] = (struct buffer_plane) {
		.pitch = fb->pitches[0],
		.offset = fb->offsets[0],
		.row_bytes = fb->width * shown->format->bytes,
		.rows = fb->height,
	};
	shown->size = fb->offsets[0] + (size_t)fb->pitches[0] * fb->height;
	if (drmModeMapDumbBuffer(card->fd, fb->handles[0], &offset))
		return "the plane's framebuffer cannot be mapped";
	shown->map = mmap(NULL, shown->size, PROT_READ, MAP_SHARED, card->fd,
			  offset);
	return shown->map == MAP_FAILED ? strerror(errno) : NULL;
}

static const char *map_file(const char *path, const struct buffer *shown,
			    struct buffer *captured)
{
	int fd = open(path, O_RDONLY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status))
		return strerror(errno);
	*captured = *shown;
	captured->format = format_find_name("XRGB8888");
	captured->plane[0] = (struct buffer_plane) {
		.pitch = shown->width * 4,
		.row_bytes = shown->width * 4,
		.rows = shown->height,
	};
	captured->size = (size_t)shown->width * 4 * shown->height;
	if ((size_t)status.st_size != captured->size)
		return "the file is not as large as the plane's picture";
	captured->map = mmap(NULL, captured->size, PROT_READ, MAP_SHARED, fd, 0);
	return captured->map == MAP_FAILED ? strerror(errno) : NULL;
}

static unsigned int count_colours(const struct buffer *buffer)
{
	uint32_t colours[COLOURS];
	unsigned int x, y, i, n = 0;

	for (y = 0; y < buffer->height; y++) {
		const uint32_t *row = buffer_row(buffer, 0, y);

		for (x = 0; x < buffer->width && n < COLOURS; x++) {
			for (i = 0; i < n && colours[i] != (row[x] & 0xffffff); i++)
				;
			if (i == n)
				colours[n++] = row[x] & 0xffffff;
		}
	}
	return n;
}

int main(int argc, char **argv)
{
	struct buffer shown = {}, captured = {};
	struct difference difference = {};
	unsigned int colours;
	struct card card;
	const char *why;
	int ret;

	if (argc != 3) {
		fprintf(stderr, "usage: plane_matches CARD FILE\n");
		return 2;
	}
	ret = card_open(&card, argv[1]);
	why = ret ? strerror(-ret) : map_shown(&card, &shown);
	if (!why)
		why = map_file(argv[2], &shown, &captured);
	if (why) {
		printf("%s\n", why);
		return 1;
	}
	colours = count_colours(&captured);
	ret = compare_buffers(&shown, &captured, 0, &difference);
	printf("%ux%u %s, %u colours%s", shown.width, shown.height,
	       shown.format->name, colours, colours < COLOURS ? "" : " or more");
	if (ret)
		printf(", %lu pixels are wrong, the first at %u,%u",
		       difference.pixels, difference.x, difference.y);
	printf("\n");
	return ret || colours < 2;
}
