// SPDX-License-Identifier: GPL-2.0-only
/*
 * What writeback.c drives: a stand-in for hardware that writes pictures
 *
 * It needs a frame's time for a picture, and raises an interrupt at the end. So
 * that errors can be seen without hardware that has them, the parameters of the
 * module make the engine fail, or lose its interrupt, for as many pictures.
 */

#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/string.h>

#include "writeback_engine.h"

#define FRAME_MS	16

static unsigned int failing;
module_param(failing, uint, 0644);
MODULE_PARM_DESC(failing, "For how many pictures the engine reports an error");

static unsigned int lost;
module_param(lost, uint, 0644);
MODULE_PARM_DESC(lost, "For how many pictures the interrupt is lost");

/* Counts the knob down. Returns whether it acts. */
static bool take(unsigned int *knob)
{
	unsigned int value = READ_ONCE(*knob);

	if (value)
		WRITE_ONCE(*knob, value - 1);

	return value;
}

static void write_picture(const struct wbs_copy *copy)
{
	const u8 *src = copy->src;
	u8 *dst = copy->dst;
	unsigned int i;

	for (i = 0; i < copy->lines; i++) {
		memcpy(dst, src, copy->len);
		src += copy->src_pitch;
		dst += copy->dst_pitch;
	}
}

/* Runs as an interrupt handler does. */
static enum hrtimer_restart end_of_frame(struct hrtimer *timer)
{
	struct wbs_engine *engine = container_of(timer, struct wbs_engine, timer);

	engine->status = take(&failing) ? -EIO : 0;
	if (!engine->status)
		write_picture(engine->copy);
	if (!take(&lost))
		engine->irq(engine);

	return HRTIMER_NORESTART;
}

void wbs_engine_init(struct wbs_engine *engine,
		     void (*irq)(struct wbs_engine *engine))
{
	hrtimer_init(&engine->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	engine->timer.function = end_of_frame;
	engine->irq = irq;
}

void wbs_engine_program(struct wbs_engine *engine, const struct wbs_copy *copy)
{
	engine->copy = copy;
}

void wbs_engine_start(struct wbs_engine *engine)
{
	hrtimer_start(&engine->timer, ms_to_ktime(FRAME_MS), HRTIMER_MODE_REL_HARD);
}

int wbs_engine_status(const struct wbs_engine *engine)
{
	return engine->status;
}

/* When this returns, the engine is idle and its interrupt handler has returned. */
void wbs_engine_stop(struct wbs_engine *engine)
{
	hrtimer_cancel(&engine->timer);
}
