// SPDX-License-Identifier: GPL-2.0-only

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "progress.h"

#define FIRST_US 1000000
#define EVERY_US 250000

/* Frames a second are those of the last second, or what there is of it. */
#define WINDOW (1000000 / EVERY_US)

static struct {
	uint64_t us;
	unsigned int frames;
} past[WINDOW];

static bool enabled, shown;
static unsigned int turn;
static uint64_t next_us;

void progress_init(bool wanted)
{
	enabled = wanted && isatty(STDERR_FILENO);
}

void progress_begin(void)
{
	uint64_t now = clock_us();
	unsigned int i;

	for (i = 0; i < WINDOW; i++) {
		past[i].us = now;
		past[i].frames = 0;
	}
	next_us = now + FIRST_US;
}

static double frames_a_second(unsigned int frames, uint64_t now)
{
	double rate = (frames - past[turn].frames) * 1e6 /
		      (now - past[turn].us);

	past[turn].us = now;
	past[turn].frames = frames;
	turn = (turn + 1) % WINDOW;
	return rate;
}

void progress_show(const char *what, const struct progress *progress)
{
	uint64_t now = clock_us();
	char of[16] = "";

	if (!enabled || now < next_us)
		return;
	next_us = now + EVERY_US;
	shown = true;
	if (progress->total)
		snprintf(of, sizeof(of), " of %u", progress->total);
	fprintf(stderr, "\r%s: %u%s frames, %.1f fps, %u late, %u failed\033[K",
		what, progress->done, of, frames_a_second(progress->done, now),
		progress->late, progress->failed);
}

void progress_clear(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
}
