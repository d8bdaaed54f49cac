/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random atomic commits. A step is one commit: flags, and terms in the order in
 * which the kernel gets them. A term sets one property, "wb.fb=a0", to one of the
 * few values that a property can have here, right ones and wrong ones.
 *
 * Nothing in a step depends on ids or addresses: a list of steps can be run again,
 * and printed, and read back.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "array.h"

#define PLANES_MAX 3
#define STEP_TERMS 24

enum slot {
	WB_CRTC, WB_FB, WB_FENCE, WB_IN,
	DISPLAY_CRTC,
	CRTC_ACTIVE, CRTC_MODE, CRTC_FENCE,
	PLANE_FB, PLANE_CRTC, PLANE_AT,
	SLOTS
};

/* CRTC_ID: of none, of the CRTC, of another kind of object */
enum route_value { ROUTE_OFF, ROUTE_ON, ROUTE_ALIEN };

/*
 * WRITEBACK_FB_ID: framebuffers that fit mode A or B, too large a one, one in a
 * format that cannot be written, a removed one, another kind of object.
 */
enum fb_value {
	FB_0, FB_A0, FB_A1, FB_A2, FB_A3, FB_A4, FB_A5, FB_B0, FB_B1,
	FB_LARGE, FB_FORMAT, FB_GONE, FB_ALIEN
};

#define TARGETS (FB_B1 + 1)		/* those that can be written; 0 is none */

/* OUT_FENCE_PTR: two that can be written, and some that cannot */
enum pointer_value {
	POINTER_0, POINTER_GOOD, POINTER_OTHER, POINTER_RDONLY,
	POINTER_UNMAPPED, POINTER_KERNEL, POINTER_LAST
};

/* IN_FENCE_FD: one that has signalled, one that has not, and no fences */
enum in_value { IN_NONE, IN_DONE, IN_HELD, IN_CLOSED, IN_NO_FENCE, IN_RANGE };

/* MODE_ID: AGAIN is another blob with what is in A */
enum mode_value {
	MODE_0, MODE_A, MODE_B, MODE_AGAIN, MODE_SHORT, MODE_ALIEN
};

/* FB_ID of a plane: 0, one of the sources, a removed one, another object */
enum source_value {
	SOURCE_0, SOURCE_1, SOURCE_2, SOURCE_3, SOURCE_4, SOURCE_5,
	SOURCE_GONE, SOURCE_ALIEN
};

#define SOURCES (SOURCE_5 + 1)

/*
 * Position and size of a plane: all of mode A or B; inside of both; over an edge
 * of both; scaled, of which vkms is not capable; more than there is.
 */
enum at_value {
	AT_A, AT_B, AT_INNER, AT_CORNER, AT_EDGE, AT_SCALED, AT_BEYOND
};

struct term {
	uint8_t slot, plane, value;
};

enum {
	STEP_TEST = 0x1,
	STEP_NONBLOCK = 0x2,
	STEP_EVENT = 0x4,
	STEP_MODESET = 0x8,
	STEP_SETTLE = 0x10,	/* before: wait until all is done */
	STEP_REMOVE = 0x20,	/* after: what is written loses its id */
};

struct step {
	uint8_t flags, n;
	struct term terms[STEP_TERMS];
};

/* What a card can do; decides which terms make sense on it. */
struct ability {
	unsigned int planes;
	bool in_fence;		/* the kernel knows WRITEBACK_IN_FENCE_FD */
	bool held;		/* ... and there are fences that wait */
	bool odd_format;	/* a framebuffer can have a format that no */
				/* writeback has */
	bool clips;		/* planes may reach over an edge */
	bool scales;
};

/* Names of terms, and steps as lines of text. */
unsigned int slot_values(enum slot slot);
void step_print(const struct step *step, char *text, size_t size);
bool step_parse(struct step *step, const char *text);

static inline bool step_add(struct step *step, enum slot slot,
			    unsigned int plane, unsigned int value)
{
	if (step->n == STEP_TERMS)
		return false;
	step->terms[step->n++] = (struct term) { slot, plane, value };
	return true;
}

#define STEP_TEXT 1024

#endif
