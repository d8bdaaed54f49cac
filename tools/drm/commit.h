/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomic commits on a pipe: what to put into a request, in pieces, and the
 * whole requests that a capture needs. @flags are DRM_MODE_ATOMIC_*.
 */
#ifndef COMMIT_H
#define COMMIT_H

#include "buffer.h"
#include "pipe.h"

/* The mode on the CRTC, the connector on the CRTC, CRTC active. */
int request_add_mode(drmModeAtomicReqPtr req, const struct pipe *pipe,
		     uint32_t mode_blob);

/* The whole of @buffer on the whole of the plane; NULL: the plane is off. */
int request_add_plane(drmModeAtomicReqPtr req, const struct pipe *pipe,
		      const struct buffer *buffer);

/*
 * WRITEBACK_FB_ID, then WRITEBACK_OUT_FENCE_PTR when @fence is not NULL. The
 * commit writes -1 and then the fence's fd there.
 */
int request_add_writeback(drmModeAtomicReqPtr req, const struct pipe *pipe,
			  uint32_t fb, int32_t *fence);

/* The writeback connector alone joins the CRTC, or leaves it. */
int request_add_routing(drmModeAtomicReqPtr req, const struct pipe *pipe,
			bool attached);

/* CRTC off, connector and plane detached. */
int request_add_off(drmModeAtomicReqPtr req, const struct pipe *pipe);

/* Takes every other connector off the pipe's CRTC. */
int request_add_detach_others(drmModeAtomicReqPtr req, const struct card *card,
			      const struct pipe *pipe);

/* Commits and frees @req. EINTR and EAGAIN are retried, EBUSY is returned. */
int request_commit(const struct card *card, drmModeAtomicReqPtr req,
		   uint32_t flags);

/* Blocking modeset: shows @scanout with @mode on the pipe's CRTC. */
int commit_mode(const struct card *card, const struct pipe *pipe,
		const drmModeModeInfo *mode, const struct buffer *scanout);

/*
 * Shows @scanout (NULL: leaves the plane as it is) and captures into @target.
 * @fence, when not NULL, receives the out-fence's fd, or -1.
 */
int commit_capture(const struct card *card, const struct pipe *pipe,
		   const struct buffer *scanout, const struct buffer *target,
		   int32_t *fence, uint32_t flags);

/* Blocking: everything off. */
int commit_off(const struct card *card, const struct pipe *pipe);

#endif
