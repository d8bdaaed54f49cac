// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mali-DP: writeback through the memory-write engine
 */

#include <linux/minmax.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <linux/time64.h>

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_atomic_state_helper.h>
#include <drm/drm_edid.h>
#include <drm/drm_fb_dma_helper.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_gem_dma_helper.h>
#include <drm/drm_modes.h>
#include <drm/drm_print.h>
#include <drm/drm_probe_helper.h>
#include <drm/drm_vblank.h>

#include "malidp_drv.h"
#include "malidp_hw.h"
#include "malidp_mw.h"
#include "malidp_regs.h"

/**
 * DOC: the memory-write engine of Mali-DP
 *
 * The engine writes what the CRTC shows, in the format and to the addresses of
 * its registers. Like the rest of the display it takes new settings over, or
 * *latches* them, at the end of a frame, when CONFIG_VALID is set.
 *
 * The DP550 and DP650 write one picture when they are told to
 * (MEMWRITE_ONESHOT), and raise an interrupt at its end. The DP500 writes every
 * frame; to get one picture, the engine is switched off as soon as the hardware
 * has latched that it is on, and the picture is complete when it has latched
 * that it is off.
 *
 * No interrupt alone is believed. The hardware has latched when it says so and
 * is at a vertical sync, then or afterwards: both are at the end of a frame, and
 * with CONFIG_VALID set each end is a latch. What the engine says does not tell
 * for which picture it is: a job is complete when, besides, the frame that it was
 * latched for is over: on the DP500 at the second latch, on the others at the
 * vertical sync after the latch.
 *
 * Nor does the driver rely on the engine to switch itself off: it is switched
 * off before the job's fence signals, so that no later latch can start it again.
 * Until then there is no later latch: hardware may latch at the end of each frame
 * for as long as CONFIG_VALID reads 1, so that is cleared when the job has been
 * taken over. To switch the engine off at that point might stop it at once.
 *
 * What cannot be found out is whether the engine's interrupt, after a frame's
 * time, is that of an engine which was late, or is spurious while it stalls. In
 * the second case the job completes without its picture.
 *
 * Where a job fails the fence has one of these errors:
 *
 * * -EFAULT: the bus refused an address
 * * -EOVERFLOW: memory was too slow
 * * -EBUSY: the engine was not ready
 * * -ETIMEDOUT: no interrupt for 30 frames, or for a second if that is longer
 */

/*
 * A picture takes up to four frames. The rest of the deadline is for a memory, and
 * for interrupts, that are slow, which is no matter of frames: so a second at the
 * least. The helpers give a commit ten.
 */
#define MALIDP_MW_TIMEOUT_FRAMES 30
#define MALIDP_MW_TIMEOUT_MIN_MS 1000
#define MALIDP_MW_TIMEOUT_MAX_MS 5000

/* How long the engine may take to stop: CONFIG_VALID is latched twice. */
#define MALIDP_MW_STOP_MS 500

/* Where the products have what. */
struct malidp_mw_regs {
	u32 control;	/* SE_CONTROL */
	u32 on;		/* the bits in it that make the engine write */
	u32 memwrite;	/* format, strides, addresses */
	u32 out_size;
	u32 coeffs;	/* of RGB to YUV */
	u32 axi_error, overrun, busy;	/* in SE_STATUS */
};

static const struct malidp_mw_regs malidp500_mw_regs = {
	.control = MALIDP500_SE_CONTROL,
	.on = MALIDP_SE_MEMWRITE_EN,
	.memwrite = MALIDP500_SE_MEMWRITE_BASE,
	.out_size = MALIDP500_SE_MEMWRITE_OUT_SIZE,
	.coeffs = MALIDP500_SE_RGB_YUV_COEFFS,
	.axi_error = MALIDP500_SE_IRQ_AXI_ERROR,
	.overrun = MALIDP500_SE_IRQ_OVERRUN,
	.busy = MALIDP500_SE_IRQ_INIT_BUSY,
};

static const struct malidp_mw_regs malidp550_mw_regs = {
	.control = MALIDP550_SE_CONTROL,
	.on = MALIDP_SE_MEMWRITE_EN | MALIDP550_SE_MEMWRITE_ONESHOT,
	.memwrite = MALIDP550_SE_MEMWRITE_BASE,
	.out_size = MALIDP550_SE_MEMWRITE_OUT_SIZE,
	.coeffs = MALIDP550_SE_RGB_YUV_COEFFS,
	.axi_error = MALIDP550_SE_IRQ_AXI_ERR,
	.overrun = MALIDP550_SE_IRQ_OVR,
	.busy = MALIDP550_SE_IRQ_IBSY,
};

/* BT.709, limited range: nine factors in 1/256, then three offsets. */
static const s16 malidp_mw_rgb2yuv[MALIDP_COLORADJ_NUM_COEFFS] = {
	 47,  157,  16,
	-26,  -87, 112,
	112, -102, -10,
	 16,  128, 128,
};

struct malidp_mw_connector_state {
	struct drm_connector_state base;
	u8 format;	/* the hardware's id of the framebuffer's format */
};

static struct malidp_mw_connector_state *
to_mw_state(struct drm_connector_state *conn_state)
{
	return container_of(conn_state, struct malidp_mw_connector_state, base);
}

static const struct malidp_mw_regs *mw_regs(const struct malidp_drm *malidp)
{
	return malidp->dev->hw->map.features & MALIDP_REGMAP_HAS_CLEARIRQ ?
	       &malidp550_mw_regs : &malidp500_mw_regs;
}

static bool has_oneshot(const struct malidp_drm *malidp)
{
	return mw_regs(malidp)->on & MALIDP550_SE_MEMWRITE_ONESHOT;
}

/*
 * The engine
 */

/* Have the hardware latch; an update in progress does so at its end. */
static void mw_latch(struct malidp_drm *malidp)
{
	lockdep_assert_held(&malidp->mw.lock);

	if (!malidp->mw.updating)
		malidp->dev->hw->set_config_valid(malidp->dev, 1);
}

static void mw_clear_irq(struct malidp_drm *malidp, u32 block_base, u32 irqs)
{
	u32 clear = malidp->dev->hw->map.features & MALIDP_REGMAP_HAS_CLEARIRQ ?
		    MALIDP_REG_CLEARIRQ : MALIDP_REG_STATUS;

	malidp_hw_write(malidp->dev, irqs, block_base + clear);
}

static int mw_error(struct malidp_drm *malidp, u32 status)
{
	const struct malidp_mw_regs *regs = mw_regs(malidp);

	if (status & regs->axi_error)
		return -EFAULT;
	if (status & regs->overrun)
		return -EOVERFLOW;
	if (status & regs->busy)
		return -EBUSY;

	return 0;
}

/* A condition that stays would raise its interrupt for ever: one is enough. */
static void mw_ignore_errors(struct malidp_drm *malidp)
{
	malidp_hw_disable_irq(malidp->dev, MALIDP_SE_BLOCK,
			      malidp->dev->hw->map.se_irq_map.err_mask);
}

static void mw_switch_on(struct malidp_drm *malidp)
{
	lockdep_assert_held(&malidp->mw.lock);

	malidp_hw_setbits(malidp->dev, mw_regs(malidp)->on,
			  mw_regs(malidp)->control);
}

static void mw_switch_off(struct malidp_drm *malidp)
{
	lockdep_assert_held(&malidp->mw.lock);

	malidp_hw_clearbits(malidp->dev, mw_regs(malidp)->on,
			    mw_regs(malidp)->control);
}

/* The hardware has reported a latch that was not handled yet. */
static bool mw_latch_is_pending(struct malidp_drm *malidp)
{
	const struct malidp_hw_regmap *map = &malidp->dev->hw->map;
	u32 status = malidp_hw_read(malidp->dev, map->dc_base + MALIDP_REG_STATUS);

	return malidp->mw.latched || status & map->dc_irq_map.vsync_irq;
}

/*
 * The engine is off when the hardware has latched as many times: once more when
 * it has done so already and that was not handled yet.
 */
static void mw_stop(struct malidp_drm *malidp, unsigned int latches)
{
	mw_switch_off(malidp);
	malidp->mw.state = MALIDP_MW_STOPPING;
	malidp->mw.latches = mw_latch_is_pending(malidp) ? 2 : latches;
	mw_latch(malidp);
}

/*
 * The engine is off. Its last error may not have been handled yet. With the CRTC
 * off there is no job any more.
 */
static void mw_finish(struct malidp_drm *malidp)
{
	u32 status = malidp_hw_read(malidp->dev, malidp->dev->hw->map.se_base +
				    MALIDP_REG_STATUS);
	struct malidp_mw *mw = &malidp->mw;

	lockdep_assert_held(&mw->lock);

	mw_ignore_errors(malidp);
	mw->status = mw->status ?: mw_error(malidp, status);
	if (mw->job)
		drm_writeback_complete_job(&mw->wb, mw->job, mw->status);
	if (mw->vblank)
		drm_crtc_vblank_put(&malidp->crtc);
	mw->job = NULL;
	mw->vblank = false;
	mw->state = MALIDP_MW_IDLE;
	wake_up_all(&mw->off);
}

/* Does all that was seen so far make the job complete? */
static void mw_advance(struct malidp_drm *malidp)
{
	struct malidp_mw *mw = &malidp->mw;

	if (mw->state == MALIDP_MW_WRITING && mw->answered && mw->frames > 1) {
		mw_switch_off(malidp);
		mw_finish(malidp);
	} else if (mw->state == MALIDP_MW_STOPPED &&
		   (mw->answered || mw->status)) {
		mw_finish(malidp);
	}
}

/* The hardware has taken over what was set when CONFIG_VALID was. */
static void mw_taken_over(struct malidp_drm *malidp)
{
	struct malidp_mw *mw = &malidp->mw;

	mw->latched = false;
	if (mw->state == MALIDP_MW_ARMED && mw->published) {
		if (has_oneshot(malidp) && !mw->status)
			mw->state = MALIDP_MW_WRITING;
		else
			mw_stop(malidp, 1);
	} else if (mw->state == MALIDP_MW_STOPPING) {
		if (--mw->latches)
			mw_latch(malidp);
		else
			mw->state = MALIDP_MW_STOPPED;
	}
}

/* The engine must not start for a second time. */
static void mw_count_frame(struct malidp_drm *malidp)
{
	struct malidp_mw *mw = &malidp->mw;

	if (!mw->frames++)
		malidp->dev->hw->set_config_valid(malidp->dev, 0);
}

/**
 * malidp_mw_latched - the hardware says that it has latched its settings
 * @malidp: the device
 *
 * Context: The interrupt handler of the display engine. @malidp_mw.lock is held
 * since before DC_STATUS was read, so that a latch from before
 * malidp_mw_publish() is not taken for a later one.
 */
void malidp_mw_latched(struct malidp_drm *malidp)
{
	lockdep_assert_held(&malidp->mw.lock);

	malidp->mw.latched = true;
}

/**
 * malidp_mw_vsync - the display was at a vertical sync
 * @malidp: the device
 *
 * Context: The interrupt handler of the display engine, with @malidp_mw.lock held.
 * Of one interrupt that tells of both, malidp_mw_latched() comes first.
 */
void malidp_mw_vsync(struct malidp_drm *malidp)
{
	struct malidp_mw *mw = &malidp->mw;

	lockdep_assert_held(&mw->lock);

	if (mw->stale) {
		mw->stale = false;
		return;
	}

	if (mw->latched)
		mw_taken_over(malidp);
	if (mw->state == MALIDP_MW_WRITING)
		mw_count_frame(malidp);
	mw_advance(malidp);
}

/* The engine is switched off as soon as it can have started. */
static void mw_fail(struct malidp_drm *malidp, int error)
{
	struct malidp_mw *mw = &malidp->mw;

	mw_ignore_errors(malidp);
	mw->status = mw->status ?: error;
	if (mw->state == MALIDP_MW_WRITING)
		mw_stop(malidp, 2);
}

/* The scaling engine may tell of a frame before the display engine does. */
static bool mw_has_started(struct malidp_drm *malidp)
{
	if (malidp->mw.state != MALIDP_MW_ARMED)
		return true;

	return malidp->mw.published && mw_latch_is_pending(malidp);
}

/**
 * malidp_mw_se_irq - the scaling engine, of which this is a part, raised its
 * interrupt
 * @malidp: the device
 * @status: SE_STATUS, already cleared
 *
 * Context: The interrupt handler of the scaling engine. @malidp_mw.lock is held
 * since before SE_STATUS was read, so that what was raised before a job was
 * armed is not taken for the job's.
 */
void malidp_mw_se_irq(struct malidp_drm *malidp, u32 status)
{
	struct malidp_mw *mw = &malidp->mw;
	int error = mw_error(malidp, status);

	lockdep_assert_held(&mw->lock);

	if (error && mw->state != MALIDP_MW_IDLE)
		mw_fail(malidp, error);
	if (status & malidp->dev->hw->map.se_irq_map.vsync_irq)
		mw->answered |= mw_has_started(malidp);
	mw_advance(malidp);
}

/**
 * malidp_mw_begin_update - a commit begins to change registers
 * @malidp: the device
 *
 * Nothing is latched until malidp_mw_publish(). An engine that is not needed any
 * more is taken out of the picture's way; it comes back with the next job.
 *
 * Context: Commit tail.
 */
void malidp_mw_begin_update(struct malidp_drm *malidp)
{
	struct malidp_mw *mw = &malidp->mw;

	spin_lock_irq(&mw->lock);
	atomic_set(&malidp->config_valid, MALIDP_CONFIG_START);
	mw->updating = true;
	malidp->dev->hw->set_config_valid(malidp->dev, 0);
	if (mw->state == MALIDP_MW_IDLE)
		malidp_hw_clearbits(malidp->dev, MALIDP_SCALE_ENGINE_EN,
				    MALIDP_DE_DISPLAY_FUNC);
	spin_unlock_irq(&mw->lock);
}

/* What the hardware has reported is of frames before the update. */
static void mw_forget_frames(struct malidp_drm *malidp)
{
	const struct malidp_hw_regmap *map = &malidp->dev->hw->map;
	u32 status;

	mw_clear_irq(malidp, map->dc_base, map->dc_irq_map.vsync_irq);
	malidp->mw.latched = false;
	/* This one is left to be counted. */
	status = malidp_hw_read(malidp->dev, MALIDP_REG_STATUS);
	malidp->mw.stale = status & map->de_irq_map.vsync_irq;
}

/**
 * malidp_mw_publish - a commit has changed its registers
 * @malidp: the device
 *
 * Sets CONFIG_VALID. May be called again when the hardware does not latch, or
 * that was not heard of: it is asked for the picture once more.
 *
 * Context: Commit tail.
 */
void malidp_mw_publish(struct malidp_drm *malidp)
{
	struct malidp_mw *mw = &malidp->mw;

	spin_lock_irq(&mw->lock);
	/* Not when the latch was heard of just now. */
	if (atomic_read(&malidp->config_valid) != MALIDP_CONFIG_VALID_DONE) {
		if (mw->updating)
			mw_forget_frames(malidp);
		else if (mw->state == MALIDP_MW_ARMED)
			mw_switch_on(malidp);
		mw->published = true;
		mw->updating = false;
		malidp->dev->hw->set_config_valid(malidp->dev, 1);
	}
	spin_unlock_irq(&mw->lock);
}

static bool mw_is_off(struct malidp_drm *malidp)
{
	struct malidp_mw *mw = &malidp->mw;
	bool off;

	spin_lock_irq(&mw->lock);
	off = mw->state == MALIDP_MW_IDLE;
	spin_unlock_irq(&mw->lock);

	return off;
}

static void mw_give_up(struct malidp_drm *malidp)
{
	struct malidp_mw *mw = &malidp->mw;

	lockdep_assert_held(&mw->lock);

	mw->status = mw->status ?: -ETIMEDOUT;
	/* A latch may be on its way. */
	if (mw->state == MALIDP_MW_STOPPED)
		mw_finish(malidp);
	else
		mw_stop(malidp, 2);
}

/* Returns whether the engine is off, or could be stopped in time. */
static bool mw_turn_off(struct malidp_drm *malidp)
{
	struct malidp_mw *mw = &malidp->mw;

	spin_lock_irq(&mw->lock);
	if (mw->state != MALIDP_MW_IDLE)
		mw_give_up(malidp);
	spin_unlock_irq(&mw->lock);

	return wait_event_timeout(mw->off, mw_is_off(malidp),
				  msecs_to_jiffies(MALIDP_MW_STOP_MS));
}

/* The core has given the job up, and still wants to know when it is over. */
static int malidp_mw_stop_writeback(struct drm_writeback_connector *wb)
{
	struct malidp_drm *malidp = drm_to_malidp(wb->base.dev);
	struct device *dev = malidp->base.dev;
	int active = pm_runtime_get_if_active(dev);
	bool off;

	/* Asleep, or about to be. */
	if (active == 0)
		return 0;

	/*
	 * Negative where there is no runtime PM, or not now: if the clocks are
	 * off then, the CRTC went off before, and the engine with it.
	 */
	off = mw_turn_off(malidp);
	if (active > 0)
		pm_runtime_put(dev);

	return off ? 0 : -ETIMEDOUT;
}

/* Frames go on, and with them what the engine does, in spite of all. */
static void mw_miss_config_mode(struct malidp_drm *malidp)
{
	const struct malidp_hw *hw = malidp->dev->hw;
	struct malidp_mw *mw = &malidp->mw;

	spin_lock_irq(&mw->lock);
	mw->updating = false;
	malidp_hw_enable_irq(malidp->dev, MALIDP_DE_BLOCK,
			     hw->map.de_irq_map.vsync_irq);
	spin_unlock_irq(&mw->lock);

	if (!mw_turn_off(malidp))
		drm_err(&malidp->base, "[CONNECTOR:%d:%s] cannot be stopped\n",
			mw->wb.base.base.id, mw->wb.base.name);

	malidp_mw_begin_update(malidp);
	malidp_hw_disable_irq(malidp->dev, MALIDP_DE_BLOCK,
			      hw->map.de_irq_map.vsync_irq);
}

/**
 * malidp_mw_crtc_off - the CRTC was disabled
 * @malidp: the device, in config mode if it has obeyed
 *
 * In config mode nothing is written. Otherwise the engine is stopped at the end
 * of a frame; if frames do not end either, it does not write until its clocks go.
 * The job in flight, if any, is cancelled by the core at the end of the commit.
 *
 * Context: Commit tail.
 */
void malidp_mw_crtc_off(struct malidp_drm *malidp)
{
	if (!malidp->dev->hw->in_config_mode(malidp->dev))
		mw_miss_config_mode(malidp);

	spin_lock_irq(&malidp->mw.lock);
	mw_switch_off(malidp);
	malidp_hw_clearbits(malidp->dev, MALIDP_SCALE_ENGINE_EN,
			    MALIDP_DE_DISPLAY_FUNC);
	malidp->mw.job = NULL;
	mw_finish(malidp);
	spin_unlock_irq(&malidp->mw.lock);
}

/*
 * The job
 */

static void mw_write_plane(struct malidp_drm *malidp,
			   struct drm_framebuffer *fb, int plane)
{
	static const u16 stride[] = { MALIDP_MW_P1_STRIDE, MALIDP_MW_P2_STRIDE };
	static const u16 low[] = { MALIDP_MW_P1_PTR_LOW, MALIDP_MW_P2_PTR_LOW };
	static const u16 high[] = { MALIDP_MW_P1_PTR_HIGH, MALIDP_MW_P2_PTR_HIGH };
	dma_addr_t addr = drm_fb_dma_get_gem_obj(fb, plane)->dma_addr +
			  fb->offsets[plane];
	u32 base = mw_regs(malidp)->memwrite;

	malidp_hw_write(malidp->dev, lower_32_bits(addr), base + low[plane]);
	malidp_hw_write(malidp->dev, upper_32_bits(addr), base + high[plane]);
	malidp_hw_write(malidp->dev, fb->pitches[plane], base + stride[plane]);
}

/* With each job that needs them: a suspend may have lost them. */
static void mw_write_coeffs(struct malidp_drm *malidp)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(malidp_mw_rgb2yuv); i++)
		malidp_hw_write(malidp->dev, malidp_mw_rgb2yuv[i],
				mw_regs(malidp)->coeffs + 4 * i);
}

static void mw_program(struct malidp_drm *malidp,
		       struct malidp_mw_connector_state *mw_state)
{
	struct drm_framebuffer *fb = mw_state->base.writeback_job->fb;
	const struct malidp_mw_regs *regs = mw_regs(malidp);
	int i;

	malidp_hw_setbits(malidp->dev, MALIDP_SCALE_ENGINE_EN,
			  MALIDP_DE_DISPLAY_FUNC);
	malidp_hw_write(malidp->dev, mw_state->format,
			regs->memwrite + MALIDP_MW_FORMAT);
	for (i = 0; i < fb->format->num_planes; i++)
		mw_write_plane(malidp, fb, i);
	malidp_hw_write(malidp->dev, MALIDP_DE_H_ACTIVE(fb->width) |
			MALIDP_DE_V_ACTIVE(fb->height), regs->out_size);
	if (fb->format->is_yuv)
		mw_write_coeffs(malidp);
}

static unsigned int mw_timeout_ms(const struct drm_display_mode *mode)
{
	/* 0 for a frame of more than two seconds. */
	unsigned int hz = drm_mode_vrefresh(mode);
	unsigned int ms = MALIDP_MW_TIMEOUT_FRAMES * MSEC_PER_SEC / max(hz, 1u);

	return clamp(ms, MALIDP_MW_TIMEOUT_MIN_MS, MALIDP_MW_TIMEOUT_MAX_MS);
}

/*
 * Nothing is latched, thus nothing starts, before malidp_mw_publish(). The job's
 * deadline may pass right after it was queued: not before it can be stopped.
 */
static void mw_arm(struct malidp_drm *malidp,
		   struct drm_connector_state *conn_state)
{
	const struct malidp_hw_regmap *map = &malidp->dev->hw->map;
	struct malidp_mw *mw = &malidp->mw;

	spin_lock_irq(&mw->lock);
	/* Held already if nobody has heard of the job before. */
	if (!mw->vblank)
		mw->vblank = !drm_crtc_vblank_get(&malidp->crtc);
	mw->job = conn_state->writeback_job;
	drm_writeback_queue_job(&mw->wb, conn_state);
	mw->state = MALIDP_MW_ARMED;
	mw->status = 0;
	mw->published = false;
	mw->answered = false;
	mw->frames = 0;
	/* An error that the hardware reports now is an older one. */
	mw_clear_irq(malidp, map->se_base, map->se_irq_map.err_mask);
	malidp_hw_enable_irq(malidp->dev, MALIDP_SE_BLOCK,
			     map->se_irq_map.err_mask);
	mw_switch_on(malidp);
	spin_unlock_irq(&mw->lock);
}

static void malidp_mw_atomic_commit(struct drm_connector *connector,
				    struct drm_atomic_state *state)
{
	struct malidp_drm *malidp = drm_to_malidp(connector->dev);
	struct drm_connector_state *conn_state =
		drm_atomic_get_new_connector_state(state, connector);
	struct drm_crtc_state *crtc_state =
		drm_atomic_get_new_crtc_state(state, conn_state->crtc);

	mw_program(malidp, to_mw_state(conn_state));
	WRITE_ONCE(malidp->mw.wb.timeout_ms,
		   mw_timeout_ms(&crtc_state->adjusted_mode));
	mw_arm(malidp, conn_state);
}

/* The engine knows frames, not fields. */
static int mw_check_mode(struct drm_connector *connector,
			 const struct drm_crtc_state *crtc_state)
{
	if (!(crtc_state->mode.flags & DRM_MODE_FLAG_INTERLACE))
		return 0;

	drm_dbg_atomic(connector->dev,
		       "[CONNECTOR:%d:%s] cannot write an interlaced mode\n",
		       connector->base.id, connector->name);

	return -EINVAL;
}

static int malidp_mw_atomic_check(struct drm_connector *connector,
				  struct drm_atomic_state *state)
{
	struct malidp_drm *malidp = drm_to_malidp(connector->dev);
	struct drm_connector_state *conn_state =
		drm_atomic_get_new_connector_state(state, connector);
	struct drm_writeback_job *job = conn_state->writeback_job;
	int ret;

	if (!job)
		return 0;

	ret = mw_check_mode(connector,
			    drm_atomic_get_new_crtc_state(state, conn_state->crtc));
	if (ret)
		return ret;

	ret = drm_writeback_check_fb(connector, state,
				     malidp_hw_get_pitch_align(malidp->dev, false));
	if (ret)
		return ret;

	to_mw_state(conn_state)->format =
		malidp_hw_get_format_id(&malidp->dev->hw->map, SE_MEMWRITE,
					job->fb->format->format, false);

	return 0;
}

/*
 * The connector
 */

static int malidp_mw_get_modes(struct drm_connector *connector)
{
	const struct drm_mode_config *config = &connector->dev->mode_config;
	int n;

	n = drm_add_modes_noedid(connector, config->max_width, config->max_height);
	/* Not the largest, which the clocks may not be able to show. */
	drm_set_preferred_mode(connector, 1024, 768);

	return n;
}

static enum drm_mode_status
malidp_mw_mode_valid(struct drm_connector *connector,
		     struct drm_display_mode *mode)
{
	const struct drm_mode_config *config = &connector->dev->mode_config;

	if (mode->hdisplay < config->min_width ||
	    mode->hdisplay > config->max_width)
		return MODE_BAD_HVALUE;
	if (mode->vdisplay < config->min_height ||
	    mode->vdisplay > config->max_height)
		return MODE_BAD_VVALUE;

	return MODE_OK;
}

static enum drm_connector_status
malidp_mw_detect(struct drm_connector *connector, bool force)
{
	return connector_status_connected;
}

static void malidp_mw_destroy_state(struct drm_connector *connector,
				    struct drm_connector_state *conn_state)
{
	__drm_atomic_helper_connector_destroy_state(conn_state);
	kfree(to_mw_state(conn_state));
}

static void malidp_mw_reset(struct drm_connector *connector)
{
	struct malidp_mw_connector_state *mw_state =
		kzalloc(sizeof(*mw_state), GFP_KERNEL);

	if (connector->state)
		malidp_mw_destroy_state(connector, connector->state);
	__drm_atomic_helper_connector_reset(connector,
					    mw_state ? &mw_state->base : NULL);
}

static struct drm_connector_state *
malidp_mw_duplicate_state(struct drm_connector *connector)
{
	struct malidp_mw_connector_state *mw_state;

	/* The reset may have failed. */
	if (!connector->state)
		return NULL;

	mw_state = kzalloc(sizeof(*mw_state), GFP_KERNEL);
	if (!mw_state)
		return NULL;

	__drm_atomic_helper_connector_duplicate_state(connector, &mw_state->base);

	return &mw_state->base;
}

static const struct drm_connector_helper_funcs malidp_mw_helper_funcs = {
	.get_modes = malidp_mw_get_modes,
	.mode_valid = malidp_mw_mode_valid,
	.atomic_check = malidp_mw_atomic_check,
	.atomic_commit = malidp_mw_atomic_commit,
	.stop_writeback = malidp_mw_stop_writeback,
};

static const struct drm_connector_funcs malidp_mw_funcs = {
	.reset = malidp_mw_reset,
	.detect = malidp_mw_detect,
	.fill_modes = drm_helper_probe_single_connector_modes,
	.destroy = drm_connector_cleanup,
	.atomic_duplicate_state = malidp_mw_duplicate_state,
	.atomic_destroy_state = malidp_mw_destroy_state,
};

static int mw_formats(const struct malidp_hw_regmap *map, u32 *formats)
{
	int i, n = 0;

	for (i = 0; i < map->n_pixel_formats; i++)
		if (map->pixel_formats[i].layer & SE_MEMWRITE)
			formats[n++] = map->pixel_formats[i].format;

	return n;
}

/**
 * malidp_mw_connector_init - add the writeback connector
 * @drm: the device, which has its CRTC
 *
 * Returns: 0, -ENOMEM, or the error of drm_writeback_connector_init().
 */
int malidp_mw_connector_init(struct drm_device *drm)
{
	struct malidp_drm *malidp = drm_to_malidp(drm);
	const struct malidp_hw_regmap *map = &malidp->dev->hw->map;
	struct malidp_mw *mw = &malidp->mw;
	u32 *formats;
	int ret;

	init_waitqueue_head(&mw->off);

	formats = kcalloc(map->n_pixel_formats, sizeof(*formats), GFP_KERNEL);
	if (!formats)
		return -ENOMEM;

	drm_connector_helper_add(&mw->wb.base, &malidp_mw_helper_funcs);
	ret = drm_writeback_connector_init(drm, &mw->wb, &malidp_mw_funcs, NULL,
					   formats, mw_formats(map, formats),
					   drm_crtc_mask(&malidp->crtc));
	kfree(formats);
	if (ret)
		return ret;

	mw->wb.live_crtcs = drm_crtc_mask(&malidp->crtc);
	mw->wb.check_signalling = true;

	return 0;
}

/**
 * malidp_mw_allow_clones - let a picture be written while it is shown
 * @drm: the device, which has all of its encoders
 *
 * Displays are left to their encoders: this says nothing of two at a time.
 */
void malidp_mw_allow_clones(struct drm_device *drm)
{
	struct drm_encoder *writeback = &drm_to_malidp(drm)->mw.wb.encoder;
	struct drm_encoder *encoder;

	drm_for_each_encoder(encoder, drm) {
		encoder->possible_clones |= drm_encoder_mask(encoder) |
					    drm_encoder_mask(writeback);
		writeback->possible_clones |= drm_encoder_mask(encoder);
	}
}
