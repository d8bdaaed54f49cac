// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crc.h"

int crc_open(const struct screen *screen)
{
	const char *minor = screen->card.path;
	char path[128];
	int fd;

	minor += strcspn(minor, "0123456789");
	snprintf(path, sizeof(path),
		 "/sys/kernel/debug/dri/%s/crtc-%u/crc/data", minor,
		 screen->pipe.crtc.index);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int crc_wait(int crcs, int timeout_ms)
{
	struct pollfd poll_crcs = { .fd = crcs, .events = POLLIN };
	char line[256];
	ssize_t size;

	if (poll(&poll_crcs, 1, timeout_ms) < 0)
		return -errno;
	size = read(crcs, line, sizeof(line));
	if (size < 0 && errno != EAGAIN)
		return -errno;
	return size > 0;
}

void crc_skip(int crcs)
{
	while (crc_wait(crcs, 0) > 0)
		;
}
