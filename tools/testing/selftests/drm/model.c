// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "model.h"

#define MODELS "/sys/kernel/debug/malidp-model/"

static const char *const knobs[] = {
	"drop", "delay", "spurious", "axi_error", "overrun", "busy", "freeze",
	"late_irq", "drop_latch", "drop_vsync", "stray_latch", "config_hangs",
	"en_clears", "oneshot_clears", "en_immediate", "valid_clears",
	"valid_repeats", "repeat_raises", "en_rearms", "latch_last",
};

static int read_text(const char *directory, const char *name, char *text,
		     size_t size)
{
	char path[PATH_MAX];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, text, size - 1);
	close(fd);
	if (length < 0)
		return -errno;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

static int write_text(const char *directory, const char *name,
		      const char *text)
{
	char path[PATH_MAX];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* The driver's attribute core_id has the product in its upper half. */
int model_find(struct model *model, const struct card *card)
{
	const char *node = strrchr(card->path, '/');
	char text[32];

	memset(model, 0, sizeof(*model));
	snprintf(model->device, sizeof(model->device),
		 "/sys/class/drm/%s/device", node ? node + 1 : card->path);
	if (read_text(model->device, "core_id", text, sizeof(text)))
		return -ENODEV;
	model->product = strtoul(text, NULL, 16) >> 16;
	snprintf(model->path, sizeof(model->path), MODELS "dp%x",
		 model->product);
	return access(model->path, F_OK) ? -ENODEV : 0;
}

int model_set(const struct model *model, const char *name, long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", value);
	return write_text(model->path, name, text);
}

long model_get(const struct model *model, const char *name)
{
	char text[128];
	int ret = read_text(model->path, name, text, sizeof(text));

	return ret ? ret : strtol(text, NULL, 10);
}

int model_behave(const struct model *model)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(knobs) && !ret; i++)
		ret = model_set(model, knobs[i], 0);
	return ret;
}

const char *model_fault(const struct model *model)
{
	static char text[256];

	if (read_text(model->path, "faults", text, sizeof(text)))
		return "cannot read what it was";
	return text;
}

int model_forget(const struct model *model)
{
	return write_text(model->path, "log", "0");
}

long model_writes(const struct model *model, uint32_t offset, uint32_t mask)
{
	unsigned int at, value;
	char path[PATH_MAX], line[64];
	long count = 0;
	FILE *log;

	snprintf(path, sizeof(path), "%s/log", model->path);
	log = fopen(path, "re");
	if (!log)
		return -errno;
	while (fgets(line, sizeof(line), log))
		if (sscanf(line, "W %x %x", &at, &value) == 2 &&
		    at == offset && (!mask || value & mask))
			count++;
	fclose(log);
	return count;
}
