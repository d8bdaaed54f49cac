/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomic requests as rows of words, each of which sets one property: in tables
 * that can be read, and in the order in which the kernel shall see them.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "atomic.h"
#include "screen.h"

enum word {
	END,
	FB, FB_2, FB_0,				/* WRITEBACK_FB_ID */
	FB_CRTC, FB_BLOB, FB_GONE,		/* no framebuffers */
	FB_NARROW, FB_LOW, FB_WIDE,		/* wrong sizes */
	FENCE, FENCE_2, FENCE_0,		/* WRITEBACK_OUT_FENCE_PTR */
	FENCE_RDONLY, FENCE_UNMAPPED, FENCE_KERNEL, FENCE_LAST,
	CRTC, NO_CRTC,				/* CRTC_ID */
	MODE, NO_MODE,				/* MODE_ID */
	ON, OFF,				/* ACTIVE */
	WORDS
};

extern const char *const word_names[WORDS];

#define ROW_WORDS 6

struct row {
	enum word words[ROW_WORDS];
	int verdict;
};

/* A fence variable that no commit has touched. */
#define UNTOUCHED 12345

/* All that words stand for. */
struct bench {
	struct screen screen;
	struct setting settings[WORDS];
	struct buffer target, target_2, narrow, low, wide, later;
	int32_t fence, fence_2;
	uint32_t mode_blob, gone;
	void *rdonly;
};

/* Opens a screen, creates all of it and sets the mode. As screen_open(). */
int bench_open(struct bench *bench);
void bench_close(struct bench *bench);

/*
 * Commits @row: 0 or a negative errno. What it turns on has a picture on the
 * plane. The fence variables are UNTOUCHED before.
 */
int bench_try(struct bench *bench, const struct row *row, uint32_t flags);

/* The words of a row as text. */
void row_describe(const struct row *row, char *text, size_t size);

/* Does the kernel get as far as to set the fence pointer @fence? */
bool row_sets(const struct row *row, enum word fence);

/* The word that decides where the fence goes: FENCE_0 for nowhere. */
enum word row_last_fence(const struct row *row);

/* Does the row, when it is accepted, have something written? */
bool row_writes(const struct row *row);

#endif
