/* SPDX-License-Identifier: GPL-2.0-only */
/* wbcapture --info: what each card can do with writeback. */
#ifndef INFO_H
#define INFO_H

#include "ability.h"
#include "options.h"

/* As a sheet to read, or as a JSON array of cards. */
enum exit_status info_cards(const struct options *options);
enum exit_status info_cards_json(const struct options *options);

/* Bits a channel that a PNG of this format has; 0: it cannot be converted. */
unsigned int info_png_bits(uint32_t fourcc);

/* The @n-th name of a connector's own properties, NULL after the last. */
const char *info_property(const struct card *card, const struct pipe *pipe,
			  unsigned int n, char name[DRM_PROP_NAME_LEN]);

#endif
