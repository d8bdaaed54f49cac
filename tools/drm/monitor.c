// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor.h"

static bool is_monitor(const drmModeConnector *connector)
{
	return connector->connection == DRM_MODE_CONNECTED &&
	       connector->connector_type != DRM_MODE_CONNECTOR_WRITEBACK;
}

static int take(struct monitor *monitor, const struct card *card,
		const drmModeConnector *connector)
{
	const char *type = drmModeGetConnectorTypeName(connector->connector_type);

	snprintf(monitor->name, sizeof(monitor->name), "%s-%u",
		 type ? type : "Unknown", connector->connector_type_id);
	monitor->id = connector->connector_id;
	monitor->possible_crtcs = card_possible_crtcs(card, connector);
	monitor->crtc_id = card_property(card, monitor->id,
					 DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID",
					 &monitor->crtc);
	monitor->n_modes = connector->count_modes;
	monitor->modes = calloc(monitor->n_modes + 1, sizeof(*monitor->modes));
	if (!monitor->modes)
		return -ENOMEM;
	memcpy(monitor->modes, connector->modes,
	       monitor->n_modes * sizeof(*monitor->modes));
	return 0;
}

/* 0 when it is the display that @n counts down to. */
static int try(struct monitor *monitor, const struct card *card, uint32_t id,
	       unsigned int *n)
{
	drmModeConnector *connector = drmModeGetConnector(card->fd, id);
	int ret = -ENOENT;

	if (connector && is_monitor(connector) && !(*n)--)
		ret = take(monitor, card, connector);
	drmModeFreeConnector(connector);
	return ret;
}

int monitor_init(struct monitor *monitor, const struct card *card,
		 unsigned int n)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	int i, ret = -ENOENT;

	memset(monitor, 0, sizeof(*monitor));
	for (i = 0; res && i < res->count_connectors && ret == -ENOENT; i++)
		ret = try(monitor, card, res->connectors[i], &n);
	drmModeFreeResources(res);
	return ret;
}

void monitor_fini(struct monitor *monitor)
{
	free(monitor->modes);
	memset(monitor, 0, sizeof(*monitor));
}

int monitor_find(struct monitor *monitor, const struct card *card,
		 const struct pipe *pipe)
{
	unsigned int n = 0;
	int ret;

	while (!(ret = monitor_init(monitor, card, n++))) {
		if (monitor->possible_crtcs & (1u << pipe->crtc.index))
			return 0;
		monitor_fini(monitor);
	}
	return ret;
}

static int add_crtc(drmModeAtomicReqPtr req, const struct monitor *monitor,
		    uint32_t crtc)
{
	int ret = drmModeAtomicAddProperty(req, monitor->id, monitor->crtc_id,
					   crtc);

	return ret < 0 ? -ENOMEM : 0;
}

/* In a request the last word on a property counts. */
static int add_on(drmModeAtomicReqPtr req, const struct monitor *monitor,
		  const struct card *card, const struct pipe *pipe,
		  const struct buffer *picture)
{
	int ret = request_add_detach_others(req, card, pipe);

	if (!ret)
		ret = add_crtc(req, monitor, pipe->crtc.id);
	return ret ? ret : request_add_plane(req, pipe, picture);
}

/* The writeback connector is on the CRTC too when there is a @target. */
static int add_writeback(drmModeAtomicReqPtr req, const struct pipe *pipe,
			 const struct buffer *target)
{
	int ret = request_add_routing(req, pipe, target);

	if (!ret && target)
		ret = request_add_writeback(req, pipe, target->fb, NULL);
	return ret;
}

static int commit_on(const struct card *card, drmModeAtomicReqPtr req,
		     const struct pipe *pipe, const drmModeModeInfo *mode,
		     const struct buffer *target, uint32_t flags)
{
	uint32_t blob = 0;
	int ret;

	ret = drmModeCreatePropertyBlob(card->fd, mode, sizeof(*mode), &blob);
	if (!ret)
		ret = request_add_mode(req, pipe, blob);
	if (!ret)
		ret = add_writeback(req, pipe, target);
	if (!ret)
		ret = drmModeAtomicCommit(card->fd, req, flags |
					  DRM_MODE_ATOMIC_ALLOW_MODESET, NULL);
	if (blob)
		drmModeDestroyPropertyBlob(card->fd, blob);
	return ret;
}

int monitor_on(const struct monitor *monitor, const struct card *card,
	       const struct pipe *pipe, const drmModeModeInfo *mode,
	       const struct buffer *picture)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int ret = add_on(req, monitor, card, pipe, picture);

	if (!ret)
		ret = commit_on(card, req, pipe, mode, NULL, 0);
	drmModeAtomicFree(req);
	return ret;
}

int monitor_test(const struct monitor *monitor, const struct card *card,
		 const struct pipe *pipe, const drmModeModeInfo *mode,
		 const struct buffer *picture, const struct buffer *target)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int ret = add_on(req, monitor, card, pipe, picture);

	if (!ret)
		ret = commit_on(card, req, pipe, mode, target,
				DRM_MODE_ATOMIC_TEST_ONLY);
	drmModeAtomicFree(req);
	return ret;
}

int monitor_off(const struct monitor *monitor, const struct card *card,
		const struct pipe *pipe)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int ret = request_add_off(req, pipe);

	if (!ret)
		ret = add_crtc(req, monitor, 0);
	if (!ret)
		return request_commit(card, req, DRM_MODE_ATOMIC_ALLOW_MODESET);
	drmModeAtomicFree(req);
	return ret;
}
