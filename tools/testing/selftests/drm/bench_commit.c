// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a commit takes with and without a writeback, and how many captures a
 * second there are when nobody waits for their fences. Prints a line for each
 * figure: "bench: FIGURE UNIT NUMBER".
 *
 * Usage: bench_commit [SAMPLES [FRAMES]]	default: 400 commits, 90 frames
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fence.h"
#include "screen.h"

#define TARGETS 3
#define MOST 10000
/* No size of pictures takes longer, however slow the machine is. */
#define MOST_NS 8000000000ull

static unsigned int samples = 400, frames = 90;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void fail(const char *what, int error)
{
	fprintf(stderr, "bench_commit: %s: %s\n", what, strerror(-error));
	exit(1);
}

static unsigned int last_vblank;

static void flip_event(int fd, unsigned int sequence, unsigned int seconds,
		       unsigned int us, void *data)
{
	(void)fd, (void)seconds, (void)us, (void)data;
	last_vblank = sequence;
}

/* Until the commit has reached the screen. */
static void wait_for_flip(const struct screen *screen)
{
	struct pollfd pollfd = { .fd = screen->card.fd, .events = POLLIN };
	drmEventContext context = {
		.version = 2,
		.page_flip_handler = flip_event,
	};

	if (poll(&pollfd, 1, PATIENCE_MS) != 1)
		fail("the event of a commit", -ETIMEDOUT);
	drmHandleEvent(screen->card.fd, &context);
}

/* A commit with a capture, or without a @target. How long the ioctl takes. */
static uint64_t time_commit(const struct screen *screen,
			    const struct buffer *target, int32_t *fence)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	uint64_t begin, took;
	int ret;

	if (!req || request_add_plane(req, &screen->pipe, screen->drawn))
		abort();
	if (target && request_add_writeback(req, &screen->pipe, target->fb, fence))
		abort();
	begin = now_ns();
	ret = drmModeAtomicCommit(screen->card.fd, req,
				  DRM_MODE_ATOMIC_NONBLOCK |
				  DRM_MODE_PAGE_FLIP_EVENT, NULL);
	took = now_ns() - begin;
	drmModeAtomicFree(req);
	if (ret)
		fail(target ? "a commit with a capture" : "a commit", ret);
	return took;
}

static void open_screen(struct screen *screen, const struct mode_wish *wish,
			struct buffer *targets, unsigned int n)
{
	unsigned int i;
	int ret = screen_open(screen, NULL);

	if (screen_missing(ret)) {
		fprintf(stderr, "bench_commit: %s\n", screen_missing(ret));
		exit(1);
	}
	if (ret)
		fail("opening the card", ret);
	screen_wish(screen, wish);
	for (i = 0; i < n; i++) {
		ret = screen_target(screen, &targets[i], 0);
		if (ret)
			fail("a buffer", ret);
	}
	ret = screen_on(screen);
	if (ret)
		fail("setting the mode", ret);
}

static void close_screen(struct screen *screen, struct buffer *targets,
			 unsigned int n)
{
	screen_off(screen);
	while (n--)
		buffer_destroy(&targets[n]);
	screen_close(screen);
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* The mean of the middle half. */
static double middle(uint64_t *times, unsigned int n)
{
	unsigned int i, first = n / 4, end = n - n / 4;
	double sum = 0;

	qsort(times, n, sizeof(*times), compare);
	for (i = first; i < end; i++)
		sum += times[i];
	return sum / (end - first);
}

/* In turn, so that both have the same. */
static void time_commits(void)
{
	static const struct mode_wish wish = { 64, 64, 500 };
	static uint64_t without[MOST], with[MOST];
	struct buffer target = {};
	struct screen screen;
	double none, writeback;
	unsigned int i;
	int32_t fence;

	open_screen(&screen, &wish, &target, 1);
	for (i = 0; i < samples; i++) {
		without[i] = time_commit(&screen, NULL, NULL);
		wait_for_flip(&screen);
		with[i] = time_commit(&screen, &target, &fence);
		wait_for_flip(&screen);
		if (fence_result(fence, PATIENCE_MS) != 1)
			fail("the fence of a capture", -EIO);
	}
	close_screen(&screen, &target, 1);
	none = middle(without, samples);
	writeback = middle(with, samples);
	printf("bench: ioctl/none ns %.0f\n", none);
	printf("bench: ioctl/writeback ns %.0f\n", writeback);
	printf("bench: ioctl/added ns %.0f\n", writeback - none);
}

/* How many of the fences have signalled that all is well; closes them. */
static unsigned int count_good(const int32_t *fences, unsigned int n)
{
	unsigned int i, good = 0;

	/* One that is on its way gets there. */
	fence_wait(fences[n - 1], 2000);
	for (i = 0; i < n; i++)
		good += fence_result(fences[i], 0) == 1;
	return good;
}

/* Each capture as soon as the commit before it has reached the screen. */
static void count_frames(unsigned int width, unsigned int height)
{
	const struct mode_wish wish = { width, height, 60 };
	struct buffer targets[TARGETS] = {};
	static int32_t fences[MOST];
	unsigned int i, good, vblanks;
	uint64_t begin, took;
	struct screen screen;

	open_screen(&screen, &wish, targets, TARGETS);
	time_commit(&screen, NULL, NULL);
	wait_for_flip(&screen);
	begin = now_ns();
	vblanks = last_vblank;
	for (i = 0; i < frames && now_ns() - begin < MOST_NS; i++) {
		time_commit(&screen, &targets[i % TARGETS], &fences[i]);
		wait_for_flip(&screen);
	}
	took = now_ns() - begin;
	vblanks = last_vblank - vblanks;
	good = count_good(fences, i);
	close_screen(&screen, targets, TARGETS);
	printf("bench: frames/%ux%u fps %.2f\n", width, height,
	       good * 1e9 / took);
	printf("bench: frames-a-vblank/%ux%u frames %.3f\n", width, height,
	       (double)good / vblanks);
	printf("bench: lost/%ux%u %% %.2f\n", width, height,
	       (i - good) * 100.0 / i);
}

static unsigned int parse_count(const char *text)
{
	unsigned long value = strtoul(text, NULL, 0);

	if (value < 4 || value > MOST) {
		fprintf(stderr, "bench_commit: %s: a number from 4 to %u is needed\n",
			text, MOST);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		samples = parse_count(argv[1]);
	if (argc > 2)
		frames = parse_count(argv[2]);
	setlinebuf(stdout);
	time_commits();
	count_frames(640, 480);
	count_frames(1920, 1080);
	count_frames(3840, 2160);
	return 0;
}
