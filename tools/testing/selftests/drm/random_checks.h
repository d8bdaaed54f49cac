/* SPDX-License-Identifier: GPL-2.0-only */
/* Verdicts and fence variables against the model. */
#ifndef RANDOM_CHECKS_H
#define RANDOM_CHECKS_H

#include "random_run.h"

/* @real: the commit was accepted, and no test. */
enum fault check_variables(struct run *run, const struct change *change,
			   bool real);

/* One of the errors that the verdict allows. */
int wanted_error(const struct verdict *verdict);

/* The fault that this is. */
enum fault wrong_verdict(struct run *run, const struct verdict *verdict,
			 int got, int wanted);

void count_verdict(struct run *run, const struct verdict *verdict);

#endif
