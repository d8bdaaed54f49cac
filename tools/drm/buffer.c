// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "buffer.h"

/* Bytes of a picture's row in plane 1: pairs of chroma. */
static uint32_t chroma_bytes(const struct format *format, uint32_t width)
{
	return (width + format->hsub - 1) / format->hsub * 2;
}

static uint32_t chroma_rows(const struct format *format, uint32_t height)
{
	return (height + format->vsub - 1) / format->vsub;
}

/* Each plane has @guard rows before it; the last has them after it too. */
static uint32_t layout(struct buffer *buffer, uint32_t pitch, uint32_t guard)
{
	const struct format *format = buffer->format;
	struct buffer_plane *plane = buffer->plane;
	uint32_t end;

	plane[0].pitch = pitch;
	plane[0].offset = guard * pitch;
	plane[0].row_bytes = buffer->width * format->bytes;
	plane[0].rows = buffer->height;
	end = plane[0].offset + plane[0].rows * pitch;
	if (format_planes(format) == 2) {
		/* A row of chroma that is not subsampled takes two of luma. */
		plane[1].pitch = format->hsub == 1 ? 2 * pitch : pitch;
		plane[1].offset = end + guard * pitch;
		plane[1].row_bytes = chroma_bytes(format, buffer->width);
		plane[1].rows = chroma_rows(format, buffer->height);
		end = plane[1].offset + plane[1].rows * plane[1].pitch;
	}
	return end + guard * pitch;
}

/* The kernel chooses the pitch, so the layout is known only afterwards. */
static int create_dumb(struct buffer *buffer, const struct buffer_guard *guard)
{
	uint32_t bpp = buffer->format->bytes * 8;
	struct drm_mode_create_dumb dumb = {
		.width = buffer->width + guard->right,
		.bpp = bpp,
	};

	/* Chroma pairs of an odd width are one byte longer than luma. */
	if (format_is_yuv(buffer->format))
		dumb.width += dumb.width & 1;
	dumb.height = layout(buffer, 1, guard->rows);
	if (drmIoctl(buffer->card_fd, DRM_IOCTL_MODE_CREATE_DUMB, &dumb))
		return -errno;
	buffer->handle = dumb.handle;
	buffer->size = dumb.size;
	layout(buffer, dumb.pitch, guard->rows);
	return 0;
}

static int map_dumb(struct buffer *buffer)
{
	struct drm_mode_map_dumb dumb = { .handle = buffer->handle };
	void *map;

	if (drmIoctl(buffer->card_fd, DRM_IOCTL_MODE_MAP_DUMB, &dumb))
		return -errno;
	map = mmap(NULL, buffer->size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   buffer->card_fd, dumb.offset);
	if (map == MAP_FAILED)
		return -errno;
	buffer->map = map;
	return 0;
}

int buffer_allocate(struct buffer *buffer, const struct card *card,
		    const struct format *format, uint32_t width,
		    uint32_t height, const struct buffer_guard *guard)
{
	static const struct buffer_guard none;
	int ret;

	memset(buffer, 0, sizeof(*buffer));
	buffer->card_fd = card->fd;
	buffer->format = format;
	buffer->width = width;
	buffer->height = height;

	ret = create_dumb(buffer, guard ? guard : &none);
	if (!ret)
		ret = map_dumb(buffer);
	if (ret)
		buffer_destroy(buffer);
	return ret;
}

int buffer_add_fb(struct buffer *buffer)
{
	uint32_t handles[4] = { }, pitches[4] = { }, offsets[4] = { };
	unsigned int i;

	for (i = 0; i < format_planes(buffer->format); i++) {
		handles[i] = buffer->handle;
		pitches[i] = buffer->plane[i].pitch;
		offsets[i] = buffer->plane[i].offset;
	}
	if (drmModeAddFB2(buffer->card_fd, buffer->width, buffer->height,
			  buffer->format->fourcc, handles, pitches, offsets,
			  &buffer->fb, 0))
		return -errno;
	return 0;
}

int buffer_create(struct buffer *buffer, const struct card *card,
		  const struct format *format, uint32_t width, uint32_t height,
		  const struct buffer_guard *guard)
{
	int ret = buffer_allocate(buffer, card, format, width, height, guard);

	if (ret)
		return ret;
	ret = buffer_add_fb(buffer);
	if (ret)
		buffer_destroy(buffer);
	return ret;
}

void buffer_remove_fb(struct buffer *buffer)
{
	if (buffer->fb)
		drmModeRmFB(buffer->card_fd, buffer->fb);
	buffer->fb = 0;
}

static void free_dumb(struct buffer *buffer)
{
	struct drm_mode_destroy_dumb dumb = { .handle = buffer->handle };

	if (buffer->handle)
		drmIoctl(buffer->card_fd, DRM_IOCTL_MODE_DESTROY_DUMB, &dumb);
}

void buffer_destroy(struct buffer *buffer)
{
	buffer_remove_fb(buffer);
	if (buffer->map)
		munmap(buffer->map, buffer->size);
	free_dumb(buffer);
	memset(buffer, 0, sizeof(*buffer));
}

void buffer_poison(struct buffer *buffer, uint8_t byte)
{
	memset(buffer->map, byte, buffer->size);
}

static size_t damage(const struct buffer *buffer, size_t from, size_t to,
		     uint8_t byte)
{
	size_t count = 0;

	for (; from < to; from++)
		count += buffer->map[from] != byte;
	return count;
}

size_t buffer_damage(const struct buffer *buffer, uint8_t byte)
{
	return damage(buffer, 0, buffer->size, byte);
}

size_t buffer_guard_damage(const struct buffer *buffer, uint8_t byte)
{
	const struct buffer_plane *plane = buffer->plane;
	unsigned int i, y;
	size_t count = 0, end = 0;

	for (i = 0; i < format_planes(buffer->format); i++, plane++) {
		for (y = 0; y < plane->rows; y++) {
			size_t row = plane->offset + (size_t)y * plane->pitch;

			count += damage(buffer, end, row, byte);
			end = row + plane->row_bytes;
		}
	}
	return count + damage(buffer, end, buffer->size, byte);
}

void *buffer_row(const struct buffer *buffer, unsigned int plane,
		 unsigned int y)
{
	const struct buffer_plane *at = &buffer->plane[plane];

	return buffer->map + at->offset + (size_t)y * at->pitch;
}

static atomic_bool lost;

static void on_lost_memory(int signal, siginfo_t *info, void *context)
{
	uintptr_t size = sysconf(_SC_PAGESIZE);
	uintptr_t page = (uintptr_t)info->si_addr & ~(size - 1);

	(void)signal;
	(void)context;
	lost = true;
	if (mmap((void *)page, size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		abort();
}

void buffers_outlive_card(void)
{
	struct sigaction action = {
		.sa_sigaction = on_lost_memory,
		.sa_flags = SA_SIGINFO,
	};

	sigaction(SIGBUS, &action, NULL);
}

bool buffers_were_lost(void)
{
	return atomic_exchange(&lost, false);
}
