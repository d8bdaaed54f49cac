/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MALIDP_MODEL_FORMAT_H
#define MALIDP_MODEL_FORMAT_H

#include <linux/types.h>

struct malidp_model_rgb;

/* The RGB format of that id, NULL if the product has none of it. */
const struct malidp_model_rgb *malidp_model_rgb(unsigned int product, u32 id);
/* Whether the memory-write engine has the format, too. */
bool malidp_model_rgb_is_written(const struct malidp_model_rgb *rgb);
unsigned int malidp_model_rgb_bytes(const struct malidp_model_rgb *rgb);
void malidp_model_rgb_read(const struct malidp_model_rgb *rgb, const u8 *from,
			   u32 *pixels, unsigned int count);
void malidp_model_rgb_write(const struct malidp_model_rgb *rgb,
			    const u32 *pixels, u8 *to, unsigned int count);

#endif
