// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the modelled hardware shows, and what its memory-write engine stores.
 *
 * Both are functions of nothing but the latched registers and memory. A frame
 * is the background colour with the enabled layers on it. The order of the
 * layers is not established: they are stacked as the driver lists them, which
 * is the order that user space sees.
 *
 * Not modelled: blending (a layer replaces what is below it, whatever its
 * alpha), rotation and flips (shown upright), scaling (shown pixel by pixel,
 * in the smaller of the two sizes), gamma and colour adjustment, compressed
 * buffers, YUV other than NV12, all but the first rectangle of the smart layer.
 */
#include <kunit/visibility.h>
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "../malidp_regs.h"
#include "malidp_model_format.h"
#include "malidp_model_pixels.h"
#include "malidp_model_yuv.h"

/* Layer registers, by their distance from the layer's first one. */
enum {
	FORMAT = 0x00,
	CONTROL = 0x04,
	SIZE = 0x0c,
	COMP_SIZE = 0x10,
	OFFSET = 0x14,
	SMART_ENABLE = 0x1c,
	SMART_SIZE = 0x20,
};

#define FORMAT_ID	0x3f
#define ENABLE		1
#define WIDTH(size)	((size) & 0x1fff)
#define HEIGHT(size)	((size) >> 16 & 0x1fff)
#define SECOND_PLANE	0x10	/* from one address to the next */

struct layer {
	u16 base, address, stride;	/* offsets, stride's from base */
	u16 size;			/* offset from base */
	u16 coeffs;			/* offset of the YUV conversion, 0: none */
};

static const struct layer dp500_layers[] = {
	{ MALIDP500_DE_LV_BASE, MALIDP500_DE_LV_PTR_BASE, MALIDP_DE_LV_STRIDE0,
	  SIZE, MALIDP500_DE_LV_BASE + MALIDP500_LV_YUV2RGB },
	{ MALIDP500_DE_LG1_BASE, MALIDP500_DE_LG1_PTR_BASE, MALIDP_DE_LG_STRIDE, SIZE },
	{ MALIDP500_DE_LG2_BASE, MALIDP500_DE_LG2_PTR_BASE, MALIDP_DE_LG_STRIDE, SIZE },
	{}
};

static const struct layer dp550_layers[] = {
	{ MALIDP550_DE_LV1_BASE, MALIDP550_DE_LV1_PTR_BASE, MALIDP_DE_LV_STRIDE0,
	  SIZE, MALIDP550_DE_LV1_BASE + MALIDP550_LV_YUV2RGB },
	{ MALIDP550_DE_LG_BASE, MALIDP550_DE_LG_PTR_BASE, MALIDP_DE_LG_STRIDE, SIZE },
	{ MALIDP550_DE_LV2_BASE, MALIDP550_DE_LV2_PTR_BASE, MALIDP_DE_LV_STRIDE0,
	  SIZE, MALIDP550_DE_LV2_BASE + MALIDP550_LV_YUV2RGB },
	{ MALIDP550_DE_LS_BASE, MALIDP550_DE_LS_PTR_BASE, MALIDP550_DE_LS_R1_STRIDE,
	  SMART_SIZE },
	{}
};

/* One plane of a buffer, as the registers describe it. */
struct plane {
	u64 address;
	u32 stride;
};

static bool is_nv12(unsigned int product, u32 format)
{
	return format == (product == 0x500 ? 14 : 0x2e);
}

static u32 reg(const u32 *regs, u32 offset)
{
	return regs[offset / 4];
}

static struct plane plane(const u32 *regs, u32 address, u32 stride)
{
	return (struct plane) {
		.address = (u64)reg(regs, address + 4) << 32 | reg(regs, address),
		.stride = reg(regs, stride),
	};
}

static u8 *map_line(const struct malidp_model_bus *bus, struct plane plane,
		    unsigned int line, size_t len)
{
	return bus->map(bus->priv, plane.address + (u64)line * plane.stride, len);
}

/* DP500 has 12 bits a channel in two registers, the others have 8 in one. */
static u32 background(unsigned int product, const u32 *regs)
{
	u32 color = reg(regs, MALIDP550_DE_BGND_COLOR);
	u32 pixel;

	if (product == 0x500) {
		color = reg(regs, MALIDP500_BGND_COLOR);
		return (color >> 2 & 0x3ff) << 20 | (color >> 18 & 0x3ff) << 10 |
		       (reg(regs, MALIDP500_BGND_COLOR + 4) >> 2 & 0x3ff);
	}
	pixel = (color >> 16 & 0xff) << 22 | (color >> 8 & 0xff) << 12 | (color & 0xff) << 2;
	return pixel | (pixel >> 8 & 0x300c03);
}

static bool is_enabled(const u32 *regs, const struct layer *layer)
{
	if (!(reg(regs, layer->base + CONTROL) & ENABLE))
		return false;
	return layer->size != SMART_SIZE || reg(regs, layer->base + SMART_ENABLE) & ENABLE;
}

/* What a layer reads: RGB, or NV12 when @rgb is NULL. */
struct source {
	const struct malidp_model_rgb *rgb;
	const u32 *coeffs;
	struct plane planes[2];
};

static int find_source(unsigned int product, const u32 *regs, const struct layer *layer,
		       struct source *source)
{
	u32 format = reg(regs, layer->base + FORMAT) & FORMAT_ID;
	u32 stride = layer->base + layer->stride;

	source->rgb = malidp_model_rgb(product, format);
	source->planes[0] = plane(regs, layer->address, stride);
	if (source->rgb)
		return 0;
	if (!layer->coeffs || !is_nv12(product, format))
		return -EFAULT;
	source->coeffs = regs + layer->coeffs / 4;
	source->planes[1] = plane(regs, layer->address + SECOND_PLANE, stride + 4);
	return 0;
}

static int compose_rgb(const struct malidp_model_bus *bus, const struct source *source,
		       unsigned int line, u32 *pixels, unsigned int width)
{
	const u8 *from = map_line(bus, source->planes[0], line,
				  width * malidp_model_rgb_bytes(source->rgb));

	if (!from)
		return -EFAULT;
	malidp_model_rgb_read(source->rgb, from, pixels, width);
	return 0;
}

static int compose_nv12(const struct malidp_model_bus *bus, const struct source *source,
			unsigned int line, u32 *pixels, unsigned int width)
{
	const u8 *luma = map_line(bus, source->planes[0], line, width);
	const u8 *chroma = map_line(bus, source->planes[1], line / 2, round_up(width, 2));

	if (!luma || !chroma)
		return -EFAULT;
	malidp_model_nv12_read(source->coeffs, luma, chroma, pixels, width);
	return 0;
}

static int compose_layer(unsigned int product, const u32 *regs, const struct layer *layer,
			 const struct malidp_model_bus *bus,
			 struct malidp_model_picture *picture)
{
	u32 in = reg(regs, layer->base + layer->size);
	u32 out = reg(regs, layer->base + COMP_SIZE);
	u32 at = reg(regs, layer->base + OFFSET);
	u32 left = min(WIDTH(at), picture->width), top = min(HEIGHT(at), picture->height);
	u32 width = min3(WIDTH(in), WIDTH(out), picture->width - left);
	u32 height = min3(HEIGHT(in), HEIGHT(out), picture->height - top);
	u32 *pixels = picture->pixels + top * picture->width + left;
	struct source source;
	unsigned int line;
	int err = find_source(product, regs, layer, &source);

	if (!width)
		return err;
	for (line = 0; line < height && !err; line++, pixels += picture->width)
		err = source.rgb ? compose_rgb(bus, &source, line, pixels, width) :
				   compose_nv12(bus, &source, line, pixels, width);
	return err;
}

int malidp_model_compose(unsigned int product, const u32 *regs,
			 const struct malidp_model_bus *bus,
			 struct malidp_model_picture *picture)
{
	const struct layer *layer = product == 0x500 ? dp500_layers : dp550_layers;
	int err = 0;

	memset32(picture->pixels, background(product, regs), picture->width * picture->height);
	for (; layer->base && !err; layer++)
		if (is_enabled(regs, layer))
			err = compose_layer(product, regs, layer, bus, picture);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(malidp_model_compose);

/* What the memory-write engine writes, and from what. */
struct target {
	const struct malidp_model_rgb *rgb;	/* NULL: NV12 */
	const u32 *coeffs;
	struct plane planes[2];
	unsigned int width, height;
	const struct malidp_model_picture *picture;
};

static const u32 *row(const struct target *target, unsigned int line)
{
	return target->picture->pixels + line * target->picture->width;
}

static int find_target(unsigned int product, const u32 *regs,
		       const struct malidp_model_picture *picture, struct target *target)
{
	bool is_500 = product == 0x500;
	u32 base = is_500 ? MALIDP500_SE_MEMWRITE_BASE : MALIDP550_SE_MEMWRITE_BASE;
	u32 coeffs = is_500 ? MALIDP500_SE_RGB_YUV_COEFFS : MALIDP550_SE_RGB_YUV_COEFFS;
	u32 size = reg(regs, is_500 ? MALIDP500_SE_MEMWRITE_OUT_SIZE :
				      MALIDP550_SE_MEMWRITE_OUT_SIZE);
	u32 format = reg(regs, base + MALIDP_MW_FORMAT);

	target->rgb = malidp_model_rgb(product, format);
	if (target->rgb ? !malidp_model_rgb_is_written(target->rgb) : !is_nv12(product, format))
		return -EFAULT;
	target->coeffs = regs + coeffs / 4;
	target->planes[0] = plane(regs, base + MALIDP_MW_P1_PTR_LOW, base + MALIDP_MW_P1_STRIDE);
	target->planes[1] = plane(regs, base + MALIDP_MW_P2_PTR_LOW, base + MALIDP_MW_P2_STRIDE);
	target->width = min(WIDTH(size), picture->width);
	target->height = min(HEIGHT(size), picture->height);
	target->picture = picture;
	return 0;
}

static int store_rgb(const struct malidp_model_bus *bus, const struct target *target,
		     unsigned int line)
{
	u8 *to = map_line(bus, target->planes[0], line,
			  target->width * malidp_model_rgb_bytes(target->rgb));

	if (!to)
		return -EFAULT;
	malidp_model_rgb_write(target->rgb, row(target, line), to, target->width);
	return 0;
}

/* The colours of two lines are written with the upper one. */
static int store_chroma(const struct malidp_model_bus *bus, const struct target *target,
			unsigned int line)
{
	unsigned int below = min(line + 1, target->height - 1);
	u8 *to = map_line(bus, target->planes[1], line / 2, round_up(target->width, 2));

	if (!to)
		return -EFAULT;
	malidp_model_chroma_write(target->coeffs, row(target, line), row(target, below),
				  to, target->width);
	return 0;
}

static int store_nv12(const struct malidp_model_bus *bus, const struct target *target,
		      unsigned int line)
{
	u8 *to = map_line(bus, target->planes[0], line, target->width);

	if (!to)
		return -EFAULT;
	malidp_model_luma_write(target->coeffs, row(target, line), to, target->width);
	return line % 2 ? 0 : store_chroma(bus, target, line);
}

int malidp_model_store(unsigned int product, const u32 *regs,
		       const struct malidp_model_bus *bus,
		       const struct malidp_model_picture *picture,
		       unsigned int first_line, unsigned int lines)
{
	struct target target;
	unsigned int line, end;
	int err = find_target(product, regs, picture, &target);

	if (err || !target.width || first_line >= target.height)
		return err;
	end = first_line + min(lines, target.height - first_line);
	for (line = first_line; line < end && !err; line++)
		err = target.rgb ? store_rgb(bus, &target, line) :
				   store_nv12(bus, &target, line);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(malidp_model_store);
