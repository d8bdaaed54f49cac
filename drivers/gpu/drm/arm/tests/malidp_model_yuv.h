/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MALIDP_MODEL_YUV_H
#define MALIDP_MODEL_YUV_H

#include <linux/types.h>

/* @coeffs are the twelve registers of the conversion, as programmed. */
void malidp_model_luma_write(const u32 *coeffs, const u32 *pixels, u8 *to,
			     unsigned int count);
void malidp_model_chroma_write(const u32 *coeffs, const u32 *pixels,
			       const u32 *below, u8 *to, unsigned int count);
void malidp_model_nv12_read(const u32 *coeffs, const u8 *luma, const u8 *chroma,
			    u32 *pixels, unsigned int count);

#endif
