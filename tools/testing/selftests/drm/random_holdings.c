// SPDX-License-Identifier: GPL-2.0-only

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "random_holdings.h"

static long count_lines(const char *path, const char *start)
{
	FILE *file = fopen(path, "re");
	char line[256];
	long n = 0;

	while (file && fgets(line, sizeof(line), file))
		n += !strncmp(line, start, strlen(start));
	if (file)
		fclose(file);
	return n;
}

static long count_framebuffers(void)
{
	glob_t files = { };
	long n = 0;
	size_t i;

	glob("/sys/kernel/debug/dri/[0-9]*/framebuffer", 0, NULL, &files);
	for (i = 0; i < files.gl_pathc; i++)
		n += count_lines(files.gl_pathv[i], "framebuffer[");
	globfree(&files);
	return n;
}

/* Each CPU counts some pages by itself, until it is asked to tell. */
static void gather_counts(void)
{
	int fd = open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		perror("/proc/sys/vm/stat_refresh");
	close(fd);
}

static long read_shmem_kb(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[256];
	long kb = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Shmem: %ld kB", &kb) == 1)
			break;
	if (file)
		fclose(file);
	return kb;
}

static long count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	long n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

void holdings_take(struct holdings *holdings)
{
	gather_counts();
	holdings->framebuffers = count_framebuffers();
	holdings->shmem_kb = read_shmem_kb();
	holdings->fds = count_fds();
}

static bool is_more(const struct holdings *now, const struct holdings *before)
{
	return now->framebuffers > before->framebuffers ||
	       now->shmem_kb > before->shmem_kb || now->fds > before->fds;
}

/* The kernel frees some of it in the background. */
bool holdings_return(const struct holdings *before, char *text, size_t size)
{
	struct holdings now;
	unsigned int i;

	for (i = 0; i < 300; i++) {
		holdings_take(&now);
		if (!is_more(&now, before))
			return true;
		usleep(10000);
	}
	snprintf(text, size,
		 "left behind: %ld framebuffers, %ld kB of buffers, %ld open files",
		 now.framebuffers - before->framebuffers,
		 now.shmem_kb - before->shmem_kb, now.fds - before->fds);
	return false;
}
