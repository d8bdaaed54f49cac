// SPDX-License-Identifier: GPL-2.0-only
/*
 * A display runs and gets another picture at each vblank; meanwhile the
 * writeback connector joins it, captures some frames and leaves. In rounds: in
 * one there is no time for anything but flips, so all is drawn before it and
 * compared after it.
 */

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "monitor.h"
#include "run.h"

#define SHOTS 4		/* frames captured in a round */
#define IDLE 2		/* pictures that are shown, but not captured */
#define LEAD 4		/* flips before and after the capture */

/* Far from the numbers of captured frames. */
#define IDLE_FRAME 900000

struct live {
	struct run *run;
	struct buffer idle[IDLE], shown[SHOTS], target[SHOTS];
	struct shot shots[SHOTS];
	enum attachable how;
	unsigned int turn;		/* of the idle pictures */
	bool pending;			/* a flip whose event did not come yet */
	/* Of the flip before; vblanks until the next one, 0: it may take any. */
	unsigned int sequence, vblanks;
};

static enum exit_status make_buffers(struct live *live)
{
	enum exit_status status = EXIT_OK;
	unsigned int i;

	for (i = 0; i < IDLE && !status; i++) {
		status = run_make_source(live->run, &live->idle[i]);
		if (!status)
			status = run_draw(live->run, IDLE_FRAME + i,
					  &live->idle[i]);
	}
	for (i = 0; i < SHOTS && !status; i++) {
		status = run_make_source(live->run, &live->shown[i]);
		if (!status)
			status = run_make_target(live->run, &live->target[i]);
	}
	return status;
}

static void destroy_buffers(struct live *live)
{
	unsigned int i;

	for (i = 0; i < SHOTS; i++) {
		buffer_destroy(&live->target[i]);
		buffer_destroy(&live->shown[i]);
	}
	for (i = 0; i < IDLE; i++)
		buffer_destroy(&live->idle[i]);
}

static enum exit_status display_on(struct live *live)
{
	const struct capture *capture = live->run->capture;
	int ret = monitor_on(capture->monitor, capture->card, capture->pipe,
			     capture->mode, &live->idle[0]);

	return ret ? run_refused(live->run, "mode refused", ret) : EXIT_OK;
}

static void note_flip(int fd, unsigned int sequence, unsigned int seconds,
		      unsigned int us, void *data)
{
	struct live *live = data;
	struct result *result = live->run->result;

	(void)fd, (void)seconds, (void)us;
	if (live->vblanks && (sequence == live->sequence ||
			      sequence - live->sequence > live->vblanks))
		result->late++;
	result->flips.shown++;
	live->pending = false;
	live->sequence = sequence;
}

static int poll_card(const struct live *live)
{
	struct pollfd poller = {
		.fd = live->run->capture->card->fd,
		.events = POLLIN,
	};
	int ret;

	do
		ret = poll(&poller, 1, live->run->capture->options->timeout_ms);
	while (ret < 0 && errno == EINTR);
	return ret;
}

static enum exit_status wait_for_flip(struct live *live)
{
	drmEventContext context = {
		.version = 2,
		.page_flip_handler = note_flip,
	};

	if (poll_card(live) > 0)
		drmHandleEvent(live->run->capture->card->fd, &context);
	if (!live->pending)
		return EXIT_OK;
	live->run->result->flips.lost++;
	return fail(EXIT_LOST_FLIP,
		    "%s: the display lost a flip: no event came for %s",
		    live->run->what, live->run->capture->monitor->name);
}

/* The kernel may still be at the flip before when that one's event is here. */
static int commit_flip(struct live *live, drmModeAtomicReqPtr req,
		       uint32_t flags)
{
	uint64_t end = clock_us() +
		       live->run->capture->options->timeout_ms * 1000ull;
	int ret;

	flags |= DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT;
	do {
		ret = drmModeAtomicCommit(live->run->capture->card->fd, req,
					  flags, live);
		if (ret == -EBUSY)
			usleep(500);
	} while (ret == -EBUSY && clock_us() < end);
	live->pending = !ret;
	return ret;
}

/* What changes with a flip, beside the picture. */
enum step { STAY, ATTACH, DETACH };

static int add_flip(drmModeAtomicReqPtr req, struct live *live,
		    const struct buffer *picture, enum step step)
{
	const struct pipe *pipe = live->run->capture->pipe;
	int ret = request_add_plane(req, pipe, picture);

	if (!ret && step != STAY)
		ret = request_add_routing(req, pipe, step == ATTACH);
	return ret;
}

/* Shows @picture from the next vblank on, and waits for that. */
static enum exit_status flip_to(struct live *live,
				const struct buffer *picture, enum step step,
				unsigned int slot)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int ret = add_flip(req, live, picture, step);
	enum exit_status status;

	if (!ret && slot < SHOTS)
		ret = request_add_writeback(req, live->run->capture->pipe,
					    live->target[slot].fb,
					    &live->shots[slot].fence);
	if (!ret)
		ret = commit_flip(live, req,
				  step == STAY ? 0 : attach_flags(live->how));
	drmModeAtomicFree(req);
	if (ret)
		return run_refused(live->run, "flip refused", ret);
	status = wait_for_flip(live);
	/* A commit after a capture waits for it: the picture takes a frame. */
	live->vblanks = slot < SHOTS ? 2 : 1;
	return status;
}

static enum exit_status flip_idle(struct live *live, enum step step)
{
	return flip_to(live, &live->idle[live->turn++ % IDLE], step, SHOTS);
}

static enum exit_status flip_idles(struct live *live, unsigned int n)
{
	enum exit_status status = EXIT_OK;

	while (n-- && !status)
		status = flip_idle(live, STAY);
	return status;
}

static enum exit_status flip_shot(struct live *live, unsigned int slot)
{
	live->shots[slot].start_us = clock_us();
	return flip_to(live, &live->shown[slot], slot ? STAY : ATTACH, slot);
}

static enum exit_status flip_all(struct live *live, unsigned int n)
{
	enum exit_status status = flip_idles(live, LEAD);
	unsigned int slot;

	for (slot = 0; slot < n && !status; slot++)
		status = flip_shot(live, slot);
	if (!status)
		status = flip_idle(live, DETACH);
	return status ? status : flip_idles(live, LEAD);
}

static enum exit_status draw(struct live *live, unsigned int frame,
			     unsigned int n)
{
	enum exit_status status = EXIT_OK;
	unsigned int i;

	for (i = 0; i < n && !status; i++) {
		live->shots[i] = (struct shot) { .frame = frame + i, .fence = -1 };
		buffer_poison(&live->target[i], POISON);
		status = run_draw(live->run, frame + i, &live->shown[i]);
	}
	return status;
}

static enum exit_status keep(struct live *live, unsigned int slot)
{
	struct shot *shot = &live->shots[slot];
	enum exit_status status = run_finish(live->run, shot);

	return status ? status : run_keep(live->run, shot->frame,
					  &live->target[slot],
					  &live->shown[slot]);
}

/* Fences of a round that was given up. */
static void drop_fences(struct live *live, unsigned int n)
{
	while (n--)
		if (live->shots[n].fence >= 0)
			close(live->shots[n].fence);
}

static enum exit_status run_round(struct live *live, unsigned int frame,
				  unsigned int n)
{
	enum exit_status status = draw(live, frame, n), kept;
	unsigned int slot;

	/* Only while a round lasts is there a flip for every vblank. */
	live->vblanks = 0;
	if (!status)
		status = flip_all(live, n);
	for (slot = 0; slot < n && run_goes_on(status); slot++) {
		kept = keep(live, slot);
		status = status ? status : kept;
	}
	drop_fences(live, n);
	return status;
}

static unsigned int round_size(const struct live *live, unsigned int frame)
{
	unsigned int frames = live->run->capture->options->frames;

	return frames && frames - frame < SHOTS ? frames - frame : SHOTS;
}

static enum exit_status run_rounds(struct live *live)
{
	enum exit_status status = EXIT_OK, first = EXIT_OK;
	unsigned int frame, n;

	for (frame = 0; run_wants(live->run, frame) && run_goes_on(status);
	     frame += n) {
		n = round_size(live, frame);
		status = run_round(live, frame, n);
		first = first ? first : status;
		run_progress(live->run);
	}
	return first ? first : run_stopped(live->run);
}

enum exit_status capture_live(struct run *run)
{
	const struct capture *capture = run->capture;
	struct live live = { .run = run };
	enum exit_status status = make_buffers(&live);

	if (!status)
		status = display_on(&live);
	if (!status) {
		status = run_may_attach(run, &live.target[0], &live.how);
		if (!status)
			status = run_rounds(&live);
		if (run_has_card(run))
			monitor_off(capture->monitor, capture->card,
				    capture->pipe);
	}
	destroy_buffers(&live);
	return status;
}
