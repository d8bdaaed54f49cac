/* SPDX-License-Identifier: GPL-2.0-only */
/* What terms stand for on a card: objects, framebuffers, blobs, pointers, fences. */
#ifndef RANDOM_STAGE_H
#define RANDOM_STAGE_H

#include "atomic.h"
#include "display.h"
#include "random_rules.h"

/* A fence variable that no commit has touched. */
#define UNTOUCHED 12345

enum variable { WB_GOOD, WB_OTHER, CRTC_GOOD, CRTC_OTHER, VARIABLES };

struct stage {
	struct screen screen;		/* a card and a pipe; shows nothing */
	struct display display;
	struct ability ability;
	uint32_t planes[PLANES_MAX];
	uint32_t in_fence_fd, crtc_fence_ptr;	/* properties; 0: none */
	drmModeModeInfo modes[MODE_SHORT];	/* by enum mode_value */
	uint32_t blobs[MODE_SHORT + 1];
	struct buffer targets[TARGETS], large, odd;
	struct buffer sources[SOURCES];
	uint32_t gone;
	void *rdonly;
	int32_t variables[VARIABLES];
	int done, null;
	int held, timeline;		/* an in-fence that is pending, or -1 */
};

/* As screen_open(). Everything is off then; -ENODEV: no display. */
int stage_open(struct stage *stage);
void stage_close(struct stage *stage);

/* Everything off. -errno. */
int stage_clear(struct stage *stage);

/*
 * The step as the kernel gets it. The verdict is 0 or -errno; fence variables are
 * UNTOUCHED before.
 */
int stage_commit(struct stage *stage, const struct step *step);

/* RMFB while the kernel may write to it, and ADDFB2 under another id. -errno. */
int stage_remove(struct stage *stage, enum fb_value target);

/* The fence for IN_HELD; a timeline of its own lets it signal. -errno. */
int stage_hold(struct stage *stage);
void stage_release(struct stage *stage);

/* Does the kernel say that the card is as in @world? Else @text tells what not. */
bool stage_is(const struct stage *stage, const struct world *world, char *text,
	      size_t size);

/* Position and size of what a plane shows, and from where in its framebuffer. */
struct place {
	int x, y;
	unsigned int w, h, from_x, from_y;
};

struct place stage_place(const struct stage *stage, enum at_value at);

#endif
