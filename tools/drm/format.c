// SPDX-License-Identifier: GPL-2.0-only

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include <drm_fourcc.h>

#include "array.h"
#include "format.h"

#define FORMAT(fmt, size) \
	.name = #fmt, .fourcc = DRM_FORMAT_##fmt, .bytes = size

/* Channels by their widths, from the top bit down: shift and bits. */
#define C8888(c3, c2, c1, c0) \
	.c3 = { 24, 8 }, .c2 = { 16, 8 }, \
	.c1 = { 8, 8 }, .c0 = { 0, 8 }
#define C888(c2, c1, c0) \
	.c2 = { 16, 8 }, .c1 = { 8, 8 }, .c0 = { 0, 8 }
#define C565(c2, c1, c0) \
	.c2 = { 11, 5 }, .c1 = { 5, 6 }, .c0 = { 0, 5 }
#define C332(c2, c1, c0) \
	.c2 = { 5, 3 }, .c1 = { 2, 3 }, .c0 = { 0, 2 }
#define C233(c2, c1, c0) \
	.c2 = { 6, 2 }, .c1 = { 3, 3 }, .c0 = { 0, 3 }
#define C1555(c3, c2, c1, c0) \
	.c3 = { 15, 1 }, .c2 = { 10, 5 }, \
	.c1 = { 5, 5 }, .c0 = { 0, 5 }
#define C5551(c3, c2, c1, c0) \
	.c3 = { 11, 5 }, .c2 = { 6, 5 }, \
	.c1 = { 1, 5 }, .c0 = { 0, 1 }
#define C4444(c3, c2, c1, c0) \
	.c3 = { 12, 4 }, .c2 = { 8, 4 }, \
	.c1 = { 4, 4 }, .c0 = { 0, 4 }
#define C2101010(c3, c2, c1, c0) \
	.c3 = { 30, 2 }, .c2 = { 20, 10 }, \
	.c1 = { 10, 10 }, .c0 = { 0, 10 }
#define C1010102(c3, c2, c1, c0) \
	.c3 = { 22, 10 }, .c2 = { 12, 10 }, \
	.c1 = { 2, 10 }, .c0 = { 0, 2 }
#define C16161616(c3, c2, c1, c0) \
	.c3 = { 48, 16 }, .c2 = { 32, 16 }, \
	.c1 = { 16, 16 }, .c0 = { 0, 16 }

/* Luma in plane 0, chroma pairs in plane 1. */
#define YUV(h, v, cr_first) .hsub = h, .vsub = v, .vu = cr_first

const struct format format_table[] = {
	{ FORMAT(XRGB8888, 4), C8888(x, r, g, b) },
	{ FORMAT(ARGB8888, 4), C8888(a, r, g, b) },
	{ FORMAT(XBGR8888, 4), C8888(x, b, g, r) },
	{ FORMAT(ABGR8888, 4), C8888(a, b, g, r) },
	{ FORMAT(RGBX8888, 4), C8888(r, g, b, x) },
	{ FORMAT(RGBA8888, 4), C8888(r, g, b, a) },
	{ FORMAT(BGRX8888, 4), C8888(b, g, r, x) },
	{ FORMAT(BGRA8888, 4), C8888(b, g, r, a) },

	{ FORMAT(RGB888, 3), C888(r, g, b) },
	{ FORMAT(BGR888, 3), C888(b, g, r) },
	{ FORMAT(RGB565, 2), C565(r, g, b) },
	{ FORMAT(BGR565, 2), C565(b, g, r) },
	{ FORMAT(RGB332, 1), C332(r, g, b) },
	{ FORMAT(BGR233, 1), C233(b, g, r) },

	{ FORMAT(XRGB1555, 2), C1555(x, r, g, b) },
	{ FORMAT(ARGB1555, 2), C1555(a, r, g, b) },
	{ FORMAT(XBGR1555, 2), C1555(x, b, g, r) },
	{ FORMAT(ABGR1555, 2), C1555(a, b, g, r) },
	{ FORMAT(RGBX5551, 2), C5551(r, g, b, x) },
	{ FORMAT(RGBA5551, 2), C5551(r, g, b, a) },
	{ FORMAT(BGRX5551, 2), C5551(b, g, r, x) },
	{ FORMAT(BGRA5551, 2), C5551(b, g, r, a) },

	{ FORMAT(XRGB4444, 2), C4444(x, r, g, b) },
	{ FORMAT(ARGB4444, 2), C4444(a, r, g, b) },
	{ FORMAT(XBGR4444, 2), C4444(x, b, g, r) },
	{ FORMAT(ABGR4444, 2), C4444(a, b, g, r) },
	{ FORMAT(RGBX4444, 2), C4444(r, g, b, x) },
	{ FORMAT(RGBA4444, 2), C4444(r, g, b, a) },
	{ FORMAT(BGRX4444, 2), C4444(b, g, r, x) },
	{ FORMAT(BGRA4444, 2), C4444(b, g, r, a) },

	{ FORMAT(XRGB2101010, 4), C2101010(x, r, g, b) },
	{ FORMAT(ARGB2101010, 4), C2101010(a, r, g, b) },
	{ FORMAT(XBGR2101010, 4), C2101010(x, b, g, r) },
	{ FORMAT(ABGR2101010, 4), C2101010(a, b, g, r) },
	{ FORMAT(RGBX1010102, 4), C1010102(r, g, b, x) },
	{ FORMAT(RGBA1010102, 4), C1010102(r, g, b, a) },
	{ FORMAT(BGRX1010102, 4), C1010102(b, g, r, x) },
	{ FORMAT(BGRA1010102, 4), C1010102(b, g, r, a) },

	{ FORMAT(XRGB16161616, 8), C16161616(x, r, g, b) },
	{ FORMAT(ARGB16161616, 8), C16161616(a, r, g, b) },
	{ FORMAT(XBGR16161616, 8), C16161616(x, b, g, r) },
	{ FORMAT(ABGR16161616, 8), C16161616(a, b, g, r) },

	{ FORMAT(NV12, 1), YUV(2, 2, false) },
	{ FORMAT(NV21, 1), YUV(2, 2, true) },
	{ FORMAT(NV16, 1), YUV(2, 1, false) },
	{ FORMAT(NV61, 1), YUV(2, 1, true) },
	{ FORMAT(NV24, 1), YUV(1, 1, false) },
	{ FORMAT(NV42, 1), YUV(1, 1, true) },
};

const unsigned int format_count = ARRAY_SIZE(format_table);

const struct format *format_find(uint32_t fourcc)
{
	unsigned int i;

	for (i = 0; i < format_count; i++)
		if (format_table[i].fourcc == fourcc)
			return &format_table[i];
	return NULL;
}

const struct format *format_find_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < format_count; i++)
		if (!strcmp(format_table[i].name, name))
			return &format_table[i];
	return NULL;
}

static char printable(uint32_t byte)
{
	return byte >= ' ' && byte <= '~' ? byte : '?';
}

const char *format_name(uint32_t fourcc, char name[16])
{
	const struct format *format = format_find(fourcc);

	if (format)
		snprintf(name, 16, "%s", format->name);
	else
		snprintf(name, 16, "fourcc:%c%c%c%c", printable(fourcc & 0xff),
			 printable(fourcc >> 8 & 0xff),
			 printable(fourcc >> 16 & 0xff),
			 printable(fourcc >> 24 & 0xff));
	return name;
}

bool format_is_yuv(const struct format *format)
{
	return format->hsub;
}

unsigned int format_planes(const struct format *format)
{
	return format_is_yuv(format) ? 2 : 1;
}

unsigned int format_depth(const struct format *format)
{
	unsigned int depth = format->r.bits;

	if (format_is_yuv(format))
		return 8;
	if (format->g.bits > depth)
		depth = format->g.bits;
	return format->b.bits > depth ? format->b.bits : depth;
}

static uint64_t ones(unsigned int bits)
{
	return (1ull << bits) - 1;
}

uint64_t format_mask(const struct format *format)
{
	uint64_t x = ones(format->x.bits) << format->x.shift;
	uint64_t all = format->bytes == 8 ? ~0ull : ones(format->bytes * 8);

	return all & ~x;
}

uint16_t channel_narrow(uint16_t value, unsigned int bits)
{
	if (bits == 16)
		return value;
	return (value * ((1u << bits) - 1) + 0x7fff) / 0xffff;
}

uint16_t channel_widen(uint16_t value, unsigned int bits)
{
	uint32_t full = ones(bits);

	if (bits == 16)
		return value;
	if (bits == 8)
		return value * 0x101;
	return ((uint32_t)value * 0xffff + full / 2) / full;
}

/* Pixels are little-endian; those of 4 bytes, the usual ones, are fast. */
static uint64_t load(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;
	uint32_t word;

	if (bytes == sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		return le32toh(word);
	}
	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static void store(uint8_t *at, unsigned int bytes, uint64_t value)
{
	uint32_t word = htole32(value);

	if (bytes == sizeof(word)) {
		memcpy(at, &word, sizeof(word));
		return;
	}
	for (; bytes--; value >>= 8)
		*at++ = value;
}

/* A missing channel reads as full: only alpha is ever missing. */
static uint16_t get(uint64_t value, struct channel channel)
{
	if (!channel.bits)
		return 0xffff;
	return channel_widen(value >> channel.shift & ones(channel.bits),
			     channel.bits);
}

static uint64_t put(uint16_t value, struct channel channel)
{
	if (!channel.bits)
		return 0;
	return (uint64_t)channel_narrow(value, channel.bits) << channel.shift;
}

void format_unpack(const struct format *format, const void *src,
		   struct pixel *dst, size_t n)
{
	const uint8_t *at = src;

	for (; n--; at += format->bytes, dst++) {
		uint64_t value = load(at, format->bytes);

		dst->r = get(value, format->r);
		dst->g = get(value, format->g);
		dst->b = get(value, format->b);
		dst->a = get(value, format->a);
	}
}

void format_pack(const struct format *format, const struct pixel *src,
		 void *dst, size_t n)
{
	uint64_t x = ones(format->x.bits) << format->x.shift;
	uint8_t *at = dst;

	for (; n--; at += format->bytes, src++)
		store(at, format->bytes,
		      put(src->r, format->r) | put(src->g, format->g) |
		      put(src->b, format->b) | put(src->a, format->a) | x);
}
