/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model of a Mali display processor that a card may be: knobs with which
 * it misbehaves, and what it has seen. They are files in debugfs.
 */
#ifndef MODEL_H
#define MODEL_H

#include "card.h"

struct model {
	unsigned int product;		/* 0x500, 0x550, 0x650 */
	char device[160];		/* sysfs directory of the card's device */
	char path[160];			/* debugfs directory of the model */
};

/* The model of @card. -ENODEV: the card is not one. */
int model_find(struct model *model, const struct card *card);

/* Writes a number to a file of the model, or reads one: -errno. */
int model_set(const struct model *model, const char *name, long value);
long model_get(const struct model *model, const char *name);

/* Well-behaved again: all knobs and switches are 0. */
int model_behave(const struct model *model);

/* The text of the last fault of the driver, in a static buffer. */
const char *model_fault(const struct model *model);

/* Empties the log of register writes. */
int model_forget(const struct model *model);

/*
 * How often the register at @offset was written since model_forget(); with
 * bits of @mask set, when that is not 0. -errno.
 */
long model_writes(const struct model *model, uint32_t offset, uint32_t mask);

#endif
