// SPDX-License-Identifier: GPL-2.0-only

#include <fcntl.h>

#include "lessee.h"

int lessee_open(struct card *lessee, const struct card *lessor,
		const uint32_t objects[LESSEE_OBJECTS], uint32_t *id)
{
	*lessee = *lessor;
	lessee->fd = drmModeCreateLease(lessor->fd, objects, LESSEE_OBJECTS,
					O_CLOEXEC, id);
	if (lessee->fd < 0)
		return lessee->fd;
	return drmSetClientCap(lessee->fd, DRM_CLIENT_CAP_ATOMIC, 1) ?:
	       drmSetClientCap(lessee->fd, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1);
}
