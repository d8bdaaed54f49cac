// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the model of the Mali Display Processor: how its registers are
 * accessed, when they are latched, and which memory it reaches.
 *
 * The driver's display is off, but for the clocks, and its interrupts are masked;
 * the registers are accessed in the way that it does.
 */
#include <linux/clk.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/string.h>

#include <drm/drm_atomic_helper.h>
#include <drm/drm_device.h>

#include <kunit/test.h>

#include "../malidp_regs.h"
#include "malidp_model.h"
#include "malidp_model_internal.h"

#define WIDTH		64
#define HEIGHT		32
#define STRIDE		(WIDTH * 4)
#define SIZE		(STRIDE * HEIGHT)	/* two pages: no byte behind it */
#define UNTOUCHED	0xcc
/* The blanking makes a frame of about 5 ms. */
#define BLANK_WIDTH	500
#define BLANK_HEIGHT	200
#define FRAMES_MS	20
#define PATIENCE_MS	1000

struct product {
	const char *name;
	unsigned int product;
};

static const struct product products[] = {
	{ "dp500", 0x500 }, { "dp550", 0x550 }, { "dp650", 0x650 },
};

KUNIT_ARRAY_PARAM_DESC(product, products, name);

struct fixture {
	struct malidp_model *model;
	const struct malidp_model_info *info;
	struct device *dev;
	void __iomem *regs;
	struct clk *pxlclk;
	u32 faults;	/* before the test, which may cause some */
	atomic_t interrupts;
};

static u32 reg_read(struct fixture *f, u32 offset)
{
	return readl(f->regs + offset);
}

static void reg_write(struct fixture *f, u32 offset, u32 value)
{
	writel(value, f->regs + offset);
}

static u32 faults(struct fixture *f)
{
	return malidp_model_count(f->model, MALIDP_MODEL_FAULTS) - f->faults;
}

static u32 latched(struct fixture *f, u32 offset)
{
	u32 value;

	spin_lock_irq(&f->model->lock);
	value = malidp_model_latched(f->model, offset);
	spin_unlock_irq(&f->model->lock);

	return value;
}

static u32 se_reg(struct fixture *f, u32 reg)
{
	return f->info->base[MODEL_SE] + reg;
}

static u32 clear_reg(struct fixture *f)
{
	return se_reg(f, f->info->has_clear_irq ? MALIDP_REG_CLEARIRQ :
						  MALIDP_REG_STATUS);
}

/*
 * The display
 */

static bool in_config_mode(struct fixture *f)
{
	return reg_read(f, f->info->base[MODEL_DC] + MALIDP_REG_STATUS) &
	       f->info->config_req;
}

static void leave_config_mode(struct fixture *f)
{
	u32 timings = f->info->timings;

	reg_write(f, timings + MALIDP_DE_H_TIMINGS, BLANK_WIDTH);
	reg_write(f, timings + MALIDP_DE_V_TIMINGS, BLANK_HEIGHT);
	reg_write(f, timings + MALIDP_DE_HV_ACTIVE,
		  MALIDP_DE_H_ACTIVE(WIDTH) | MALIDP_DE_V_ACTIVE(HEIGHT));
	reg_write(f, f->info->dc_control, 0);
}

static bool enter_config_mode(struct fixture *f)
{
	int ms;

	reg_write(f, f->info->dc_control, f->info->config_req);
	for (ms = 0; ms < PATIENCE_MS && !in_config_mode(f); ms++)
		usleep_range(1000, 1100);

	return in_config_mode(f);
}

static void wait_for_frames(void)
{
	msleep(FRAMES_MS);
}

/*
 * Life of a test
 */

static void mask_all(struct fixture *f)
{
	int block;

	for (block = 0; block < MODEL_BLOCKS; block++)
		reg_write(f, f->info->base[block] + MALIDP_REG_MASKIRQ, 0);
}

static int map_registers(struct fixture *f)
{
	struct resource *resource =
		platform_get_resource(to_platform_device(f->dev), IORESOURCE_MEM, 0);

	f->regs = ioremap(resource->start, resource_size(resource));

	return f->regs ? 0 : -ENOMEM;
}

static int power_on(struct fixture *f)
{
	int ret = pm_runtime_resume_and_get(f->dev);

	if (ret)
		return ret;
	f->pxlclk = clk_get(f->dev, "pxlclk");
	ret = PTR_ERR_OR_ZERO(f->pxlclk);
	if (!ret)
		ret = clk_prepare_enable(f->pxlclk);

	return ret;
}

static int malidp_model_test_init(struct kunit *test)
{
	const struct product *product = test->param_value;
	struct malidp_model *model = malidp_model_get(product->product);
	struct fixture *f;

	if (!model || !malidp_model_drm(model))
		kunit_skip(test, "no model of %s, or no driver for it", product->name);
	f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f);
	f->model = model;
	f->info = model->info;
	f->dev = malidp_model_drm(model)->dev;
	f->faults = malidp_model_count(model, MALIDP_MODEL_FAULTS);
	KUNIT_ASSERT_EQ(test, map_registers(f), 0);
	drm_atomic_helper_shutdown(malidp_model_drm(model));
	KUNIT_ASSERT_EQ(test, power_on(f), 0);
	test->priv = f;
	KUNIT_ASSERT_TRUE(test, in_config_mode(f));
	mask_all(f);

	return 0;
}

/* The faults of the test are not the driver's: they are taken back. */
static void malidp_model_test_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	KUNIT_EXPECT_TRUE(test, enter_config_mode(f));
	clk_disable_unprepare(f->pxlclk);
	clk_put(f->pxlclk);
	pm_runtime_put_sync(f->dev);
	iounmap(f->regs);
	spin_lock_irq(&f->model->lock);
	f->model->counters[MALIDP_MODEL_FAULTS] = f->faults;
	spin_unlock_irq(&f->model->lock);
}

/*
 * Access
 */

/* Test that what identifies the product cannot be written. */
static void malidp_test_model_read_only(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 id = reg_read(f, f->info->core_id_reg);

	KUNIT_EXPECT_EQ(test, id, f->info->core_id);
	KUNIT_EXPECT_EQ(test, faults(f), 0);
	reg_write(f, f->info->core_id_reg, ~id);
	KUNIT_EXPECT_EQ(test, reg_read(f, f->info->core_id_reg), id);
	KUNIT_EXPECT_EQ(test, faults(f), 1);
	reg_write(f, f->info->config_id_reg, 0);
	KUNIT_EXPECT_EQ(test, reg_read(f, f->info->config_id_reg), f->info->config_id);
	KUNIT_EXPECT_EQ(test, faults(f), 2);
}

/* Test that a one clears its bit of the status, and a zero none. */
static void malidp_test_model_write_one(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 status = se_reg(f, MALIDP_REG_STATUS);

	reg_write(f, se_reg(f, MALIDP_REG_SETIRQ), 0x13);
	KUNIT_EXPECT_EQ(test, reg_read(f, status), 0x13);
	reg_write(f, clear_reg(f), 0);
	KUNIT_EXPECT_EQ(test, reg_read(f, status), 0x13);
	reg_write(f, clear_reg(f), 0x22);
	KUNIT_EXPECT_EQ(test, reg_read(f, status), 0x11);
	KUNIT_EXPECT_EQ(test, faults(f), 0);
}

/* Test that the status is only read where there is another register to clear it. */
static void malidp_test_model_status(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 status = se_reg(f, MALIDP_REG_STATUS);

	if (!f->info->has_clear_irq)
		kunit_skip(test, "the status is written to clear it");
	reg_write(f, se_reg(f, MALIDP_REG_SETIRQ), 0x1);
	reg_write(f, status, 0x1);
	KUNIT_EXPECT_EQ(test, reg_read(f, status), 0x1);
	KUNIT_EXPECT_EQ(test, faults(f), 1);
}

/* Test that a register which isn't there, or half of one, is a fault. */
static void malidp_test_model_no_register(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, reg_read(f, 0xa00), 0);
	KUNIT_EXPECT_EQ(test, faults(f), 1);
	writew(1, f->regs + f->info->mw_base);
	KUNIT_EXPECT_EQ(test, faults(f), 2);
	KUNIT_EXPECT_EQ(test, reg_read(f, f->info->mw_base), 0);
}

/* Test that nothing is read or written without the clock, and that is a fault. */
static void malidp_test_model_clocks_off(struct kunit *test)
{
	struct fixture *f = test->priv;

	pm_runtime_put_sync(f->dev);
	KUNIT_ASSERT_TRUE(test, pm_runtime_status_suspended(f->dev));
	KUNIT_EXPECT_EQ(test, faults(f), 0);
	KUNIT_EXPECT_EQ(test, reg_read(f, f->info->core_id_reg), 0);
	KUNIT_EXPECT_EQ(test, faults(f), 1);
	reg_write(f, f->info->mw_base, 1);
	KUNIT_EXPECT_EQ(test, faults(f), 2);
	KUNIT_ASSERT_EQ(test, pm_runtime_resume_and_get(f->dev), 0);
	KUNIT_EXPECT_EQ(test, reg_read(f, f->info->mw_base), 0);
	KUNIT_EXPECT_EQ(test, faults(f), 2);
}

/*
 * Interrupts
 */

static irqreturn_t count_interrupt(int irq, void *data)
{
	struct fixture *f = data;

	atomic_inc(&f->interrupts);

	return IRQ_HANDLED;
}

/* Whether one comes; the first of them is waited for. */
static bool comes(struct fixture *f)
{
	int ms;

	for (ms = 0; ms < FRAMES_MS && !atomic_read(&f->interrupts); ms++)
		usleep_range(1000, 1100);

	return atomic_xchg(&f->interrupts, 0);
}

/* Test that an interrupt comes again until its cause is cleared, or masked. */
static void malidp_test_model_level(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int irq = f->model->lines[MODEL_LINE_SE].irq;
	u32 mask = se_reg(f, MALIDP_REG_MASKIRQ);
	u32 nobodys = BIT(20);	/* the driver has no use for it, nor clears it */

	KUNIT_ASSERT_EQ(test, 0, request_irq(irq, count_interrupt, IRQF_SHARED,
					     "malidp-model-test", f));
	reg_write(f, se_reg(f, MALIDP_REG_SETIRQ), nobodys);
	KUNIT_EXPECT_FALSE(test, comes(f));
	reg_write(f, mask, nobodys);
	KUNIT_EXPECT_TRUE(test, comes(f));
	reg_write(f, clear_reg(f), ~nobodys);
	KUNIT_EXPECT_TRUE(test, comes(f));
	reg_write(f, clear_reg(f), nobodys);
	KUNIT_EXPECT_FALSE(test, comes(f));
	free_irq(irq, f);
}

/*
 * Latching
 */

/* Test that config mode is left at once, and entered at the end of a frame. */
static void malidp_test_model_config_mode(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 disables = malidp_model_count(f->model, MALIDP_MODEL_DISABLES);
	u32 frames;

	leave_config_mode(f);
	KUNIT_EXPECT_FALSE(test, in_config_mode(f));
	KUNIT_EXPECT_TRUE(test, enter_config_mode(f));
	KUNIT_EXPECT_EQ(test, disables + 1,
			malidp_model_count(f->model, MALIDP_MODEL_DISABLES));
	frames = malidp_model_count(f->model, MALIDP_MODEL_FRAMES);
	wait_for_frames();
	KUNIT_EXPECT_EQ(test, frames, malidp_model_count(f->model, MALIDP_MODEL_FRAMES));
	KUNIT_EXPECT_EQ(test, faults(f), 0);
}

/* Test that what was written takes effect with CONFIG_VALID only, which says so. */
static void malidp_test_model_latch(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 reg = f->info->mw_base + MALIDP_MW_P1_STRIDE;
	u32 status = f->info->base[MODEL_DC] + MALIDP_REG_STATUS;

	leave_config_mode(f);
	reg_write(f, reg, STRIDE);
	wait_for_frames();
	KUNIT_EXPECT_EQ(test, reg_read(f, reg), STRIDE);
	KUNIT_EXPECT_EQ(test, latched(f, reg), 0);
	KUNIT_EXPECT_EQ(test, reg_read(f, status) & f->info->dc_valid, 0);
	reg_write(f, f->info->config_valid, MALIDP_CFG_VALID);
	wait_for_frames();
	KUNIT_EXPECT_EQ(test, latched(f, reg), STRIDE);
	KUNIT_EXPECT_NE(test, reg_read(f, status) & f->info->dc_valid, 0);
}

/*
 * Memory
 */

struct memory {
	u8 *bytes;
	dma_addr_t addr;
};

static void alloc_memory(struct kunit *test, struct memory *memory)
{
	struct fixture *f = test->priv;

	memory->bytes = dma_alloc_coherent(f->dev, SIZE, &memory->addr, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, memory->bytes);
	memset(memory->bytes, UNTOUCHED, SIZE);
}

static void free_memory(struct fixture *f, struct memory *memory)
{
	dma_free_coherent(f->dev, SIZE, memory->bytes, memory->addr);
}

/* From the start to @end; behind it, the picture may be. */
static bool is_untouched(const struct memory *memory, size_t end)
{
	return !memchr_inv(memory->bytes, UNTOUCHED, end);
}

/* Returns the status of the engine some frames after it was told to write. */
static u32 write_picture(struct fixture *f, dma_addr_t addr)
{
	bool old = f->info->product == 0x500;
	u32 mw = f->info->mw_base;

	leave_config_mode(f);
	reg_write(f, MALIDP_DE_DISPLAY_FUNC, MALIDP_SCALE_ENGINE_EN);
	reg_write(f, mw + MALIDP_MW_FORMAT, old ? 0x04 : 0x10);
	reg_write(f, mw + MALIDP_MW_P1_PTR_LOW, lower_32_bits(addr));
	reg_write(f, mw + MALIDP_MW_P1_PTR_HIGH, upper_32_bits(addr));
	reg_write(f, mw + MALIDP_MW_P1_STRIDE, STRIDE);
	reg_write(f, old ? MALIDP500_SE_MEMWRITE_OUT_SIZE : MALIDP550_SE_MEMWRITE_OUT_SIZE,
		  MALIDP_DE_H_ACTIVE(WIDTH) | MALIDP_DE_V_ACTIVE(HEIGHT));
	reg_write(f, f->info->se_control, MALIDP_SE_MEMWRITE_EN | f->info->oneshot);
	reg_write(f, f->info->config_valid, MALIDP_CFG_VALID);
	wait_for_frames();

	return reg_read(f, se_reg(f, MALIDP_REG_STATUS));
}

/*
 * The picture goes to @offset bytes from the start of a buffer that it would fill,
 * and that another one follows.
 */
static void expect_write_at(struct kunit *test, size_t offset)
{
	struct fixture *f = test->priv;
	struct memory buffer, next;
	u32 status;

	alloc_memory(test, &buffer);
	alloc_memory(test, &next);
	status = write_picture(f, buffer.addr + offset);

	KUNIT_EXPECT_EQ(test, !!(status & f->info->se_axi_error), !!offset);
	KUNIT_EXPECT_TRUE(test, is_untouched(&buffer, min_t(size_t, offset, SIZE)));
	KUNIT_EXPECT_EQ(test, is_untouched(&buffer, SIZE), offset > SIZE);
	KUNIT_EXPECT_TRUE(test, is_untouched(&next, SIZE));
	KUNIT_EXPECT_TRUE(test, enter_config_mode(f));
	free_memory(f, &next);
	free_memory(f, &buffer);
	KUNIT_EXPECT_EQ(test, faults(f), 0);
}

/* Test that a picture which fits exactly is written. */
static void malidp_test_model_fits(struct kunit *test)
{
	expect_write_at(test, 0);
}

/* Test that one whose last line is half past the end fails there. */
static void malidp_test_model_past_end(struct kunit *test)
{
	expect_write_at(test, STRIDE / 2);
}

/* Test that one of which no line is in a buffer touches nothing. */
static void malidp_test_model_gap(struct kunit *test)
{
	expect_write_at(test, SIZE + STRIDE);
}

/* Test that memory which the engine may still write to is not to be freed. */
static void malidp_test_model_freed(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct memory buffer;

	alloc_memory(test, &buffer);
	malidp_model_set(f->model, MALIDP_MODEL_FREEZE, 1);
	write_picture(f, buffer.addr);
	free_memory(f, &buffer);
	KUNIT_EXPECT_EQ(test, faults(f), 1);
	KUNIT_EXPECT_TRUE(test, enter_config_mode(f));
	malidp_model_set(f->model, MALIDP_MODEL_FREEZE, 0);
}

static struct kunit_case malidp_model_tests[] = {
	KUNIT_CASE_PARAM(malidp_test_model_read_only, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_model_write_one, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_model_status, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_model_no_register, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_model_clocks_off, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_model_level, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_model_config_mode, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_model_latch, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_model_fits, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_model_past_end, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_model_gap, product_gen_params),
	KUNIT_CASE_PARAM(malidp_test_model_freed, product_gen_params),
	{ }
};

static struct kunit_suite malidp_model_suite = {
	.name = "malidp_model",
	.init = malidp_model_test_init,
	.exit = malidp_model_test_exit,
	.test_cases = malidp_model_tests,
};

kunit_test_suite(malidp_model_suite);

MODULE_DESCRIPTION("KUnit tests of the model of the Mali Display Processor");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: mali-dp");
