/* SPDX-License-Identifier: GPL-2.0-only */
/* The files that wbcapture writes. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "buffer.h"
#include "capture.h"

/* Makes the directory when it is missing, and tries whether it can be used. */
enum exit_status output_prepare(const struct options *options);

/* Before the first frame of a capture. */
enum exit_status output_begin(const struct capture *capture);

/*
 * Writes frame @frame when the options want it. @drawn, when not NULL: the
 * frame is wrong; it is written in any case, and what was drawn beside it.
 */
enum exit_status output_frame(const struct capture *capture,
			      unsigned int frame,
			      const struct buffer *captured,
			      const struct buffer *drawn);

#endif
