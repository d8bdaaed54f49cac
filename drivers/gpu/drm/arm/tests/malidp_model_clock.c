// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clocks of the modelled hardware. The pixel clock takes any rate exactly;
 * the others run fast enough for every mode. Registers are lost when the three
 * that the driver gates on suspend are off, as if the power went, too.
 */
#include <linux/clk-provider.h>
#include <linux/of.h>
#include <linux/slab.h>

#include "malidp_model_internal.h"

static const struct {
	const char *name;
	unsigned long rate;
} clocks[] = {
	[MODEL_PXLCLK] = { "pxlclk", 25175000 },
	[MODEL_MCLK] = { "mclk", 1000000000 },
	[MODEL_ACLK] = { "aclk", 1000000000 },
	[MODEL_PCLK] = { "pclk", 100000000 },
};

static struct malidp_model_clock *to_clock(struct clk_hw *hw)
{
	return container_of(hw, struct malidp_model_clock, hw);
}

static bool is_powered(struct malidp_model *model)
{
	return model->clocks[MODEL_MCLK].on || model->clocks[MODEL_ACLK].on ||
	       model->clocks[MODEL_PCLK].on;
}

static int clock_enable(struct clk_hw *hw)
{
	struct malidp_model_clock *clock = to_clock(hw);

	scoped_guard(spinlock_irqsave, &clock->model->lock)
		clock->on = true;
	return 0;
}

static void clock_disable(struct clk_hw *hw)
{
	struct malidp_model_clock *clock = to_clock(hw);
	struct malidp_model *model = clock->model;

	scoped_guard(spinlock_irqsave, &model->lock) {
		clock->on = false;
		if (!model->config_mode &&
		    !malidp_model_knob(model, MALIDP_MODEL_CONFIG_HANGS))
			malidp_model_fault(model, "%s off while the display is on",
					   clocks[clock - model->clocks].name);
		if (is_powered(model))
			break;
		malidp_model_reset(model);
		model->counters[MALIDP_MODEL_RESETS]++;
	}
}

static int clock_is_enabled(struct clk_hw *hw)
{
	return READ_ONCE(to_clock(hw)->on);
}

static unsigned long clock_recalc_rate(struct clk_hw *hw, unsigned long parent)
{
	return to_clock(hw)->rate;
}

static int clock_determine_rate(struct clk_hw *hw, struct clk_rate_request *req)
{
	struct malidp_model_clock *clock = to_clock(hw);

	if (clock != &clock->model->clocks[MODEL_PXLCLK])
		req->rate = clock->rate;
	return 0;
}

static int clock_set_rate(struct clk_hw *hw, unsigned long rate,
			  unsigned long parent)
{
	struct malidp_model_clock *clock = to_clock(hw);

	scoped_guard(spinlock_irqsave, &clock->model->lock)
		clock->rate = rate;
	return 0;
}

static const struct clk_ops clock_ops = {
	.enable = clock_enable,
	.disable = clock_disable,
	.is_enabled = clock_is_enabled,
	.recalc_rate = clock_recalc_rate,
	.determine_rate = clock_determine_rate,
	.set_rate = clock_set_rate,
};

static int clock_register(struct malidp_model *model, unsigned int i)
{
	struct malidp_model_clock *clock = &model->clocks[i];
	struct clk_init_data init = { .ops = &clock_ops };
	int ret;

	init.name = kasprintf(GFP_KERNEL, "%s-%s", model->info->name,
			      clocks[i].name);
	if (!init.name)
		return -ENOMEM;
	clock->model = model;
	clock->rate = clocks[i].rate;
	clock->hw.init = &init;
	ret = clk_hw_register(NULL, &clock->hw);
	kfree(init.name);
	return ret;
}

static struct clk_hw *clock_get(struct of_phandle_args *spec, void *data)
{
	struct malidp_model *model = data;
	unsigned int i = spec->args[0];

	return i < MODEL_CLOCKS ? &model->clocks[i].hw : ERR_PTR(-EINVAL);
}

int malidp_model_clocks_init(struct malidp_model *model)
{
	struct device_node *node = of_parse_phandle(model->node, "clocks", 0);
	unsigned int i;
	int ret = 0;

	for (i = 0; i < MODEL_CLOCKS && !ret; i++)
		ret = clock_register(model, i);
	if (!ret)
		ret = of_clk_add_hw_provider(node, clock_get, model);
	else
		i--;
	of_node_put(node);
	if (!ret)
		return 0;
	while (i--)
		clk_hw_unregister(&model->clocks[i].hw);
	return ret;
}

void malidp_model_clocks_fini(struct malidp_model *model)
{
	struct device_node *node = of_parse_phandle(model->node, "clocks", 0);
	unsigned int i;

	of_clk_del_provider(node);
	of_node_put(node);
	for (i = 0; i < MODEL_CLOCKS; i++)
		clk_hw_unregister(&model->clocks[i].hw);
}
