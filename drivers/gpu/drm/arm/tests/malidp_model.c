// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: overview
 *
 * A model of the Mali Display Processors DP500, DP550 and DP650 on which their
 * driver runs as on hardware, from probe to picture. It is a board of its own:
 * a device tree overlay with clocks, interrupts, a display behind the port, and
 * memory that only buffers for the device are in. What the driver can tell from
 * its registers is modelled; of the pictures, what malidp_model_pixels.c says.
 *
 * Nothing of the driver is used but the names in malidp_regs.h, and nothing of
 * the DRM core but what a display needs, so other versions of both run on it.
 *
 * No reference manual was at hand. Not established, and what the model does:
 *
 * * Whether CONFIG_VALID clears itself: it does not; with valid_clears it reads
 *   0 after the latch. It is acted on once each time that it is written as 1;
 *   with valid_repeats, while it reads 1, the registers are latched at the end
 *   of each frame, without an interrupt, or with repeat_raises, with one.
 * * Whether MEMWRITE_EN and MEMWRITE_ONESHOT clear themselves after a one-shot
 *   write: they do not; with en_clears and oneshot_clears they do, unless
 *   SE_CONTROL was written with EN since.
 * * When clearing MEMWRITE_EN acts: at the next latch; with en_immediate at
 *   once, in the middle of a write (DP550, DP650).
 * * What asks for another one-shot picture: a latch after SE_CONTROL was
 *   written with EN set, whether EN was set before or not; with en_rearms each
 *   latch with EN set.
 * * Which of the interrupts of a frame's end is raised first: all at once; with
 *   latch_last that of the latch when the status has been read, else an eighth of
 *   a frame later.
 * * What the error bits mean: from their names. A write that meets an AXI error
 *   or overruns stops there and is not reported as completed; "busy" answers a
 *   request that is not served. On DP500 the next latch is reported in any case.
 * * When errors happen: only when a knob says so, or an address is not that of
 *   a buffer. Overlapping writes don't happen: a write ends with its frame.
 * * Which line the core's interrupts (DC) are on: that of the display engine,
 *   the summary bits of the other blocks included.
 * * GLOBAL in the status and mask of DP500: a bit like others that is never
 *   raised. CONF_MODE is raised when config mode is entered.
 * * Leaving config mode takes effect at once, latches without an interrupt, and
 *   starts a frame.
 *
 * Interrupts come through irq_sim. A line that the driver does not get low comes
 * again at once, but sixteen times in a frame only, so that the driver's other
 * code runs, too.
 *
 * Unloading waits for those who have the card open, or a buffer of it: what they
 * use is in this module.
 *
 * Each instance has a directory in debugfs, below malidp-model, with a file for
 * each knob (enum malidp_model_knob), and:
 *
 * * frames, writes, disables, resets: enum malidp_model_counter
 * * clocks: how many of the four are on
 * * faults: number, and the last one as text, of what hardware would not
 *   forgive: access with pclk off or to no register, writes to read-only ones,
 *   clocks off while the display is on, memory freed that may be written to
 * * log: the register writes, newest 4096; writing to it empties it
 *
 * drop (completion interrupts swallowed), delay (frames, up to 1023, that each is
 * held back), spurious (frames with a completion that nothing stands behind, at
 * a random time), axi_error, overrun and busy (requests that end so) act on the
 * completion bit of the product: EOW, or CONF_VALID of the scaling engine while
 * memory write is or was just enabled: at least two for each job of DP500. freeze
 * stops the memory-write engine and its interrupts; what it was asked for is done
 * afterwards, if still enabled. late_irq delivers each interrupt at a random time
 * within a frame. drop_latch and drop_vsync swallow interrupts of the display,
 * stray_latch adds some (frames, as spurious). config_hangs ignores requests for
 * config mode: frames go on, whatever the pixel clock does.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "malidp_model_internal.h"

static char *products[MODELS] = { "500", "550", "650" };
static unsigned int products_count = MODELS;
module_param_array(products, charp, &products_count, 0444);
MODULE_PARM_DESC(products, "Which to model (default: 500,550,650)");

static struct malidp_model *models[MODELS];

struct malidp_model *malidp_model_get(unsigned int product)
{
	unsigned int i;

	for (i = 0; i < MODELS; i++)
		if (models[i] && models[i]->info->product == product)
			return models[i];
	return NULL;
}
EXPORT_SYMBOL_GPL(malidp_model_get);

struct drm_device *malidp_model_drm(struct malidp_model *model)
{
	return platform_get_drvdata(model->display);
}
EXPORT_SYMBOL_GPL(malidp_model_drm);

/* The instance that @node is the device tree node of. */
struct malidp_model *malidp_model_of(struct device_node *node)
{
	unsigned int i;

	for (i = 0; node && i < MODELS; i++)
		if (models[i] && models[i]->node == node)
			return models[i];
	return NULL;
}

/* The instance whose registers start at that physical address. */
struct malidp_model *malidp_model_at(u64 start)
{
	unsigned int i;

	for (i = 0; i < MODELS; i++)
		if (models[i] && models[i]->start == start)
			return models[i];
	return NULL;
}

static void free_model(struct malidp_model *model)
{
	of_node_put(model->node);
	kvfree(model->log);
	kvfree(model->frame_regs);
	kvfree(model->latched);
	kvfree(model->regs);
	kfree(model);
}

static struct malidp_model *alloc_model(const struct malidp_model_info *info)
{
	struct malidp_model *model = kzalloc(sizeof(*model), GFP_KERNEL);

	if (!model)
		return NULL;
	model->info = info;
	spin_lock_init(&model->lock);
	malidp_model_memory_init(model);
	model->regs = kvzalloc(info->size, GFP_KERNEL);
	model->latched = kvzalloc(info->size, GFP_KERNEL);
	model->frame_regs = kvzalloc(info->size, GFP_KERNEL);
	model->log = kvcalloc(MODEL_LOG_SIZE, sizeof(*model->log), GFP_KERNEL);
	if (model->regs && model->latched && model->frame_regs && model->log)
		return model;
	free_model(model);
	return NULL;
}

static int find_node(struct malidp_model *model)
{
	struct resource registers;
	int ret;

	model->node = malidp_model_board_find(model->info);
	if (!model->node)
		return -ENODEV;
	ret = of_address_to_resource(model->node, 0, &registers);
	if (!ret)
		model->start = registers.start;
	return ret;
}

/* All but what the driver sees. */
static int start_model(struct malidp_model *model)
{
	int ret;

	ret = malidp_model_irq_init(model);
	if (ret)
		return ret;
	scoped_guard(spinlock_irqsave, &model->lock)
		malidp_model_reset(model);
	malidp_model_engine_init(model);
	ret = malidp_model_frame_init(model);
	if (ret)
		goto irq_fini;
	ret = malidp_model_clocks_init(model);
	if (!ret)
		return 0;
	malidp_model_frame_fini(model);
irq_fini:
	malidp_model_irq_fini(model);
	return ret;
}

static void stop_model(struct malidp_model *model)
{
	malidp_model_clocks_fini(model);
	malidp_model_frame_fini(model);
	malidp_model_engine_fini(model);
	malidp_model_irq_fini(model);
}

static int create_model(unsigned int i)
{
	struct malidp_model *model = alloc_model(&malidp_model_info[i]);
	int ret;

	if (!model)
		return -ENOMEM;
	ret = find_node(model);
	if (!ret)
		ret = start_model(model);
	if (ret) {
		free_model(model);
		return ret;
	}
	models[i] = model;
	malidp_model_knobs_init(model);
	ret = malidp_model_devices_init(model);
	if (!ret)
		return 0;
	malidp_model_knobs_fini(model);
	models[i] = NULL;
	stop_model(model);
	free_model(model);
	return ret;
}

/* The driver lets go of the device here; only then the model may end. */
static void destroy_model(unsigned int i)
{
	struct malidp_model *model = models[i];

	if (!model)
		return;
	malidp_model_devices_fini(model);
	malidp_model_knobs_fini(model);
	models[i] = NULL;
	stop_model(model);
	free_model(model);
}

static void destroy_models(void)
{
	unsigned int i;

	for (i = MODELS; i--;)
		destroy_model(i);
}

static int create_models(void)
{
	unsigned int i, j;
	int ret;

	for (i = 0; i < products_count; i++) {
		for (j = 0; j < MODELS; j++)
			if (!strcmp(products[i], malidp_model_info[j].name + strlen("dp")))
				break;
		ret = j < MODELS && !models[j] ? create_model(j) : -EINVAL;
		if (ret) {
			pr_err("malidp-model: products: cannot model %s; there are 500, 550, 650, once each (%d)\n",
			       products[i], ret);
			destroy_models();
			return ret;
		}
	}
	return 0;
}

static int __init malidp_model_init(void)
{
	int ret;

	ret = malidp_model_board_init();
	if (ret)
		return ret;
	ret = malidp_model_memory_register();
	if (ret)
		goto board_fini;
	malidp_model_knobs_register();
	ret = create_models();
	if (!ret)
		return 0;
	malidp_model_knobs_unregister();
	malidp_model_memory_unregister();
board_fini:
	malidp_model_board_fini();
	return ret;
}
module_init(malidp_model_init);

static void __exit malidp_model_exit(void)
{
	destroy_models();
	malidp_model_knobs_unregister();
	malidp_model_memory_unregister();
	malidp_model_board_fini();
}
module_exit(malidp_model_exit);

MODULE_DESCRIPTION("Register-level model of the Mali Display Processor");
MODULE_LICENSE("GPL");
