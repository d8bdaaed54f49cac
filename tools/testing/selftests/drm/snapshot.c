// SPDX-License-Identifier: GPL-2.0-only

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "clock.h"
#include "screen.h"
#include "snapshot.h"

/* For work items of the kernel. */
#define SETTLE_MS 2000

#define DEBUGFS "/sys/kernel/debug/"

/*
 * Properties
 */

static int add_object(struct snapshot *snapshot, const struct card *card,
		      uint32_t object, uint32_t type)
{
	drmModeObjectProperties *props;
	struct setting *grown;
	unsigned int i;

	props = drmModeObjectGetProperties(card->fd, object, type);
	if (!props)
		return -errno;
	grown = realloc(snapshot->properties,
			(snapshot->n_properties + props->count_props + 1) *
			sizeof(*grown));
	if (!grown)
		abort();
	snapshot->properties = grown;
	for (i = 0; i < props->count_props; i++)
		grown[snapshot->n_properties++] = (struct setting) {
			object, props->props[i], props->prop_values[i],
		};
	drmModeFreeObjectProperties(props);
	return 0;
}

static int add_pipes(struct snapshot *snapshot, const struct card *card)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	int i, ret = 0;

	if (!res)
		return -errno;
	for (i = 0; i < res->count_connectors && !ret; i++)
		ret = add_object(snapshot, card, res->connectors[i],
				 DRM_MODE_OBJECT_CONNECTOR);
	for (i = 0; i < res->count_crtcs && !ret; i++)
		ret = add_object(snapshot, card, res->crtcs[i],
				 DRM_MODE_OBJECT_CRTC);
	drmModeFreeResources(res);
	return ret;
}

static int add_planes(struct snapshot *snapshot, const struct card *card)
{
	drmModePlaneRes *res = drmModeGetPlaneResources(card->fd);
	unsigned int i;
	int ret = 0;

	if (!res)
		return -errno;
	for (i = 0; i < res->count_planes && !ret; i++)
		ret = add_object(snapshot, card, res->planes[i],
				 DRM_MODE_OBJECT_PLANE);
	drmModeFreePlaneResources(res);
	return ret;
}

/*
 * What is held. What debugfs does not have counts as nothing.
 */

static char *read_all(const char *path)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = fopen(path, "re");

	if (!file || getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = strdup("");
	}
	if (file)
		fclose(file);
	if (!text)
		abort();
	return text;
}

static unsigned int count_in(const char *path, const char *word)
{
	char *text = read_all(path), *at = text;
	unsigned int n = 0;

	while ((at = strstr(at, word))) {
		at += strlen(word);
		n++;
	}
	free(text);
	return n;
}

/* The sum of the numbers that follow @word. */
static unsigned int sum_in(const char *path, const char *word)
{
	char *text = read_all(path), *at = text;
	unsigned int sum = 0;

	while ((at = strstr(at, word))) {
		at += strlen(word);
		sum += atoi(at);
	}
	free(text);
	return sum;
}

/* The lowest that is free: higher also for one that is taken, but not open. */
static unsigned int next_fd(void)
{
	int fd = dup(STDOUT_FILENO);

	if (fd < 0)
		abort();
	close(fd);
	return fd;
}

/* In the files of all writeback connectors of the card. */
static unsigned int count_jobs(const char *card)
{
	DIR *dir = opendir(card);
	struct dirent *entry;
	unsigned int n = 0;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "Writeback-", 10))
			continue;
		snprintf(path, sizeof(path), "%s/%s/writeback", card,
			 entry->d_name);
		n += count_in(path, "\njob ");
	}
	if (dir)
		closedir(dir);
	return n;
}

static int add_held(struct snapshot *snapshot, const struct card *card)
{
	char directory[64], path[128];
	struct stat stat;

	if (fstat(card->fd, &stat))
		return -errno;
	snprintf(directory, sizeof(directory), DEBUGFS "dri/%u",
		 minor(stat.st_rdev));
	snprintf(path, sizeof(path), "%s/framebuffer", directory);
	snapshot->framebuffers = count_in(path, "framebuffer[");
	snapshot->references = sum_in(path, "refcount=");
	snapshot->jobs = count_jobs(directory);
	snapshot->fd = next_fd();
	snapshot->dmabufs = count_in(DEBUGFS "dma_buf/bufinfo",
				     "devices attached");
	snapshot->pending = count_in(DEBUGFS "dma_buf/bufinfo", "unsignalled");
	snapshot->sync = count_in(DEBUGFS "sync/info", "\n");
	return 0;
}

static int take(struct snapshot *snapshot, const struct card *card)
{
	int ret;

	memset(snapshot, 0, sizeof(*snapshot));
	ret = add_held(snapshot, card);
	if (!ret)
		ret = add_pipes(snapshot, card);
	if (!ret)
		ret = add_planes(snapshot, card);
	if (ret)
		snapshot_free(snapshot);
	return ret;
}

int snapshot_take(struct snapshot *snapshot, const struct card *card)
{
	uint64_t end = clock_us() + SETTLE_MS * 1000ull;
	int ret;

	for (;;) {
		ret = take(snapshot, card);
		if (ret || !snapshot->jobs || clock_us() > end)
			return ret;
		snapshot_free(snapshot);
		sleep_ms(1);
	}
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->properties);
	memset(snapshot, 0, sizeof(*snapshot));
}

/*
 * Comparison
 */

static const char *more(const char *what, unsigned int before,
			unsigned int after)
{
	static char text[96];

	if (after <= before)
		return NULL;
	snprintf(text, sizeof(text), "%s: %u, were %u", what, after, before);
	return text;
}

static const char *find_leak(const struct snapshot *before,
			     const struct snapshot *after)
{
	const char *leak = more("framebuffers", before->framebuffers,
				after->framebuffers);

	leak = leak ?: more("next file descriptor", before->fd, after->fd);
	leak = leak ?: more("jobs in flight", before->jobs, after->jobs);
	leak = leak ?: more("dma-bufs", before->dmabufs, after->dmabufs);
	leak = leak ?: more("pending fences on dma-bufs", before->pending,
			    after->pending);
	return leak ?: more("lines in sync/info", before->sync, after->sync);
}

static const char *find_property(const struct snapshot *before,
				 const struct snapshot *after)
{
	static char text[96];
	unsigned int i;

	if (before->n_properties != after->n_properties)
		return "there are other properties";
	for (i = 0; i < before->n_properties; i++) {
		const struct setting *old = &before->properties[i];
		const struct setting *new = &after->properties[i];

		if (!memcmp(old, new, sizeof(*old)))
			continue;
		snprintf(text, sizeof(text),
			 "property %u of object %u is 0x%llx, was 0x%llx",
			 new->property, new->object,
			 (unsigned long long)new->value,
			 (unsigned long long)old->value);
		return text;
	}
	return NULL;
}

static const char *find_change(const struct snapshot *before,
			       const struct snapshot *after)
{
	const char *change = find_leak(before, after);

	change = change ?: more("references to framebuffers",
				before->references, after->references);
	return change ?: find_property(before, after);
}

static const char *settle(const struct snapshot *before,
			  const struct card *card,
			  const char *(*find)(const struct snapshot *before,
					      const struct snapshot *after))
{
	uint64_t end = clock_us() + SETTLE_MS * 1000ull;
	const char *found;

	for (;;) {
		struct snapshot after;

		if (take(&after, card))
			return "the card does not answer";
		found = find(before, &after);
		snapshot_free(&after);
		if (!found || clock_us() > end)
			return found;
		sleep_ms(1);
	}
}

const char *snapshot_leak(const struct snapshot *before,
			  const struct card *card)
{
	return settle(before, card, find_leak);
}

const char *snapshot_change(const struct snapshot *before,
			    const struct card *card)
{
	return settle(before, card, find_change);
}
