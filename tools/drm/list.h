/* SPDX-License-Identifier: GPL-2.0-only */
/* wbcapture --list, and what is offered in messages. */
#ifndef LIST_H
#define LIST_H

#include <stdio.h>

#include "options.h"
#include "pipe.h"

/* The cards with their writeback connectors, as text. */
enum exit_status list_cards(const struct options *options);

/* The same as a JSON array of cards. */
enum exit_status list_cards_json(const struct options *options);

/* In one line, separated by blanks. */
void list_formats(FILE *file, const uint32_t *formats, unsigned int n);
void list_modes(FILE *file, const drmModeModeInfo *modes, unsigned int n);

/* A JSON array with what @json_card prints for each card. */
enum exit_status json_cards(const struct options *options,
			    enum exit_status (*json_card)(const struct card *card,
							  const struct options *options));

/* ", KEY: [...]" of a JSON object. */
void json_formats(const char *key, const uint32_t *formats, unsigned int n);
void json_modes(const struct pipe *pipe);

bool same_mode_name(const drmModeModeInfo *a, const drmModeModeInfo *b);
const char *connection_name(drmModeConnection connection);

#endif
