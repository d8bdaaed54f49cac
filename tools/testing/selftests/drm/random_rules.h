/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model: which commits are refused and why, and what the others leave behind.
 * Written from what the uAPI promises.
 */
#ifndef RANDOM_RULES_H
#define RANDOM_RULES_H

#include "random.h"

/* All that stays when a commit is over. */
struct world {
	bool wb, display;		/* on the CRTC */
	bool active;
	uint8_t mode;			/* enum mode_value */
	struct {
		bool on;		/* on the CRTC */
		uint8_t fb;		/* enum source_value */
		uint8_t at;		/* enum at_value */
	} plane[PLANES_MAX];
};

/* What a commit asks for once. */
struct wish {
	uint8_t fb;			/* enum fb_value */
	uint8_t fence, crtc_fence;	/* enum pointer_value */
	uint8_t in;			/* enum in_value */
};

struct change {
	const struct step *step;
	struct world old, new;
	struct wish wish;
	unsigned int processed;		/* terms up to the first bad one */
	int error;			/* of that one, else 0 */
	bool touches_crtc, touches_wb, touches_display;
	bool touches_plane[PLANES_MAX];
};

/* What comes of @step on a card that is as in @world. */
void change_init(struct change *change, const struct step *step,
		 const struct world *world);

/* Is a modeset needed, and does it turn off what is on, perhaps for a moment? */
bool change_is_modeset(const struct change *change);
bool change_disables(const struct change *change);

/* Does it set properties of what is not on the CRTC, neither before nor after? */
bool change_is_loose(const struct change *change);

/* Sorts of rules, in the order in which the kernel gets to them. */
enum when { AT_FLAGS, AT_TERMS, AT_SIGNALS, AT_CHECKS };

struct rule {
	const char *name;
	enum when stage;
	int error;			/* 0: that of the term */
	bool (*breaks)(const struct change *change);
};

extern const struct rule rules[];
extern const unsigned int n_rules;

/* The rule with that name; exits when there is none. */
unsigned int rule_find(const char *name);

struct verdict {
	struct change change;
	uint64_t broken;		/* a bit for each rule */
};

/*
 * @ignored: a rule that is left out, for a model that is wrong on purpose, or -1.
 */
void judge(struct verdict *verdict, const struct step *step,
	   const struct world *world, int ignored);

/* May the kernel say @error? 0: accepted. Busy is another matter. */
bool verdict_allows(const struct verdict *verdict, int error);

static inline bool verdict_accepts(const struct verdict *verdict)
{
	return !verdict->broken;
}

/* A step that leads from everything off to @world. */
void world_restore(const struct world *world, unsigned int planes,
		   struct step *step);

/* Mode A and AGAIN are the same. */
static inline enum mode_value mode_of(const struct world *world)
{
	return world->mode == MODE_AGAIN ? MODE_A : world->mode;
}

#endif
