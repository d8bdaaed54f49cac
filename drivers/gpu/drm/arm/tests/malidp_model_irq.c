// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of the modelled hardware. A line is high as long as a status bit
 * is set that the mask lets through; it is looked at again whenever the driver
 * writes to a register that decides, so what the driver leaves set comes again.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_sim.h>
#include <linux/irq_work.h>
#include <linux/irqdomain.h>
#include <linux/of.h>
#include <linux/random.h>

#include "../malidp_regs.h"
#include "malidp_model_internal.h"

/* A line that the driver can't get low must not keep it in the handler forever. */
#define REPEATS_PER_FRAME	16

static u32 stored(struct malidp_model *model, enum malidp_model_block block)
{
	return *malidp_model_reg(model, model->info->base[block] + MALIDP_REG_STATUS);
}

static u32 mask(struct malidp_model *model, enum malidp_model_block block)
{
	return *malidp_model_reg(model, model->info->base[block] + MALIDP_REG_MASKIRQ);
}

/* The core's status sums up those of the other blocks. */
static u32 summary(struct malidp_model *model)
{
	u32 bits = 0;

	if (stored(model, MODEL_DE) & mask(model, MODEL_DE))
		bits |= MALIDP550_DC_IRQ_DE;
	if (stored(model, MODEL_SE) & mask(model, MODEL_SE))
		bits |= MALIDP550_DC_IRQ_SE;
	return bits;
}

/* What reads as status: what was raised, and what shows a state. */
u32 malidp_model_status(struct malidp_model *model, enum malidp_model_block block)
{
	const struct malidp_model_info *info = model->info;
	u32 bits = stored(model, block);

	if (info->base[block] != info->base[MODEL_DC])
		return bits;
	if (info->has_clear_irq)
		bits |= summary(model);
	if (model->config_mode)
		bits |= info->config_req;
	return bits;
}

static u32 raised(struct malidp_model *model, enum malidp_model_block block)
{
	return malidp_model_status(model, block) & mask(model, block);
}

static bool is_high(struct malidp_model_line *line)
{
	struct malidp_model *model = line->model;

	if (line == &model->lines[MODEL_LINE_SE])
		return raised(model, MODEL_SE);
	return raised(model, MODEL_DE) || raised(model, MODEL_DC);
}

static void set_pending(struct malidp_model_line *line, bool pending)
{
	irq_set_irqchip_state(line->irq, IRQCHIP_STATE_PENDING, pending);
}

/* irq_sim would serve the line at the next tick, which may be a frame later. */
static enum hrtimer_restart line_rises(struct hrtimer *timer)
{
	struct malidp_model_line *line =
		container_of(timer, struct malidp_model_line, timer);

	scoped_guard(spinlock_irqsave, &line->model->lock)
		if (is_high(line))
			set_pending(line, true);
	irq_work_run();
	return HRTIMER_NORESTART;
}

/* How long until the processor sees that the line is high, in ns. */
static u32 latency(struct malidp_model *model)
{
	u32 period = min_t(s64, model->period, NSEC_PER_SEC);

	if (model->config_mode || !malidp_model_knob(model, MALIDP_MODEL_LATE_IRQ))
		return 0;
	return get_random_u32_inclusive(1, period);
}

static void line_update(struct malidp_model_line *line)
{
	if (!is_high(line)) {
		line->repeats = 0;
		hrtimer_try_to_cancel(&line->timer);
		set_pending(line, false);
	} else if (line->repeats++ < REPEATS_PER_FRAME &&
		   !hrtimer_is_queued(&line->timer)) {
		hrtimer_start(&line->timer, latency(line->model),
			      HRTIMER_MODE_REL_HARD);
	}
}

void malidp_model_lines_update(struct malidp_model *model)
{
	lockdep_assert_held(&model->lock);
	line_update(&model->lines[MODEL_LINE_DE]);
	line_update(&model->lines[MODEL_LINE_SE]);
}

/* A new frame: a line that stayed high is pending again. */
void malidp_model_lines_frame(struct malidp_model *model)
{
	model->lines[MODEL_LINE_DE].repeats = 0;
	model->lines[MODEL_LINE_SE].repeats = 0;
	malidp_model_lines_update(model);
}

void malidp_model_raise(struct malidp_model *model, enum malidp_model_block block,
			u32 bits)
{
	*malidp_model_reg(model, model->info->base[block] + MALIDP_REG_STATUS) |= bits;
	malidp_model_lines_update(model);
}

static int line_init(struct malidp_model *model, unsigned int i)
{
	struct malidp_model_line *line = &model->lines[i];
	struct of_phandle_args spec;
	int ret;

	ret = of_parse_phandle_with_args(model->node, "interrupts-extended",
					 "#interrupt-cells", i, &spec);
	if (ret)
		return ret;
	line->model = model;
	hrtimer_init(&line->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	line->timer.function = line_rises;
	line->domain = irq_domain_create_sim(of_fwnode_handle(spec.np), 1);
	of_node_put(spec.np);
	if (IS_ERR(line->domain))
		return PTR_ERR(line->domain);
	line->irq = irq_create_mapping(line->domain, 0);
	if (line->irq)
		return 0;
	irq_domain_remove_sim(line->domain);
	return -ENOMEM;
}

static void line_fini(struct malidp_model_line *line)
{
	hrtimer_cancel(&line->timer);
	irq_dispose_mapping(line->irq);
	irq_domain_remove_sim(line->domain);
}

int malidp_model_irq_init(struct malidp_model *model)
{
	int ret;

	ret = line_init(model, MODEL_LINE_DE);
	if (ret)
		return ret;
	ret = line_init(model, MODEL_LINE_SE);
	if (ret)
		line_fini(&model->lines[MODEL_LINE_DE]);
	return ret;
}

void malidp_model_irq_fini(struct malidp_model *model)
{
	line_fini(&model->lines[MODEL_LINE_SE]);
	line_fini(&model->lines[MODEL_LINE_DE]);
}
