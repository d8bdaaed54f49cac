/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MALIDP_MODEL_PIXELS_H
#define MALIDP_MODEL_PIXELS_H

#include <linux/types.h>

/* The memory that the modelled hardware reaches through its AXI bus. */
struct malidp_model_bus {
	/* @len bytes of memory at @addr; NULL is an AXI error: not all of them are there */
	void *(*map)(void *priv, u64 addr, size_t len);
	void *priv;
};

/* What a frame shows: @height lines of @width pixels, each x2r10g10b10. */
struct malidp_model_picture {
	u32 width, height;
	u32 *pixels;
};

/*
 * @regs are the registers as latched for the frame, by offset / 4; @product is
 * 0x500, 0x550 or 0x650. Both return -EFAULT for an AXI error or a format that
 * is not modelled, and then leave the rest undone.
 */
int malidp_model_compose(unsigned int product, const u32 *regs,
			 const struct malidp_model_bus *bus,
			 struct malidp_model_picture *picture);
int malidp_model_store(unsigned int product, const u32 *regs,
		       const struct malidp_model_bus *bus,
		       const struct malidp_model_picture *picture,
		       unsigned int first_line, unsigned int lines);

#endif
