// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipe.h"

struct wanted_property {
	const char *name;
	uint32_t *id;
};

static int find_properties(const struct card *card, uint32_t object,
			   uint32_t type, const struct wanted_property *want)
{
	for (; want->name; want++) {
		*want->id = card_property(card, object, type, want->name, NULL);
		if (!*want->id)
			return -EPROTO;
	}
	return 0;
}

static int connector_properties(struct pipe *pipe, const struct card *card)
{
	const struct wanted_property want[] = {
		{ "CRTC_ID", &pipe->connector.crtc_id },
		{ "WRITEBACK_FB_ID", &pipe->connector.fb_id },
		{ "WRITEBACK_OUT_FENCE_PTR", &pipe->connector.out_fence_ptr },
		{ "WRITEBACK_PIXEL_FORMATS", &pipe->connector.pixel_formats },
		{ }
	};

	return find_properties(card, pipe->connector.id,
			       DRM_MODE_OBJECT_CONNECTOR, want);
}

static int crtc_properties(struct pipe *pipe, const struct card *card)
{
	const struct wanted_property want[] = {
		{ "ACTIVE", &pipe->crtc.active },
		{ "MODE_ID", &pipe->crtc.mode_id },
		{ }
	};

	return find_properties(card, pipe->crtc.id, DRM_MODE_OBJECT_CRTC, want);
}

static int plane_properties(struct pipe *pipe, const struct card *card)
{
	const struct wanted_property want[] = {
		{ "FB_ID", &pipe->plane.fb_id },
		{ "CRTC_ID", &pipe->plane.crtc_id },
		{ "SRC_X", &pipe->plane.src_x },
		{ "SRC_Y", &pipe->plane.src_y },
		{ "SRC_W", &pipe->plane.src_w },
		{ "SRC_H", &pipe->plane.src_h },
		{ "CRTC_X", &pipe->plane.crtc_x },
		{ "CRTC_Y", &pipe->plane.crtc_y },
		{ "CRTC_W", &pipe->plane.crtc_w },
		{ "CRTC_H", &pipe->plane.crtc_h },
		{ }
	};

	return find_properties(card, pipe->plane.id, DRM_MODE_OBJECT_PLANE,
			       want);
}

/* The caller frees it. */
static void *copy(const void *from, size_t size)
{
	void *to = malloc(size ? size : 1);

	if (to && size)
		memcpy(to, from, size);
	return to;
}

static int read_formats(struct pipe *pipe, const struct card *card)
{
	drmModePropertyBlobRes *blob;
	uint64_t id;

	card_property(card, pipe->connector.id, DRM_MODE_OBJECT_CONNECTOR,
		      "WRITEBACK_PIXEL_FORMATS", &id);
	blob = drmModeGetPropertyBlob(card->fd, id);
	if (!blob)
		return -EPROTO;

	pipe->n_formats = blob->length / sizeof(uint32_t);
	pipe->formats = copy(blob->data, pipe->n_formats * sizeof(uint32_t));
	drmModeFreePropertyBlob(blob);
	return pipe->formats ? 0 : -ENOMEM;
}

static bool crtc_is_off(const struct card *card, uint32_t id)
{
	drmModeCrtc *crtc = drmModeGetCrtc(card->fd, id);
	bool off = crtc && !crtc->mode_valid;

	drmModeFreeCrtc(crtc);
	return off;
}

static bool crtc_is_active(const struct card *card, uint32_t id)
{
	uint64_t active;

	return card_property(card, id, DRM_MODE_OBJECT_CRTC, "ACTIVE",
			     &active) && active;
}

/* The first CRTC of @mask that is as @wanted, else the first of @mask. */
static int choose_crtc(struct pipe *pipe, const struct card *card,
		       const drmModeRes *res, uint32_t mask,
		       bool (*wanted)(const struct card *card, uint32_t id))
{
	int i, chosen = -1;

	for (i = 0; i < res->count_crtcs; i++) {
		if (!(mask & (1u << i)))
			continue;
		if (chosen < 0)
			chosen = i;
		if (!wanted(card, res->crtcs[i]))
			continue;
		chosen = i;
		break;
	}
	if (chosen < 0)
		return -ENXIO;
	pipe->crtc.index = chosen;
	pipe->crtc.id = res->crtcs[chosen];
	return crtc_properties(pipe, card);
}

static bool is_primary(const struct card *card, const drmModePlane *plane)
{
	uint64_t type;

	return card_property(card, plane->plane_id, DRM_MODE_OBJECT_PLANE,
			     "type", &type) && type == DRM_PLANE_TYPE_PRIMARY;
}

static int take_plane(struct pipe *pipe, const struct card *card,
		      const drmModePlane *plane)
{
	pipe->plane.id = plane->plane_id;
	pipe->n_plane_formats = plane->count_formats;
	pipe->plane_formats = copy(plane->formats,
				   plane->count_formats * sizeof(uint32_t));
	if (!pipe->plane_formats)
		return -ENOMEM;
	return plane_properties(pipe, card);
}

static int try_plane(struct pipe *pipe, const struct card *card, uint32_t id)
{
	drmModePlane *plane = drmModeGetPlane(card->fd, id);
	int ret = -ENXIO;

	if (!plane)
		return -ENXIO;
	if (plane->possible_crtcs & (1u << pipe->crtc.index) &&
	    is_primary(card, plane))
		ret = take_plane(pipe, card, plane);
	drmModeFreePlane(plane);
	return ret;
}

static int choose_plane(struct pipe *pipe, const struct card *card)
{
	drmModePlaneRes *res = drmModeGetPlaneResources(card->fd);
	int ret = -ENXIO;
	uint32_t i;

	if (!res)
		return -ENXIO;
	for (i = 0; i < res->count_planes && ret == -ENXIO; i++)
		ret = try_plane(pipe, card, res->planes[i]);
	drmModeFreePlaneResources(res);
	return ret;
}

static int take_connector(struct pipe *pipe, const struct card *card,
			  const drmModeConnector *connector)
{
	int ret;

	pipe->connector.id = connector->connector_id;
	pipe->connector.connection = connector->connection;
	pipe->crtc.possible = card_possible_crtcs(card, connector);
	snprintf(pipe->connector.name, sizeof(pipe->connector.name),
		 "Writeback-%u", connector->connector_type_id);
	pipe->n_modes = connector->count_modes;
	pipe->modes = copy(connector->modes,
			   pipe->n_modes * sizeof(*pipe->modes));
	if (!pipe->modes)
		return -ENOMEM;

	ret = connector_properties(pipe, card);
	return ret ? ret : read_formats(pipe, card);
}

/* The bit of one CRTC; all of them when @crtc is 0. */
static uint32_t crtc_mask(const drmModeRes *res, uint32_t crtc)
{
	int i;

	for (i = 0; i < res->count_crtcs; i++)
		if (res->crtcs[i] == crtc)
			return 1u << i;
	return crtc ? 0 : ~0u;
}

static int take_screen(struct pipe *pipe, const struct card *card,
		       const drmModeRes *res)
{
	int ret = choose_crtc(pipe, card, res, pipe->crtc.possible,
			      crtc_is_off);

	return ret ? ret : choose_plane(pipe, card);
}

static int take_running_screen(struct pipe *pipe, const struct card *card,
			       const drmModeRes *res, uint32_t crtc)
{
	int ret = choose_crtc(pipe, card, res,
			      pipe->crtc.possible & crtc_mask(res, crtc),
			      crtc_is_active);

	if (ret)
		return ret;
	ret = choose_plane(pipe, card);
	return ret == -ENXIO ? 0 : ret;
}

/* The @n-th writeback connector, with its modes probed; NULL: none. */
static drmModeConnector *find_connector(const struct card *card,
					const drmModeRes *res, unsigned int n)
{
	drmModeConnector *connector;
	int i;

	for (i = 0; i < res->count_connectors; i++) {
		connector = drmModeGetConnector(card->fd, res->connectors[i]);
		if (connector &&
		    connector->connector_type == DRM_MODE_CONNECTOR_WRITEBACK &&
		    !n--)
			return connector;
		drmModeFreeConnector(connector);
	}
	return NULL;
}

static int init(struct pipe *pipe, const struct card *card,
		const drmModeRes *res, unsigned int n)
{
	drmModeConnector *connector = find_connector(card, res, n);
	int ret = connector ? take_connector(pipe, card, connector) : -ENOENT;

	drmModeFreeConnector(connector);
	return ret;
}

int pipe_init(struct pipe *pipe, const struct card *card, unsigned int n)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	int ret;

	memset(pipe, 0, sizeof(*pipe));
	if (!res)
		return -errno;
	ret = init(pipe, card, res, n);
	if (!ret)
		ret = take_screen(pipe, card, res);
	drmModeFreeResources(res);
	if (ret)
		pipe_fini(pipe);
	return ret;
}

int pipe_init_running(struct pipe *pipe, const struct card *card,
		      unsigned int n, uint32_t crtc)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	int ret;

	memset(pipe, 0, sizeof(*pipe));
	if (!res)
		return -errno;
	ret = init(pipe, card, res, n);
	if (!ret)
		ret = take_running_screen(pipe, card, res, crtc);
	drmModeFreeResources(res);
	if (ret)
		pipe_fini(pipe);
	return ret;
}

bool pipe_is_active(const struct pipe *pipe, const struct card *card,
		    drmModeModeInfo *mode)
{
	drmModeCrtc *crtc = drmModeGetCrtc(card->fd, pipe->crtc.id);
	bool active = crtc && crtc->mode_valid &&
		      crtc_is_active(card, pipe->crtc.id);

	if (active && mode)
		*mode = crtc->mode;
	drmModeFreeCrtc(crtc);
	return active;
}

bool pipe_has_mode(const struct pipe *pipe, const struct card *card)
{
	return !crtc_is_off(card, pipe->crtc.id);
}

void pipe_fini(struct pipe *pipe)
{
	free(pipe->plane_formats);
	free(pipe->formats);
	free(pipe->modes);
	memset(pipe, 0, sizeof(*pipe));
}

static bool has(const uint32_t *list, unsigned int n, uint32_t fourcc)
{
	while (n--)
		if (*list++ == fourcc)
			return true;
	return false;
}

bool pipe_has_format(const struct pipe *pipe, uint32_t fourcc)
{
	return has(pipe->formats, pipe->n_formats, fourcc);
}

bool pipe_has_plane_format(const struct pipe *pipe, uint32_t fourcc)
{
	return has(pipe->plane_formats, pipe->n_plane_formats, fourcc);
}
