// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>

#include "array.h"
#include "commit.h"

struct setting {
	uint32_t object, property;
	uint64_t value;
};

static int request_add(drmModeAtomicReqPtr req, const struct setting *settings,
		       unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (drmModeAtomicAddProperty(req, settings[i].object,
					     settings[i].property,
					     settings[i].value) < 0)
			return -ENOMEM;
	return 0;
}

int request_add_mode(drmModeAtomicReqPtr req, const struct pipe *pipe,
		     uint32_t mode_blob)
{
	const struct setting settings[] = {
		{ pipe->connector.id, pipe->connector.crtc_id, pipe->crtc.id },
		{ pipe->crtc.id, pipe->crtc.mode_id, mode_blob },
		{ pipe->crtc.id, pipe->crtc.active, 1 },
	};

	return request_add(req, settings, ARRAY_SIZE(settings));
}

static int request_add_plane_off(drmModeAtomicReqPtr req,
				 const struct pipe *pipe)
{
	const struct setting settings[] = {
		{ pipe->plane.id, pipe->plane.fb_id, 0 },
		{ pipe->plane.id, pipe->plane.crtc_id, 0 },
	};

	return request_add(req, settings, ARRAY_SIZE(settings));
}

int request_add_plane(drmModeAtomicReqPtr req, const struct pipe *pipe,
		      const struct buffer *buffer)
{
	uint32_t id = pipe->plane.id;

	if (!buffer)
		return request_add_plane_off(req, pipe);

	const struct setting settings[] = {
		{ id, pipe->plane.fb_id, buffer->fb },
		{ id, pipe->plane.crtc_id, pipe->crtc.id },
		{ id, pipe->plane.src_x, 0 },
		{ id, pipe->plane.src_y, 0 },
		{ id, pipe->plane.src_w, (uint64_t)buffer->width << 16 },
		{ id, pipe->plane.src_h, (uint64_t)buffer->height << 16 },
		{ id, pipe->plane.crtc_x, 0 },
		{ id, pipe->plane.crtc_y, 0 },
		{ id, pipe->plane.crtc_w, buffer->width },
		{ id, pipe->plane.crtc_h, buffer->height },
	};

	return request_add(req, settings, ARRAY_SIZE(settings));
}

int request_add_writeback(drmModeAtomicReqPtr req, const struct pipe *pipe,
			  uint32_t fb, int32_t *fence)
{
	const struct setting settings[] = {
		{ pipe->connector.id, pipe->connector.fb_id, fb },
		{ pipe->connector.id, pipe->connector.out_fence_ptr,
		  (uintptr_t)fence },
	};

	return request_add(req, settings, fence ? 2 : 1);
}

int request_add_routing(drmModeAtomicReqPtr req, const struct pipe *pipe,
			bool attached)
{
	const struct setting setting = {
		pipe->connector.id, pipe->connector.crtc_id,
		attached ? pipe->crtc.id : 0,
	};

	return request_add(req, &setting, 1);
}

int request_add_off(drmModeAtomicReqPtr req, const struct pipe *pipe)
{
	const struct setting settings[] = {
		{ pipe->connector.id, pipe->connector.crtc_id, 0 },
		{ pipe->crtc.id, pipe->crtc.active, 0 },
		{ pipe->crtc.id, pipe->crtc.mode_id, 0 },
	};
	int ret = request_add_plane_off(req, pipe);

	return ret ? ret : request_add(req, settings, ARRAY_SIZE(settings));
}

static int request_add_detach(drmModeAtomicReqPtr req, const struct card *card,
			      const struct pipe *pipe, uint32_t connector)
{
	struct setting setting = { .object = connector };
	uint64_t crtc;

	setting.property = card_property(card, connector,
					 DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID",
					 &crtc);
	if (!setting.property || crtc != pipe->crtc.id)
		return 0;
	return request_add(req, &setting, 1);
}

int request_add_detach_others(drmModeAtomicReqPtr req, const struct card *card,
			      const struct pipe *pipe)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	int i, ret = 0;

	if (!res)
		return -errno;
	for (i = 0; i < res->count_connectors && !ret; i++)
		if (res->connectors[i] != pipe->connector.id)
			ret = request_add_detach(req, card, pipe,
						 res->connectors[i]);
	drmModeFreeResources(res);
	return ret;
}

int request_commit(const struct card *card, drmModeAtomicReqPtr req,
		   uint32_t flags)
{
	int ret = drmModeAtomicCommit(card->fd, req, flags, NULL);

	drmModeAtomicFree(req);
	return ret;
}

int commit_mode(const struct card *card, const struct pipe *pipe,
		const drmModeModeInfo *mode, const struct buffer *scanout)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	uint32_t blob = 0;
	int ret;

	if (!req)
		return -ENOMEM;
	ret = drmModeCreatePropertyBlob(card->fd, mode, sizeof(*mode), &blob);
	if (!ret)
		ret = request_add_detach_others(req, card, pipe);
	if (!ret)
		ret = request_add_mode(req, pipe, blob);
	if (!ret)
		ret = request_add_plane(req, pipe, scanout);
	if (!ret)
		ret = request_commit(card, req, DRM_MODE_ATOMIC_ALLOW_MODESET);
	else
		drmModeAtomicFree(req);
	if (blob)
		drmModeDestroyPropertyBlob(card->fd, blob);
	return ret;
}

int commit_capture(const struct card *card, const struct pipe *pipe,
		   const struct buffer *scanout, const struct buffer *target,
		   int32_t *fence, uint32_t flags)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int ret;

	if (!req)
		return -ENOMEM;
	ret = request_add_writeback(req, pipe, target->fb, fence);
	if (!ret && scanout)
		ret = request_add_plane(req, pipe, scanout);
	if (!ret)
		return request_commit(card, req, flags);
	drmModeAtomicFree(req);
	return ret;
}

int commit_off(const struct card *card, const struct pipe *pipe)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int ret;

	if (!req)
		return -ENOMEM;
	ret = request_add_off(req, pipe);
	if (!ret)
		return request_commit(card, req, DRM_MODE_ATOMIC_ALLOW_MODESET);
	drmModeAtomicFree(req);
	return ret;
}
