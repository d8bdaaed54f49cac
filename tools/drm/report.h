/* SPDX-License-Identifier: GPL-2.0-only */
/* What wbcapture prints about its results. */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "board.h"

void report_table(FILE *file, const struct board *boards, unsigned int n);
void report_json(FILE *file, const struct board *boards, unsigned int n);

#endif
