// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shows test pictures for the writeback connector alone, and captures each: no
 * display is needed, and none stays on.
 */

#include "clock.h"
#include "commit.h"
#include "run.h"

/* One picture is shown while the next one is drawn. */
struct own {
	struct run *run;
	struct buffer shown[2];
	struct buffer target;
};

static enum exit_status make_buffers(struct own *own)
{
	enum exit_status status = run_make_source(own->run, &own->shown[0]);

	if (!status)
		status = run_make_source(own->run, &own->shown[1]);
	if (!status)
		status = run_make_target(own->run, &own->target);
	return status;
}

static enum exit_status commit_frame(struct own *own, struct shot *shot,
				     const struct buffer *drawn)
{
	const struct capture *capture = own->run->capture;
	int ret;

	shot->start_us = clock_us();
	ret = commit_capture(capture->card, capture->pipe, drawn, &own->target,
			     &shot->fence, 0);
	return ret ? run_refused(own->run, "commit refused", ret) : EXIT_OK;
}

static enum exit_status capture_frame(void *with, unsigned int frame)
{
	struct own *own = with;
	struct buffer *drawn = &own->shown[frame % 2];
	enum exit_status status = run_draw(own->run, frame, drawn);
	struct shot shot = { .frame = frame };

	if (status)
		return status;
	buffer_poison(&own->target, POISON);
	status = commit_frame(own, &shot, drawn);
	if (!status)
		status = run_finish(own->run, &shot);
	if (!status)
		status = run_keep(own->run, frame, &own->target, drawn);
	return status;
}

static enum exit_status set_mode(struct own *own)
{
	const struct capture *capture = own->run->capture;
	int ret = commit_mode(capture->card, capture->pipe, capture->mode,
			      &own->shown[1]);

	return ret ? run_refused(own->run, "mode refused", ret) : EXIT_OK;
}

enum exit_status capture_own(struct run *run)
{
	struct own own = { .run = run };
	enum exit_status status = make_buffers(&own);

	if (!status)
		status = set_mode(&own);
	if (!status) {
		status = run_frames(run, &own, capture_frame);
		if (run_has_card(run))
			commit_off(run->capture->card, run->capture->pipe);
	}
	buffer_destroy(&own.target);
	buffer_destroy(&own.shown[1]);
	buffer_destroy(&own.shown[0]);
	return status;
}
