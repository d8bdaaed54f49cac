/* SPDX-License-Identifier: GPL-2.0-only */
/* Which displays a writeback connector can capture; asked, not tried. */
#ifndef ABILITY_H
#define ABILITY_H

#include "attach.h"
#include "monitor.h"

enum ability {
	ABILITY_LIVE,		/* while it runs, without a modeset */
	ABILITY_MODESET,	/* only with one */
	ABILITY_TOGETHER,	/* when both go on at once; it is off now */
	ABILITY_NEVER,
	ABILITY_UNKNOWN,	/* not master */
};

struct able {
	struct monitor monitor;
	bool on;
	drmModeModeInfo mode;		/* when it is on, else its preferred one */
	enum ability ability;
};

/*
 * Tells it of the @m-th display and the @n-th writeback connector, which is
 * that of @pipe. -ENOENT: no such display. able_fini() empties @able.
 */
int able_init(struct able *able, const struct card *card, unsigned int m,
	      const struct pipe *pipe, unsigned int n);
void able_fini(struct able *able);

#endif
