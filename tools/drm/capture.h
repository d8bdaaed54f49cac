/* SPDX-License-Identifier: GPL-2.0-only */
/* Captures a run of frames in one format. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "options.h"
#include "pipe.h"
#include "format.h"

struct capture {
	const struct card *card;
	const struct pipe *pipe;
	const drmModeModeInfo *mode;
	const struct format *source, *format;
	const struct options *options;
};

struct result {
	const struct capture *capture;
	enum exit_status status;
	unsigned int frames;		/* with a good fence */
	unsigned int wrong;		/* of these */
	unsigned int *times_us;		/* of these, sorted at the end */
	unsigned int fence_errors;
	int fence;			/* the first status that is not 1 */
};

/* Sets the mode and captures; fills @result, which result_fini() empties. */
enum exit_status capture_run(const struct capture *capture,
			     struct result *result);
void result_fini(struct result *result);

/* Ends a run after the present frame; safe in a signal handler. */
void capture_stop(void);

#endif
