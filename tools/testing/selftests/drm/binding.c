// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "binding.h"
#include "clock.h"
#include "screen.h"

static int name_device(const char *link, char *name, size_t size)
{
	char path[PATH_MAX];

	if (!realpath(link, path))
		return -ENODEV;
	snprintf(name, size, "%s", strrchr(path, '/') + 1);
	return 0;
}

int binding_find(struct binding *binding, const struct card *card)
{
	char link[PATH_MAX];

	memset(binding, 0, sizeof(*binding));
	snprintf(binding->card, sizeof(binding->card), "%s", card->path);
	snprintf(link, sizeof(link), "/sys/class/drm/%s/device", card->name);
	if (name_device(link, binding->device, sizeof(binding->device)))
		return -ENODEV;
	snprintf(link, sizeof(link), "/sys/class/drm/%s/device/driver",
		 card->name);
	if (!realpath(link, binding->driver))
		return -ENODEV;
	binding->bound = true;
	return 0;
}

static int tell_driver(const struct binding *binding, const char *file)
{
	char path[PATH_MAX + 8];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "%s/%s", binding->driver, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, binding->device, strlen(binding->device)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int card_wait(const char *card)
{
	uint64_t end = clock_us() + PATIENCE_MS * 1000ull;

	while (access(card, F_OK)) {
		if (clock_us() > end)
			return -ETIMEDOUT;
		sleep_ms(1);
	}
	return 0;
}

int binding_release(struct binding *binding)
{
	int ret = tell_driver(binding, "unbind");

	if (!ret)
		binding->bound = false;
	return ret;
}

int binding_restore(struct binding *binding)
{
	int ret = tell_driver(binding, "bind");

	if (ret)
		return ret;
	binding->bound = true;
	return card_wait(binding->card);
}
