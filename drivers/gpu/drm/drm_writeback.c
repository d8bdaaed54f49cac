// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writeback connectors: set-up and tear-down
 */

#include <linux/export.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_mode_config.h>
#include <drm/drm_modeset_helper_vtables.h>
#include <drm/drm_print.h>
#include <drm/drm_property.h>
#include <drm/drm_writeback.h>

#include "drm_writeback_internal.h"

/**
 * DOC: overview
 *
 * Some display hardware can write what a CRTC shows to memory, beside a display
 * or instead of one. A writeback connector offers this to user space: it is
 * attached to a CRTC like any other connector, and each commit that names a
 * framebuffer for it makes the hardware write one picture, once.
 *
 * Since a client that knows nothing about them would take them for displays,
 * writeback connectors are listed only for clients that have set
 * %DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, and in-kernel clients never use them.
 * The capability hides them, it does not protect them: who knows the id of a
 * writeback connector can query it, give it a mode with the legacy SETCRTC
 * ioctl, or lease it. Nothing is written then, except when a property ioctl sets
 * WRITEBACK_FB_ID. In the legacy DPMS property a writeback connector has a say
 * only when no other kind of connector is on its CRTC.
 *
 * Writeback connectors have these properties:
 *
 * WRITEBACK_FB_ID:
 *	The framebuffer that the commit writes to. It applies to that commit
 *	alone and always reads 0. 0 means no writeback. The framebuffer needs a
 *	CRTC that is active and one of the formats below; drivers add their own
 *	limits, see drm_writeback_check_fb(). A lessee needs that CRTC in its
 *	lease, wherever the connector is. As for planes, the framebuffer may be
 *	that of another file: who can commit can also map it, see GETFB.
 *
 * WRITEBACK_PIXEL_FORMATS:
 *	Immutable blob with an array of u32: the formats, as fourcc codes, that
 *	the hardware can write. The X bits of a format that has them are
 *	undefined in the picture.
 *
 * WRITEBACK_IN_FENCE_FD:
 *	File descriptor of a sync_file, for commits that set WRITEBACK_FB_ID: the
 *	hardware does not write to the framebuffer before its fence signals. -1
 *	is for none. Applies to that commit alone and always reads -1.
 *
 * WRITEBACK_OUT_FENCE_PTR:
 *	Address of an s32 in user space, for commits that set WRITEBACK_FB_ID. It
 *	gets the file descriptor of a sync_file when the commit succeeds, and -1
 *	when it fails or is only a test. 0 asks for no fence. Always reads 0.
 *
 * A framebuffer for WRITEBACK_FB_ID may have a format that no plane can show:
 * drivers on the helpers for GEM framebuffers let it be created if it is linear.
 *
 * The file that put a writeback connector on its CRTC owns that routing: by setting
 * CRTC_ID in a commit that succeeds, or with the legacy SETCRTC ioctl. A lessee is
 * a file of its own. When the file is closed, also by the end of a client that is
 * killed, the connector is detached, before the framebuffers of the file go; a
 * CRTC that feeds nothing else is switched off. If the detach would need a modeset
 * while another connector is on the CRTC, the connector stays until the next
 * commit that changes the CRTC's mode, activity or connectors, unless that commit
 * sets CRTC_ID or WRITEBACK_FB_ID itself. So clients need no capability to get
 * their display back, and no display blinks because another client ended.
 *
 * The fence signals in any case. Its status is 1 when the picture is complete in
 * memory; else the picture must not be used, and the status tells why:
 *
 * * -ECANCELED: the CRTC was disabled, or the driver did not start the job
 * * -ETIMEDOUT: the hardware missed the deadline, or a fence that the picture
 *   had to wait for did not signal
 * * -EIO: the hardware is stuck with an earlier job
 * * -ENODEV: the device is gone
 * * or what the driver found wrong.
 *
 * No fence is needed to share the framebuffer with other devices and with
 * poll(). A writeback waits for those who read or write its memory, as the
 * &struct dma_resv of the memory's GEM objects tells, and while it is not
 * complete its fence stands there as that of a writer. As with the IN_FENCE_FD
 * of a plane, a fence from WRITEBACK_IN_FENCE_FD overrules those of others, except
 * the kernel's own.
 *
 * A driver initialises a writeback connector with one of
 * drm_writeback_connector_init(), drm_writeback_connector_init_with_encoder()
 * and drmm_writeback_connector_init(), and then takes part in the life of each
 * &struct drm_writeback_job:
 *
 * 1. Check: &drm_connector_helper_funcs.atomic_check looks at
 *    &drm_connector_state.writeback_job. NULL means that this commit writes
 *    nothing back.
 * 2. Prepare: &drm_connector_helper_funcs.prepare_writeback_job acquires what
 *    the job needs, such as a mapping of the framebuffer. Last step that may
 *    fail.
 * 3. Commit: &drm_connector_helper_funcs.atomic_commit programs the engine,
 *    calls drm_writeback_queue_job(), then starts the engine; in this order,
 *    since a completion without a queued job is ignored. A driver that does so
 *    elsewhere in its commit tail needs no hook. A job that is still in the
 *    state at drm_atomic_helper_commit_hw_done() is cancelled.
 * 4. Complete: the driver calls drm_writeback_signal_completion() when the
 *    engine is done, usually from its interrupt handler.
 * 5. Clean up: &drm_connector_helper_funcs.cleanup_writeback_job releases what
 *    was prepared. Jobs are cleaned up in the order in which they were
 *    prepared, those that never ran included.
 *    Without that hook a job is over when it has completed, unless it holds the
 *    last reference to its framebuffer, and costs no work item.
 *
 * A minimal driver::
 *
 *	static void my_wb_atomic_commit(struct drm_connector *connector,
 *					struct drm_atomic_state *state)
 *	{
 *		struct my_device *my = to_my_device(connector->dev);
 *		struct drm_connector_state *conn_state =
 *			drm_atomic_get_new_connector_state(state, connector);
 *
 *		my_wb_program(my, conn_state->writeback_job->fb);
 *		drm_writeback_queue_job(&my->wb, conn_state);
 *		my_wb_start(my);
 *	}
 *
 *	static irqreturn_t my_wb_interrupt(int irq, void *data)
 *	{
 *		struct my_device *my = data;
 *
 *		drm_writeback_signal_completion(&my->wb, my_wb_status(my));
 *		return IRQ_HANDLED;
 *	}
 *
 * What the core guarantees to drivers:
 *
 * * One job at a time. The next commit on the CRTC waits, before the driver's
 *   &drm_mode_config_helper_funcs.atomic_commit_tail, until the job is finished
 *   and cleaned up: what the commit replaces is in use until then. A driver
 *   whose hardware can take more sets &drm_writeback_connector.allow_overlap.
 * * In the commit tails of the helpers, the hook atomic_commit runs after all
 *   planes and CRTCs of the commit are programmed. In a tail of the driver's
 *   own it runs at the end of drm_atomic_helper_commit_modeset_enables().
 * * A connector that comes or goes counts as a modeset, like that of a display,
 *   unless the driver names the CRTC in &drm_writeback_connector.live_crtcs.
 *   One that goes waits for its job, as any commit does.
 * * A commit waits for the fences on the buffer that it writes to before
 *   &drm_mode_config_helper_funcs.atomic_commit_tail, for
 *   &drm_writeback_connector.wait_ms at most, and gives its job up then. Drivers
 *   whose framebuffers have no &drm_framebuffer.obj set have to do that in
 *   &drm_connector_helper_funcs.prepare_writeback_job.
 * * A client leaves nothing behind. Its connectors are detached as by a commit of
 *   its own when its file is closed, with &drm_mode_config_funcs.atomic_commit,
 *   or in drm_atomic_helper_check_modeset() of a later commit.
 * * Interrupts get lost. A job that is not completed within
 *   &drm_writeback_connector.timeout_ms expires: its fence signals, but its
 *   buffer stays held. Until the engine is known to be idle no other job
 *   starts; that is when the completion arrives late, when
 *   &drm_connector_helper_funcs.stop_writeback succeeds, when the CRTC is
 *   disabled, or when as much time again has passed.
 * * Disabling the CRTC ends its jobs. When the commit tail that does so returns,
 *   the engine has to be idle and its interrupt handler must not complete a job
 *   from before any more.
 * * Unregistering the connector waits for the jobs at the engine. Before the
 *   connector is cleaned up, the driver has to disable the CRTC, such as with
 *   drm_atomic_helper_shutdown(), and its interrupt handler.
 *
 * A driver that allocates its &struct drm_writeback_connector with devm_kzalloc()
 * must not use drmm_writeback_connector_init(), which keeps using it until the
 * last reference to the &struct drm_device is gone: such a structure comes from
 * drmm_kzalloc() or is part of the device's.
 */

bool drm_connector_is_writeback(struct drm_connector *connector)
{
	struct drm_writeback_connector *wb;

	list_for_each_entry(wb, &connector->dev->mode_config.writeback_list, head)
		if (&wb->base == connector)
			return true;

	return false;
}

static const struct drm_encoder_funcs drm_writeback_encoder_funcs = {
	.destroy = drm_encoder_cleanup,
};

static void destroy_property(struct drm_device *dev,
			     struct drm_property **property)
{
	if (*property)
		drm_property_destroy(dev, *property);
	*property = NULL;
}

static void destroy_properties(struct drm_device *dev)
{
	struct drm_mode_config *config = &dev->mode_config;

	destroy_property(dev, &config->writeback_fb_id_property);
	destroy_property(dev, &config->writeback_pixel_formats_property);
	destroy_property(dev, &config->writeback_in_fence_fd_property);
	destroy_property(dev, &config->writeback_out_fence_ptr_property);
}

/* All properties or none; those of another connector's are the same. */
static int create_properties(struct drm_device *dev)
{
	struct drm_mode_config *config = &dev->mode_config;

	if (config->writeback_fb_id_property)
		return 0;

	config->writeback_fb_id_property =
		drm_property_create_object(dev, DRM_MODE_PROP_ATOMIC,
					   "WRITEBACK_FB_ID", DRM_MODE_OBJECT_FB);
	config->writeback_pixel_formats_property =
		drm_property_create(dev, DRM_MODE_PROP_BLOB |
				    DRM_MODE_PROP_ATOMIC | DRM_MODE_PROP_IMMUTABLE,
				    "WRITEBACK_PIXEL_FORMATS", 0);
	config->writeback_in_fence_fd_property =
		drm_property_create_signed_range(dev, DRM_MODE_PROP_ATOMIC,
						 "WRITEBACK_IN_FENCE_FD",
						 -1, INT_MAX);
	config->writeback_out_fence_ptr_property =
		drm_property_create_range(dev, DRM_MODE_PROP_ATOMIC,
					  "WRITEBACK_OUT_FENCE_PTR", 0, U64_MAX);

	if (config->writeback_fb_id_property &&
	    config->writeback_pixel_formats_property &&
	    config->writeback_in_fence_fd_property &&
	    config->writeback_out_fence_ptr_property)
		return 0;

	destroy_properties(dev);

	return -ENOMEM;
}

static void attach_properties(struct drm_writeback_connector *wb)
{
	struct drm_mode_config *config = &wb->base.dev->mode_config;
	struct drm_mode_object *obj = &wb->base.base;

	drm_object_attach_property(obj, config->writeback_fb_id_property, 0);
	drm_object_attach_property(obj, config->writeback_pixel_formats_property,
				   wb->pixel_formats_blob_ptr->base.id);
	drm_object_attach_property(obj, config->writeback_in_fence_fd_property, -1);
	drm_object_attach_property(obj, config->writeback_out_fence_ptr_property, 0);
}

static int create_formats_blob(struct drm_device *dev,
			       struct drm_writeback_connector *wb,
			       const u32 *formats, int n_formats)
{
	struct drm_property_blob *blob;

	if (WARN_ON(!formats || n_formats <= 0))
		return -EINVAL;

	blob = drm_property_create_blob(dev, n_formats * sizeof(*formats),
					formats);
	if (IS_ERR(blob))
		return PTR_ERR(blob);

	wb->pixel_formats_blob_ptr = blob;

	return 0;
}

/* All that the connector needs before anybody can find it. */
static int init_writeback(struct drm_device *dev,
			  struct drm_writeback_connector *wb,
			  const u32 *formats, int n_formats)
{
	int ret;

	ret = create_formats_blob(dev, wb, formats, n_formats);
	if (ret)
		return ret;

	wb->timeline = drm_writeback_timeline_create(dev);
	if (!wb->timeline) {
		drm_property_blob_put(wb->pixel_formats_blob_ptr);
		return -ENOMEM;
	}

	drm_writeback_jobs_init(wb);
	list_add_tail(&wb->head, &dev->mode_config.writeback_list);

	return 0;
}

static void fini_writeback(struct drm_writeback_connector *wb)
{
	list_del_init(&wb->head);
	drm_writeback_jobs_fini(wb);
	drm_writeback_timeline_put(wb->timeline);
	drm_property_blob_put(wb->pixel_formats_blob_ptr);
}

static int add_connector(struct drm_device *dev,
			 struct drm_writeback_connector *wb,
			 struct drm_encoder *enc,
			 const struct drm_connector_funcs *con_funcs,
			 bool managed)
{
	const int type = DRM_MODE_CONNECTOR_WRITEBACK;
	int ret;

	if (managed)
		ret = drmm_connector_init(dev, &wb->base, con_funcs, type, NULL);
	else
		ret = drm_connector_init(dev, &wb->base, con_funcs, type);
	if (ret)
		goto err_init;

	ret = drm_connector_attach_encoder(&wb->base, enc);
	if (ret)
		goto err_attach;

	drm_writeback_timeline_set_name(wb->timeline, wb->base.name);
	attach_properties(wb);
	dev->mode_config.writeback_mask |= drm_connector_mask(&wb->base);

	return 0;

err_attach:
	/* A managed connector is cleaned up with the device. */
	if (!managed)
		drm_connector_cleanup(&wb->base);
	return ret;

err_init:
	/* Unless it got so far as to clean up again. */
	if (!list_empty(&wb->head))
		fini_writeback(wb);
	return ret;
}

static int init_connector(struct drm_device *dev,
			  struct drm_writeback_connector *wb,
			  struct drm_encoder *enc,
			  const struct drm_connector_funcs *con_funcs,
			  const u32 *formats, int n_formats, bool managed)
{
	bool first = !dev->mode_config.writeback_fb_id_property;
	int ret;

	ret = create_properties(dev);
	if (ret)
		return ret;

	ret = init_writeback(dev, wb, formats, n_formats);
	if (ret)
		goto err_properties;

	ret = add_connector(dev, wb, enc, con_funcs, managed);
	if (ret)
		goto err_properties;

	return 0;

err_properties:
	if (first)
		destroy_properties(dev);
	return ret;
}

/**
 * drm_writeback_connector_init_with_encoder - initialise a writeback connector
 * @dev: DRM device, not registered yet
 * @wb_connector: writeback connector, zeroed
 * @enc: initialised encoder of the driver that feeds the connector, with
 *	&drm_encoder.possible_crtcs set; it is attached to the connector
 * @con_funcs: connector funcs vtable, with
 *	&drm_connector_funcs.destroy set, to drm_connector_cleanup() for example
 * @formats: fourcc codes of the formats that the hardware can write
 * @n_formats: number of entries of @formats, above zero
 *
 * When this fails, all that it did has been undone.
 *
 * Context: May sleep.
 *
 * Returns: 0, -EINVAL for a missing or empty @formats or bad vtable, -ENOMEM, or
 * another error of drm_connector_init().
 */
int drm_writeback_connector_init_with_encoder(struct drm_device *dev,
					      struct drm_writeback_connector *wb_connector,
					      struct drm_encoder *enc,
					      const struct drm_connector_funcs *con_funcs,
					      const u32 *formats, int n_formats)
{
	return init_connector(dev, wb_connector, enc, con_funcs, formats,
			      n_formats, false);
}
EXPORT_SYMBOL(drm_writeback_connector_init_with_encoder);

/**
 * drm_writeback_connector_init - initialise a writeback connector and its encoder
 * @dev: DRM device, not registered yet
 * @wb_connector: writeback connector, zeroed
 * @con_funcs: connector funcs vtable, with
 *	&drm_connector_funcs.destroy set, to drm_connector_cleanup() for example
 * @enc_helper_funcs: helper vtable for the embedded encoder, or NULL
 * @formats: fourcc codes of the formats that the hardware can write
 * @n_formats: number of entries of @formats, above zero
 * @possible_crtcs: mask of the CRTCs that can feed the connector, as in
 *	&drm_encoder.possible_crtcs
 *
 * Brings a virtual encoder along, for hardware that has none that is worth a
 * driver object. When this fails, all that it did has been undone.
 *
 * Context: May sleep.
 *
 * Returns: 0, -EINVAL for a missing or empty @formats or bad vtable, -ENOMEM, or
 * another error of drm_encoder_init() or drm_connector_init().
 */
int drm_writeback_connector_init(struct drm_device *dev,
				 struct drm_writeback_connector *wb_connector,
				 const struct drm_connector_funcs *con_funcs,
				 const struct drm_encoder_helper_funcs *enc_helper_funcs,
				 const u32 *formats, int n_formats,
				 u32 possible_crtcs)
{
	struct drm_encoder *enc = &wb_connector->encoder;
	int ret;

	ret = drm_encoder_init(dev, enc, &drm_writeback_encoder_funcs,
			       DRM_MODE_ENCODER_VIRTUAL, NULL);
	if (ret)
		return ret;

	enc->possible_crtcs = possible_crtcs;
	drm_encoder_helper_add(enc, enc_helper_funcs);

	ret = drm_writeback_connector_init_with_encoder(dev, wb_connector, enc,
							con_funcs, formats,
							n_formats);
	if (ret)
		drm_encoder_cleanup(enc);

	return ret;
}
EXPORT_SYMBOL(drm_writeback_connector_init);

/**
 * drmm_writeback_connector_init - initialise a managed writeback connector
 * @dev: DRM device, not registered yet
 * @wb_connector: writeback connector, zeroed, which lives as long as @dev: from
 *	drmm_kzalloc(), or part of the driver's device
 * @con_funcs: connector funcs vtable, with &drm_connector_funcs.destroy NULL
 * @enc: initialised encoder of the driver that feeds the connector, with
 *	&drm_encoder.possible_crtcs set; it is attached to the connector
 * @formats: fourcc codes of the formats that the hardware can write
 * @n_formats: number of entries of @formats, above zero
 *
 * The connector is cleaned up when the last reference to @dev is dropped.
 *
 * Context: May sleep.
 *
 * Returns: 0, -EINVAL for a missing or empty @formats or bad vtable, -ENOMEM, or
 * another error of drmm_connector_init().
 */
int drmm_writeback_connector_init(struct drm_device *dev,
				  struct drm_writeback_connector *wb_connector,
				  const struct drm_connector_funcs *con_funcs,
				  struct drm_encoder *enc,
				  const u32 *formats, int n_formats)
{
	return init_connector(dev, wb_connector, enc, con_funcs, formats,
			      n_formats, true);
}
EXPORT_SYMBOL(drmm_writeback_connector_init);

/* The connector leaves user space, while the driver is still complete. */
void drm_writeback_connector_unregister(struct drm_connector *connector)
{
	if (drm_connector_is_writeback(connector))
		drm_writeback_jobs_drain(drm_connector_to_writeback(connector));
}

/* The connector is freed; its encoder, and perhaps its driver, are gone. */
void drm_writeback_connector_fini(struct drm_connector *connector)
{
	struct drm_mode_config *config = &connector->dev->mode_config;
	u32 mask = drm_connector_mask(connector);

	if (!drm_connector_is_writeback(connector))
		return;

	config->writeback_mask &= ~mask;
	config->writeback_orphans &= ~mask;
	fini_writeback(drm_connector_to_writeback(connector));
}
