/* SPDX-License-Identifier: GPL-2.0-only */
/* The CRCs of what a screen's CRTC shows, from debugfs. */
#ifndef CRC_H
#define CRC_H

#include "screen.h"

/* Starts them: a file to read from, or -errno; -ENOENT: there are none. */
int crc_open(const struct screen *screen);

/* Reads the next one: 1, 0 when none came within @timeout_ms, or -errno. */
int crc_wait(int crcs, int timeout_ms);

/* Reads those that are there. */
void crc_skip(int crcs);

#endif
