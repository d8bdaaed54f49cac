/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MALIDP_MODEL_H
#define MALIDP_MODEL_H

#include <linux/types.h>

struct drm_device;
struct malidp_model;

/* What can be set. All are 0 on a well-behaved model; see malidp_model.c. */
enum malidp_model_knob {
	/* Misbehaviour. Those that count go down by one each time they act. */
	MALIDP_MODEL_DROP,
	MALIDP_MODEL_DELAY,
	MALIDP_MODEL_SPURIOUS,
	MALIDP_MODEL_AXI_ERROR,
	MALIDP_MODEL_OVERRUN,
	MALIDP_MODEL_BUSY,
	MALIDP_MODEL_FREEZE,
	MALIDP_MODEL_LATE_IRQ,
	MALIDP_MODEL_DROP_LATCH,
	MALIDP_MODEL_DROP_VSYNC,
	MALIDP_MODEL_STRAY_LATCH,
	MALIDP_MODEL_CONFIG_HANGS,
	/* What is not known about the hardware. */
	MALIDP_MODEL_EN_CLEARS,
	MALIDP_MODEL_ONESHOT_CLEARS,
	MALIDP_MODEL_EN_IMMEDIATE,
	MALIDP_MODEL_VALID_CLEARS,
	MALIDP_MODEL_VALID_REPEATS,
	MALIDP_MODEL_REPEAT_RAISES,
	MALIDP_MODEL_EN_REARMS,
	MALIDP_MODEL_LATCH_LAST,
	MALIDP_MODEL_KNOBS
};

enum malidp_model_counter {
	MALIDP_MODEL_FRAMES,	/* displayed */
	MALIDP_MODEL_WRITES,	/* pictures completely written */
	MALIDP_MODEL_DISABLES,	/* config mode entered */
	MALIDP_MODEL_RESETS,	/* power lost */
	MALIDP_MODEL_FAULTS,	/* what the driver must not do */
	MALIDP_MODEL_COUNTERS
};

/* A register write that the driver did, by the offset from the first register. */
struct malidp_model_write {
	u32 offset;
	u32 value;
};

/* The instance of @product, which is 0x500, 0x550 or 0x650; NULL: not loaded. */
struct malidp_model *malidp_model_get(unsigned int product);
/* The card, NULL while no driver is bound. Valid until the driver is unbound. */
struct drm_device *malidp_model_drm(struct malidp_model *model);

void malidp_model_set(struct malidp_model *model, enum malidp_model_knob knob,
		      u32 value);
u32 malidp_model_count(struct malidp_model *model,
		       enum malidp_model_counter counter);
/* What the driver reads from the register at @offset; no access rule holds. */
u32 malidp_model_peek(struct malidp_model *model, u32 offset);

/* Copies the oldest @max writes since the last clear; Returns how many. */
unsigned int malidp_model_log(struct malidp_model *model,
			      struct malidp_model_write *writes,
			      unsigned int max);
void malidp_model_log_clear(struct malidp_model *model);

#endif
