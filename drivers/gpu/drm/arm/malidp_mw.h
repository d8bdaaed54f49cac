/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mali-DP: writeback through the memory-write engine
 */

#ifndef __MALIDP_MW_H__
#define __MALIDP_MW_H__

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <drm/drm_writeback.h>

struct drm_device;
struct malidp_drm;

/**
 * enum malidp_mw_state - what the memory-write engine is doing
 * @MALIDP_MW_IDLE: nothing, it will not touch memory
 * @MALIDP_MW_ARMED: programmed, the hardware has not taken it over yet
 * @MALIDP_MW_WRITING: DP550 and DP650: the hardware writes the picture, once
 * @MALIDP_MW_STOPPING: switched off, the hardware has not taken that over yet
 * @MALIDP_MW_STOPPED: off, its interrupt is missing
 */
enum malidp_mw_state {
	MALIDP_MW_IDLE,
	MALIDP_MW_ARMED,
	MALIDP_MW_WRITING,
	MALIDP_MW_STOPPING,
	MALIDP_MW_STOPPED,
};

/**
 * struct malidp_mw - the memory-write engine and its writeback connector
 */
struct malidp_mw {
	/** @wb: the connector */
	struct drm_writeback_connector wb;

	/**
	 * @lock: protects what follows, SE_CONTROL and CONFIG_VALID while the
	 * CRTC is on, and the order of what the status registers tell. Held
	 * when a job completes, so that none does after malidp_mw_crtc_off();
	 * outside of the locks of jobs, fences and vblanks. Initialised by
	 * malidp_bind().
	 */
	spinlock_t lock;

	/** @state: of the engine */
	enum malidp_mw_state state;

	/** @job: the job in flight; only compared, see drm_writeback_complete_job() */
	struct drm_writeback_job *job;

	/** @status: of @job: 0 or the first error */
	int status;

	/** @updating: a commit changes registers, nothing may be latched */
	bool updating;

	/** @published: the commit of @job has set CONFIG_VALID */
	bool published;

	/** @latched: a latch was reported, and no vertical sync since */
	bool latched;

	/** @stale: the next vertical sync that is reported was before @published */
	bool stale;

	/** @answered: the SE has raised its completion interrupt for @job */
	bool answered;

	/** @frames: vertical syncs since the hardware took @job over */
	unsigned int frames;

	/** @latches: how many latches from now on the engine is off */
	unsigned int latches;

	/**
	 * @vblank: a vblank reference is held, without which there are no
	 * vertical syncs to count
	 */
	bool vblank;

	/** @off: woken when @state becomes MALIDP_MW_IDLE */
	wait_queue_head_t off;
};

int malidp_mw_connector_init(struct drm_device *drm);
void malidp_mw_allow_clones(struct drm_device *drm);
void malidp_mw_begin_update(struct malidp_drm *malidp);
void malidp_mw_publish(struct malidp_drm *malidp);
void malidp_mw_crtc_off(struct malidp_drm *malidp);
void malidp_mw_latched(struct malidp_drm *malidp);
void malidp_mw_vsync(struct malidp_drm *malidp);
void malidp_mw_se_irq(struct malidp_drm *malidp, u32 status);

#endif
