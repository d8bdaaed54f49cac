// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a commit may ask of a writeback connector: the properties, the checks
 */

#include <linux/dma-fence.h>
#include <linux/export.h>
#include <linux/sync_file.h>
#include <linux/uaccess.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_atomic_uapi.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_lease.h>
#include <drm/drm_mode_object.h>
#include <drm/drm_modeset_lock.h>
#include <drm/drm_print.h>
#include <drm/drm_property.h>
#include <drm/drm_writeback.h>

#include "drm_writeback_internal.h"

/**
 * drm_writeback_set_fb - set the destination of a commit's writeback
 * @conn_state: new state of a writeback connector
 * @fb: framebuffer to write to, or NULL for no writeback
 *
 * The last call for a state counts.
 *
 * Context: May sleep. The caller holds the connector's modeset lock.
 *
 * Returns: 0, -EINVAL when the connector is no writeback connector, -ENOMEM.
 */
int drm_writeback_set_fb(struct drm_connector_state *conn_state,
			 struct drm_framebuffer *fb)
{
	struct drm_connector *connector = conn_state->connector;
	struct drm_writeback_job *job = conn_state->writeback_job;

	drm_modeset_lock_assert_held(&connector->dev->mode_config.connection_mutex);

	if (!drm_connector_is_writeback(connector)) {
		drm_writeback_dbg(connector, "is no writeback connector\n");
		return -EINVAL;
	}

	if (!fb) {
		drm_writeback_drop_job(conn_state);
	} else if (job) {
		drm_framebuffer_assign(&job->fb, fb);
	} else {
		job = drm_writeback_job_create(drm_connector_to_writeback(connector), fb);
		if (!job)
			return -ENOMEM;
		conn_state->writeback_job = job;
		if (conn_state->state)
			conn_state->state->writeback_connectors |=
				drm_connector_mask(connector);
	}

	return 0;
}
EXPORT_SYMBOL(drm_writeback_set_fb);

/**
 * drm_atomic_set_writeback_fb_for_connector - set framebuffer for writeback
 * @conn_state: atomic state object for the connector
 * @fb: fb to use for the connector, or NULL for no writeback
 *
 * Like drm_writeback_set_fb(), with a debug message. For in-kernel users; user
 * space sets the property WRITEBACK_FB_ID.
 *
 * Context: May sleep. The caller holds the connector's modeset lock.
 *
 * Returns: 0, -EINVAL when the connector is no writeback connector, -ENOMEM.
 */
int drm_atomic_set_writeback_fb_for_connector(struct drm_connector_state *conn_state,
					      struct drm_framebuffer *fb)
{
	if (fb)
		drm_writeback_dbg(conn_state->connector,
				  "write back to [FB:%d]\n", fb->base.id);
	else
		drm_writeback_dbg(conn_state->connector, "no writeback\n");

	return drm_writeback_set_fb(conn_state, fb);
}
EXPORT_SYMBOL(drm_atomic_set_writeback_fb_for_connector);

static int set_fb_id(struct drm_connector_state *conn_state,
		     struct drm_file *file_priv, u64 id)
{
	struct drm_connector *connector = conn_state->connector;
	unsigned int index = drm_connector_index(connector);
	struct drm_framebuffer *fb = NULL;
	int ret;

	if (id) {
		/* The look-up sees 32 bits of it. */
		if (id <= U32_MAX)
			fb = drm_framebuffer_lookup(connector->dev, file_priv, id);
		if (!fb) {
			drm_writeback_dbg(connector, "no framebuffer %llu\n", id);
			return -EINVAL;
		}
	}

	ret = drm_atomic_set_writeback_fb_for_connector(conn_state, fb);
	if (fb)
		drm_framebuffer_put(fb);
	conn_state->state->connectors[index].written_by = file_priv;

	return ret;
}

static int set_out_fence_ptr(struct drm_connector_state *conn_state, u64 val)
{
	struct drm_connector *connector = conn_state->connector;
	s32 __user *fence_ptr = u64_to_user_ptr(val);
	unsigned int index = drm_connector_index(connector);

	if (fence_ptr && put_user(-1, fence_ptr)) {
		drm_writeback_dbg(connector, "cannot write to the fence pointer\n");
		return -EFAULT;
	}
	conn_state->state->connectors[index].out_fence_ptr = fence_ptr;

	return 0;
}

/* The caller gets the reference that the state held. */
static struct dma_fence *
swap_in_fence(struct drm_connector_state *conn_state, struct dma_fence *fence)
{
	unsigned int index = drm_connector_index(conn_state->connector);

	return xchg(&conn_state->state->connectors[index].in_fence, fence);
}

static int set_in_fence_fd(struct drm_connector_state *conn_state, s64 fd)
{
	struct dma_fence *fence = NULL;

	if (fd >= 0) {
		fence = sync_file_get_fence(fd);
		if (!fence) {
			drm_writeback_dbg(conn_state->connector,
					  "in-fence %lld is no sync_file\n", fd);
			return -EINVAL;
		}
	}
	dma_fence_put(swap_in_fence(conn_state, fence));

	return 0;
}

int drm_writeback_set_property(struct drm_connector *connector,
			       struct drm_connector_state *conn_state,
			       struct drm_file *file_priv,
			       struct drm_property *property, u64 val)
{
	const struct drm_mode_config *config = &connector->dev->mode_config;

	if (property == config->writeback_fb_id_property)
		return set_fb_id(conn_state, file_priv, val);
	if (property == config->writeback_in_fence_fd_property)
		return set_in_fence_fd(conn_state, U642I64(val));

	return set_out_fence_ptr(conn_state, val);
}

static bool has_format(const struct drm_writeback_connector *wb, u32 format)
{
	const struct drm_property_blob *blob = wb->pixel_formats_blob_ptr;
	const u32 *formats = blob->data;
	size_t i;

	for (i = 0; i < blob->length / sizeof(*formats); i++)
		if (formats[i] == format)
			return true;

	return false;
}

/**
 * drm_writeback_any_has_format - can a writeback connector write a format?
 * @dev: DRM device
 * @format: fourcc code
 * @modifier: modifier of the framebuffer
 *
 * What drm_any_plane_has_format() is for planes. For
 * &drm_mode_config_funcs.fb_create: framebuffers that no plane can show may be
 * what a writeback connector writes to.
 *
 * Context: Any.
 *
 * Returns: true when @modifier is %DRM_FORMAT_MOD_LINEAR and a writeback connector
 * of @dev has @format.
 */
bool drm_writeback_any_has_format(struct drm_device *dev, u32 format,
				  u64 modifier)
{
	struct drm_writeback_connector *wb;

	if (modifier != DRM_FORMAT_MOD_LINEAR)
		return false;

	list_for_each_entry(wb, &dev->mode_config.writeback_list, head)
		if (has_format(wb, format))
			return true;

	return false;
}
EXPORT_SYMBOL(drm_writeback_any_has_format);

/* Without a picture there is nothing to wait for, and nothing that waits. */
static int check_no_fences(struct drm_connector *connector,
			   const struct drm_connector_state *conn_state)
{
	unsigned int index = drm_connector_index(connector);

	if (conn_state->state->connectors[index].out_fence_ptr) {
		drm_writeback_dbg(connector, "fence requested without framebuffer\n");
		return -EINVAL;
	}
	if (conn_state->state->connectors[index].in_fence) {
		drm_writeback_dbg(connector, "in-fence without framebuffer\n");
		return -EINVAL;
	}

	return 0;
}

/* A lessee's connector may be on a CRTC that its lessor has kept. */
static bool is_leased(const struct drm_connector_state *conn_state)
{
	unsigned int index = drm_connector_index(conn_state->connector);

	return drm_lease_held(conn_state->state->connectors[index].written_by,
			      conn_state->crtc->base.id);
}

/* The checks that hold for any hardware, and any way to commit. */
int drm_writeback_connector_check(struct drm_connector *connector,
				  struct drm_connector_state *conn_state)
{
	struct drm_writeback_job *job = conn_state->writeback_job;
	struct drm_crtc_state *crtc_state;

	if (!job)
		return check_no_fences(connector, conn_state);

	if (!conn_state->crtc) {
		drm_writeback_dbg(connector, "framebuffer without CRTC\n");
		return -EINVAL;
	}

	if (!is_leased(conn_state)) {
		drm_writeback_dbg(connector, "[CRTC:%d:%s] is not leased\n",
				  conn_state->crtc->base.id, conn_state->crtc->name);
		return -EACCES;
	}

	crtc_state = drm_atomic_get_new_crtc_state(conn_state->state,
						   conn_state->crtc);
	if (!crtc_state || !crtc_state->active) {
		drm_writeback_dbg(connector, "[CRTC:%d:%s] is not active\n",
				  conn_state->crtc->base.id, conn_state->crtc->name);
		return -EINVAL;
	}

	if (!has_format(job->connector, job->fb->format->format)) {
		drm_writeback_dbg(connector, "cannot write format %p4cc\n",
				  &job->fb->format->format);
		return -EINVAL;
	}

	return 0;
}

static int check_pitches(struct drm_connector *connector,
			 const struct drm_framebuffer *fb,
			 unsigned int pitch_align)
{
	int i;

	for (i = 0; i < fb->format->num_planes; i++) {
		if (fb->pitches[i] % pitch_align) {
			drm_writeback_dbg(connector,
					  "pitch %u of plane %d is not a multiple of %u\n",
					  fb->pitches[i], i, pitch_align);
			return -EINVAL;
		}
	}

	return 0;
}

static int check_modifier(struct drm_connector *connector,
			  const struct drm_framebuffer *fb)
{
	if (fb->modifier == DRM_FORMAT_MOD_LINEAR)
		return 0;

	drm_writeback_dbg(connector, "modifier 0x%llx is not linear\n", fb->modifier);

	return -EINVAL;
}

/**
 * drm_atomic_helper_check_wb_connector_state - check a writeback's size
 * @connector: writeback connector
 * @state: atomic state that holds the new states of @connector and its CRTC
 *
 * For the &drm_connector_helper_funcs.atomic_check of drivers whose engine does
 * not scale: the framebuffer has to be as large as the mode. A state without a
 * writeback job is fine. That the CRTC is active and the format is one of the
 * connector's was checked by the core before.
 *
 * Context: Any. The caller holds the connector's modeset lock.
 *
 * Returns: 0 or -EINVAL, with the reason as a debug message.
 */
int drm_atomic_helper_check_wb_connector_state(struct drm_connector *connector,
					       struct drm_atomic_state *state)
{
	struct drm_connector_state *conn_state =
		drm_atomic_get_new_connector_state(state, connector);
	const struct drm_crtc_state *crtc_state;
	const struct drm_framebuffer *fb;

	drm_modeset_lock_assert_held(&connector->dev->mode_config.connection_mutex);

	if (!conn_state || !conn_state->writeback_job || !conn_state->crtc)
		return 0;

	crtc_state = drm_atomic_get_new_crtc_state(state, conn_state->crtc);
	if (!crtc_state)
		return -EINVAL;

	fb = conn_state->writeback_job->fb;
	if (fb->width != crtc_state->mode.hdisplay ||
	    fb->height != crtc_state->mode.vdisplay) {
		drm_writeback_dbg(connector, "framebuffer %ux%u does not fit mode %ux%u\n",
				  fb->width, fb->height, crtc_state->mode.hdisplay,
				  crtc_state->mode.vdisplay);
		return -EINVAL;
	}

	return 0;
}
EXPORT_SYMBOL(drm_atomic_helper_check_wb_connector_state);

/**
 * drm_writeback_check_fb - the usual limits of a writeback engine
 * @connector: writeback connector
 * @state: atomic state that holds the new states of @connector and its CRTC
 * @pitch_align: alignment that the engine wants of each pitch, in bytes, or 1
 *
 * drm_atomic_helper_check_wb_connector_state() for engines that write linear
 * buffers: the modifier of the framebuffer has to be %DRM_FORMAT_MOD_LINEAR and
 * its pitches multiples of @pitch_align.
 *
 * Context: Any. The caller holds the connector's modeset lock.
 *
 * Returns: 0 or -EINVAL, with the reason as a debug message.
 */
int drm_writeback_check_fb(struct drm_connector *connector,
			   struct drm_atomic_state *state,
			   unsigned int pitch_align)
{
	struct drm_connector_state *conn_state =
		drm_atomic_get_new_connector_state(state, connector);
	const struct drm_framebuffer *fb;
	int ret;

	if (!conn_state || !conn_state->writeback_job)
		return 0;

	ret = drm_atomic_helper_check_wb_connector_state(connector, state);
	if (ret)
		return ret;

	fb = conn_state->writeback_job->fb;
	ret = check_modifier(connector, fb);
	if (ret)
		return ret;

	return check_pitches(connector, fb, pitch_align);
}
EXPORT_SYMBOL(drm_writeback_check_fb);

static bool is_live(const struct drm_writeback_connector *wb,
		    struct drm_atomic_state *state, struct drm_crtc *crtc)
{
	if (!crtc)
		return true;

	return (wb->live_crtcs & drm_crtc_mask(crtc)) &&
	       drm_atomic_get_old_crtc_state(state, crtc)->active &&
	       drm_atomic_get_new_crtc_state(state, crtc)->active;
}

/**
 * drm_writeback_routes_live - does a connector change its CRTC without a modeset?
 * @connector: connector of any kind
 * @state: atomic state that holds the new states of @connector and of the CRTCs
 *	that it comes from and goes to
 *
 * For drm_atomic_helper_check_modeset().
 *
 * Context: Any. The caller holds the modeset locks of @connector and its CRTCs.
 *
 * Returns: true for a writeback connector that is attached to, detached from, or
 * moved between CRTCs which run before and after and are all in its driver's
 * &drm_writeback_connector.live_crtcs.
 */
bool drm_writeback_routes_live(struct drm_connector *connector,
			       struct drm_atomic_state *state)
{
	struct drm_connector_state *old_conn_state =
		drm_atomic_get_old_connector_state(state, connector);
	struct drm_connector_state *new_conn_state =
		drm_atomic_get_new_connector_state(state, connector);
	struct drm_writeback_connector *wb;

	if (old_conn_state->crtc == new_conn_state->crtc ||
	    !drm_connector_is_writeback(connector))
		return false;

	drm_modeset_lock_assert_held(&connector->dev->mode_config.connection_mutex);
	wb = drm_connector_to_writeback(connector);

	return is_live(wb, state, old_conn_state->crtc) &&
	       is_live(wb, state, new_conn_state->crtc);
}
EXPORT_SYMBOL(drm_writeback_routes_live);

struct job_summary {
	u32 fb;
	u64 context, seqno;
	bool is_shared;
};

/* The commit may take the job at any time: it is looked at under the lock. */
static bool summarise(const struct drm_connector_state *conn_state,
		      struct job_summary *summary)
{
	struct drm_writeback_connector *wb =
		drm_connector_to_writeback(conn_state->connector);
	const struct drm_writeback_job *job;

	spin_lock_irq(&wb->job_lock);
	job = conn_state->writeback_job;
	if (job)
		*summary = (struct job_summary) {
			.fb = job->fb->base.id,
			.context = job->fence.context,
			.seqno = job->fence.seqno,
			.is_shared = job->is_shared,
		};
	spin_unlock_irq(&wb->job_lock);

	return job;
}

/* Part of what drm_atomic_print_new_state() and debugfs tell. */
void drm_writeback_print_state(struct drm_printer *p,
			       const struct drm_connector_state *conn_state)
{
	struct job_summary job;

	if (!drm_connector_is_writeback(conn_state->connector))
		return;

	if (!summarise(conn_state, &job)) {
		drm_printf(p, "\twriteback_job=none\n");
		return;
	}

	drm_printf(p, "\twriteback_job=%llu\n", job.seqno);
	drm_printf(p, "\t\tfb=%u\n", job.fb);
	drm_printf(p, "\t\tfence=%llu:%llu\n", job.context, job.seqno);
	drm_printf(p, "\t\tshared=%d\n", job.is_shared);
}
