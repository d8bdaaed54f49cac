// SPDX-License-Identifier: GPL-2.0-only
/*
 * For a guest whose files come over 9p: a suspend of the system leaves out the
 * devices that bring them. 9p does not set their queues up again, and without
 * files a guest can do nothing after a resume.
 */

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm.h>
#include <linux/virtio_ids.h>

/* The numbers of a transitional device and of a modern one. */
static const struct pci_device_id ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1009) },
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1040 + VIRTIO_ID_9P) },
	{ }
};

static int __init keep_9p_init(void)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		if (pci_match_id(ids, pdev))
			dev_pm_syscore_device(&pdev->dev, true);

	return 0;
}
module_init(keep_9p_init);

MODULE_DESCRIPTION("Keep 9p awake in a suspend");
MODULE_LICENSE("GPL");
