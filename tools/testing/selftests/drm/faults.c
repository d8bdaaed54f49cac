// SPDX-License-Identifier: GPL-2.0-only

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults.h"

#define DEBUGFS "/sys/kernel/debug/"
#define SLABS "/sys/kernel/slab/"

static bool turn(const char *directory, const char *knob, const char *value)
{
	char path[PATH_MAX];
	bool done;
	int fd;

	snprintf(path, sizeof(path), "%s%s", directory, knob);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = write(fd, value, strlen(value)) > 0;
	close(fd);
	return done;
}

/* What the kernel allocates to watch itself, and can do without. */
static bool is_own(const char *cache)
{
	return !strncmp(cache, "kmemleak_", strlen("kmemleak_")) ||
	       !strcmp(cache, "debug_objects_cache");
}

/* False where the kernel has merged caches, which cannot be told apart. */
static bool mark_caches(const char *mark)
{
	DIR *dir = opendir(SLABS);
	struct dirent *entry;
	bool done = dir;
	char knob[512];

	while (done && (entry = readdir(dir))) {
		snprintf(knob, sizeof(knob), "%s/failslab", entry->d_name);
		done = entry->d_name[0] == '.' || is_own(entry->d_name) ||
		       turn(SLABS, knob, mark);
	}
	if (dir)
		closedir(dir);
	return done;
}

/*
 * Slabs take pages now and then: were these counted among the objects, the n-th
 * would be another one each time. A kernel may be unable to fail pages.
 */
static void spare_pages(void)
{
	turn(DEBUGFS, "fail_page_alloc/min-order", "99");
}

bool faults_prepare(void)
{
	spare_pages();
	return turn(DEBUGFS, "failslab/ignore-gfp-wait", "N") &&
	       turn(DEBUGFS, "failslab/verbose", "0") &&
	       turn(DEBUGFS, "failslab/cache-filter",
		    mark_caches("1") ? "Y" : "N");
}

bool faults_prepare_pages(void)
{
	return mark_caches("0") &&
	       turn(DEBUGFS, "failslab/cache-filter", "Y") &&
	       turn(DEBUGFS, "fail_page_alloc/ignore-gfp-highmem", "N") &&
	       turn(DEBUGFS, "fail_page_alloc/ignore-gfp-wait", "N") &&
	       turn(DEBUGFS, "fail_page_alloc/verbose", "0") &&
	       turn(DEBUGFS, "fail_page_alloc/min-order", "0");
}

/* Kept open, so that nothing is allocated for it while allocations fail. */
static int fail_nth(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		abort();
	return fd;
}

void fault_arm(unsigned int nth)
{
	char text[16];
	int size = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fail_nth(), text, size, 0) != size)
		abort();
}

/* Where it has failed, the file says 0. */
unsigned int fault_distance(void)
{
	char text[16] = "";

	if (pread(fail_nth(), text, sizeof(text) - 1, 0) <= 0)
		abort();
	return atoi(text);
}

bool fault_happened(void)
{
	bool happened = !fault_distance();

	fault_arm(0);
	return happened;
}
