// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>

#include "attach.h"

static int try(const struct card *card, const struct pipe *pipe, uint32_t fb,
	       uint32_t flags)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int ret = request_add_routing(req, pipe, true);

	if (!ret)
		ret = request_add_writeback(req, pipe, fb, NULL);
	if (!ret)
		return request_commit(card, req,
				      flags | DRM_MODE_ATOMIC_TEST_ONLY);
	drmModeAtomicFree(req);
	return ret;
}

enum attachable attach_test(const struct card *card, const struct pipe *pipe,
			    uint32_t fb, int *error)
{
	*error = try(card, pipe, fb, attach_flags(ATTACH_LIVE));
	if (!*error)
		return ATTACH_LIVE;
	if (*error == -EACCES)
		return ATTACH_UNKNOWN;
	*error = try(card, pipe, fb, attach_flags(ATTACH_MODESET));
	return *error ? ATTACH_NEVER : ATTACH_MODESET;
}

uint32_t attach_flags(enum attachable how)
{
	return how == ATTACH_MODESET ? DRM_MODE_ATOMIC_ALLOW_MODESET : 0;
}

int attach_undo(const struct card *card, const struct pipe *pipe,
		enum attachable how)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int ret = request_add_routing(req, pipe, false);

	if (!ret)
		return request_commit(card, req, attach_flags(how));
	drmModeAtomicFree(req);
	return ret;
}
