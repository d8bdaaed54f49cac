// SPDX-License-Identifier: GPL-2.0-only

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "progress.h"

#define FIRST_US 1000000
#define EVERY_US 250000

static bool enabled, shown;
static uint64_t next_us;

void progress_init(bool wanted)
{
	enabled = wanted && isatty(STDERR_FILENO);
	next_us = clock_us() + FIRST_US;
}

void progress_show(const char *what, unsigned int done, unsigned int total)
{
	if (!enabled || clock_us() < next_us)
		return;
	next_us = clock_us() + EVERY_US;
	shown = true;
	fprintf(stderr, "\r%s: frame %u of %u\033[K", what, done, total);
}

void progress_clear(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
}
