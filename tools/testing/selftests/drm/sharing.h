/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffers that are shared with others, and the fences of these others, which
 * signal when the test says so.
 */
#ifndef SHARING_H
#define SHARING_H

#include <stdbool.h>

#include "buffer.h"

/* A timeline of sw_sync, as a file descriptor. -ENOENT: the kernel has none. */
int timeline_open(void);

/* The fence of the timeline's next step; -errno. */
int timeline_fence(int timeline);

/* Signals it. -errno. */
int timeline_step(int timeline);

/* The buffer as a dma-buf; -errno. */
int buffer_export(const struct buffer *buffer);

/* Somebody works on the buffer until @fence signals: reads, or writes. -errno. */
int dmabuf_use(int dmabuf, int fence, bool writes);

/* Can it be read now, or within @timeout_ms? */
bool dmabuf_readable(int dmabuf, int timeout_ms);

#endif
