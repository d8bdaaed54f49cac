// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "display.h"
#include "flips.h"

/* How many vblanks ahead: the kernel keeps 128 events of 32 bytes for a file. */
#define AHEAD 30

static int commit_retry(int fd, drmModeAtomicReq *req, uint32_t flags)
{
	uint64_t end = clock_us() + PATIENCE_MS * 1000ull;
	int ret;

	for (;;) {
		ret = drmModeAtomicCommit(fd, req, flags, NULL);
		if (ret != -EBUSY || clock_us() > end)
			return ret;
		sleep_ms(1);
	}
}

int flip_attached(const struct screen *screen, const struct buffer *target,
		  bool detach, int32_t *fence, uint32_t flags)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	int ret;

	if (!req || request_add_plane(req, &screen->pipe, screen->drawn))
		abort();
	if ((target || detach) && request_add_attached(req, screen, target))
		abort();
	if (target && request_add_writeback(req, &screen->pipe, target->fb, fence))
		abort();
	ret = commit_retry(screen->card.fd, req, flags);
	drmModeAtomicFree(req);
	return ret;
}

/* libdrm passes no data but that of each event. */
static struct flips *told;

static void flip_event(int fd, unsigned int sequence, unsigned int seconds,
		       unsigned int us, void *data)
{
	(void)fd, (void)seconds, (void)us, (void)data;
	if (told->count && (int)(sequence - told->last) <= 0)
		told->backwards = true;
	told->last = sequence;
	told->count++;
}

static int ask(const struct flips *flips, uint64_t sequence)
{
	return drmCrtcQueueSequence(flips->screen->card.fd,
				    flips->screen->pipe.crtc.id, 0, sequence,
				    NULL, sequence) ? -errno : 0;
}

/* A machine that is slow may tell it later, or find that it has passed. */
static void vblank_event(int fd, uint64_t sequence, uint64_t ns, uint64_t wanted)
{
	(void)fd;
	(void)ns;
	if ((int64_t)(sequence - wanted) < 0)
		told->blinked = true;
	if (!told->watching || ask(told, wanted + AHEAD))
		told->pending--;
}

int flips_watch(struct flips *flips, const struct screen *screen)
{
	uint64_t sequence, ns;
	int ret = 0;

	memset(flips, 0, sizeof(*flips));
	flips->screen = screen;
	flips->watching = true;
	if (drmCrtcGetSequence(screen->card.fd, screen->pipe.crtc.id, &sequence,
			       &ns))
		return -errno;
	while (!ret && flips->pending < AHEAD) {
		ret = ask(flips, sequence + 2 + flips->pending);
		flips->pending += !ret;
	}
	return ret;
}

static int handle_events(struct flips *flips)
{
	struct pollfd poller = {
		.fd = flips->screen->card.fd,
		.events = POLLIN,
	};
	drmEventContext context = {
		.version = 4,
		.page_flip_handler = flip_event,
		.sequence_handler = vblank_event,
	};

	if (poll(&poller, 1, PATIENCE_MS) != 1)
		return -ETIMEDOUT;
	told = flips;
	return drmHandleEvent(flips->screen->card.fd, &context) ? -EIO : 0;
}

int flips_wait(struct flips *flips)
{
	unsigned int count = flips->count;
	int ret = 0;

	while (!ret && flips->count == count)
		ret = handle_events(flips);
	return ret;
}

int flips_end(struct flips *flips, bool *blinked)
{
	int ret = 0;

	flips->watching = false;
	while (!ret && flips->pending)
		ret = handle_events(flips);
	*blinked = flips->blinked;
	return ret;
}
