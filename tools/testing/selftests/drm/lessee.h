/* SPDX-License-Identifier: GPL-2.0-only */
/* A lessee: a client that has what its lessor lends it, and nothing else. */
#ifndef LESSEE_H
#define LESSEE_H

#include "card.h"

#define LESSEE_OBJECTS 3

/*
 * Lends the objects, and sets the capabilities that writeback needs. The lease's
 * id goes to @id. -errno.
 */
int lessee_open(struct card *lessee, const struct card *lessor,
		const uint32_t objects[LESSEE_OBJECTS], uint32_t *id);

#endif
