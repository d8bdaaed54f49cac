// SPDX-License-Identifier: GPL-2.0-only
/* What a step asks for, and what the card is like afterwards. */

#include <errno.h>
#include <string.h>

#include "random_rules.h"

/* What the kernel says of a single property, without looking at the rest. */
static int term_error(const struct term *term)
{
	switch (term->slot) {
	case WB_CRTC:
	case DISPLAY_CRTC:
	case PLANE_CRTC:
		return term->value == ROUTE_ALIEN ? -EINVAL : 0;
	case WB_FB:
		return term->value >= FB_GONE ? -EINVAL : 0;
	case WB_FENCE:
	case CRTC_FENCE:
		return term->value >= POINTER_RDONLY ? -EFAULT : 0;
	case WB_IN:
		return term->value >= IN_CLOSED ? -EINVAL : 0;
	case CRTC_ACTIVE:
		return term->value > 1 ? -EINVAL : 0;
	case CRTC_MODE:
		return term->value >= MODE_SHORT ? -EINVAL : 0;
	case PLANE_FB:
		return term->value >= SOURCE_GONE ? -EINVAL : 0;
	}
	return 0;
}

/* A commit is about the CRTC when it names it, or what is on it. */
static void touch(struct change *change, const struct term *term)
{
	switch (term->slot) {
	case WB_CRTC:
	case WB_FB:
	case WB_FENCE:
	case WB_IN:
		change->touches_wb = true;
		change->touches_crtc |= change->old.wb;
		break;
	case DISPLAY_CRTC:
		change->touches_display = true;
		change->touches_crtc |= change->old.display;
		break;
	case PLANE_FB:
	case PLANE_CRTC:
	case PLANE_AT:
		change->touches_plane[term->plane] = true;
		change->touches_crtc |= change->old.plane[term->plane].on;
		return;
	default:
		change->touches_crtc = true;
	}
}

static void apply(struct change *change, const struct term *term)
{
	struct world *new = &change->new;
	struct wish *wish = &change->wish;
	uint8_t value = term->value;

	switch (term->slot) {
	case WB_CRTC:
		new->wb = value;
		change->touches_crtc |= value;
		break;
	case DISPLAY_CRTC:
		new->display = value;
		change->touches_crtc |= value;
		break;
	case PLANE_CRTC:
		new->plane[term->plane].on = value;
		change->touches_crtc |= value;
		break;
	case WB_FB:
		wish->fb = value;
		break;
	case WB_FENCE:
		wish->fence = value;
		break;
	case WB_IN:
		wish->in = value;
		break;
	case CRTC_ACTIVE:
		new->active = value;
		break;
	case CRTC_MODE:
		new->mode = value;
		break;
	case CRTC_FENCE:
		/* That of a CRTC cannot be withdrawn. */
		wish->crtc_fence = value ?: wish->crtc_fence;
		break;
	case PLANE_FB:
		new->plane[term->plane].fb = value;
		break;
	case PLANE_AT:
		new->plane[term->plane].at = value;
		break;
	}
}

void change_init(struct change *change, const struct step *step,
		 const struct world *world)
{
	unsigned int i;

	memset(change, 0, sizeof(*change));
	change->step = step;
	change->old = *world;
	change->new = *world;
	for (i = 0; i < step->n; i++) {
		change->error = term_error(&step->terms[i]);
		if (change->error)
			break;
		touch(change, &step->terms[i]);
		apply(change, &step->terms[i]);
	}
	change->processed = i;
}

bool change_is_modeset(const struct change *change)
{
	const struct world *old = &change->old, *new = &change->new;
	bool runs = old->active && new->active;

	if (!change->touches_crtc)
		return false;
	return mode_of(old) != mode_of(new) || old->active != new->active ||
	       old->display != new->display ||
	       /* A writeback connector comes and goes while the CRTC runs. */
	       (old->wb != new->wb && !runs);
}

bool change_disables(const struct change *change)
{
	return change->old.active && change_is_modeset(change);
}

bool change_is_loose(const struct change *change)
{
	const struct world *old = &change->old, *new = &change->new;
	unsigned int i;

	if (change->touches_wb && !old->wb && !new->wb)
		return true;
	if (change->touches_display && !old->display && !new->display)
		return true;
	for (i = 0; i < PLANES_MAX; i++)
		if (change->touches_plane[i] && !old->plane[i].on &&
		    !new->plane[i].on)
			return true;
	return false;
}

void world_restore(const struct world *world, unsigned int planes,
		   struct step *step)
{
	unsigned int i;

	*step = (struct step) { .flags = STEP_MODESET };
	step_add(step, WB_CRTC, 0, world->wb);
	step_add(step, DISPLAY_CRTC, 0, world->display);
	step_add(step, CRTC_MODE, 0, world->mode);
	step_add(step, CRTC_ACTIVE, 0, world->active);
	for (i = 0; i < planes; i++) {
		step_add(step, PLANE_AT, i, world->plane[i].at);
		step_add(step, PLANE_FB, i, world->plane[i].fb);
		step_add(step, PLANE_CRTC, i, world->plane[i].on);
	}
}
