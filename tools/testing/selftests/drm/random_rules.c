// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_rules.h"

static enum slot bad_slot(const struct change *change)
{
	return change->error ? change->step->terms[change->processed].slot :
			       SLOTS;
}

/* The rules: each is true for a change that breaks it. */

static bool tests_for_an_event(const struct change *change)
{
	return change->step->flags & STEP_TEST &&
	       change->step->flags & STEP_EVENT;
}

static bool has_bad_fb(const struct change *change)
{
	return bad_slot(change) == WB_FB;
}

static bool has_bad_pointer(const struct change *change)
{
	return bad_slot(change) == WB_FENCE;
}

static bool has_bad_crtc_pointer(const struct change *change)
{
	return bad_slot(change) == CRTC_FENCE;
}

static bool has_bad_in_fence(const struct change *change)
{
	return bad_slot(change) == WB_IN;
}

static bool has_bad_route(const struct change *change)
{
	enum slot slot = bad_slot(change);

	return slot == WB_CRTC || slot == DISPLAY_CRTC || slot == PLANE_CRTC;
}

static bool has_bad_mode(const struct change *change)
{
	return bad_slot(change) == CRTC_MODE;
}

static bool has_bad_active(const struct change *change)
{
	return bad_slot(change) == CRTC_ACTIVE;
}

static bool has_bad_source(const struct change *change)
{
	return bad_slot(change) == PLANE_FB;
}

static bool wants_event_of_nothing(const struct change *change)
{
	return change->step->flags & STEP_EVENT && !change->touches_crtc;
}

static bool wants_event_while_off(const struct change *change)
{
	bool asks = change->step->flags & STEP_EVENT ||
		    (change->wish.crtc_fence &&
		     !(change->step->flags & STEP_TEST));

	return asks && change->touches_crtc && !change->old.active &&
	       !change->new.active;
}

static bool is_active_without_mode(const struct change *change)
{
	return change->new.active && !change->new.mode;
}

static bool has_mode_without_connector(const struct change *change)
{
	return change->touches_crtc && change->new.mode &&
	       !change->new.wb && !change->new.display;
}

static bool has_connector_without_mode(const struct change *change)
{
	return change->touches_crtc && !change->new.mode &&
	       (change->new.wb || change->new.display);
}

static bool any_plane(const struct change *change,
		      bool (*breaks)(const struct world *world, unsigned int i))
{
	unsigned int i;

	for (i = 0; i < PLANES_MAX; i++)
		if (change->touches_plane[i] && breaks(&change->new, i))
			return true;
	return false;
}

static bool is_half(const struct world *world, unsigned int i)
{
	return world->plane[i].on != !!world->plane[i].fb;
}

static bool has_half_a_plane(const struct change *change)
{
	return any_plane(change, is_half);
}

static bool is_beyond(const struct world *world, unsigned int i)
{
	return world->plane[i].on && world->plane[i].fb &&
	       world->plane[i].at == AT_BEYOND;
}

static bool shows_more_than_there_is(const struct change *change)
{
	return any_plane(change, is_beyond);
}

static bool is_scaled(const struct world *world, unsigned int i)
{
	return world->plane[i].on && world->plane[i].fb &&
	       world->plane[i].at == AT_SCALED;
}

static bool scales_a_plane(const struct change *change)
{
	return any_plane(change, is_scaled);
}

static bool writes_without_crtc(const struct change *change)
{
	return change->wish.fb && !change->new.wb;
}

static bool writes_while_off(const struct change *change)
{
	return change->wish.fb && change->new.wb && !change->new.active;
}

static bool writes_odd_format(const struct change *change)
{
	return change->wish.fb == FB_FORMAT;
}

static bool fits_mode(uint8_t fb, enum mode_value mode)
{
	if (fb >= FB_A0 && fb <= FB_A5)
		return mode == MODE_A;
	if (fb >= FB_B0 && fb <= FB_B1)
		return mode == MODE_B;
	return fb == FB_FORMAT && mode == MODE_A;
}

static bool writes_wrong_size(const struct change *change)
{
	return change->wish.fb && change->new.wb && change->new.active &&
	       !fits_mode(change->wish.fb, mode_of(&change->new));
}

static bool has_fence_without_fb(const struct change *change)
{
	return change->wish.fence && !change->wish.fb;
}

static bool has_in_fence_without_fb(const struct change *change)
{
	return change->wish.in && !change->wish.fb;
}

static bool needs_modeset(const struct change *change)
{
	return change_is_modeset(change) &&
	       !(change->step->flags & STEP_MODESET);
}

const struct rule rules[] = {
	{ "a test wants an event", AT_FLAGS, -EINVAL, tests_for_an_event },
	{ "WRITEBACK_FB_ID is no framebuffer", AT_TERMS, 0, has_bad_fb },
	{ "fence pointer cannot be written", AT_TERMS, 0, has_bad_pointer },
	{ "CRTC's fence pointer likewise", AT_TERMS, 0, has_bad_crtc_pointer },
	{ "in-fence is no fence", AT_TERMS, 0, has_bad_in_fence },
	{ "CRTC_ID is no CRTC", AT_TERMS, 0, has_bad_route },
	{ "MODE_ID is no mode", AT_TERMS, 0, has_bad_mode },
	{ "ACTIVE is out of range", AT_TERMS, 0, has_bad_active },
	{ "FB_ID is no framebuffer", AT_TERMS, 0, has_bad_source },
	{ "event without CRTC", AT_SIGNALS, -EINVAL, wants_event_of_nothing },
	{ "event of a CRTC that stays off", AT_CHECKS, -EINVAL,
	  wants_event_while_off },
	{ "active without mode", AT_CHECKS, -EINVAL, is_active_without_mode },
	{ "mode without connector", AT_CHECKS, -EINVAL,
	  has_mode_without_connector },
	{ "connector without mode", AT_CHECKS, -EINVAL,
	  has_connector_without_mode },
	{ "plane has only one of FB_ID, CRTC_ID", AT_CHECKS, -EINVAL,
	  has_half_a_plane },
	{ "plane shows more than there is", AT_CHECKS, -ENOSPC,
	  shows_more_than_there_is },
	{ "plane cannot scale", AT_CHECKS, -ERANGE, scales_a_plane },
	{ "framebuffer without CRTC", AT_CHECKS, -EINVAL, writes_without_crtc },
	{ "framebuffer while off", AT_CHECKS, -EINVAL, writes_while_off },
	{ "format cannot be written", AT_CHECKS, -EINVAL, writes_odd_format },
	{ "framebuffer does not fit the mode", AT_CHECKS, -EINVAL,
	  writes_wrong_size },
	{ "fence without framebuffer", AT_CHECKS, -EINVAL,
	  has_fence_without_fb },
	{ "in-fence without framebuffer", AT_CHECKS, -EINVAL,
	  has_in_fence_without_fb },
	{ "modeset is not allowed", AT_CHECKS, -EINVAL, needs_modeset },
};

const unsigned int n_rules = ARRAY_SIZE(rules);

unsigned int rule_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < n_rules; i++)
		if (!strcmp(rules[i].name, name))
			return i;
	fprintf(stderr, "no rule \"%s\"\n", name);
	exit(1);
}

/* Only rules of the first stage at which one is broken count. */
void judge(struct verdict *verdict, const struct step *step,
	   const struct world *world, int ignored)
{
	bool test = step->flags & STEP_TEST;
	unsigned int i;

	verdict->broken = 0;
	change_init(&verdict->change, step, world);
	for (i = 0; i < n_rules; i++) {
		if (verdict->broken && rules[i].stage > rules[i - 1].stage)
			break;
		if (rules[i].stage == AT_SIGNALS && test)
			continue;
		if ((int)i != ignored && rules[i].breaks(&verdict->change))
			verdict->broken |= 1ull << i;
	}
	/* Whoever refuses the flags does not look at the terms. */
	if (verdict->broken && tests_for_an_event(&verdict->change))
		verdict->change.processed = 0;
}

bool verdict_allows(const struct verdict *verdict, int error)
{
	unsigned int i;

	if (!verdict->broken)
		return !error;
	for (i = 0; i < n_rules; i++)
		if (verdict->broken & (1ull << i) &&
		    error == (rules[i].error ?: verdict->change.error))
			return true;
	return false;
}
