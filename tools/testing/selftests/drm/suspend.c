// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "screen.h"
#include "suspend.h"

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static bool has_virtio_9p(void)
{
	FILE *mounts = fopen("/proc/mounts", "re");
	char line[512];
	bool found = false;

	while (mounts && !found && fgets(line, sizeof(line), mounts))
		found = strstr(line, " 9p ") && strstr(line, "trans=virtio");
	if (mounts)
		fclose(mounts);
	return found;
}

/*
 * A virtio transport of 9p does not come back, and with it all files, unless a
 * module of the guest's owner keeps it awake.
 */
static bool loses_files(void)
{
	return has_virtio_9p() && access("/sys/module/keep_9p", F_OK);
}

/*
 * The farthest from which the kernel comes back by itself: with all CPUs but one
 * off, unless it would only go idle.
 */
static const char *farthest_level(void)
{
	FILE *file = fopen("/sys/power/mem_sleep", "re");
	char line[64] = "";

	if (file && !fgets(line, sizeof(line), file))
		line[0] = '\0';
	if (file)
		fclose(file);
	return strstr(line, "[deep]") ? "core" : "platform";
}

static int suspend_for(const char *seconds)
{
	int ret;

	if (loses_files())
		return -ENOENT;
	if (write_file("/sys/power/pm_test", farthest_level()))
		return -ENOENT;
	write_file("/sys/module/suspend/parameters/pm_test_delay", seconds);
	ret = write_file("/sys/power/state", "mem");
	write_file("/sys/power/pm_test", "none");
	return ret == -EINVAL ? -ENOENT : ret;
}

int system_suspend(void)
{
	return suspend_for("1");
}

int system_nap(void)
{
	return suspend_for("0");
}

int keep_awake(const char *device, bool awake)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/power/control", device);
	return write_file(path, awake ? "on" : "auto");
}

int wait_for_runtime_suspend(const char *device)
{
	uint64_t end = clock_us() + PATIENCE_MS * 1000ull;
	char path[PATH_MAX], status[32];
	FILE *file;

	snprintf(path, sizeof(path), "%s/power/runtime_status", device);
	do {
		file = fopen(path, "re");
		if (!file)
			return -errno;
		if (!fgets(status, sizeof(status), file))
			status[0] = '\0';
		fclose(file);
		if (!strcmp(status, "suspended\n"))
			return 0;
		sleep_ms(5);
	} while (clock_us() < end);
	return -ETIMEDOUT;
}
