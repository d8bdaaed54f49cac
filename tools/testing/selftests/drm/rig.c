// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>

#include "mode.h"
#include "rig.h"

static int rig_find(struct rig *rig, unsigned int refresh)
{
	const struct mode_wish wish = { RIG_WIDTH, RIG_HEIGHT, refresh };
	int ret = model_find(&rig->model, &rig->screen.card);

	if (!ret)
		ret = model_behave(&rig->model);
	if (ret)
		return ret;
	rig->faults = model_get(&rig->model, "faults");
	screen_wish(&rig->screen, &wish);
	ret = screen_target(&rig->screen, &rig->target, 0);
	return ret ? ret : screen_on(&rig->screen);
}

int rig_open(struct rig *rig, unsigned int refresh)
{
	int ret = screen_open(&rig->screen, NULL);

	if (ret)
		return ret;
	ret = rig_find(rig, refresh);
	if (ret)
		screen_close(&rig->screen);
	return ret;
}

const char *rig_missing(int error)
{
	if (error == -ENODEV)
		return "the card is no model of a Mali display processor";
	return screen_missing(error);
}

long rig_close(struct rig *rig)
{
	long faults;

	model_behave(&rig->model);
	screen_off(&rig->screen);
	buffer_destroy(&rig->target);
	screen_close(&rig->screen);
	faults = model_get(&rig->model, "faults");
	return faults < 0 ? faults : faults - rig->faults;
}

int rig_start(struct rig *rig, unsigned int frame)
{
	int32_t fence = -1;
	int ret;

	buffer_poison(&rig->target, POISON);
	ret = capture_retry(&rig->screen, screen_draw(&rig->screen, frame),
			    &rig->target, &fence, DRM_MODE_ATOMIC_NONBLOCK);
	return ret ? ret : fence;
}

int rig_capture(struct rig *rig, unsigned int frame, const char **fault)
{
	int fence = rig_start(rig, frame), status;

	*fault = NULL;
	if (fence < 0)
		return fence;
	status = fence_result(fence, PATIENCE_MS);
	if (status != 1)
		return status;
	*fault = picture_fault(rig->screen.drawn, &rig->target);
	return *fault ? -EILSEQ : 1;
}

unsigned int rig_frames_ms(const struct rig *rig, unsigned int frames)
{
	return frames * mode_frame_us(&rig->screen.mode) / 1000;
}
