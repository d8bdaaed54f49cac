/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card: a primary node (/dev/dri/cardN), opened with the client capabilities
 * that writeback needs, and look-ups of properties on its objects.
 *
 * Functions that can fail return 0 or a negative errno.
 */
#ifndef CARD_H
#define CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#ifndef DRM_CLIENT_CAP_WRITEBACK_CONNECTORS
#define DRM_CLIENT_CAP_WRITEBACK_CONNECTORS 5
#endif
#ifndef DRM_MODE_CONNECTOR_WRITEBACK
#define DRM_MODE_CONNECTOR_WRITEBACK 18
#endif

#define CARD_MAX 64	/* /dev/dri/card0 to card63 */

struct card {
	int fd;
	char path[64];
	char name[32];		/* the last part of it */
	char driver[32];	/* the driver's name, "vkms" */
	char device[64];	/* by its device tree, "arm,mali-dp500"; or as driver */
};

/* Puts the path of card @n into @path; false when there is no such node. */
bool card_path(unsigned int n, char *path, size_t size);

/* Opens @path and sets no capability. */
int card_open_plain(struct card *card, const char *path);

/*
 * Opens @path with the capabilities UNIVERSAL_PLANES, ATOMIC and
 * WRITEBACK_CONNECTORS. -EOPNOTSUPP: the driver has no atomic modesetting or
 * the kernel does not know writeback connectors. -ENOTTY: no DRM card.
 */
int card_open(struct card *card, const char *path);

/*
 * The same for a DRM file that is open already, which the card owns from then on,
 * also when it fails. -EBADF: nothing is open there.
 */
int card_open_fd(struct card *card, int fd);

/*
 * Opens the first card that has a writeback connector. -ENOENT: no card at
 * all; -ENODEV: no card has one; else why card->path could not be opened.
 */
int card_open_first(struct card *card);

/* The same from card *@n on, which becomes the number after it. */
int card_open_next(struct card *card, unsigned int *n);

void card_close(struct card *card);

/* Was the device removed, so that what is open leads nowhere? */
bool card_is_gone(const struct card *card);

bool card_is_master(const struct card *card);

/* Number of writeback connectors that the card lists. */
unsigned int card_count_writebacks(const struct card *card);

/* A bit for the index of each CRTC that the connector can be on. */
uint32_t card_possible_crtcs(const struct card *card,
			     const drmModeConnector *connector);

/*
 * The id of the property @name of an object, 0 when it has none. @value, when
 * not NULL, receives its present value. @type is DRM_MODE_OBJECT_*.
 */
uint32_t card_property(const struct card *card, uint32_t object, uint32_t type,
		       const char *name, uint64_t *value);

#endif
