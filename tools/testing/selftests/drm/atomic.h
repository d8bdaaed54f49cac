/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The atomic ioctl without libdrm, which sorts the properties of a request and
 * drops duplicates: here the kernel sees them as they are given.
 */
#ifndef ATOMIC_H
#define ATOMIC_H

#include "card.h"

#define ATOMIC_MAX 128

struct setting {
	uint32_t object, property;
	uint64_t value;
};

/* At most ATOMIC_MAX settings. 0 or a negative errno, EINTR for example. */
int atomic_commit_once(const struct card *card, const struct setting *settings,
		       unsigned int n, uint32_t flags);

/* The same, but EINTR is retried. */
int atomic_commit(const struct card *card, const struct setting *settings,
		  unsigned int n, uint32_t flags);

#endif
