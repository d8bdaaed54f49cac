/* SPDX-License-Identifier: GPL-2.0-only */
/* How far a run is: one line on stderr, when that is a terminal. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>

struct progress {
	unsigned int done, total;	/* total 0: endless */
	unsigned int late, failed;
};

void progress_init(bool wanted);

/* A run begins: frames are counted anew. */
void progress_begin(void);

/* Shows the line for @what, at most a few times a second. */
void progress_show(const char *what, const struct progress *progress);

/* Removes the line. */
void progress_clear(void);

#endif
