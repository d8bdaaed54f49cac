/* SPDX-License-Identifier: GPL-2.0-only */
/* A writeback connector joins a CRTC that shows something, and leaves it. */
#ifndef ATTACH_H
#define ATTACH_H

#include "commit.h"

enum attachable {
	ATTACH_LIVE,		/* the display does not notice */
	ATTACH_MODESET,		/* only with a modeset, which blanks it */
	ATTACH_NEVER,
	ATTACH_UNKNOWN,		/* not master: nobody answers */
};

/* Asks the kernel, and changes nothing. @fb: what would be captured into. */
enum attachable attach_test(const struct card *card, const struct pipe *pipe,
			    uint32_t fb, int *error);

/* Of the commit that attaches, or detaches. */
uint32_t attach_flags(enum attachable how);

/* Blocking: takes the connector off its CRTC. */
int attach_undo(const struct card *card, const struct pipe *pipe,
		enum attachable how);

#endif
