// SPDX-License-Identifier: GPL-2.0-only
/* The register file of the modelled hardware and its access rules. */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "../malidp_regs.h"
#include "malidp_model_internal.h"

static bool exists(const struct malidp_model_info *info, u32 offset)
{
	const struct malidp_model_range *range;

	for (range = info->ranges; range->last || range->first; range++)
		if (offset >= range->first && offset <= range->last)
			return true;
	return false;
}

static bool is_accessible(struct malidp_model *model, u32 offset, int size,
			  const char *what)
{
	if (!model->clocks[MODEL_PCLK].on)
		malidp_model_fault(model, "%s 0x%05x with pclk off", what, offset);
	else if (size != 4 || offset % 4)
		malidp_model_fault(model, "%s 0x%05x, %d bytes", what, offset, size);
	else if (!exists(model->info, offset))
		malidp_model_fault(model, "%s 0x%05x, which is no register", what, offset);
	else
		return true;
	return false;
}

/* The block whose interrupt register @reg is at @offset, else MODEL_BLOCKS. */
static enum malidp_model_block block_of(struct malidp_model *model, u32 offset,
					u32 reg)
{
	unsigned int block;

	for (block = 0; block < MODEL_BLOCKS; block++)
		if (offset == model->info->base[block] + reg)
			break;
	return block;
}

static u32 line_counter(struct malidp_model *model)
{
	u32 active = *malidp_model_reg(model, model->info->timings + MALIDP_DE_HV_ACTIVE);
	s64 left = ktime_to_ns(ktime_sub(model->frame_end, ktime_get()));

	if (model->config_mode || left <= 0 || left > model->period)
		return 0;
	return div64_s64((model->period - left) * (active >> 16), model->period);
}

static u32 value_of(struct malidp_model *model, u32 offset)
{
	enum malidp_model_block block = block_of(model, offset, MALIDP_REG_STATUS);

	if (block != MODEL_BLOCKS)
		return malidp_model_status(model, block);
	if (offset == model->info->line_counter)
		return line_counter(model);
	return *malidp_model_reg(model, offset);
}

/* A latch that is reported last comes when a handler has just looked for it. */
static void status_was_read(struct malidp_model *model, u32 offset)
{
	if (offset == model->info->base[MODEL_DC] + MALIDP_REG_STATUS)
		malidp_model_release_latch(model);
}

u32 malidp_model_reg_read(struct malidp_model *model, u32 offset, int size)
{
	u32 value = 0;

	scoped_guard(spinlock_irqsave, &model->lock) {
		if (!is_accessible(model, offset, size, "read of"))
			break;
		value = value_of(model, offset);
		status_was_read(model, offset);
	}
	return value;
}

static bool is_read_only(const struct malidp_model_info *info, u32 offset)
{
	return offset == info->core_id_reg || offset == info->config_id_reg ||
	       offset == info->line_counter;
}

/* Writes to the interrupt registers. Returns false if @offset is none. */
static bool write_irq(struct malidp_model *model, u32 offset, u32 value)
{
	bool clear_irq = model->info->has_clear_irq;
	u32 clear = clear_irq ? MALIDP_REG_CLEARIRQ : MALIDP_REG_STATUS;
	u32 *reg = malidp_model_reg(model, offset);

	if (block_of(model, offset, clear) != MODEL_BLOCKS)
		*malidp_model_reg(model, offset - clear + MALIDP_REG_STATUS) &= ~value;
	else if (block_of(model, offset, MALIDP_REG_STATUS) != MODEL_BLOCKS)
		malidp_model_fault(model, "write to the read-only 0x%05x", offset);
	else if (block_of(model, offset, MALIDP_REG_SETIRQ) != MODEL_BLOCKS)
		*malidp_model_reg(model, offset - MALIDP_REG_SETIRQ) |= value;
	else if (block_of(model, offset, MALIDP_REG_MASKIRQ) != MODEL_BLOCKS)
		*reg = value;
	else
		return false;
	malidp_model_lines_update(model);
	return true;
}

static void write_control(struct malidp_model *model, u32 offset, u32 value)
{
	const struct malidp_model_info *info = model->info;

	*malidp_model_reg(model, offset) = value;
	if (offset == info->config_valid)
		model->valid = value & MALIDP_CFG_VALID;
	else if (offset == info->se_control)
		malidp_model_engine_control(model, value);
	else if (offset == info->dc_control && model->config_mode &&
		 !(value & info->config_req))
		malidp_model_leave_config(model);
}

static void write_any(struct malidp_model *model, u32 offset, u32 value)
{
	malidp_model_log_add(model, offset, value);
	if (is_read_only(model->info, offset))
		malidp_model_fault(model, "write to the read-only 0x%05x", offset);
	else if (!write_irq(model, offset, value))
		write_control(model, offset, value);
}

void malidp_model_reg_write(struct malidp_model *model, u32 offset, int size,
			    u32 value)
{
	scoped_guard(spinlock_irqsave, &model->lock)
		if (is_accessible(model, offset, size, "write to"))
			write_any(model, offset, value);
}

u32 malidp_model_peek(struct malidp_model *model, u32 offset)
{
	u32 value = 0;

	scoped_guard(spinlock_irqsave, &model->lock)
		if (offset < model->info->size)
			value = value_of(model, offset);
	return value;
}
EXPORT_SYMBOL_GPL(malidp_model_peek);

/* Power-on: in config mode, with nothing enabled. Ends a frame that is on. */
void malidp_model_reset(struct malidp_model *model)
{
	const struct malidp_model_info *info = model->info;

	memset(model->regs, 0, info->size);
	memset(model->latched, 0, info->size);
	memset(&model->engine, 0, sizeof(model->engine));
	*malidp_model_reg(model, info->core_id_reg) = info->core_id;
	*malidp_model_reg(model, info->config_id_reg) = info->config_id;
	*malidp_model_reg(model, info->dc_control) = info->config_req;
	model->config_mode = true;
	model->valid = false;
	model->latch_held = false;
	model->generation++;
	malidp_model_lines_update(model);
}
