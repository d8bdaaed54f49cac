/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A screen: a card's first writeback connector, alone on its CRTC, and a
 * picture on the CRTC's primary plane.
 *
 * WRITEBACK_CARD=PATH chooses the card, else it is the first that has one, and
 * tests are skipped when there is none. WRITEBACK_MODE=WxH[@HZ] is the mode where
 * a test does not care; it need not be one that the connector lists.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include "commit.h"
#include "mode.h"
#include "picture.h"

/* Longer than any deadline of the kernel: what is pending then, hangs. */
#define PATIENCE_MS 10000

/* What destinations are filled with before the kernel writes to them. */
#define POISON 0xa5

struct screen {
	struct card card;
	struct pipe pipe;
	drmModeModeInfo mode;
	struct picture picture;
	struct buffer buffers[2];	/* one is on the plane */
	const struct buffer *drawn;	/* by the last screen_draw() */
};

/*
 * Opens the card, and chooses the mode: "WxH", or NULL for WRITEBACK_MODE, or
 * without that for 640x480 if there is such a mode, else the preferred one.
 * -ENOENT: no card has a writeback connector; -EDOM: no such mode; -EACCES:
 * somebody else is master.
 */
int screen_open(struct screen *screen, const char *mode);

/* Why a test cannot run when screen_open() failed, NULL for a failure. */
const char *screen_missing(int error);

/* Takes a mode that nobody lists instead: before the first screen_on(). */
void screen_wish(struct screen *screen, const struct mode_wish *wish);

/* Draws frame 0 and sets the mode. */
int screen_on(struct screen *screen);

/* All of these: open, and on in the mode that is wished, with a target. */
int screen_start(struct screen *screen, const struct mode_wish *wish,
		 struct buffer *target);

/* Everything off. */
int screen_off(struct screen *screen);

/* The CRTC alone, which keeps what it is to show. */
int screen_set_active(const struct screen *screen, bool active);

/* Turns the screen off and closes the card. Harmless when called again. */
void screen_close(struct screen *screen);

/*
 * Draws a frame into the buffer that is not on the plane: for the next commit,
 * if all before it have finished.
 */
const struct buffer *screen_draw(struct screen *screen, unsigned int frame);

/*
 * A poisoned destination with guard bytes; @fourcc 0: the format of the plane, if
 * it can be captured, else the first one that can.
 */
int screen_target(struct screen *screen, struct buffer *target,
		  uint32_t fourcc);

/* A buffer for the plane with a frame in it. */
int screen_source(struct screen *screen, struct buffer *source,
		  unsigned int frame);

/* commit_capture() that is retried while the kernel says EBUSY. */
int capture_retry(struct screen *screen, const struct buffer *source,
		  const struct buffer *target, int32_t *fence, uint32_t flags);

/* The same for a commit that only shows @source. */
int flip_retry(struct screen *screen, const struct buffer *source,
	       uint32_t flags);

/*
 * Draws @frame, shows it, captures it and waits: the status of the fence, see
 * below, or the negative errno of the commit.
 */
int screen_capture(struct screen *screen, unsigned int frame,
		   const struct buffer *target);

/*
 * Waits for a fence and closes it: 1 when it is good, 0 when it is still
 * pending after @timeout_ms, else its error.
 */
int fence_result(int fence, int timeout_ms);

/* What is wrong with a captured picture, NULL when nothing is. */
const char *picture_fault(const struct buffer *drawn,
			  const struct buffer *target);

void sleep_ms(unsigned int ms);

#endif
