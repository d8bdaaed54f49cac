// SPDX-License-Identifier: GPL-2.0-only

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "clock.h"
#include "ledger.h"
#include "screen.h"

/*
 * Of all memory in use: tasks, caches and per-CPU pages come and go. A kernel that
 * looks for leaks itself also keeps what was freed.
 */
#define SLACK_KB 8192

/* Some pages are the test's own; a buffer is larger. */
#define SHARED_SLACK_KB 32

#define KMEMLEAK "/sys/kernel/debug/kmemleak"

/* How many lines of a file begin with @start. */
static long count_lines(const char *path, const char *start)
{
	FILE *file = fopen(path, "re");
	char line[256];
	long count = 0;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		count += !strncmp(line, start, strlen(start));
	fclose(file);
	return count;
}

/* The number after @start in a file of such lines. */
static long read_number(const char *path, const char *start)
{
	FILE *file = fopen(path, "re");
	char line[256];
	long number = -1;

	if (!file)
		return -1;
	while (number < 0 && fgets(line, sizeof(line), file))
		if (!strncmp(line, start, strlen(start)))
			number = strtol(line + strlen(start), NULL, 10);
	fclose(file);
	return number;
}

static long count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	long count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

static long memory_in_use(void)
{
	if (!access(KMEMLEAK, F_OK))
		return -1;
	return read_number("/proc/meminfo", "MemTotal:") -
	       read_number("/proc/meminfo", "MemAvailable:");
}

/* With several CPUs, each counts for itself at first. */
static void gather_counters(void)
{
	FILE *file = fopen("/proc/sys/vm/stat_refresh", "we");

	if (!file)
		return;
	fputs("1", file);
	fclose(file);
}

static void take(struct ledger *ledger, const char *path, const char *name)
{
	unsigned int minor = atoi(path + strcspn(path, "0123456789"));
	char file[128];

	snprintf(file, sizeof(file), "/sys/kernel/debug/dri/%u/framebuffer",
		 minor);
	ledger->framebuffers = count_lines(file, "framebuffer[");
	snprintf(file, sizeof(file), "/sys/kernel/debug/dri/%u/%s/writeback",
		 minor, name);
	ledger->jobs = count_lines(file, "job ");
	ledger->drm_users = read_number("/sys/module/drm/refcnt", "");
	ledger->fds = count_fds();
	gather_counters();
	ledger->shared_kb = read_number("/proc/meminfo", "Shmem:");
	ledger->used_kb = memory_in_use();
}

void ledger_take(struct ledger *ledger, const char *path, const char *name)
{
	uint64_t end = clock_us() + PATIENCE_MS * 1000ull;

	/* Fences are freed some time after they were put. */
	sleep_ms(100);
	do {
		take(ledger, path, name);
	} while (ledger->jobs > 0 && clock_us() < end && !usleep(1000));
}

static const char *find_excess(const struct ledger *before,
			       const struct ledger *now)
{
	const struct {
		const char *what;
		long before, now, slack;
	} entries[] = {
		{ "framebuffers", before->framebuffers, now->framebuffers, 0 },
		{ "jobs", before->jobs, now->jobs, 0 },
		{ "users of drm", before->drm_users, now->drm_users, 0 },
		{ "file descriptors", before->fds, now->fds, 0 },
		{ "kB of shared memory", before->shared_kb, now->shared_kb,
		  SHARED_SLACK_KB },
		{ "kB in use", before->used_kb, now->used_kb, SLACK_KB },
	};
	static char text[96];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(entries); i++) {
		if (entries[i].before < 0 || entries[i].now < 0 ||
		    entries[i].now <= entries[i].before + entries[i].slack)
			continue;
		snprintf(text, sizeof(text), "%ld %s, %ld before",
			 entries[i].now, entries[i].what, entries[i].before);
		return text;
	}
	return NULL;
}

const char *ledger_excess(const struct ledger *before, const char *path,
			  const char *name)
{
	uint64_t end = clock_us() + PATIENCE_MS * 1000ull;
	struct ledger now;
	const char *excess;

	do {
		take(&now, path, name);
		excess = find_excess(before, &now);
	} while (excess && clock_us() < end && !usleep(10000));
	return excess;
}
