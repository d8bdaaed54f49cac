// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "display.h"

static bool is_display(const struct card *card, uint32_t id)
{
	drmModeConnector *connector = drmModeGetConnector(card->fd, id);
	bool yes;

	if (!connector)
		return false;
	yes = connector->connection == DRM_MODE_CONNECTED &&
	      connector->connector_type != DRM_MODE_CONNECTOR_WRITEBACK;
	drmModeFreeConnector(connector);
	return yes;
}

int display_find(struct display *display, const struct card *card)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	int i;

	display->id = 0;
	for (i = 0; res && i < res->count_connectors && !display->id; i++)
		if (is_display(card, res->connectors[i]))
			display->id = res->connectors[i];
	drmModeFreeResources(res);
	if (!display->id)
		return -ENODEV;
	display->crtc_id = card_property(card, display->id,
					 DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID",
					 NULL);
	return 0;
}

/* The number in a file of sysfs; 0: none. */
static uint32_t read_number(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned int number = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%u", &number) != 1)
		number = 0;
	fclose(file);
	return number;
}

static int open_status(const char *connector_id)
{
	char *path = strdup(connector_id);
	char status[256];

	if (!path)
		return -1;
	snprintf(status, sizeof(status), "%s/status", dirname(path));
	free(path);
	return open(status, O_WRONLY | O_CLOEXEC);
}

int display_force(const struct display *display, const struct card *card,
		  const char *status)
{
	char pattern[256];
	glob_t found;
	int fd = -1;
	size_t i;

	snprintf(pattern, sizeof(pattern),
		 "/sys/class/drm/%s-*/connector_id", strrchr(card->path, '/') + 1);
	if (glob(pattern, 0, NULL, &found))
		return -ENOENT;
	for (i = 0; i < found.gl_pathc; i++)
		if (read_number(found.gl_pathv[i]) == display->id)
			fd = open_status(found.gl_pathv[i]);
	globfree(&found);
	if (fd < 0)
		return -ENOENT;
	i = write(fd, status, strlen(status));
	close(fd);
	return i == strlen(status) ? 0 : -EIO;
}

int request_add_attached(drmModeAtomicReq *req, const struct screen *screen,
			 bool attached)
{
	const struct pipe *pipe = &screen->pipe;
	int ret = drmModeAtomicAddProperty(req, pipe->connector.id,
					   pipe->connector.crtc_id,
					   attached ? pipe->crtc.id : 0);

	return ret < 0 ? ret : 0;
}

int display_on(const struct display *display, struct screen *screen)
{
	drmModeAtomicReq *req;
	int ret = screen_on(screen);

	if (ret)
		return ret;
	req = drmModeAtomicAlloc();
	if (!req)
		return -ENOMEM;
	ret = drmModeAtomicAddProperty(req, display->id, display->crtc_id,
				       screen->pipe.crtc.id);
	if (ret >= 0)
		ret = request_add_attached(req, screen, false);
	if (!ret)
		return request_commit(&screen->card, req,
				      DRM_MODE_ATOMIC_ALLOW_MODESET);
	drmModeAtomicFree(req);
	return ret;
}

int display_off(const struct display *display, const struct screen *screen)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	int ret;

	if (!req)
		return -ENOMEM;
	ret = drmModeAtomicAddProperty(req, display->id, display->crtc_id, 0);
	if (ret >= 0)
		ret = request_add_off(req, &screen->pipe);
	if (!ret)
		return request_commit(&screen->card, req,
				      DRM_MODE_ATOMIC_ALLOW_MODESET);
	drmModeAtomicFree(req);
	return ret;
}
