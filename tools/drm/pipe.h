/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pipe: one writeback connector, the CRTC that feeds it and that CRTC's
 * primary plane, with what user space needs to know of them.
 */
#ifndef PIPE_H
#define PIPE_H

#include "card.h"

struct pipe {
	struct {
		uint32_t id;
		char name[32];			/* "Writeback-1" */
		drmModeConnection connection;
		uint32_t crtc_id;		/* property ids */
		uint32_t fb_id;
		uint32_t out_fence_ptr;
		uint32_t pixel_formats;
	} connector;
	struct {
		uint32_t id;
		unsigned int index;
		uint32_t possible;		/* a bit for each index */
		uint32_t active;
		uint32_t mode_id;
	} crtc;
	struct {
		uint32_t id;
		uint32_t fb_id, crtc_id;
		uint32_t src_x, src_y, src_w, src_h;
		uint32_t crtc_x, crtc_y, crtc_w, crtc_h;
	} plane;

	uint32_t *formats;		/* WRITEBACK_PIXEL_FORMATS, fourcc */
	unsigned int n_formats;
	uint32_t *plane_formats;
	unsigned int n_plane_formats;
	drmModeModeInfo *modes;
	unsigned int n_modes;
};

/*
 * Fills @pipe for the @n-th writeback connector of the card (0 is the first).
 * Prefers a CRTC that is off. -ENOENT: no such connector; -ENXIO: no CRTC or no
 * primary plane goes with it; -EPROTO: it lacks a property.
 */
int pipe_init(struct pipe *pipe, const struct card *card, unsigned int n);

/*
 * The same for a display that runs: on CRTC @crtc, or when that is 0 rather on
 * one that is active. It does without a primary plane, plane.id is 0 then.
 */
int pipe_init_running(struct pipe *pipe, const struct card *card,
		      unsigned int n, uint32_t crtc);

/* Does the CRTC show something now? With which @mode, when that is not NULL. */
bool pipe_is_active(const struct pipe *pipe, const struct card *card,
		    drmModeModeInfo *mode);

/* ... or would, if it were not asleep? */
bool pipe_has_mode(const struct pipe *pipe, const struct card *card);

void pipe_fini(struct pipe *pipe);

bool pipe_has_format(const struct pipe *pipe, uint32_t fourcc);
bool pipe_has_plane_format(const struct pipe *pipe, uint32_t fourcc);

#endif
