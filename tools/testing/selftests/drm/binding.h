/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes the driver of a card off its device, and puts it back. */
#ifndef BINDING_H
#define BINDING_H

#include <limits.h>
#include <stdbool.h>

#include "card.h"

struct binding {
	char driver[PATH_MAX];		/* its directory in sysfs */
	char device[64];		/* the device's name there */
	char card[64];			/* the device node */
	bool bound;
};

/* -ENODEV: the card's device has no driver that can be taken off. */
int binding_find(struct binding *binding, const struct card *card);

int binding_release(struct binding *binding);

/* Waits for the card, too. */
int binding_restore(struct binding *binding);

/* Device nodes are made by a thread of the kernel. -ETIMEDOUT. */
int card_wait(const char *card);

#endif
