// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>

#include "display.h"

static bool is_display(const struct card *card, uint32_t id)
{
	drmModeConnector *connector = drmModeGetConnector(card->fd, id);
	bool yes;

	if (!connector)
		return false;
	yes = connector->connection == DRM_MODE_CONNECTED &&
	      connector->connector_type != DRM_MODE_CONNECTOR_WRITEBACK;
	drmModeFreeConnector(connector);
	return yes;
}

int display_find(struct display *display, const struct card *card)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	int i;

	display->id = 0;
	for (i = 0; res && i < res->count_connectors && !display->id; i++)
		if (is_display(card, res->connectors[i]))
			display->id = res->connectors[i];
	drmModeFreeResources(res);
	if (!display->id)
		return -ENODEV;
	display->crtc_id = card_property(card, display->id,
					 DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID",
					 NULL);
	return 0;
}

int request_add_attached(drmModeAtomicReq *req, const struct screen *screen,
			 bool attached)
{
	const struct pipe *pipe = &screen->pipe;
	int ret = drmModeAtomicAddProperty(req, pipe->connector.id,
					   pipe->connector.crtc_id,
					   attached ? pipe->crtc.id : 0);

	return ret < 0 ? ret : 0;
}

int display_on(const struct display *display, struct screen *screen)
{
	drmModeAtomicReq *req;
	int ret = screen_on(screen);

	if (ret)
		return ret;
	req = drmModeAtomicAlloc();
	if (!req)
		return -ENOMEM;
	ret = drmModeAtomicAddProperty(req, display->id, display->crtc_id,
				       screen->pipe.crtc.id);
	if (ret >= 0)
		ret = request_add_attached(req, screen, false);
	if (!ret)
		return request_commit(&screen->card, req,
				      DRM_MODE_ATOMIC_ALLOW_MODESET);
	drmModeAtomicFree(req);
	return ret;
}

int display_off(const struct display *display, const struct screen *screen)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	int ret;

	if (!req)
		return -ENOMEM;
	ret = drmModeAtomicAddProperty(req, display->id, display->crtc_id, 0);
	if (ret >= 0)
		ret = request_add_off(req, &screen->pipe);
	if (!ret)
		return request_commit(&screen->card, req,
				      DRM_MODE_ATOMIC_ALLOW_MODESET);
	drmModeAtomicFree(req);
	return ret;
}
