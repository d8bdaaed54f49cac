/* SPDX-License-Identifier: GPL-2.0-only */
/* Captures a run of frames in one format. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "format.h"
#include "monitor.h"
#include "options.h"
#include "pipe.h"
#include "stats.h"

/* Where the pictures come from. */
enum way {
	WAY_OWN,	/* shown for the capture alone, one after the other */
	WAY_LIVE,	/* flipped on a display at each vblank */
	WAY_SHOWN,	/* whatever somebody else shows */
};

struct capture {
	const struct card *card;
	const struct pipe *pipe;
	const struct monitor *monitor;	/* the display of WAY_LIVE */
	const drmModeModeInfo *mode;
	const struct format *source, *format;
	const struct options *options;
	enum way way;
};

struct flips {
	unsigned int shown;		/* events that came */
	unsigned int lost;		/* that did not */
};

struct result {
	const struct capture *capture;
	enum exit_status status;
	struct stats times;		/* of frames with a good fence */
	unsigned int wrong;		/* of these */
	unsigned int late;		/* frames; WAY_LIVE: flips */
	struct flips flips;		/* WAY_LIVE */
	unsigned int fence_errors;
	int fence;			/* the first status that is not 1 */
};

/* Captures; fills @result. */
enum exit_status capture_run(const struct capture *capture,
			     struct result *result);

/* One for each way, for capture_run(). */
struct run;
enum exit_status capture_own(struct run *run);
enum exit_status capture_live(struct run *run);
enum exit_status capture_shown(struct run *run);

/* Ends a run after the present frame; safe in a signal handler. */
void capture_stop(void);
bool capture_is_stopped(void);

#endif
