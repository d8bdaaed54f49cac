// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#include "compare.h"
#include "fence.h"
#include "mode.h"
#include "output.h"
#include "progress.h"
#include "run.h"

static atomic_bool stopped;

void capture_stop(void)
{
	stopped = true;
}

/*
 * A card on its way out refuses first and disappears a moment later: when that is
 * the reason, there is no other to look for.
 */
static bool is_gone(const struct run *run, int error)
{
	unsigned int patience = 20;

	while (error != -ENODEV && !card_is_gone(run->capture->card)) {
		if (!patience--)
			return false;
		usleep(10000);
	}
	return true;
}

enum exit_status run_refused(const struct run *run, const char *what,
			     int error)
{
	if (error == -EACCES)
		return fail(EXIT_NOT_MASTER,
			    "%s: %s: not master, another program holds the card",
			    run->what, what);
	if (is_gone(run, error))
		return fail(EXIT_NO_CARD, "%s: %s: the card went away",
			    run->what, what);
	return fail(EXIT_REFUSED,
		    "%s: %s: %s; the kernel says why with drm.debug=0x14 on its command line",
		    run->what, what, reason(error));
}

static enum exit_status make_buffer(struct run *run, struct buffer *buffer,
				    const struct format *format,
				    const struct buffer_guard *guard)
{
	const drmModeModeInfo *mode = run->capture->mode;
	int ret = buffer_create(buffer, run->capture->card, format,
				mode->hdisplay, mode->vdisplay, guard);

	return ret ? run_refused(run, "no framebuffer", ret) : EXIT_OK;
}

enum exit_status run_make_source(struct run *run, struct buffer *buffer)
{
	return make_buffer(run, buffer, run->capture->source, NULL);
}

enum exit_status run_make_target(struct run *run, struct buffer *buffer)
{
	static const struct buffer_guard guard = { .right = 16, .rows = 1 };

	return make_buffer(run, buffer, run->capture->format, &guard);
}

enum exit_status run_draw(const struct run *run, unsigned int frame,
			  struct buffer *buffer)
{
	if (picture_draw(&run->picture, frame, buffer))
		return fail(EXIT_REFUSED, "out of memory");
	return EXIT_OK;
}

/*
 * A commit waits up to a frame for its vblank, and the picture takes another one:
 * half a frame later the next vblank was missed.
 */
static bool is_late(const struct run *run, uint32_t us)
{
	return us > mode_frame_us(run->capture->mode) * 5 / 2;
}

static void note_time(struct run *run, uint32_t us)
{
	stats_add(&run->result->times, us);
	if (run->capture->way != WAY_LIVE)
		run->result->late += is_late(run, us);
}

static void note_fence(struct result *result, int status)
{
	if (!result->fence_errors++)
		result->fence = status;
}

static enum exit_status bad_fence(struct run *run, unsigned int frame,
				  int status)
{
	note_fence(run->result, status);
	if (is_gone(run, status))
		return fail(EXIT_NO_CARD,
			    "%s: frame %u: the card went away before the picture was complete",
			    run->what, frame);
	return fail(EXIT_FENCE_ERROR,
		    "%s: frame %u: the fence says %s; the picture is not complete",
		    run->what, frame, reason(status));
}

static enum exit_status finish(struct run *run, const struct shot *shot)
{
	unsigned int timeout_ms = run->capture->options->timeout_ms;
	int ret = fence_wait(shot->fence, timeout_ms), status = 0;
	uint64_t end_us = 0;

	if (ret == -ETIMEDOUT) {
		note_fence(run->result, 0);
		return fail(EXIT_FENCE_TIMEOUT,
			    "%s: frame %u: the fence did not signal within %u ms; raise --timeout if the engine is that slow, else the driver lost the job",
			    run->what, shot->frame, timeout_ms);
	}
	if (!ret)
		ret = fence_signalled(shot->fence, &status, &end_us);
	if (ret || status != 1)
		return bad_fence(run, shot->frame, ret ? ret : status);
	note_time(run, end_us > shot->start_us ? end_us - shot->start_us : 0);
	return EXIT_OK;
}

enum exit_status run_finish(struct run *run, struct shot *shot)
{
	enum exit_status status;

	if (shot->fence < 0)
		return fail(EXIT_REFUSED,
			    "%s: frame %u: the commit succeeded, but gave no fence",
			    run->what, shot->frame);
	status = finish(run, shot);
	close(shot->fence);
	shot->fence = -1;
	return status;
}

static unsigned int channel8(uint16_t value)
{
	return channel_narrow(value, 8);
}

static enum exit_status wrong_picture(struct run *run, unsigned int frame,
				      const struct difference *at)
{
	return fail(EXIT_WRONG_PICTURE,
		    "%s: frame %u: %lu pixels are wrong; the first, at %u,%u, was drawn #%02x%02x%02x and captured #%02x%02x%02x",
		    run->what, frame, at->pixels, at->x, at->y,
		    channel8(at->drawn.r), channel8(at->drawn.g),
		    channel8(at->drawn.b), channel8(at->captured.r),
		    channel8(at->captured.g), channel8(at->captured.b));
}

static enum exit_status check(struct run *run, unsigned int frame,
			      const struct buffer *captured,
			      const struct buffer *drawn)
{
	struct difference difference = { };
	size_t damage = buffer_guard_damage(captured, POISON);
	int ret = 0;

	if (drawn)
		ret = compare_buffers(drawn, captured, 0, &difference);
	if (buffers_were_lost())
		return fail(EXIT_NO_CARD, "%s: frame %u: the card went away",
			    run->what, frame);
	if (ret < 0)
		return fail(EXIT_REFUSED, "%s: frame %u: cannot compare: %s",
			    run->what, frame, reason(ret));
	if (!ret && !damage)
		return EXIT_OK;
	run->result->wrong++;
	if (ret)
		return wrong_picture(run, frame, &difference);
	return fail(EXIT_WRONG_PICTURE,
		    "%s: frame %u: %zu bytes outside of the picture were written",
		    run->what, frame, damage);
}

enum exit_status run_keep(struct run *run, unsigned int frame,
			  const struct buffer *captured,
			  const struct buffer *drawn)
{
	enum exit_status status = check(run, frame, captured, drawn);
	enum exit_status written = output_frame(run->capture, frame, captured,
						status ? drawn : NULL);

	return written ? written : status;
}

enum exit_status run_may_attach(const struct run *run,
				const struct buffer *target,
				enum attachable *how)
{
	const struct capture *capture = run->capture;
	int error;

	*how = attach_test(capture->card, capture->pipe, target->fb, &error);
	if (*how == ATTACH_LIVE ||
	    (*how == ATTACH_MODESET && capture->options->allow_modeset))
		return EXIT_OK;
	if (*how == ATTACH_UNKNOWN)
		return run_refused(run, "cannot capture", error);
	if (*how == ATTACH_MODESET)
		return fail(EXIT_REFUSED,
			    "%s: the driver captures a running display only after a modeset, which blanks it for a moment; --allow-modeset permits that",
			    run->what);
	return fail(EXIT_REFUSED,
		    "%s: the kernel does not let %s join the display on CRTC %u: %s; see wbcapture --info",
		    run->what, capture->pipe->connector.name,
		    capture->pipe->crtc.id, reason(error));
}

bool run_has_card(const struct run *run)
{
	return !card_is_gone(run->capture->card);
}

bool run_goes_on(enum exit_status status)
{
	return status == EXIT_OK || status == EXIT_WRONG_PICTURE ||
	       status == EXIT_FENCE_ERROR;
}

bool capture_is_stopped(void)
{
	return stopped;
}

bool run_wants(const struct run *run, unsigned int done)
{
	unsigned int frames = run->capture->options->frames;

	return !stopped && (!frames || done < frames);
}

/* To be stopped is the way in which an endless run ends well. */
enum exit_status run_stopped(const struct run *run)
{
	return stopped && run->capture->options->frames ? EXIT_INTERRUPTED :
							  EXIT_OK;
}

void run_progress(const struct run *run)
{
	const struct result *result = run->result;

	progress_show(run->what, &(struct progress) {
		.done = result->times.count + result->fence_errors,
		.total = run->capture->options->frames,
		.late = result->late,
		.failed = result->wrong + result->fence_errors,
	});
}

enum exit_status run_frames(struct run *run, void *with,
			    enum exit_status (*one)(void *with,
						    unsigned int frame))
{
	enum exit_status status = EXIT_OK, first = EXIT_OK;
	unsigned int frame;

	for (frame = 0; run_wants(run, frame) && run_goes_on(status); frame++) {
		status = one(with, frame);
		first = first ? first : status;
		run_progress(run);
	}
	return first ? first : run_stopped(run);
}
