/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A screen on a modelled display processor, in a mode that is small and quick,
 * and a destination for captures.
 */
#ifndef RIG_H
#define RIG_H

#include "model.h"
#include "screen.h"

#define RIG_WIDTH 128
#define RIG_HEIGHT 96
#define RIG_HZ 120

struct rig {
	struct screen screen;
	struct model model;
	struct buffer target;
	long faults;			/* of the driver, before the test */
};

/* As screen_open(); -ENODEV: the card is no model. The model behaves. */
int rig_open(struct rig *rig, unsigned int refresh);

/* As screen_missing(). */
const char *rig_missing(int error);

/*
 * The model behaves again, the screen is off, all is closed. How many faults
 * of the driver the model has seen meanwhile.
 */
long rig_close(struct rig *rig);

/* A capture of @frame, not waited for: the fence or -errno. */
int rig_start(struct rig *rig, unsigned int frame);

/*
 * Poisons the target, shows and captures @frame, waits. The status of the
 * fence, -errno of the commit, or -EILSEQ when it is good and the picture not:
 * @fault says why.
 */
int rig_capture(struct rig *rig, unsigned int frame, const char **fault);

/* Some frames of the mode, in milliseconds. */
unsigned int rig_frames_ms(const struct rig *rig, unsigned int frames);

#endif
