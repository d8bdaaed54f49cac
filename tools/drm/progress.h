/* SPDX-License-Identifier: GPL-2.0-only */
/* How far a long run is: one line on stderr, when that is a terminal. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>

void progress_init(bool wanted);

/* Shows "@what @done/@total", at most a few times a second. */
void progress_show(const char *what, unsigned int done, unsigned int total);

/* Removes the line. */
void progress_clear(void);

#endif
