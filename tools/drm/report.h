/* SPDX-License-Identifier: GPL-2.0-only */
/* What wbcapture prints about its results. */
#ifndef REPORT_H
#define REPORT_H

#include "board.h"

void report_table(const struct board *boards, unsigned int n);
void report_json(const struct board *boards, unsigned int n);

#endif
