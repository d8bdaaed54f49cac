// SPDX-License-Identifier: GPL-2.0-only
/*
 * The board that the modelled hardware is on: a device tree, the devices that
 * stand in it, and the addresses where their registers are.
 */
#include <linux/logic_iomem.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_graph.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "malidp_model_internal.h"

extern const u8 __dtbo_malidp_model_begin[], __dtbo_malidp_model_end[];

static int overlay;
static struct resource *region;

static unsigned long mmio_read(void *priv, unsigned int offset, int size)
{
	return malidp_model_reg_read(priv, offset, size);
}

static void mmio_write(void *priv, unsigned int offset, int size,
		       unsigned long value)
{
	malidp_model_reg_write(priv, offset, size, value);
}

static const struct logic_iomem_ops mmio_ops = {
	.read = mmio_read,
	.write = mmio_write,
};

static long mmio_map(unsigned long offset, size_t size,
		     const struct logic_iomem_ops **ops, void **priv)
{
	struct malidp_model *model = malidp_model_at(region->start + offset);

	if (!model || size > model->info->size)
		return -ENXIO;
	*ops = &mmio_ops;
	*priv = model;
	return 0;
}

static const struct logic_iomem_region_ops region_ops = { .map = mmio_map };

static int region_init(void)
{
	struct device_node *board = of_find_node_by_path("/malidp-model");
	struct device_node *node = of_get_child_by_name(board, "registers");
	int ret;

	region = kzalloc(sizeof(*region), GFP_KERNEL);
	if (!region)
		ret = -ENOMEM;
	else
		ret = of_address_to_resource(node, 0, region);
	of_node_put(node);
	of_node_put(board);
	if (!ret)
		ret = logic_iomem_add_region(region, &region_ops);
	if (ret)
		kfree(region);
	return ret;
}

/*
 * The list of regions can only grow: the one of a module that goes stays in
 * it, at an address where nobody looks, and the next load adds another.
 */
static void region_fini(void)
{
	release_resource(region);
	region->start = ~(resource_size_t)0;
	region->end = 0;
	region = NULL;
}

int malidp_model_board_init(void)
{
	int ret;

	ret = of_overlay_fdt_apply(__dtbo_malidp_model_begin,
				   __dtbo_malidp_model_end - __dtbo_malidp_model_begin,
				   &overlay, NULL);
	if (!ret)
		ret = region_init();
	if (ret)
		of_overlay_remove(&overlay);
	return ret;
}

void malidp_model_board_fini(void)
{
	region_fini();
	of_overlay_remove(&overlay);
}

struct device_node *malidp_model_board_find(const struct malidp_model_info *info)
{
	struct device_node *board = of_find_node_by_path("/malidp-model");
	struct device_node *node = of_get_compatible_child(board, info->compatible);

	of_node_put(board);
	return node;
}

static struct platform_device *create(struct device_node *node)
{
	struct platform_device *device = of_platform_device_create(node, NULL, NULL);

	of_node_put(node);
	return device;
}

/*
 * Open files, mappings and buffers keep the card, and that keeps the device: when
 * this has the last reference nobody needs our code and device tree any more.
 */
static void destroy(struct platform_device *device)
{
	struct device *dev = get_device(&device->dev);
	unsigned int waited;

	of_platform_device_destroy(dev, NULL);
	for (waited = 0; kref_read(&dev->kobj.kref) > 1; waited++) {
		if (waited == HZ)
			dev_notice(dev, "waiting until files that keep it are closed\n");
		schedule_timeout_idle(1);
	}
	put_device(dev);
}

/* The output is first: the display's driver waits for it else. */
int malidp_model_devices_init(struct malidp_model *model)
{
	int ret;

	model->output = create(of_graph_get_remote_node(model->node, 0, 0));
	if (!model->output)
		return -ENODEV;
	ret = malidp_model_output_init(model);
	if (ret)
		goto destroy_output;
	model->display = create(of_node_get(model->node));
	if (model->display)
		return 0;
	ret = -ENODEV;
	malidp_model_output_fini(model);
destroy_output:
	destroy(model->output);
	return ret;
}

void malidp_model_devices_fini(struct malidp_model *model)
{
	destroy(model->display);
	malidp_model_output_fini(model);
	destroy(model->output);
}
