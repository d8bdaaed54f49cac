// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who put a writeback connector on its CRTC, and the end of that with its file
 */

#include <linux/export.h>
#include <linux/workqueue.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_uapi.h>
#include <drm/drm_crtc.h>
#include <drm/drm_drv.h>
#include <drm/drm_encoder.h>
#include <drm/drm_file.h>
#include <drm/drm_modes.h>
#include <drm/drm_print.h>
#include <drm/drm_writeback.h>

#include "drm_writeback_internal.h"

/*
 * Owners
 */

static void set_owner(struct drm_connector *connector, struct drm_file *file)
{
	struct drm_mode_config *config = &connector->dev->mode_config;

	if (!drm_connector_is_writeback(connector))
		return;

	drm_modeset_lock_assert_held(&config->connection_mutex);
	WRITE_ONCE(drm_connector_to_writeback(connector)->owner, file);
	WRITE_ONCE(config->writeback_orphans,
		   config->writeback_orphans & ~drm_connector_mask(connector));
}

/* CRTC_ID of a connector of any kind was set; the commit may yet fail. */
void drm_writeback_set_routed_by(struct drm_connector_state *conn_state,
				 struct drm_file *file)
{
	unsigned int index = drm_connector_index(conn_state->connector);

	conn_state->state->connectors[index].routed_by = file;
}

/* SETCRTC has put connectors of any kind on a CRTC. */
void drm_writeback_set_owner(const struct drm_mode_set *set,
			     struct drm_file *file)
{
	size_t i;

	for (i = 0; i < set->num_connectors; i++)
		set_owner(set->connectors[i], file);
}

/**
 * drm_writeback_routing_swapped - a file has put connectors where they are
 * @state: atomic state that was swapped in
 *
 * For drm_atomic_helper_swap_state(). The file that set the CRTC_ID of a
 * writeback connector in @state owns the routing from now on.
 *
 * Context: Any. The caller holds the modeset locks of what is in @state.
 */
void drm_writeback_routing_swapped(struct drm_atomic_state *state)
{
	struct drm_connector *connector;
	struct drm_connector_state *conn_state;
	int i;

	for_each_new_connector_in_state(state, connector, conn_state, i) {
		struct drm_file *file = state->connectors[i].routed_by;

		if (file)
			set_owner(connector, conn_state->crtc ? file : NULL);
	}
}
EXPORT_SYMBOL(drm_writeback_routing_swapped);

/*
 * Orphans
 */

/*
 * Under the lock of the CRTC: nobody else can route its connectors then, but a
 * file may be closed.
 */
static u32 orphans_on(const struct drm_crtc_state *crtc_state)
{
	struct drm_crtc *crtc = crtc_state->crtc;

	drm_modeset_lock_assert_held(&crtc->mutex);

	return crtc_state->connector_mask &
	       READ_ONCE(crtc->dev->mode_config.writeback_orphans);
}

/*
 * With its encoder, since the helpers do not expect that a state from before a
 * suspend has one that it does not bring back.
 */
static int detach(struct drm_connector_state *conn_state,
		  struct drm_crtc_state *crtc_state)
{
	if (conn_state->best_encoder)
		crtc_state->encoder_mask &= ~drm_encoder_mask(conn_state->best_encoder);
	conn_state->best_encoder = NULL;

	return drm_atomic_set_crtc_for_connector(conn_state, NULL);
}

/* A commit that routes an orphan adopts it, one that writes with it needs it. */
static int drop_orphan(struct drm_crtc_state *crtc_state,
		       struct drm_connector *connector)
{
	struct drm_atomic_state *state = crtc_state->state;
	struct drm_connector_state *conn_state =
		drm_atomic_get_connector_state(state, connector);

	if (IS_ERR(conn_state))
		return PTR_ERR(conn_state);

	if (conn_state->writeback_job ||
	    state->connectors[drm_connector_index(connector)].routed_by)
		return 0;

	drm_writeback_dbg(connector, "leaves [CRTC:%d:%s], its file is closed\n",
			  crtc_state->crtc->base.id, crtc_state->crtc->name);

	return detach(conn_state, crtc_state);
}

static int drop_orphans(struct drm_crtc_state *crtc_state)
{
	struct drm_device *dev = crtc_state->crtc->dev;
	struct drm_writeback_connector *wb;
	int ret;

	list_for_each_entry(wb, &dev->mode_config.writeback_list, head) {
		if (!(orphans_on(crtc_state) & drm_connector_mask(&wb->base)))
			continue;

		ret = drop_orphan(crtc_state, &wb->base);
		if (ret)
			return ret;
	}

	return 0;
}

static int turn_off(struct drm_crtc_state *crtc_state)
{
	struct drm_atomic_state *state = crtc_state->state;
	struct drm_plane *plane;
	struct drm_plane_state *plane_state;
	int i, ret;

	ret = drm_atomic_add_affected_planes(state, crtc_state->crtc);
	if (ret)
		return ret;

	for_each_new_plane_in_state(state, plane, plane_state, i) {
		if (plane_state->crtc != crtc_state->crtc)
			continue;

		ret = drm_atomic_set_crtc_for_plane(plane_state, NULL);
		if (ret)
			return ret;
		drm_atomic_set_fb_for_plane(plane_state, NULL);
	}

	crtc_state->active = false;

	return drm_atomic_set_mode_for_crtc(crtc_state, NULL);
}

/* Does the commit already ask for what needs a modeset of the CRTC? */
static bool asks_for_modeset(struct drm_atomic_state *state,
			     const struct drm_crtc_state *old_crtc_state,
			     const struct drm_crtc_state *new_crtc_state)
{
	struct drm_crtc *crtc = new_crtc_state->crtc;
	struct drm_connector *connector;
	struct drm_connector_state *old_conn_state, *new_conn_state;
	int i;

	if (drm_atomic_crtc_needs_modeset(new_crtc_state) ||
	    old_crtc_state->active != new_crtc_state->active ||
	    !drm_mode_equal(&old_crtc_state->mode, &new_crtc_state->mode))
		return true;

	for_each_oldnew_connector_in_state(state, connector, old_conn_state,
					   new_conn_state, i) {
		if (old_conn_state->crtc != new_conn_state->crtc &&
		    (old_conn_state->crtc == crtc || new_conn_state->crtc == crtc) &&
		    !drm_writeback_routes_live(connector, state))
			return true;
	}

	return false;
}

/**
 * drm_writeback_drop_orphans - detach what closed files have left on CRTCs
 * @state: atomic state to check
 *
 * For drm_atomic_helper_check_modeset(). Where @state changes the mode, the
 * activity or the connectors of a CRTC, with a modeset, the writeback connectors
 * there whose owner is gone are detached in @state too, unless it routes them
 * or writes with them. A CRTC that a resume would turn on for nothing but them
 * stays off.
 *
 * Context: May sleep. The caller holds the modeset locks of what is in @state.
 *
 * Returns: 0, -EDEADLK, or -ENOMEM.
 */
int drm_writeback_drop_orphans(struct drm_atomic_state *state)
{
	struct drm_crtc *crtc;
	struct drm_crtc_state *old_crtc_state, *new_crtc_state;
	int i, ret;

	for_each_oldnew_crtc_in_state(state, crtc, old_crtc_state,
				      new_crtc_state, i) {
		if (!orphans_on(new_crtc_state) ||
		    !asks_for_modeset(state, old_crtc_state, new_crtc_state))
			continue;

		ret = drop_orphans(new_crtc_state);
		if (!ret && state->duplicated && !new_crtc_state->connector_mask)
			ret = turn_off(new_crtc_state);
		if (ret)
			return ret;
	}

	return 0;
}
EXPORT_SYMBOL(drm_writeback_drop_orphans);

/*
 * The end of a file
 */

struct close_work {
	struct work_struct work;
	struct drm_file *file;
};

static bool owns(struct drm_file *file,
		 const struct drm_writeback_connector *wb)
{
	return READ_ONCE(wb->owner) == file;
}

/* Without a lock: the file can become an owner no more. */
static bool owns_any(struct drm_file *file)
{
	struct drm_writeback_connector *wb;

	list_for_each_entry(wb, &file->minor->dev->mode_config.writeback_list, head)
		if (owns(file, wb))
			return true;

	return false;
}

/*
 * Also a connector that is on no CRTC now: a state from before a suspend may
 * bring it back.
 */
static void orphan_all(struct drm_file *file)
{
	struct drm_mode_config *config = &file->minor->dev->mode_config;
	struct drm_writeback_connector *wb;

	drm_modeset_lock_assert_held(&config->connection_mutex);

	list_for_each_entry(wb, &config->writeback_list, head) {
		if (!owns(file, wb))
			continue;

		WRITE_ONCE(wb->owner, NULL);
		WRITE_ONCE(config->writeback_orphans,
			   config->writeback_orphans | drm_connector_mask(&wb->base));
	}
}

/* A CRTC with nothing else goes off; one with a display must not even blink. */
static int detach_orphans(struct drm_atomic_state *state, struct drm_crtc *crtc)
{
	struct drm_crtc_state *crtc_state = drm_atomic_get_crtc_state(state, crtc);
	int ret;

	if (IS_ERR(crtc_state))
		return PTR_ERR(crtc_state);

	ret = drop_orphans(crtc_state);
	if (ret)
		return ret;

	state->allow_modeset = !crtc_state->connector_mask;
	if (!crtc_state->connector_mask) {
		ret = turn_off(crtc_state);
		if (ret)
			return ret;
	}

	return drm_atomic_commit(state);
}

/* What cannot be detached now waits for drm_writeback_drop_orphans(). */
static int leave_crtc(struct drm_crtc *crtc, struct drm_modeset_acquire_ctx *ctx)
{
	struct drm_atomic_state *state;
	int ret;

	if (!orphans_on(crtc->state))
		return 0;

	state = drm_atomic_state_alloc(crtc->dev);
	if (!state)
		return -ENOMEM;

	state->acquire_ctx = ctx;
	ret = detach_orphans(state, crtc);
	drm_atomic_state_put(state);

	if (ret && ret != -EDEADLK)
		drm_dbg_atomic(crtc->dev,
			       "[CRTC:%d:%s] keeps its writeback until the next modeset: %d\n",
			       crtc->base.id, crtc->name, ret);

	return ret;
}

static void close_work_fn(struct work_struct *work)
{
	struct close_work *arg = container_of(work, struct close_work, work);
	struct drm_device *dev = arg->file->minor->dev;
	struct drm_modeset_acquire_ctx ctx;
	struct drm_crtc *crtc;
	int ret;

	DRM_MODESET_LOCK_ALL_BEGIN(dev, ctx, 0, ret);

	orphan_all(arg->file);
	drm_for_each_crtc(crtc, dev) {
		ret = leave_crtc(crtc, &ctx);
		if (ret == -EDEADLK)
			break;
	}

	DRM_MODESET_LOCK_ALL_END(dev, ctx, ret);
}

/*
 * A file goes, and with it the routings that it made. From a work item, since
 * the signal that kills the client would interrupt the commit.
 */
void drm_writeback_file_close(struct drm_file *file)
{
	struct close_work arg = { .file = file };

	if (!owns_any(file))
		return;

	INIT_WORK_ONSTACK(&arg.work, close_work_fn);
	schedule_work(&arg.work);
	flush_work(&arg.work);
	destroy_work_on_stack(&arg.work);
}
