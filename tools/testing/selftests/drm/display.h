/* SPDX-License-Identifier: GPL-2.0-only */
/* The display beside a screen's writeback connector, on the same CRTC. */
#ifndef DISPLAY_H
#define DISPLAY_H

#include "screen.h"

struct display {
	uint32_t id;			/* of its connector */
	uint32_t crtc_id;		/* a property */
};

/* The first connector that is a display, with one connected. -ENODEV: none. */
int display_find(struct display *display, const struct card *card);

/*
 * Shows the screen's picture on the display, with the writeback connector
 * detached, in the screen's mode.
 */
int display_on(const struct display *display, struct screen *screen);

/*
 * Whether a display is connected, as somebody says: "off" or "on", or "detect"
 * for as it is. -ENOENT: sysfs does not know the connector.
 */
int display_force(const struct display *display, const struct card *card,
		  const char *status);

/* Display, writeback connector and screen off. */
int display_off(const struct display *display, const struct screen *screen);

/* Puts the writeback connector on the screen's CRTC, or takes it off. */
int request_add_attached(drmModeAtomicReq *req, const struct screen *screen,
			 bool attached);

#endif
