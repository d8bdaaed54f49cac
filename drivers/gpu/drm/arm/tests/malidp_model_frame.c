// SPDX-License-Identifier: GPL-2.0-only
/*
 * The display: a thread that sleeps from one frame's end to the next. At each
 * end the running write ends, then the registers are latched if CONFIG_VALID
 * was set, or config mode is entered if that was asked for.
 */
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "../malidp_regs.h"
#include "malidp_model_internal.h"

static u64 pixels_per_frame(struct malidp_model *model)
{
	const u32 *timings = malidp_model_reg(model, model->info->timings);
	u32 h = timings[MALIDP_DE_H_TIMINGS / 4], v = timings[MALIDP_DE_V_TIMINGS / 4];
	u32 sync = timings[MALIDP_DE_SYNC_WIDTH / 4];
	u32 active = timings[MALIDP_DE_HV_ACTIVE / 4];
	u32 width = (h & 0xfff) + (h >> 16 & 0x3ff) + (sync & 0x3ff) + (active & 0x1fff);
	u32 height = (v & model->info->v_front_porch) + (v >> 16 & 0xff) +
		     (sync >> 16 & 0xff) + (active >> 16 & 0x1fff);

	return (u64)width * height;
}

/* How long a frame is; 1/60 s if that can't be told. */
static s64 frame_period(struct malidp_model *model)
{
	const struct malidp_model_clock *clock = &model->clocks[MODEL_PXLCLK];
	u64 pixels = pixels_per_frame(model);

	if (!clock->on)
		malidp_model_fault(model, "config mode left with pxlclk off");
	else if (!pixels || !clock->rate)
		malidp_model_fault(model, "config mode left without timings");
	else
		return div64_u64(pixels * NSEC_PER_SEC, clock->rate);
	return NSEC_PER_SEC / 60;
}

static void copy_registers(struct malidp_model *model)
{
	memcpy(model->latched, model->regs, model->info->size);
	malidp_model_engine_latch(model);
}

void malidp_model_leave_config(struct malidp_model *model)
{
	model->config_mode = false;
	model->generation++;
	model->period = frame_period(model);
	model->frame_end = ktime_add_ns(ktime_get(), model->period);
	copy_registers(model);
	malidp_model_lines_update(model);
	wake_up_process(model->thread);
}

static void enter_config(struct malidp_model *model)
{
	model->config_mode = true;
	model->generation++;
	model->counters[MALIDP_MODEL_DISABLES]++;
	if (model->info->se_mode)
		malidp_model_raise(model, MODEL_SE, model->info->se_mode);
	malidp_model_raise(model, MODEL_DC, model->info->dc_mode);
}

void malidp_model_release_latch(struct malidp_model *model)
{
	if (!model->latch_held)
		return;
	model->latch_held = false;
	malidp_model_raise(model, MODEL_DC, model->info->dc_valid);
}

static enum hrtimer_restart release_latch(struct hrtimer *timer)
{
	struct malidp_model *model = container_of(timer, struct malidp_model, held_latch);

	scoped_guard(spinlock_irqsave, &model->lock)
		malidp_model_release_latch(model);
	return HRTIMER_NORESTART;
}

static void hold_latch(struct malidp_model *model)
{
	model->latch_held = true;
	hrtimer_start(&model->held_latch, model->period / 8, HRTIMER_MODE_REL);
}

static void report_latch(struct malidp_model *model)
{
	if (malidp_model_take(model, MALIDP_MODEL_DROP_LATCH))
		return;
	if (malidp_model_knob(model, MALIDP_MODEL_LATCH_LAST))
		hold_latch(model);
	else
		malidp_model_raise(model, MODEL_DC, model->info->dc_valid);
}

/* The registers take effect, whether CONFIG_VALID was written or still reads 1. */
static void latch(struct malidp_model *model)
{
	bool was_on = model->engine.on, repeats = !model->valid;

	copy_registers(model);
	if (malidp_model_knob(model, MALIDP_MODEL_VALID_CLEARS))
		*malidp_model_reg(model, model->info->config_valid) &= ~MALIDP_CFG_VALID;
	model->valid = false;
	if (repeats && !malidp_model_knob(model, MALIDP_MODEL_REPEAT_RAISES))
		return;
	report_latch(model);
	malidp_model_engine_latched(model, was_on);
}

static bool is_to_latch(struct malidp_model *model)
{
	u32 valid = *malidp_model_reg(model, model->info->config_valid);

	return model->valid ||
	       (valid & MALIDP_CFG_VALID &&
		malidp_model_knob(model, MALIDP_MODEL_VALID_REPEATS));
}

static void end_frame(struct malidp_model *model)
{
	u32 control = *malidp_model_reg(model, model->info->dc_control);

	model->counters[MALIDP_MODEL_FRAMES]++;
	malidp_model_engine_end(model);
	if (control & model->info->config_req &&
	    !malidp_model_knob(model, MALIDP_MODEL_CONFIG_HANGS)) {
		enter_config(model);
		return;
	}
	if (is_to_latch(model))
		latch(model);
	if (!malidp_model_take(model, MALIDP_MODEL_DROP_VSYNC))
		malidp_model_raise(model, MODEL_DE, model->info->de_vsync);
	malidp_model_lines_frame(model);
}

/* Frames keep their pace; one that was late by much starts a new one. */
static ktime_t next_end(struct malidp_model *model, ktime_t end)
{
	ktime_t now = ktime_get();

	if (ktime_after(now, ktime_add_ns(end, model->period / 4)))
		end = now;
	return ktime_add_ns(end, model->period);
}

/*
 * Sleeps until @time. Returns false at once when the frame ends before its
 * time: the registers were reset, or the model goes.
 */
bool malidp_model_sleep(struct malidp_model *model,
			const struct malidp_model_frame *frame, ktime_t time)
{
	while (!kthread_should_stop() &&
	       READ_ONCE(model->generation) == frame->generation) {
		set_current_state(TASK_IDLE);
		if (ktime_after(ktime_get(), time) || kthread_should_stop()) {
			__set_current_state(TASK_RUNNING);
			return !kthread_should_stop();
		}
		schedule_hrtimeout(&time, HRTIMER_MODE_ABS);
	}
	return false;
}

static bool begin_frame(struct malidp_model *model, struct malidp_model_frame *frame)
{
	frame->generation = model->generation;
	frame->period = model->period;
	frame->end = model->frame_end;
	if (model->config_mode)
		return false;
	malidp_model_engine_stray(model);
	return malidp_model_engine_begin(model);
}

/* Returns whether the engine writes in the frame. */
static bool begin(struct malidp_model *model, struct malidp_model_frame *frame)
{
	bool writes = false;

	scoped_guard(spinlock_irqsave, &model->lock)
		writes = begin_frame(model, frame);
	return writes;
}

static void end(struct malidp_model *model, const struct malidp_model_frame *frame)
{
	scoped_guard(spinlock_irqsave, &model->lock) {
		if (frame->generation != model->generation)
			break;
		end_frame(model);
		model->frame_end = next_end(model, frame->end);
	}
}

static void wait_for_display(struct malidp_model *model)
{
	set_current_state(TASK_IDLE);
	while (READ_ONCE(model->config_mode) && !kthread_should_stop()) {
		schedule();
		set_current_state(TASK_IDLE);
	}
	__set_current_state(TASK_RUNNING);
}

static int run(void *data)
{
	struct malidp_model *model = data;
	struct malidp_model_frame frame;

	while (!kthread_should_stop()) {
		wait_for_display(model);
		if (begin(model, &frame))
			malidp_model_engine_write(model, &frame);
		if (malidp_model_sleep(model, &frame, frame.end))
			end(model, &frame);
	}
	return 0;
}

int malidp_model_frame_init(struct malidp_model *model)
{
	struct task_struct *thread;

	hrtimer_init(&model->held_latch, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	model->held_latch.function = release_latch;
	thread = kthread_run(run, model, "%s-frames", model->info->name);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	model->thread = thread;
	return 0;
}

void malidp_model_frame_fini(struct malidp_model *model)
{
	kthread_stop(model->thread);
	hrtimer_cancel(&model->held_latch);
}
