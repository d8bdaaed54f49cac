/* SPDX-License-Identifier: GPL-2.0-only */
/* One card of a run: what is captured on it, and what came out. */
#ifndef BOARD_H
#define BOARD_H

#include "capture.h"

struct board {
	struct pipe pipe;
	struct monitor monitor;
	drmModeModeInfo mode;
	struct capture *captures;	/* one for each format */
	struct result *results;
	unsigned int n;			/* results that there are */
};

/*
 * Captures in each wanted format; fills @board, which was zero and which
 * board_fini() empties. It needs @card until then. Returns what went wrong first.
 */
enum exit_status board_run(struct board *board, const struct card *card,
			   const struct options *options);
void board_fini(struct board *board);

#endif
