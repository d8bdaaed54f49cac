// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "fence.h"
#include "shots.h"

static int shot_create(struct screen *screen, struct shot *shot)
{
	int ret = 0;

	shot->fence = -1;
	if (!shot->source.fb) {
		buffer_destroy(&shot->source);
		ret = screen_source(screen, &shot->source, 0);
	}
	if (!ret && !shot->target.fb) {
		buffer_destroy(&shot->target);
		ret = screen_target(screen, &shot->target, 0);
	}
	return ret;
}

int shots_create(struct screen *screen, struct shot *shots, unsigned int n)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = shot_create(screen, &shots[i]);
	return ret;
}

void shots_destroy(struct shot *shots, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (shots[i].fence >= 0)
			close(shots[i].fence);
		shots[i].fence = -1;
		buffer_destroy(&shots[i].source);
		buffer_destroy(&shots[i].target);
	}
}

int shot_fire(struct screen *screen, struct shot *shot, unsigned int frame)
{
	int ret = picture_draw(&screen->picture, frame, &shot->source);

	if (ret)
		return ret;
	shot->frame = frame;
	shot->fence = -1;
	buffer_poison(&shot->target, POISON);
	return capture_retry(screen, &shot->source, &shot->target,
			     &shot->fence, DRM_MODE_ATOMIC_NONBLOCK);
}

/*
 * However the job ended, nothing is written beside the picture. There is no
 * telling what was in memory that went away with its card.
 */
static const char *picture_verdict(const struct shot *shot, int status)
{
	const char *fault = NULL;

	if (status == 1)
		fault = picture_fault(&shot->source, &shot->target);
	else if (buffer_guard_damage(&shot->target, POISON))
		fault = "bytes around the picture were written";
	return buffers_were_lost() ? NULL : fault;
}

const char *shot_land(struct shot *shot, struct tally *tally,
		      unsigned int allowed)
{
	static __thread char text[192];
	const char *fault;
	int status;

	if (shot->fence < 0)
		return NULL;
	status = fence_result(shot->fence, PATIENCE_MS);
	shot->fence = -1;
	if (!tally_status(tally, status, allowed))
		fault = "its fence may not say so";
	else
		fault = picture_verdict(shot, status);
	if (!fault)
		return NULL;
	snprintf(text, sizeof(text), "frame %u, status %d (%s): %s",
		 shot->frame, status, fence_status_name(status), fault);
	return text;
}

bool shot_is_in_flight(const struct shot *shot)
{
	int status = -EBADF;

	return shot->fence >= 0 && !fence_status(shot->fence, &status) &&
	       !status;
}
