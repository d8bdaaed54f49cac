// SPDX-License-Identifier: GPL-2.0-only

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "array.h"
#include "clock.h"
#include "modules.h"
#include "screen.h"

/* Until modules are unused, after the last user has gone. */
#define IDLE_MS 10000

struct removed {
	char name[64], parameters[512];
};

static struct removed removed[16];
static unsigned int n_removed;

void module_of_driver(const char *driver, char *module, size_t size)
{
	const char *name = getenv("WRITEBACK_DRIVER");

	snprintf(module, size, "%s", name ? name : driver);
	while ((module = strchr(module, '-')))
		*module = '_';
}

static const char *command(void)
{
	const char *name = getenv("WRITEBACK_LOAD");

	return name ? name : "modprobe";
}

int module_load(const char *module, const char *parameters)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s %s %s", command(), module, parameters);
	return system(line);
}

/* Its own line is the last one, after those of the modules that it needs. */
int module_open(const char *module)
{
	char line[1024], path[1024] = "";
	FILE *lines;
	int fd;

	snprintf(line, sizeof(line), "%s --show-depends %s", command(), module);
	lines = popen(line, "re");
	if (!lines)
		return -errno;
	while (fgets(line, sizeof(line), lines))
		sscanf(line, "insmod %1023s", path);
	pclose(lines);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

bool module_is_loaded(const char *module)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", module);
	return !access(path, F_OK);
}

int module_remove(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK) ? -errno : 0;
}

/* References are dropped by work items and after RCU grace periods. */
int module_remove_when_idle(const char *module)
{
	uint64_t end = clock_us() + IDLE_MS * 1000ull;
	int ret;

	for (;;) {
		ret = module_remove(module);
		if ((ret != -EAGAIN && ret != -EBUSY) || clock_us() > end)
			return ret;
		sleep_ms(10);
	}
}

/* Appends " NAME=VALUE"; what cannot be read or given in a word is left out. */
static void note_parameter(struct removed *module, const char *name)
{
	size_t used = strlen(module->parameters);
	char path[512], value[256] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s",
		 module->name, name);
	file = fopen(path, "re");
	if (!file)
		return;
	if (!fgets(value, sizeof(value), file))
		value[0] = '\0';
	fclose(file);
	value[strcspn(value, "\n")] = '\0';
	if (!value[0] || value[0] == '(' || strpbrk(value, " '\"$`\\;&|<>*?"))
		return;
	snprintf(module->parameters + used, sizeof(module->parameters) - used,
		 " %s=%s", name, value);
}

static int note_module(const char *name)
{
	struct removed *module = &removed[n_removed];
	struct dirent *entry;
	char path[128];
	DIR *dir;

	if (n_removed == ARRAY_SIZE(removed))
		return -ENOSPC;
	n_removed++;
	snprintf(module->name, sizeof(module->name), "%s", name);
	module->parameters[0] = '\0';
	snprintf(path, sizeof(path), "/sys/module/%s/parameters", module->name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			note_parameter(module, entry->d_name);
	if (dir)
		closedir(dir);
	return 0;
}

/* The name of a module that uses @module, NULL when there is none. */
static char *find_holder(const char *module)
{
	char path[128], *holder = NULL;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/module/%s/holders", module);
	dir = opendir(path);
	if (!dir)
		return NULL;
	while (!holder && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			holder = strdup(entry->d_name);
	closedir(dir);
	return holder;
}

static bool has_holder(const char *module)
{
	char *holder = find_holder(module);

	free(holder);
	return holder;
}

/* Of a chain the last one is noted: the others come along with it. */
int module_remove_holders(const char *module)
{
	char *holder;
	int ret = 0;

	while (!ret && (holder = find_holder(module))) {
		if (has_holder(holder))
			ret = module_remove_holders(holder);
		else
			ret = note_module(holder);
		if (!ret)
			ret = module_remove_when_idle(holder);
		free(holder);
	}
	return ret;
}

int module_restore_holders(void)
{
	int ret = 0;

	while (n_removed && !ret) {
		n_removed--;
		ret = module_load(removed[n_removed].name,
				  removed[n_removed].parameters);
	}
	return ret;
}
