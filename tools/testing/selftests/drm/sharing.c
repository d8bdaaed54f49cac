// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <linux/dma-buf.h>
#include <linux/types.h>

#include "sharing.h"

/* What the debug driver sw_sync knows; the kernel exports no header for it. */
struct sw_sync_fence {
	__u32 value;
	char name[32];
	__s32 fence;
};

#define SW_SYNC_CREATE_FENCE _IOWR('W', 0, struct sw_sync_fence)
#define SW_SYNC_INC _IOW('W', 1, __u32)

int timeline_open(void)
{
	int fd = open("/sys/kernel/debug/sync/sw_sync", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int timeline_fence(int timeline)
{
	struct sw_sync_fence fence = { .value = 1, .name = "test" };

	/* Its value counts from the start of the timeline. */
	return ioctl(timeline, SW_SYNC_CREATE_FENCE, &fence) ? -errno :
							       fence.fence;
}

int timeline_step(int timeline)
{
	__u32 step = 1;

	return ioctl(timeline, SW_SYNC_INC, &step) ? -errno : 0;
}

int buffer_export(const struct buffer *buffer)
{
	int fd;

	if (drmPrimeHandleToFD(buffer->card_fd, buffer->handle,
			       DRM_CLOEXEC | DRM_RDWR, &fd))
		return -errno;
	return fd;
}

int dmabuf_use(int dmabuf, int fence, bool writes)
{
	struct dma_buf_import_sync_file use = {
		.flags = writes ? DMA_BUF_SYNC_WRITE : DMA_BUF_SYNC_READ,
		.fd = fence,
	};

	return ioctl(dmabuf, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &use) ? -errno : 0;
}

bool dmabuf_readable(int dmabuf, int timeout_ms)
{
	struct pollfd poller = { .fd = dmabuf, .events = POLLIN };

	return poll(&poller, 1, timeout_ms) == 1 && poller.revents & POLLIN;
}
