// SPDX-License-Identifier: GPL-2.0-only
/* Steps as the kernel gets them. */

#include <string.h>

#include "random_stage.h"

static unsigned int place_settings(const struct stage *stage,
				   const struct term *term,
				   struct setting *settings)
{
	struct place at = stage_place(stage, term->value);
	const struct pipe *pipe = &stage->screen.pipe;
	uint32_t id = stage->planes[term->plane];
	unsigned int larger = term->value == AT_SCALED ? 2 : 0;
	const struct setting all[] = {
		{ id, pipe->plane.src_x, (uint64_t)at.from_x << 16 },
		{ id, pipe->plane.src_y, (uint64_t)at.from_y << 16 },
		{ id, pipe->plane.src_w, (uint64_t)(at.w + larger) << 16 },
		{ id, pipe->plane.src_h, (uint64_t)at.h << 16 },
		{ id, pipe->plane.crtc_x, (int64_t)at.x },
		{ id, pipe->plane.crtc_y, (int64_t)at.y },
		{ id, pipe->plane.crtc_w, at.w },
		{ id, pipe->plane.crtc_h, at.h },
	};

	memcpy(settings, all, sizeof(all));
	return ARRAY_SIZE(all);
}

/* CRTC_ID; a plane is no CRTC. */
static uint64_t route_value(const struct stage *stage, uint8_t value)
{
	const uint64_t values[] = {
		[ROUTE_OFF] = 0,
		[ROUTE_ON] = stage->screen.pipe.crtc.id,
		[ROUTE_ALIEN] = stage->planes[0],
	};

	return values[value];
}

static uint64_t fb_value(const struct stage *stage, uint8_t value)
{
	if (value < TARGETS)
		return stage->targets[value].fb;
	if (value == FB_LARGE)
		return stage->large.fb;
	if (value == FB_FORMAT)
		return stage->odd.fb;
	return value == FB_GONE ? stage->gone : stage->blobs[MODE_A];
}

static uint64_t source_value(const struct stage *stage, uint8_t value)
{
	if (value < SOURCES)
		return stage->sources[value].fb;
	return value == SOURCE_GONE ? stage->gone : stage->screen.pipe.crtc.id;
}

static uint64_t pointer_value(const struct stage *stage, uint8_t value,
			      enum variable good)
{
	const uint64_t values[] = {
		[POINTER_0] = 0,
		[POINTER_GOOD] = (uintptr_t)&stage->variables[good],
		[POINTER_OTHER] = (uintptr_t)&stage->variables[good + 1],
		[POINTER_RDONLY] = (uintptr_t)stage->rdonly,
		[POINTER_UNMAPPED] = 4096,
		[POINTER_KERNEL] = 1ull << 63,
		[POINTER_LAST] = ~0ull - 3,
	};

	return values[value];
}

static uint64_t in_value(const struct stage *stage, uint8_t value)
{
	const int64_t values[] = {
		[IN_NONE] = -1,
		[IN_DONE] = stage->done,
		[IN_HELD] = stage->held,
		[IN_CLOSED] = 9999,
		[IN_NO_FENCE] = stage->null,
		[IN_RANGE] = -2,
	};

	return values[value];
}

static uint64_t mode_value(const struct stage *stage, uint8_t value)
{
	return value == MODE_ALIEN ? stage->gone : stage->blobs[value];
}

static unsigned int term_settings(const struct stage *stage,
				  const struct term *term, struct setting *s)
{
	const struct pipe *pipe = &stage->screen.pipe;
	uint32_t wb = pipe->connector.id, crtc = pipe->crtc.id;
	uint32_t plane = stage->planes[term->plane];
	uint8_t value = term->value;

	switch (term->slot) {
	case WB_CRTC:
		*s = (struct setting) { wb, pipe->connector.crtc_id,
					route_value(stage, value) };
		break;
	case WB_FB:
		*s = (struct setting) { wb, pipe->connector.fb_id,
					fb_value(stage, value) };
		break;
	case WB_FENCE:
		*s = (struct setting) { wb, pipe->connector.out_fence_ptr,
					pointer_value(stage, value, WB_GOOD) };
		break;
	case WB_IN:
		*s = (struct setting) { wb, stage->in_fence_fd,
					in_value(stage, value) };
		break;
	case DISPLAY_CRTC:
		*s = (struct setting) { stage->display.id,
					stage->display.crtc_id,
					route_value(stage, value) };
		break;
	case CRTC_ACTIVE:
		*s = (struct setting) { crtc, pipe->crtc.active, value };
		break;
	case CRTC_MODE:
		*s = (struct setting) { crtc, pipe->crtc.mode_id,
					mode_value(stage, value) };
		break;
	case CRTC_FENCE:
		*s = (struct setting) { crtc, stage->crtc_fence_ptr,
					pointer_value(stage, value, CRTC_GOOD) };
		break;
	case PLANE_FB:
		*s = (struct setting) { plane, pipe->plane.fb_id,
					source_value(stage, value) };
		break;
	case PLANE_CRTC:
		*s = (struct setting) { plane, pipe->plane.crtc_id,
					route_value(stage, value) };
		break;
	case PLANE_AT:
		return place_settings(stage, term, s);
	}
	return 1;
}

static uint32_t kernel_flags(const struct step *step)
{
	uint32_t flags = 0;

	if (step->flags & STEP_TEST)
		flags |= DRM_MODE_ATOMIC_TEST_ONLY;
	if (step->flags & STEP_NONBLOCK)
		flags |= DRM_MODE_ATOMIC_NONBLOCK;
	if (step->flags & STEP_EVENT)
		flags |= DRM_MODE_PAGE_FLIP_EVENT;
	if (step->flags & STEP_MODESET)
		flags |= DRM_MODE_ATOMIC_ALLOW_MODESET;
	return flags;
}

int stage_commit(struct stage *stage, const struct step *step)
{
	struct setting settings[ATOMIC_MAX];
	unsigned int i, n = 0;

	for (i = 0; i < VARIABLES; i++)
		stage->variables[i] = UNTOUCHED;
	for (i = 0; i < step->n && n < ATOMIC_MAX - 8; i++)
		n += term_settings(stage, &step->terms[i], settings + n);
	return atomic_commit(&stage->screen.card, settings, n,
			     kernel_flags(step));
}
