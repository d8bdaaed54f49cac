/* SPDX-License-Identifier: GPL-2.0-only */
/* A connected display: a connector of any kind but writeback. */
#ifndef MONITOR_H
#define MONITOR_H

#include "commit.h"

struct monitor {
	uint32_t id;
	char name[32];			/* "HDMI-A-1" */
	uint32_t crtc_id;		/* the property */
	uint64_t crtc;			/* that feeds it, 0: none */
	uint32_t possible_crtcs;	/* a bit for each index */
	drmModeModeInfo *modes;
	unsigned int n_modes;
};

/*
 * The @n-th display of the card. -ENOENT: there are no more. monitor_fini()
 * empties it.
 */
int monitor_init(struct monitor *monitor, const struct card *card,
		 unsigned int n);
void monitor_fini(struct monitor *monitor);

/* The first that can be on the pipe's CRTC. */
int monitor_find(struct monitor *monitor, const struct card *card,
		 const struct pipe *pipe);

/* Blocking: @mode and @picture on it alone; then all off again. */
int monitor_on(const struct monitor *monitor, const struct card *card,
	       const struct pipe *pipe, const drmModeModeInfo *mode,
	       const struct buffer *picture);
/* Only asks: would @mode go with both it and the writeback connector on? */
int monitor_test(const struct monitor *monitor, const struct card *card,
		 const struct pipe *pipe, const drmModeModeInfo *mode,
		 const struct buffer *picture, const struct buffer *target);
int monitor_off(const struct monitor *monitor, const struct card *card,
		const struct pipe *pipe);

#endif
