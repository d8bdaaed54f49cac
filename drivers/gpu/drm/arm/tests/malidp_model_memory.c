// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory as the modelled hardware sees it: buffers at device addresses of the
 * model's own, with gaps, so that an address beside a buffer is an AXI error
 * and reaches nothing. Addresses are handed out upwards and not again at once.
 */
#include <linux/dma-map-ops.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "malidp_model_internal.h"

#define GAP	SZ_64K
#define SPACE	SZ_1G

struct buffer {
	struct list_head node;
	u64 addr;
	size_t size;
	void *memory;
};

static bool overlaps(const struct buffer *buffer, u64 addr, size_t size)
{
	return addr < buffer->addr + buffer->size + GAP &&
	       buffer->addr < addr + size + GAP;
}

static struct buffer *find_overlap(struct malidp_model *model, u64 addr,
				   size_t size)
{
	struct buffer *buffer;

	list_for_each_entry(buffer, &model->buffers, node)
		if (overlaps(buffer, addr, size))
			return buffer;
	return NULL;
}

/* Returns 0 if there is no room. */
static u64 find_space(struct malidp_model *model, size_t size)
{
	u64 start = model->info->memory, addr = model->next_address;
	struct buffer *buffer;
	bool wrapped = false;

	for (;;) {
		if (addr + size > start + SPACE) {
			if (wrapped)
				return 0;
			wrapped = true;
			addr = start;
		}
		buffer = find_overlap(model, addr, size);
		if (!buffer)
			return addr;
		addr = buffer->addr + buffer->size + GAP;
	}
}

static int buffer_add(struct malidp_model *model, struct buffer *buffer)
{
	guard(mutex)(&model->memory_lock);
	buffer->addr = find_space(model, buffer->size);
	if (!buffer->addr)
		return -ENOMEM;
	model->next_address = buffer->addr + buffer->size + GAP;
	list_add(&buffer->node, &model->buffers);
	return 0;
}

static void *memory_alloc(struct device *dev, size_t size, dma_addr_t *addr,
			  gfp_t gfp, unsigned long attrs)
{
	struct malidp_model *model = malidp_model_of(dev->of_node);
	struct buffer *buffer = kzalloc(sizeof(*buffer), gfp);

	if (!buffer)
		return NULL;
	buffer->size = PAGE_ALIGN(size);
	buffer->memory = vmalloc_user(buffer->size);
	if (!buffer->memory || buffer_add(model, buffer)) {
		vfree(buffer->memory);
		kfree(buffer);
		return NULL;
	}
	*addr = buffer->addr;
	return buffer->memory;
}

static struct buffer *buffer_remove(struct malidp_model *model, u64 addr)
{
	struct buffer *buffer;

	guard(mutex)(&model->memory_lock);
	list_for_each_entry(buffer, &model->buffers, node) {
		if (buffer->addr != addr)
			continue;
		list_del(&buffer->node);
		return buffer;
	}
	return NULL;
}

static void check_free(struct malidp_model *model, struct buffer *buffer)
{
	scoped_guard(spinlock_irqsave, &model->lock)
		if (malidp_model_engine_may_write(model, buffer->addr, buffer->size))
			malidp_model_fault(model, "buffer at 0x%llx freed, may be written to",
					   buffer->addr);
}

static void memory_free(struct device *dev, size_t size, void *memory,
			dma_addr_t addr, unsigned long attrs)
{
	struct malidp_model *model = malidp_model_of(dev->of_node);
	struct buffer *buffer = buffer_remove(model, addr);

	if (!buffer)
		return;
	check_free(model, buffer);
	vfree(buffer->memory);
	kfree(buffer);
}

static int memory_mmap(struct device *dev, struct vm_area_struct *vma,
		       void *memory, dma_addr_t addr, size_t size,
		       unsigned long attrs)
{
	return remap_vmalloc_range(vma, memory, vma->vm_pgoff);
}

static int memory_get_sgtable(struct device *dev, struct sg_table *sgt,
			      void *memory, dma_addr_t addr, size_t size,
			      unsigned long attrs)
{
	unsigned int i, count = PFN_UP(size);
	struct scatterlist *sg;
	int ret;

	ret = sg_alloc_table(sgt, count, GFP_KERNEL);
	if (ret)
		return ret;
	for_each_sg(sgt->sgl, sg, count, i)
		sg_set_page(sg, vmalloc_to_page(memory + i * PAGE_SIZE),
			    PAGE_SIZE, 0);
	return 0;
}

/* Memory of others is out of reach: there is no IOMMU to join its pages. */
static int memory_map_sg(struct device *dev, struct scatterlist *sg, int nents,
			 enum dma_data_direction dir, unsigned long attrs)
{
	return -EIO;
}

static dma_addr_t memory_map_page(struct device *dev, struct page *page,
				  unsigned long offset, size_t size,
				  enum dma_data_direction dir,
				  unsigned long attrs)
{
	return DMA_MAPPING_ERROR;
}

static const struct dma_map_ops memory_ops = {
	.alloc = memory_alloc,
	.free = memory_free,
	.mmap = memory_mmap,
	.get_sgtable = memory_get_sgtable,
	.map_sg = memory_map_sg,
	.map_page = memory_map_page,
};

/*
 * The bus's view of memory, for the time that the caller holds the lock.
 * Returns NULL if not all of it is in one buffer.
 */
void *malidp_model_memory_map(void *priv, u64 addr, size_t len)
{
	struct malidp_model *model = priv;
	struct buffer *buffer;

	lockdep_assert_held(&model->memory_lock);
	list_for_each_entry(buffer, &model->buffers, node) {
		if (addr < buffer->addr || addr - buffer->addr >= buffer->size)
			continue;
		if (len > buffer->size - (addr - buffer->addr))
			return NULL;
		return buffer->memory + (addr - buffer->addr);
	}
	return NULL;
}

/* Ahead of the driver's probe, and after the bus has set up the device's DMA. */
static int bus_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct device *dev = data;

	if (event != BUS_NOTIFY_BIND_DRIVER || !malidp_model_of(dev->of_node))
		return NOTIFY_DONE;
	set_dma_ops(dev, &memory_ops);
	dev->coherent_dma_mask = DMA_BIT_MASK(40);
	return NOTIFY_OK;
}

static struct notifier_block bus_notifier = { .notifier_call = bus_event };

void malidp_model_memory_init(struct malidp_model *model)
{
	mutex_init(&model->memory_lock);
	INIT_LIST_HEAD(&model->buffers);
	model->next_address = model->info->memory;
}

int malidp_model_memory_register(void)
{
	return bus_register_notifier(&platform_bus_type, &bus_notifier);
}

void malidp_model_memory_unregister(void)
{
	bus_unregister_notifier(&platform_bus_type, &bus_notifier);
}
