// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory-write engine. A write of SE_CONTROL with EN set asks for a
 * picture; the latch arms the engine, which then writes in the next frame: one
 * with ONESHOT, else each one until EN is latched clear. How a write ends is
 * decided when the engine is armed, so that what DP500 writes again ends alike.
 */
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../malidp_regs.h"
#include "malidp_model_internal.h"

static bool is_enabled(struct malidp_model *model)
{
	u32 control = malidp_model_latched(model, model->info->se_control);
	u32 function = malidp_model_latched(model, MALIDP_DE_DISPLAY_FUNC);

	return control & MALIDP_SE_MEMWRITE_EN && function & MALIDP_SCALE_ENGINE_EN;
}

static bool is_oneshot(struct malidp_model *model)
{
	return malidp_model_latched(model, model->info->se_control) &
	       model->info->oneshot;
}

static bool is_frozen(struct malidp_model *model)
{
	return malidp_model_knob(model, MALIDP_MODEL_FREEZE);
}

static bool rearms(struct malidp_model *model)
{
	return malidp_model_knob(model, MALIDP_MODEL_EN_REARMS);
}

static enum malidp_model_outcome draw_outcome(struct malidp_model *model)
{
	if (malidp_model_take(model, MALIDP_MODEL_BUSY))
		return MODEL_BUSY;
	if (malidp_model_take(model, MALIDP_MODEL_AXI_ERROR))
		return MODEL_AXI_ERROR;
	if (malidp_model_take(model, MALIDP_MODEL_OVERRUN))
		return MODEL_OVERRUN;
	return MODEL_WRITTEN;
}

/* The driver wrote @value to SE_CONTROL. */
void malidp_model_engine_control(struct malidp_model *model, u32 value)
{
	struct malidp_model_engine *engine = &model->engine;
	u32 *latched = &model->latched[model->info->se_control / 4];

	engine->asked = value & MALIDP_SE_MEMWRITE_EN;
	if (engine->asked || !model->info->oneshot ||
	    !malidp_model_knob(model, MALIDP_MODEL_EN_IMMEDIATE))
		return;
	*latched &= ~MALIDP_SE_MEMWRITE_EN;
	engine->on = false;
	engine->armed = false;
	engine->aborted = true;
}

/* The latched registers are new. */
void malidp_model_engine_latch(struct malidp_model *model)
{
	struct malidp_model_engine *engine = &model->engine;

	engine->on = is_enabled(model);
	if (!engine->on) {
		engine->armed = false;
	} else if (engine->asked || (is_oneshot(model) && rearms(model))) {
		engine->armed = true;
		engine->outcome = draw_outcome(model);
	}
	engine->asked = false;
}

static void raise_done(struct malidp_model *model)
{
	malidp_model_raise(model, MODEL_SE, model->info->se_done);
}

/* The bit of the frame that ends @ahead frames after the one that ends now. */
static unsigned int frame_bit(struct malidp_model *model, unsigned int ahead)
{
	return (model->counters[MALIDP_MODEL_FRAMES] + ahead) % (MODEL_DELAY_MAX + 1);
}

static void report_done(struct malidp_model *model)
{
	u32 delay = malidp_model_knob(model, MALIDP_MODEL_DELAY);

	if (malidp_model_take(model, MALIDP_MODEL_DROP))
		return;
	if (delay)
		__set_bit(frame_bit(model, min(delay, MODEL_DELAY_MAX)),
			  model->engine.held);
	else
		raise_done(model);
}

/*
 * DP500 tells of a latch, and its driver of a completion by that: the knobs act
 * on it when the engine is on, or was until now.
 */
void malidp_model_engine_latched(struct malidp_model *model, bool was_on)
{
	if (!model->info->se_valid || is_frozen(model))
		return;
	if (was_on || model->engine.on)
		report_done(model);
	else
		malidp_model_raise(model, MODEL_SE, model->info->se_valid);
}

/* A frame begins. Returns whether the engine writes in it. */
bool malidp_model_engine_begin(struct malidp_model *model)
{
	struct malidp_model_engine *engine = &model->engine;

	if (!engine->armed || is_frozen(model))
		return false;
	if (engine->outcome == MODEL_BUSY) {
		engine->armed = false;
		malidp_model_raise(model, MODEL_SE, model->info->se_busy);
		return false;
	}
	memcpy(model->frame_regs, model->latched, model->info->size);
	engine->writing = true;
	engine->aborted = false;
	return true;
}

static int size_picture(struct malidp_model *model)
{
	u32 active = model->frame_regs[(model->info->timings + MALIDP_DE_HV_ACTIVE) / 4];
	struct malidp_model_picture *picture = &model->picture;
	u32 width = active & 0x1fff, height = active >> 16 & 0x1fff;

	if (picture->pixels && picture->width == width && picture->height == height)
		return 0;
	kvfree(picture->pixels);
	picture->width = width;
	picture->height = height;
	picture->pixels = kvcalloc(height, array_size(width, 4), GFP_KERNEL);
	return picture->pixels ? 0 : -ENOMEM;
}

static void failed(struct malidp_model *model, enum malidp_model_block block,
		   u32 bit, enum malidp_model_outcome outcome)
{
	scoped_guard(spinlock_irqsave, &model->lock) {
		if (block == MODEL_SE && model->engine.writing)
			model->engine.outcome = outcome;
		malidp_model_raise(model, block, bit);
	}
}

static void compose(struct malidp_model *model, const struct malidp_model_bus *bus)
{
	if (malidp_model_compose(model->info->product, model->frame_regs, bus,
				 &model->picture))
		failed(model, MODEL_DE, model->info->de_axi_error, 0);
}

/* A frozen engine does not finish a picture; it begins again later. */
static bool goes_on(struct malidp_model *model)
{
	struct malidp_model_engine *engine = &model->engine;
	bool writing = false;

	scoped_guard(spinlock_irqsave, &model->lock) {
		if (engine->aborted || is_frozen(model))
			engine->writing = false;
		writing = engine->writing;
	}
	return writing;
}

/* Returns false if the engine is not to write on. */
static bool store(struct malidp_model *model, const struct malidp_model_bus *bus,
		  unsigned int first, unsigned int lines)
{
	if (!goes_on(model))
		return false;
	if (!malidp_model_store(model->info->product, model->frame_regs, bus,
				&model->picture, first, lines))
		return true;
	failed(model, MODEL_SE, model->info->se_axi_error, MODEL_AXI_ERROR);
	return false;
}

/* Returns true if the write fails as it was told to. */
static bool fail_as_told(struct malidp_model *model)
{
	const struct malidp_model_info *info = model->info;
	enum malidp_model_outcome outcome = READ_ONCE(model->engine.outcome);

	if (outcome == MODEL_AXI_ERROR)
		failed(model, MODEL_SE, info->se_axi_error, outcome);
	else if (outcome == MODEL_OVERRUN)
		failed(model, MODEL_SE, info->se_overrun, outcome);
	return outcome != MODEL_WRITTEN;
}

/* The first half at once, the second shortly before the end of the frame. */
void malidp_model_engine_write(struct malidp_model *model,
			       const struct malidp_model_frame *frame)
{
	struct malidp_model_bus bus = { malidp_model_memory_map, model };
	unsigned int half;

	if (size_picture(model)) {
		failed(model, MODEL_SE, model->info->se_overrun, MODEL_OVERRUN);
		return;
	}
	half = round_up(model->picture.height / 2, 2);
	scoped_guard(mutex, &model->memory_lock) {
		compose(model, &bus);
		if (!store(model, &bus, 0, half))
			return;
	}
	if (fail_as_told(model))
		return;
	if (!malidp_model_sleep(model, frame, ktime_sub_ns(frame->end, frame->period / 8)))
		return;
	guard(mutex)(&model->memory_lock);
	store(model, &bus, half, model->picture.height - half);
}

/* After a one-shot write bits may read back 0, unless written meanwhile. */
static void clear_bits(struct malidp_model *model)
{
	u32 bits = 0;

	if (malidp_model_knob(model, MALIDP_MODEL_EN_CLEARS))
		bits |= MALIDP_SE_MEMWRITE_EN;
	if (malidp_model_knob(model, MALIDP_MODEL_ONESHOT_CLEARS))
		bits |= model->info->oneshot;
	if (!model->engine.asked)
		*malidp_model_reg(model, model->info->se_control) &= ~bits;
}

/* The frame ends; so does the write in it. A frozen one starts again later. */
void malidp_model_engine_end(struct malidp_model *model)
{
	struct malidp_model_engine *engine = &model->engine;

	if (__test_and_clear_bit(frame_bit(model, 0), engine->held) &&
	    !is_frozen(model))
		raise_done(model);
	if (!engine->writing)
		return;
	engine->writing = false;
	if (engine->aborted || is_frozen(model))
		return;
	if (is_oneshot(model)) {
		engine->armed = false;
		clear_bits(model);
	}
	if (engine->outcome != MODEL_WRITTEN)
		return;
	model->counters[MALIDP_MODEL_WRITES]++;
	if (!model->info->se_valid)
		report_done(model);
}

static enum hrtimer_restart stray(struct hrtimer *timer)
{
	struct malidp_model *model = container_of(timer, struct malidp_model, stray);

	scoped_guard(spinlock_irqsave, &model->lock)
		if (!model->config_mode)
			raise_done(model);
	return HRTIMER_NORESTART;
}

static enum hrtimer_restart stray_latch(struct hrtimer *timer)
{
	struct malidp_model *model = container_of(timer, struct malidp_model, stray_latch);

	scoped_guard(spinlock_irqsave, &model->lock)
		if (!model->config_mode)
			malidp_model_raise(model, MODEL_DC, model->info->dc_valid);
	return HRTIMER_NORESTART;
}

static void start_in_frame(struct malidp_model *model, struct hrtimer *timer)
{
	u32 period = min_t(s64, model->period, NSEC_PER_SEC);

	hrtimer_start(timer, get_random_u32_inclusive(1, period), HRTIMER_MODE_REL);
}

/* A frame begins: maybe one with interrupts that nothing stands behind. */
void malidp_model_engine_stray(struct malidp_model *model)
{
	if (malidp_model_take(model, MALIDP_MODEL_SPURIOUS))
		start_in_frame(model, &model->stray);
	if (malidp_model_take(model, MALIDP_MODEL_STRAY_LATCH))
		start_in_frame(model, &model->stray_latch);
}

static bool is_within(u64 at, u64 addr, size_t len)
{
	return at >= addr && at - addr < len;
}

static bool points_into(struct malidp_model *model, const u32 *regs, u64 addr,
			size_t len)
{
	const u32 *mw = &regs[model->info->mw_base / 4];
	u64 p1 = mw[MALIDP_MW_P1_PTR_LOW / 4] | (u64)mw[MALIDP_MW_P1_PTR_HIGH / 4] << 32;
	u64 p2 = mw[MALIDP_MW_P2_PTR_LOW / 4] | (u64)mw[MALIDP_MW_P2_PTR_HIGH / 4] << 32;
	bool two = mw[MALIDP_MW_FORMAT / 4] == model->info->two_planes;

	return is_within(p1, addr, len) || (two && is_within(p2, addr, len));
}

/*
 * Whether it writes, or will without being asked again, to @len bytes at @addr.
 * What was asked for before config mode does not survive it.
 */
bool malidp_model_engine_may_write(struct malidp_model *model, u64 addr, size_t len)
{
	struct malidp_model_engine *engine = &model->engine;

	return (engine->armed && !model->config_mode &&
		points_into(model, model->latched, addr, len)) ||
	       (engine->writing && !engine->aborted &&
		points_into(model, model->frame_regs, addr, len));
}

void malidp_model_engine_init(struct malidp_model *model)
{
	hrtimer_init(&model->stray, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	model->stray.function = stray;
	hrtimer_init(&model->stray_latch, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	model->stray_latch.function = stray_latch;
}

void malidp_model_engine_fini(struct malidp_model *model)
{
	hrtimer_cancel(&model->stray);
	hrtimer_cancel(&model->stray_latch);
	kvfree(model->picture.pixels);
}
