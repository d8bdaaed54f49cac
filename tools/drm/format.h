/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pixel formats, and their conversion from and to pixels of 16 bits a channel.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORMAT_PLANES 2

/* 16 bits a channel, 0xffff is full; a format without alpha reads opaque. */
struct pixel {
	uint16_t r, g, b, a;
};

/* Where a channel's bits are in the little-endian pixel; bits 0: no channel. */
struct channel {
	uint8_t shift, bits;
};

struct format {
	const char *name;		/* "XRGB8888" */
	uint32_t fourcc;
	uint8_t bytes;			/* of a pixel in plane 0 */
	struct channel r, g, b, a, x;	/* RGB formats */
	uint8_t hsub, vsub;		/* YUV: chroma subsampling; else 0 */
	bool vu;			/* YUV: Cr comes first */
};

extern const struct format format_table[];
extern const unsigned int format_count;

/* NULL when the format is unknown here. */
const struct format *format_find(uint32_t fourcc);
const struct format *format_find_name(const char *name);

/* The name of any fourcc, also of one that is unknown here. */
const char *format_name(uint32_t fourcc, char name[16]);

bool format_is_yuv(const struct format *format);
unsigned int format_planes(const struct format *format);

/* Bits of the widest colour channel: 8 for XRGB8888 and for NV12. */
unsigned int format_depth(const struct format *format);

/* Ones where a pixel of an RGB format has defined bits: not in X bits. */
uint64_t format_mask(const struct format *format);

/* @n pixels of an RGB format at @src become @dst, and the other way round. */
void format_unpack(const struct format *format, const void *src,
		   struct pixel *dst, size_t n);
void format_pack(const struct format *format, const struct pixel *src,
		 void *dst, size_t n);

/* One channel's value between widths: 16 to @bits (nearest), and back. */
uint16_t channel_narrow(uint16_t value, unsigned int bits);
uint16_t channel_widen(uint16_t value, unsigned int bits);

#endif
