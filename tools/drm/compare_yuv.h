/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of compare for an RGB picture that was captured as YUV. */
#ifndef COMPARE_YUV_H
#define COMPARE_YUV_H

#include "compare.h"

/* Adds what is wrong to @difference; @flags of compare. 0 or -ENOMEM. */
int compare_yuv(const struct buffer *drawn, const struct buffer *captured,
		unsigned int flags, struct difference *difference);

#endif
