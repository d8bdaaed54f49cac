/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WRITEBACK_ENGINE_H
#define WRITEBACK_ENGINE_H

#include <linux/hrtimer.h>
#include <linux/types.h>

/* What the engine is told to write, and from where. */
struct wbs_copy {
	const void *src;
	void *dst;
	unsigned int src_pitch, dst_pitch;
	unsigned int len;	/* of a line, in bytes */
	unsigned int lines;
};

/* In place of registers and an interrupt line. */
struct wbs_engine {
	struct hrtimer timer;
	const struct wbs_copy *copy;
	int status;
	void (*irq)(struct wbs_engine *engine);
};

void wbs_engine_init(struct wbs_engine *engine,
		     void (*irq)(struct wbs_engine *engine));
void wbs_engine_program(struct wbs_engine *engine, const struct wbs_copy *copy);
void wbs_engine_start(struct wbs_engine *engine);
int wbs_engine_status(const struct wbs_engine *engine);
void wbs_engine_stop(struct wbs_engine *engine);

#endif
