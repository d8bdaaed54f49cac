// SPDX-License-Identifier: GPL-2.0-only

#define _GNU_SOURCE	/* strerrorname_np() */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/sync_file.h>

#include "clock.h"
#include "fence.h"

int fence_wait(int fd, int timeout_ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	uint64_t end = clock_us() + timeout_ms * 1000ull;
	int ret;

	do {
		uint64_t now = clock_us();
		uint64_t left = now < end ? end - now : 0;

		ret = poll(&poller, 1, (left + 999) / 1000);
	} while (ret < 0 && (errno == EINTR || errno == EAGAIN));
	if (ret < 0)
		return -errno;
	if (!ret)
		return -ETIMEDOUT;
	return poller.revents & POLLIN ? 0 : -EBADF;
}

int fence_status(int fd, int *status)
{
	struct sync_file_info info;

	memset(&info, 0, sizeof(info));
	if (ioctl(fd, SYNC_IOC_FILE_INFO, &info))
		return -errno;
	*status = info.status;
	return 0;
}

/* An out-fence of one commit is a single fence. */
int fence_signalled(int fd, int *status, uint64_t *at_us)
{
	struct sync_fence_info fence = { };
	struct sync_file_info info = {
		.num_fences = 1,
		.sync_fence_info = (uintptr_t)&fence,
	};

	if (ioctl(fd, SYNC_IOC_FILE_INFO, &info))
		return -errno;
	*status = info.status;
	*at_us = fence.timestamp_ns / 1000;
	return 0;
}

const char *fence_status_name(int status)
{
	if (status > 0)
		return "ok";
	if (!status)
		return "pending";
	return strerrorname_np(-status) ?: "unknown error";
}
