// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "clock.h"
#include "commit.h"
#include "compare.h"
#include "fence.h"
#include "mode.h"
#include "output.h"
#include "picture.h"
#include "progress.h"

#define POISON 0xa5

/* What a run works on: one picture is shown while the next one is drawn. */
struct run {
	const struct capture *capture;
	struct result *result;
	struct picture picture;
	struct buffer shown[2];
	struct buffer target;
	char what[120];			/* "card0 Writeback-1 640x480@60 NV12" */
};

static atomic_bool stopped;

void capture_stop(void)
{
	stopped = true;
}

static enum exit_status refused(const struct run *run, const char *what,
				int error)
{
	if (error == -EACCES)
		return fail(EXIT_NOT_MASTER,
			    "%s: %s: not master any more, another program took the card",
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

	return ret ? refused(run, "no framebuffer", ret) : EXIT_OK;
}

static enum exit_status make_buffers(struct run *run)
{
	static const struct buffer_guard guard = { .right = 16, .rows = 1 };
	const struct capture *capture = run->capture;
	enum exit_status status;

	status = make_buffer(run, &run->shown[0], capture->source, NULL);
	if (!status)
		status = make_buffer(run, &run->shown[1], capture->source,
				     NULL);
	if (!status)
		status = make_buffer(run, &run->target, capture->format,
				     &guard);
	return status;
}

static void destroy_buffers(struct run *run)
{
	buffer_destroy(&run->target);
	buffer_destroy(&run->shown[1]);
	buffer_destroy(&run->shown[0]);
}

static void note_fence(struct result *result, int status)
{
	if (!result->fence_errors++)
		result->fence = status;
}

/* Waits for the fence and asks how it ended. */
static enum exit_status finish_fence(struct run *run, unsigned int frame,
				     int fence)
{
	unsigned int timeout_ms = run->capture->options->timeout_ms;
	int ret = fence_wait(fence, timeout_ms), status = 0;

	if (ret == -ETIMEDOUT) {
		note_fence(run->result, 0);
		return fail(EXIT_FENCE_TIMEOUT,
			    "%s: frame %u: the fence did not signal within %u ms; raise --timeout if the engine is that slow, else the driver lost the job",
			    run->what, frame, timeout_ms);
	}
	if (!ret)
		ret = fence_status(fence, &status);
	if (!ret && status == 1)
		return EXIT_OK;
	note_fence(run->result, ret ? ret : status);
	return fail(EXIT_FENCE_ERROR,
		    "%s: frame %u: the fence says %s; the picture is not complete",
		    run->what, frame, reason(ret ? ret : status));
}

static enum exit_status commit_frame(struct run *run, unsigned int frame,
				     const struct buffer *drawn)
{
	const struct capture *capture = run->capture;
	enum exit_status status;
	uint64_t start;
	int32_t fence;
	int ret;

	start = clock_us();
	ret = commit_capture(capture->card, capture->pipe, drawn, &run->target,
			     &fence, 0);
	if (ret)
		return refused(run, "commit refused", ret);
	if (fence < 0)
		return fail(EXIT_REFUSED,
			    "%s: frame %u: the commit succeeded, but gave no fence",
			    run->what, frame);
	status = finish_fence(run, frame, fence);
	if (!status)
		run->result->times_us[run->result->frames++] =
			clock_us() - start;
	close(fence);
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

static enum exit_status check_frame(struct run *run, unsigned int frame,
				    const struct buffer *drawn)
{
	struct difference difference = { };
	size_t damage = buffer_guard_damage(&run->target, POISON);
	int ret = compare_buffers(drawn, &run->target, 0, &difference);

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

static enum exit_status capture_frame(struct run *run, unsigned int frame)
{
	struct buffer *drawn = &run->shown[frame % 2];
	enum exit_status status, written;

	if (picture_draw(&run->picture, frame, drawn))
		return fail(EXIT_REFUSED, "out of memory");
	buffer_poison(&run->target, POISON);
	status = commit_frame(run, frame, drawn);
	if (status)
		return status;
	status = check_frame(run, frame, drawn);
	written = output_frame(run->capture, frame, &run->target,
			       status ? drawn : NULL);
	return status ? status : written;
}

/* A wrong picture or a fence's error does not end the run; the rest does. */
static bool goes_on(enum exit_status status)
{
	return status == EXIT_OK || status == EXIT_WRONG_PICTURE ||
	       status == EXIT_FENCE_ERROR;
}

static enum exit_status capture_frames(struct run *run)
{
	unsigned int frame, frames = run->capture->options->frames;
	enum exit_status status = EXIT_OK, first = EXIT_OK;

	for (frame = 0; frame < frames && goes_on(status); frame++) {
		if (stopped)
			return EXIT_INTERRUPTED;
		status = capture_frame(run, frame);
		first = first ? first : status;
		progress_show(run->what, frame + 1, frames);
	}
	return first;
}

static enum exit_status set_mode(struct run *run)
{
	const struct capture *capture = run->capture;
	int ret = commit_mode(capture->card, capture->pipe, capture->mode,
			      &run->shown[1]);

	return ret ? refused(run, "mode refused", ret) : EXIT_OK;
}

static void describe(struct run *run)
{
	const struct capture *capture = run->capture;
	char mode[32];

	mode_name(capture->mode, mode);
	snprintf(run->what, sizeof(run->what), "%s %s %s %s",
		 capture->card->name, capture->pipe->connector.name, mode,
		 capture->format->name);
	run->picture.width = capture->mode->hdisplay;
	run->picture.height = capture->mode->vdisplay;
	snprintf(run->picture.title, sizeof(run->picture.title), "%s %s",
		 capture->card->name, capture->pipe->connector.name);
}

static enum exit_status run_all(struct run *run)
{
	enum exit_status status = make_buffers(run);

	if (!status)
		status = set_mode(run);
	if (!status) {
		status = capture_frames(run);
		commit_off(run->capture->card, run->capture->pipe);
	}
	progress_clear();
	destroy_buffers(run);
	return status;
}

static int by_size(const void *a, const void *b)
{
	unsigned int left = *(const unsigned int *)a;
	unsigned int right = *(const unsigned int *)b;

	return (left > right) - (left < right);
}

enum exit_status capture_run(const struct capture *capture,
			     struct result *result)
{
	struct run run = { .capture = capture, .result = result };

	*result = (struct result) {
		.capture = capture,
		.fence = 1,
		.times_us = calloc(capture->options->frames,
				   sizeof(*result->times_us)),
	};
	describe(&run);
	if (!result->times_us)
		return result->status = fail(EXIT_REFUSED, "out of memory");
	result->status = run_all(&run);
	qsort(result->times_us, result->frames, sizeof(*result->times_us),
	      by_size);
	return result->status;
}

void result_fini(struct result *result)
{
	free(result->times_us);
	result->times_us = NULL;
}
