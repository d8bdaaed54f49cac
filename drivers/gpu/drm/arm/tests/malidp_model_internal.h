/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MALIDP_MODEL_INTERNAL_H
#define MALIDP_MODEL_INTERNAL_H

#include <linux/bitmap.h>
#include <linux/clk-provider.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "malidp_model.h"
#include "malidp_model_pixels.h"

struct dentry;
struct device;
struct device_node;
struct irq_domain;
struct platform_device;
struct task_struct;

/* The blocks that have interrupt registers; DC and DE are one on DP500. */
enum malidp_model_block { MODEL_DE, MODEL_SE, MODEL_DC, MODEL_BLOCKS };

/* The interrupt lines: DE carries DC, too. */
enum { MODEL_LINE_DE, MODEL_LINE_SE, MODEL_LINES };

enum { MODEL_PXLCLK, MODEL_MCLK, MODEL_ACLK, MODEL_PCLK, MODEL_CLOCKS };

/* Registers that exist, from @first to @last, by offset. */
struct malidp_model_range {
	u16 first, last;
};

/* What the products differ in. */
struct malidp_model_info {
	const char *name;
	const char *compatible;
	unsigned int product;
	u32 size;
	u32 core_id, config_id;
	u64 memory;		/* device address of the first buffer */

	/* registers, by offset */
	u16 base[MODEL_BLOCKS];
	u16 core_id_reg, config_id_reg, line_counter;
	u16 dc_control, config_valid, timings;
	u16 se_control, mw_base;
	bool has_clear_irq;
	const struct malidp_model_range *ranges;

	/* bits */
	u32 config_req;		/* in DC_CONTROL and in the status of DC */
	u32 v_front_porch;
	u32 de_vsync, de_axi_error;
	u32 dc_valid, dc_mode;
	u32 se_valid, se_mode;	/* 0: has none */
	u32 se_done;		/* what the driver takes for a completion */
	u32 se_axi_error, se_overrun, se_busy;
	u32 oneshot;		/* 0: has none */
	u32 two_planes;		/* format id */
};

#define MODELS 3

extern const struct malidp_model_info malidp_model_info[MODELS];

struct malidp_model_line {
	struct malidp_model *model;
	struct irq_domain *domain;
	unsigned int irq;
	unsigned int repeats;	/* high after a write, since low or the frame's begin */
	struct hrtimer timer;	/* when the processor sees that it is high */
};

struct malidp_model_clock {
	struct clk_hw hw;
	struct malidp_model *model;
	unsigned long rate;
	bool on;
};

/* How a write ends. */
enum malidp_model_outcome { MODEL_WRITTEN, MODEL_AXI_ERROR, MODEL_OVERRUN, MODEL_BUSY };

/* Frames that a completion can be held back. */
#define MODEL_DELAY_MAX 1023

/* The memory-write engine; protected by malidp_model.lock. */
struct malidp_model_engine {
	bool asked;		/* SE_CONTROL was written with EN since the last latch */
	bool on;		/* the latched registers enable it */
	bool armed;		/* it writes in the next frame */
	bool writing;		/* it writes in this frame */
	bool aborted;
	enum malidp_model_outcome outcome;
	/* completions held back: a bit for each frame to come, modulo the size */
	DECLARE_BITMAP(held, MODEL_DELAY_MAX + 1);
};

#define MODEL_LOG_SIZE 4096

struct malidp_model {
	const struct malidp_model_info *info;
	struct device_node *node;
	u64 start;		/* physical address of the registers */
	struct platform_device *display, *output;
	struct dentry *dir;

	/* Protects all below but the thread's and the memory's; hard interrupt. */
	spinlock_t lock;
	u32 *regs, *latched;
	struct malidp_model_line lines[MODEL_LINES];
	struct malidp_model_clock clocks[MODEL_CLOCKS];
	struct malidp_model_engine engine;
	struct hrtimer stray, stray_latch, held_latch;
	u32 knobs[MALIDP_MODEL_KNOBS];
	u32 counters[MALIDP_MODEL_COUNTERS];
	char fault[80];
	struct malidp_model_write *log;
	unsigned int logged;	/* since the last clear */

	/* The display. A change of generation ends a frame before its time. */
	bool config_mode;
	bool valid;		/* CONFIG_VALID was set and not yet acted on */
	bool latch_held;	/* back, its interrupt is raised a bit later */
	unsigned int generation;
	s64 period;
	ktime_t frame_end;

	/* The thread's own. */
	struct task_struct *thread;
	u32 *frame_regs;
	struct malidp_model_picture picture;

	/* Memory that the bus reaches. */
	struct mutex memory_lock;
	struct list_head buffers;
	u64 next_address;
};

static inline u32 *malidp_model_reg(struct malidp_model *model, u32 offset)
{
	return &model->regs[offset / 4];
}

static inline u32 malidp_model_latched(struct malidp_model *model, u32 offset)
{
	return model->latched[offset / 4];
}

/* malidp_model.c */
struct malidp_model *malidp_model_of(struct device_node *node);
struct malidp_model *malidp_model_at(u64 start);

/* malidp_model_board.c */
int malidp_model_board_init(void);
void malidp_model_board_fini(void);
struct device_node *malidp_model_board_find(const struct malidp_model_info *info);
int malidp_model_devices_init(struct malidp_model *model);
void malidp_model_devices_fini(struct malidp_model *model);

/* malidp_model_clock.c */
int malidp_model_clocks_init(struct malidp_model *model);
void malidp_model_clocks_fini(struct malidp_model *model);

/* malidp_model_memory.c */
void malidp_model_memory_init(struct malidp_model *model);
int malidp_model_memory_register(void);
void malidp_model_memory_unregister(void);
void *malidp_model_memory_map(void *model, u64 addr, size_t len);

/* malidp_model_output.c */
int malidp_model_output_init(struct malidp_model *model);
void malidp_model_output_fini(struct malidp_model *model);

/* malidp_model_regs.c: the caller of all but read and write holds the lock. */
u32 malidp_model_reg_read(struct malidp_model *model, u32 offset, int size);
void malidp_model_reg_write(struct malidp_model *model, u32 offset, int size,
			    u32 value);
void malidp_model_reset(struct malidp_model *model);

/* malidp_model_log.c: the caller holds the lock. */
void malidp_model_log_add(struct malidp_model *model, u32 offset, u32 value);
__printf(2, 3)
void malidp_model_fault(struct malidp_model *model, const char *format, ...);

/* malidp_model_irq.c: the caller of all but init and fini holds the lock. */
int malidp_model_irq_init(struct malidp_model *model);
void malidp_model_irq_fini(struct malidp_model *model);
u32 malidp_model_status(struct malidp_model *model, enum malidp_model_block block);
void malidp_model_raise(struct malidp_model *model, enum malidp_model_block block,
			u32 bits);
void malidp_model_lines_update(struct malidp_model *model);
void malidp_model_lines_frame(struct malidp_model *model);

/* malidp_model_frame.c: the caller of leave and release holds the lock. */
int malidp_model_frame_init(struct malidp_model *model);
void malidp_model_frame_fini(struct malidp_model *model);
void malidp_model_leave_config(struct malidp_model *model);
void malidp_model_release_latch(struct malidp_model *model);
struct malidp_model_frame {
	unsigned int generation;
	s64 period;
	ktime_t end;
};

bool malidp_model_sleep(struct malidp_model *model,
			const struct malidp_model_frame *frame, ktime_t time);

/* malidp_model_engine.c: the caller of all but write holds the lock. */
void malidp_model_engine_init(struct malidp_model *model);
void malidp_model_engine_fini(struct malidp_model *model);
void malidp_model_engine_latch(struct malidp_model *model);
void malidp_model_engine_latched(struct malidp_model *model, bool was_on);
void malidp_model_engine_control(struct malidp_model *model, u32 value);
bool malidp_model_engine_begin(struct malidp_model *model);
void malidp_model_engine_write(struct malidp_model *model,
			       const struct malidp_model_frame *frame);
void malidp_model_engine_end(struct malidp_model *model);
void malidp_model_engine_stray(struct malidp_model *model);
bool malidp_model_engine_may_write(struct malidp_model *model, u64 addr, size_t len);

/* malidp_model_knobs.c: the caller of knob and take holds the lock. */
u32 malidp_model_knob(struct malidp_model *model, enum malidp_model_knob knob);
bool malidp_model_take(struct malidp_model *model, enum malidp_model_knob knob);
void malidp_model_knobs_register(void);
void malidp_model_knobs_unregister(void);
void malidp_model_knobs_init(struct malidp_model *model);
void malidp_model_knobs_fini(struct malidp_model *model);

#endif
