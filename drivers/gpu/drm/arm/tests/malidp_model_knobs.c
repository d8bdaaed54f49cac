// SPDX-License-Identifier: GPL-2.0-only
/* Knobs, counters and the log, for tests in the kernel and in debugfs. */
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "malidp_model_internal.h"

static struct dentry *root;

static const char *const knob_names[MALIDP_MODEL_KNOBS] = {
	[MALIDP_MODEL_DROP] = "drop",
	[MALIDP_MODEL_DELAY] = "delay",
	[MALIDP_MODEL_SPURIOUS] = "spurious",
	[MALIDP_MODEL_AXI_ERROR] = "axi_error",
	[MALIDP_MODEL_OVERRUN] = "overrun",
	[MALIDP_MODEL_BUSY] = "busy",
	[MALIDP_MODEL_FREEZE] = "freeze",
	[MALIDP_MODEL_LATE_IRQ] = "late_irq",
	[MALIDP_MODEL_DROP_LATCH] = "drop_latch",
	[MALIDP_MODEL_DROP_VSYNC] = "drop_vsync",
	[MALIDP_MODEL_STRAY_LATCH] = "stray_latch",
	[MALIDP_MODEL_CONFIG_HANGS] = "config_hangs",
	[MALIDP_MODEL_EN_CLEARS] = "en_clears",
	[MALIDP_MODEL_ONESHOT_CLEARS] = "oneshot_clears",
	[MALIDP_MODEL_EN_IMMEDIATE] = "en_immediate",
	[MALIDP_MODEL_VALID_CLEARS] = "valid_clears",
	[MALIDP_MODEL_VALID_REPEATS] = "valid_repeats",
	[MALIDP_MODEL_REPEAT_RAISES] = "repeat_raises",
	[MALIDP_MODEL_EN_REARMS] = "en_rearms",
	[MALIDP_MODEL_LATCH_LAST] = "latch_last",
};

u32 malidp_model_knob(struct malidp_model *model, enum malidp_model_knob knob)
{
	return READ_ONCE(model->knobs[knob]);
}

/* Counts the knob down. Returns whether it acts. */
bool malidp_model_take(struct malidp_model *model, enum malidp_model_knob knob)
{
	u32 value = malidp_model_knob(model, knob);

	lockdep_assert_held(&model->lock);
	if (value)
		WRITE_ONCE(model->knobs[knob], value - 1);
	return value;
}

void malidp_model_set(struct malidp_model *model, enum malidp_model_knob knob,
		      u32 value)
{
	scoped_guard(spinlock_irqsave, &model->lock)
		WRITE_ONCE(model->knobs[knob], value);
}
EXPORT_SYMBOL_GPL(malidp_model_set);

u32 malidp_model_count(struct malidp_model *model,
		       enum malidp_model_counter counter)
{
	return READ_ONCE(model->counters[counter]);
}
EXPORT_SYMBOL_GPL(malidp_model_count);

static int faults_show(struct seq_file *file, void *unused)
{
	struct malidp_model *model = file->private;
	char text[sizeof(model->fault)];
	u32 count;

	scoped_guard(spinlock_irqsave, &model->lock) {
		count = model->counters[MALIDP_MODEL_FAULTS];
		strscpy(text, model->fault);
	}
	seq_printf(file, count ? "%u %s\n" : "%u\n", count, text);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(faults);

static int clocks_show(struct seq_file *file, void *unused)
{
	struct malidp_model *model = file->private;
	unsigned int i, on = 0;

	for (i = 0; i < MODEL_CLOCKS; i++)
		on += READ_ONCE(model->clocks[i].on);
	seq_printf(file, "%u\n", on);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(clocks);

static int log_show(struct seq_file *file, void *unused)
{
	struct malidp_model_write *writes;
	unsigned int i, count;

	writes = kvmalloc_array(MODEL_LOG_SIZE, sizeof(*writes), GFP_KERNEL);
	if (!writes)
		return -ENOMEM;
	count = malidp_model_log(file->private, writes, MODEL_LOG_SIZE);
	for (i = 0; i < count; i++)
		seq_printf(file, "W 0x%05x 0x%08x\n", writes[i].offset,
			   writes[i].value);
	kvfree(writes);
	return 0;
}

static ssize_t log_write(struct file *file, const char __user *data,
			 size_t len, loff_t *pos)
{
	struct seq_file *seq = file->private_data;

	malidp_model_log_clear(seq->private);
	return len;
}
DEFINE_SHOW_STORE_ATTRIBUTE(log);

void malidp_model_knobs_register(void)
{
	root = debugfs_create_dir("malidp-model", NULL);
}

void malidp_model_knobs_unregister(void)
{
	debugfs_remove(root);
}

void malidp_model_knobs_init(struct malidp_model *model)
{
	struct dentry *dir = debugfs_create_dir(model->info->name, root);
	u32 *counters = model->counters;
	unsigned int i;

	model->dir = dir;
	for (i = 0; i < MALIDP_MODEL_KNOBS; i++)
		debugfs_create_u32(knob_names[i], 0600, dir, &model->knobs[i]);
	debugfs_create_u32("frames", 0400, dir, &counters[MALIDP_MODEL_FRAMES]);
	debugfs_create_u32("writes", 0400, dir, &counters[MALIDP_MODEL_WRITES]);
	debugfs_create_u32("disables", 0400, dir, &counters[MALIDP_MODEL_DISABLES]);
	debugfs_create_u32("resets", 0400, dir, &counters[MALIDP_MODEL_RESETS]);
	debugfs_create_file("clocks", 0400, dir, model, &clocks_fops);
	debugfs_create_file("faults", 0400, dir, model, &faults_fops);
	debugfs_create_file("log", 0600, dir, model, &log_fops);
}

void malidp_model_knobs_fini(struct malidp_model *model)
{
	debugfs_remove(model->dir);
}
