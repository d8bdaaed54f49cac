// SPDX-License-Identifier: GPL-2.0-only
/*
 * Captures what somebody else shows: the writeback connector joins the CRTC
 * that is on, and leaves it at the end. Nothing else is touched, and no event
 * is asked for, so that the owner of the DRM file misses none.
 */

#include "clock.h"
#include "commit.h"
#include "run.h"

struct shown {
	struct run *run;
	struct buffer target;
	enum attachable how;
	bool attached;
};

static int add_capture(drmModeAtomicReqPtr req, const struct shown *shown,
		       struct shot *shot)
{
	const struct pipe *pipe = shown->run->capture->pipe;
	int ret = 0;

	if (!shown->attached)
		ret = request_add_routing(req, pipe, true);
	return ret ? ret : request_add_writeback(req, pipe, shown->target.fb,
						 &shot->fence);
}

static int commit_shot(struct shown *shown, struct shot *shot)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	uint32_t flags = 0;
	int ret = add_capture(req, shown, shot);

	if (ret) {
		drmModeAtomicFree(req);
		return ret;
	}
	if (!shown->attached)
		flags = attach_flags(shown->how);
	shot->start_us = clock_us();
	ret = request_commit(shown->run->capture->card, req, flags);
	shown->attached |= !ret;
	return ret;
}

static enum exit_status capture_frame(void *with, unsigned int frame)
{
	struct shown *shown = with;
	struct run *run = shown->run;
	struct shot shot = { .frame = frame };
	enum exit_status status;
	int ret;

	buffer_poison(&shown->target, POISON);
	ret = commit_shot(shown, &shot);
	if (ret)
		return run_refused(run, "commit refused", ret);
	status = run_finish(run, &shot);
	return status ? status : run_keep(run, frame, &shown->target, NULL);
}

static enum exit_status leave(struct shown *shown)
{
	const struct capture *capture = shown->run->capture;
	int ret = attach_undo(capture->card, capture->pipe, shown->how);

	return ret ? run_refused(shown->run, "cannot detach", ret) : EXIT_OK;
}

enum exit_status capture_shown(struct run *run)
{
	struct shown shown = { .run = run };
	enum exit_status status = run_make_target(run, &shown.target), left;

	if (!status)
		status = run_may_attach(run, &shown.target, &shown.how);
	if (!status)
		status = run_frames(run, &shown, capture_frame);
	if (shown.attached && run_has_card(run)) {
		left = leave(&shown);
		status = status ? status : left;
	}
	buffer_destroy(&shown.target);
	return status;
}
