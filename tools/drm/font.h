/* SPDX-License-Identifier: GPL-2.0-only */
/* A 5x7 font: digits, capitals and a few signs. */
#ifndef FONT_H
#define FONT_H

#include <stdbool.h>

#define FONT_WIDTH 5
#define FONT_HEIGHT 7

/* Is the dot of column @x, row @y of @c set? Small letters become capitals. */
bool font_dot(char c, unsigned int x, unsigned int y);

#endif
