// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel says of the card's state, against the model. */

#include <stdio.h>
#include <sys/ioctl.h>

#include "random_stage.h"

#define PROPERTIES_MAX 64

struct properties {
	uint32_t ids[PROPERTIES_MAX];
	uint64_t values[PROPERTIES_MAX];
	uint32_t n;
};

static bool read_properties(const struct stage *stage, uint32_t object,
			    uint32_t type, struct properties *properties)
{
	struct drm_mode_obj_get_properties get = {
		.props_ptr = (uintptr_t)properties->ids,
		.prop_values_ptr = (uintptr_t)properties->values,
		.count_props = PROPERTIES_MAX,
		.obj_id = object,
		.obj_type = type,
	};

	if (ioctl(stage->screen.card.fd, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &get))
		return false;
	properties->n = get.count_props;
	return true;
}

/* What a property must read as. */
struct reading {
	const char *name;
	uint32_t id;
	uint64_t value;
};

static bool matches(const struct stage *stage, uint32_t object, uint32_t type,
		    const struct reading *readings, unsigned int n, char *text,
		    size_t size)
{
	struct properties have;
	unsigned int i, at;

	if (!read_properties(stage, object, type, &have)) {
		snprintf(text, size, "object %u: %m", object);
		return false;
	}
	for (i = 0; i < n; i++) {
		for (at = 0; at < have.n && have.ids[at] != readings[i].id; at++)
			;
		if (!readings[i].id || at == have.n ||
		    have.values[at] == readings[i].value)
			continue;
		snprintf(text, size, "object %u: %s reads %lld, not %lld", object,
			 readings[i].name, (long long)have.values[at],
			 (long long)readings[i].value);
		return false;
	}
	return true;
}

static bool writeback_is(const struct stage *stage, const struct world *world,
			 char *text, size_t size)
{
	const struct pipe *pipe = &stage->screen.pipe;
	const struct reading readings[] = {
		{ "CRTC_ID", pipe->connector.crtc_id,
		  world->wb ? pipe->crtc.id : 0 },
		{ "WRITEBACK_FB_ID", pipe->connector.fb_id, 0 },
		{ "WRITEBACK_OUT_FENCE_PTR", pipe->connector.out_fence_ptr, 0 },
		{ "WRITEBACK_IN_FENCE_FD", stage->in_fence_fd, -1 },
	};

	return matches(stage, pipe->connector.id, DRM_MODE_OBJECT_CONNECTOR,
		       readings, ARRAY_SIZE(readings), text, size);
}

static bool display_is(const struct stage *stage, const struct world *world,
		       char *text, size_t size)
{
	const struct reading reading = {
		"CRTC_ID", stage->display.crtc_id,
		world->display ? stage->screen.pipe.crtc.id : 0,
	};

	return matches(stage, stage->display.id, DRM_MODE_OBJECT_CONNECTOR,
		       &reading, 1, text, size);
}

static bool crtc_is(const struct stage *stage, const struct world *world,
		    char *text, size_t size)
{
	const struct pipe *pipe = &stage->screen.pipe;
	const struct reading readings[] = {
		{ "ACTIVE", pipe->crtc.active, world->active },
		{ "MODE_ID", pipe->crtc.mode_id, stage->blobs[world->mode] },
		{ "OUT_FENCE_PTR", stage->crtc_fence_ptr, 0 },
	};

	return matches(stage, pipe->crtc.id, DRM_MODE_OBJECT_CRTC, readings,
		       ARRAY_SIZE(readings), text, size);
}

static bool plane_is(const struct stage *stage, const struct world *world,
		     unsigned int i, char *text, size_t size)
{
	struct place at = stage_place(stage, world->plane[i].at);
	const struct pipe *pipe = &stage->screen.pipe;
	const struct reading readings[] = {
		{ "FB_ID", pipe->plane.fb_id,
		  stage->sources[world->plane[i].fb].fb },
		{ "CRTC_ID", pipe->plane.crtc_id,
		  world->plane[i].on ? pipe->crtc.id : 0 },
		{ "SRC_X", pipe->plane.src_x, (uint64_t)at.from_x << 16 },
		{ "CRTC_X", pipe->plane.crtc_x, (int64_t)at.x },
		{ "CRTC_W", pipe->plane.crtc_w, at.w },
	};

	return matches(stage, stage->planes[i], DRM_MODE_OBJECT_PLANE, readings,
		       ARRAY_SIZE(readings), text, size);
}

bool stage_is(const struct stage *stage, const struct world *world, char *text,
	      size_t size)
{
	unsigned int i;

	if (!writeback_is(stage, world, text, size) ||
	    !display_is(stage, world, text, size) ||
	    !crtc_is(stage, world, text, size))
		return false;
	for (i = 0; i < stage->ability.planes; i++)
		if (!plane_is(stage, world, i, text, size))
			return false;
	return true;
}
