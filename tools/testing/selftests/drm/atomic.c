// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <sys/ioctl.h>

#include "atomic.h"

int atomic_commit_once(const struct card *card, const struct setting *settings,
		       unsigned int n, uint32_t flags)
{
	uint32_t objects[ATOMIC_MAX], counts[ATOMIC_MAX], props[ATOMIC_MAX];
	uint64_t values[ATOMIC_MAX];
	struct drm_mode_atomic atomic = {
		.flags = flags,
		.count_objs = n,
		.objs_ptr = (uintptr_t)objects,
		.count_props_ptr = (uintptr_t)counts,
		.props_ptr = (uintptr_t)props,
		.prop_values_ptr = (uintptr_t)values,
	};
	unsigned int i;

	if (n > ATOMIC_MAX)
		return -E2BIG;
	for (i = 0; i < n; i++) {
		objects[i] = settings[i].object;
		counts[i] = 1;
		props[i] = settings[i].property;
		values[i] = settings[i].value;
	}
	return ioctl(card->fd, DRM_IOCTL_MODE_ATOMIC, &atomic) ? -errno : 0;
}

int atomic_commit(const struct card *card, const struct setting *settings,
		  unsigned int n, uint32_t flags)
{
	int ret;

	do {
		ret = atomic_commit_once(card, settings, n, flags);
	} while (ret == -EINTR || ret == -EAGAIN);
	return ret;
}
