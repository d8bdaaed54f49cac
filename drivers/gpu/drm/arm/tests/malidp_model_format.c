// SPDX-License-Identifier: GPL-2.0-only
/*
 * The RGB formats of the modelled hardware, a row of pixels at a time.
 *
 * The hardware works with 10 bits a channel. When it reads a channel that has
 * less, its high bits are repeated, so that full scale stays full scale. When
 * it writes 8 bits, the two low ones are dropped, which gives back what was
 * read.
 */
#include <linux/kernel.h>
#include <linux/unaligned.h>

#include "malidp_model_format.h"

#define NONE	0xff	/* the product does not have the format */
#define X	0x5a	/* what the engine leaves in X bits: nobody may rely on it */

/* Names, and bits from high to low, are those of drm_fourcc.h. */
struct malidp_model_rgb {
	u8 id_500, id_550;	/* DP650 has the ids of DP550 */
	u8 bytes;
	u8 red, green, blue;	/* each channel's lowest bit */
	u8 bits, green_bits;
	bool written;		/* by the memory-write engine, with these bits set: */
	u32 rest;
};

static const struct malidp_model_rgb formats[] = {
	/* ARGB2101010, ABGR2101010, RGBA1010102, BGRA1010102 */
	{    0, 0x00, 4, 20, 10,  0, 10, 10, true, 3U << 30 },
	{    1, 0x01, 4,  0, 10, 20, 10, 10, true, 3U << 30 },
	{ NONE, 0x02, 4, 22, 12,  2, 10, 10, true, 3 },
	{ NONE, 0x03, 4,  2, 12, 22, 10, 10, true, 3 },
	/* ARGB8888, ABGR8888, RGBA8888, BGRA8888 */
	{    2, 0x08, 4, 16,  8,  0,  8,  8 },
	{    3, 0x09, 4,  0,  8, 16,  8,  8 },
	{ NONE, 0x0a, 4, 24, 16,  8,  8,  8 },
	{ NONE, 0x0b, 4,  8, 16, 24,  8,  8 },
	/* XRGB8888, XBGR8888, RGBX8888, BGRX8888 */
	{    4, 0x10, 4, 16,  8,  0,  8,  8, true, X << 24 },
	{    5, 0x11, 4,  0,  8, 16,  8,  8, true, X << 24 },
	{ NONE, 0x12, 4, 24, 16,  8,  8,  8, true, X },
	{ NONE, 0x13, 4,  8, 16, 24,  8,  8, true, X },
	/* RGB888, BGR888: DP500 only reads them */
	{    6, NONE, 3, 16,  8,  0,  8,  8 },
	{    7, NONE, 3,  0,  8, 16,  8,  8 },
	{ NONE, 0x18, 3, 16,  8,  0,  8,  8, true },
	{ NONE, 0x19, 3,  0,  8, 16,  8,  8, true },
	/* RGBA5551, ABGR1555, RGB565, BGR565 */
	{    8, 0x20, 2, 11,  6,  1,  5,  5 },
	{    9, 0x21, 2,  0,  5, 10,  5,  5 },
	{   10, 0x22, 2, 11,  5,  0,  5,  6 },
	{   11, 0x23, 2,  0,  5, 11,  5,  6 },
};

const struct malidp_model_rgb *malidp_model_rgb(unsigned int product, u32 id)
{
	const struct malidp_model_rgb *rgb;

	if (id == NONE)
		return NULL;
	for (rgb = formats; rgb < formats + ARRAY_SIZE(formats); rgb++)
		if (id == (product == 0x500 ? rgb->id_500 : rgb->id_550))
			return rgb;
	return NULL;
}

bool malidp_model_rgb_is_written(const struct malidp_model_rgb *rgb)
{
	return rgb->written;
}

unsigned int malidp_model_rgb_bytes(const struct malidp_model_rgb *rgb)
{
	return rgb->bytes;
}

static u32 load(const u8 *at, unsigned int bytes)
{
	switch (bytes) {
	case 2:
		return get_unaligned_le16(at);
	case 3:
		return get_unaligned_le24(at);
	default:
		return get_unaligned_le32(at);
	}
}

static void save(u32 value, u8 *at, unsigned int bytes)
{
	if (bytes == 3)
		put_unaligned_le24(value, at);
	else
		put_unaligned_le32(value, at);
}

/* Works for 5 to 10 bits. */
static u32 channel(u32 value, unsigned int lowest, unsigned int bits)
{
	value = value >> lowest & ((1 << bits) - 1);
	return value << (10 - bits) | value >> (2 * bits - 10);
}

void malidp_model_rgb_read(const struct malidp_model_rgb *rgb, const u8 *from,
			   u32 *pixels, unsigned int count)
{
	const struct malidp_model_rgb f = *rgb;

	for (; count--; from += f.bytes) {
		u32 value = load(from, f.bytes);

		*pixels++ = channel(value, f.red, f.bits) << 20 |
			    channel(value, f.green, f.green_bits) << 10 |
			    channel(value, f.blue, f.bits);
	}
}

void malidp_model_rgb_write(const struct malidp_model_rgb *rgb,
			    const u32 *pixels, u8 *to, unsigned int count)
{
	const struct malidp_model_rgb f = *rgb;
	const unsigned int drop = 10 - f.bits;
	const u32 mask = (1 << f.bits) - 1;

	for (; count--; to += f.bytes, pixels++)
		save((*pixels >> (20 + drop) & mask) << f.red |
		     (*pixels >> (10 + drop) & mask) << f.green |
		     (*pixels >> drop & mask) << f.blue | f.rest,
		     to, f.bytes);
}
