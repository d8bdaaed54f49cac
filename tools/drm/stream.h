/* SPDX-License-Identifier: GPL-2.0-only */
/* Video on standard output, for --output -. */
#ifndef STREAM_H
#define STREAM_H

#include "buffer.h"
#include "capture.h"

/* The stream's start: a header, or for raw bytes a hint on how to read them. */
enum exit_status stream_begin(const struct capture *capture);
enum exit_status stream_frame(const struct capture *capture,
			      const struct buffer *captured);

/*
 * Writes out what is still buffered on standard output, whatever it was. Says
 * so when that cannot be done.
 */
enum exit_status stream_end(void);

#endif
