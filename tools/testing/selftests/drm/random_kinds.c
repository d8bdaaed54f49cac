// SPDX-License-Identifier: GPL-2.0-only
/* Kinds of commits that are accepted, to count them. */

#include "random_run.h"

static bool is_test(const struct change *change)
{
	return change->step->flags & STEP_TEST;
}

static bool writes(const struct change *change)
{
	return change->wish.fb && !is_test(change);
}

static bool writes_blocking(const struct change *change)
{
	return writes(change) && !(change->step->flags & STEP_NONBLOCK);
}

static bool writes_nonblocking(const struct change *change)
{
	return writes(change) && change->step->flags & STEP_NONBLOCK;
}

static bool writes_without_fence(const struct change *change)
{
	return writes(change) && !change->wish.fence;
}

static bool writes_after_fence(const struct change *change)
{
	return writes(change) && change->wish.in == IN_DONE;
}

static bool writes_when_released(const struct change *change)
{
	return writes_nonblocking(change) && change->wish.in == IN_HELD;
}

static bool writes_first_frame(const struct change *change)
{
	return writes(change) && !change->old.active;
}

static bool writes_in_modeset(const struct change *change)
{
	return writes(change) && change_disables(change);
}

static bool turns_on(const struct change *change)
{
	return !is_test(change) && !change->old.active && change->new.active;
}

static bool turns_off(const struct change *change)
{
	return !is_test(change) && change->old.active && !change->new.active;
}

static bool changes_mode(const struct change *change)
{
	return !is_test(change) && change->old.active && change->new.active &&
	       mode_of(&change->old) != mode_of(&change->new);
}

static bool attaches_live(const struct change *change)
{
	return !is_test(change) && change->old.active &&
	       !change_is_modeset(change) && !change->old.wb && change->new.wb;
}

static bool detaches_live(const struct change *change)
{
	return !is_test(change) && change->old.active &&
	       !change_is_modeset(change) && change->old.wb && !change->new.wb;
}

static bool flips(const struct change *change)
{
	return !is_test(change) && !change->touches_wb &&
	       !change_is_modeset(change) && change->new.active &&
	       (change->touches_plane[0] || change->touches_plane[1]);
}

static bool asks_for_nothing(const struct change *change)
{
	return !is_test(change) && change->touches_wb && !change->wish.fb &&
	       change->old.wb == change->new.wb;
}

static bool says_it_twice(const struct change *change)
{
	const struct step *step = change->step;
	unsigned int i, k;

	for (i = 0; i < step->n; i++)
		for (k = i + 1; k < step->n; k++)
			if (step->terms[i].slot == step->terms[k].slot &&
			    step->terms[i].plane == step->terms[k].plane)
				return true;
	return false;
}

static bool withdraws_fence(const struct change *change)
{
	const struct step *step = change->step;
	unsigned int i;

	for (i = 0; i < step->n; i++)
		if (step->terms[i].slot == WB_FENCE && step->terms[i].value)
			return !change->wish.fence;
	return false;
}

static bool wants_event(const struct change *change)
{
	return change->step->flags & STEP_EVENT;
}

static bool wants_crtc_fence(const struct change *change)
{
	return !is_test(change) && change->wish.crtc_fence;
}

static bool writes_black(const struct change *change)
{
	return writes(change) && !change->new.plane[0].on &&
	       !change->new.plane[1].on && !change->new.plane[2].on;
}

static bool is_removed(const struct change *change)
{
	return writes(change) && change->step->flags & STEP_REMOVE;
}

const struct kind kinds[] = {
	{ "tests", is_test },
	{ "writebacks, blocking", writes_blocking },
	{ "writebacks, nonblocking", writes_nonblocking },
	{ "writebacks without a fence", writes_without_fence },
	{ "writebacks with an in-fence", writes_after_fence },
	{ "writebacks with a pending in-fence", writes_when_released },
	{ "writebacks of the first frame", writes_first_frame },
	{ "writebacks in a modeset", writes_in_modeset },
	{ "writebacks without a plane", writes_black },
	{ "writebacks to what is removed then", is_removed },
	{ "CRTC on", turns_on },
	{ "CRTC off", turns_off },
	{ "mode changes", changes_mode },
	{ "writeback connector attached live", attaches_live },
	{ "writeback connector detached live", detaches_live },
	{ "plain flips", flips },
	{ "writeback connector's properties as read", asks_for_nothing },
	{ "a property twice", says_it_twice },
	{ "fence pointer withdrawn", withdraws_fence },
	{ "with an event", wants_event },
	{ "with a fence of the CRTC", wants_crtc_fence },
};

const unsigned int n_kinds = ARRAY_SIZE(kinds);
