// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "array.h"
#include "card.h"

bool card_path(unsigned int n, char *path, size_t size)
{
	snprintf(path, size, "/dev/dri/card%u", n);
	return !access(path, F_OK);
}

/* What a platform device is compatible with, most specific first. */
static void read_device(struct card *card)
{
	const char *name = card->driver;
	drmDevicePtr device;

	if (drmGetDevice2(card->fd, 0, &device))
		device = NULL;
	if (device && device->bustype == DRM_BUS_PLATFORM &&
	    device->deviceinfo.platform->compatible &&
	    device->deviceinfo.platform->compatible[0])
		name = device->deviceinfo.platform->compatible[0];
	snprintf(card->device, sizeof(card->device), "%s", name);
	drmFreeDevice(&device);
}

static int read_driver(struct card *card)
{
	drmVersionPtr version = drmGetVersion(card->fd);

	if (!version)
		return -ENOTTY;
	snprintf(card->driver, sizeof(card->driver), "%s", version->name);
	drmFreeVersion(version);
	read_device(card);
	return 0;
}

static void name_card(struct card *card, const char *path)
{
	const char *base = strrchr(path, '/');

	snprintf(card->path, sizeof(card->path), "%s", path);
	snprintf(card->name, sizeof(card->name), "%s", base ? base + 1 : path);
}

int card_open_plain(struct card *card, const char *path)
{
	int ret;

	memset(card, 0, sizeof(*card));
	name_card(card, path);
	card->fd = open(path, O_RDWR | O_CLOEXEC);
	if (card->fd < 0)
		return -errno;

	ret = read_driver(card);
	if (ret)
		card_close(card);
	return ret;
}

static int set_caps(const struct card *card)
{
	static const uint64_t caps[] = {
		DRM_CLIENT_CAP_UNIVERSAL_PLANES,
		DRM_CLIENT_CAP_ATOMIC,
		DRM_CLIENT_CAP_WRITEBACK_CONNECTORS,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caps); i++)
		if (drmSetClientCap(card->fd, caps[i], 1))
			return -EOPNOTSUPP;
	return 0;
}

int card_open(struct card *card, const char *path)
{
	int ret = card_open_plain(card, path);

	if (ret)
		return ret;

	ret = set_caps(card);
	if (ret)
		card_close(card);
	return ret;
}

static void name_fd(struct card *card)
{
	char *path = drmGetDeviceNameFromFd2(card->fd);

	name_card(card, path ? path : "card");
	free(path);
}

int card_open_fd(struct card *card, int fd)
{
	int ret;

	memset(card, 0, sizeof(*card));
	card->fd = fd;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC))
		return -errno;
	ret = read_driver(card);
	if (!ret)
		ret = set_caps(card);
	if (ret)
		card_close(card);
	else
		name_fd(card);
	return ret;
}

int card_open_next(struct card *card, unsigned int *n)
{
	char path[sizeof(card->path)], failed_path[sizeof(card->path)];
	int failed = 0, found = 0;

	while (*n < CARD_MAX) {
		int ret;

		if (!card_path((*n)++, path, sizeof(path)))
			continue;
		found++;
		ret = card_open(card, path);
		if (ret && ret != -EOPNOTSUPP) {
			failed = ret;
			memcpy(failed_path, path, sizeof(path));
		}
		if (ret)
			continue;
		if (card_count_writebacks(card))
			return 0;
		card_close(card);
	}
	if (!found)
		return -ENOENT;
	if (!failed)
		return -ENODEV;
	memcpy(card->path, failed_path, sizeof(failed_path));
	return failed;
}

int card_open_first(struct card *card)
{
	unsigned int n = 0;

	return card_open_next(card, &n);
}

void card_close(struct card *card)
{
	if (card->fd >= 0)
		close(card->fd);
	card->fd = -1;
}

bool card_is_gone(const struct card *card)
{
	char node[64];
	struct stat stat;

	if (fstat(card->fd, &stat) || access("/sys/dev/char", F_OK))
		return false;
	snprintf(node, sizeof(node), "/sys/dev/char/%u:%u",
		 major(stat.st_rdev), minor(stat.st_rdev));
	return access(node, F_OK);
}

bool card_is_master(const struct card *card)
{
	return drmIsMaster(card->fd);
}

static bool is_writeback(const struct card *card, uint32_t id)
{
	drmModeConnector *connector = drmModeGetConnectorCurrent(card->fd, id);
	bool yes;

	if (!connector)
		return false;
	yes = connector->connector_type == DRM_MODE_CONNECTOR_WRITEBACK;
	drmModeFreeConnector(connector);
	return yes;
}

unsigned int card_count_writebacks(const struct card *card)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	unsigned int count = 0;
	int i;

	if (!res)
		return 0;
	for (i = 0; i < res->count_connectors; i++)
		count += is_writeback(card, res->connectors[i]);
	drmModeFreeResources(res);
	return count;
}

uint32_t card_possible_crtcs(const struct card *card,
			     const drmModeConnector *connector)
{
	uint32_t mask = 0;
	int i;

	for (i = 0; i < connector->count_encoders; i++) {
		drmModeEncoder *encoder;

		encoder = drmModeGetEncoder(card->fd, connector->encoders[i]);
		if (encoder)
			mask |= encoder->possible_crtcs;
		drmModeFreeEncoder(encoder);
	}
	return mask;
}

static bool property_is(const struct card *card, uint32_t id, const char *name)
{
	drmModePropertyRes *prop = drmModeGetProperty(card->fd, id);
	bool yes;

	if (!prop)
		return false;
	yes = !strcmp(prop->name, name);
	drmModeFreeProperty(prop);
	return yes;
}

uint32_t card_property(const struct card *card, uint32_t object, uint32_t type,
		       const char *name, uint64_t *value)
{
	drmModeObjectProperties *props;
	uint32_t id = 0, i;

	props = drmModeObjectGetProperties(card->fd, object, type);
	if (!props)
		return 0;

	for (i = 0; i < props->count_props && !id; i++) {
		if (!property_is(card, props->props[i], name))
			continue;
		id = props->props[i];
		if (value)
			*value = props->prop_values[i];
	}
	drmModeFreeObjectProperties(props);
	return id;
}
