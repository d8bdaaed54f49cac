/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of wbcapture. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "card.h"
#include "fail.h"

struct options {
	const char *cards[CARD_MAX];	/* paths or numbers */
	unsigned int n_cards;		/* 0: all */
	const char *connector;		/* name or id; NULL: the first */
	const char *mode;		/* NULL: the preferred one */
	const char *format;		/* NULL: the first; "all" */
	const char *source;		/* of the plane */
	const char *output;		/* directory */
	unsigned int frames;
	unsigned int every;		/* write each @every-th frame */
	unsigned int timeout_ms;
	bool any_mode;
	bool no_output;
	bool raw;
	bool json;
	bool list;
	bool help;
	bool quiet;
};

enum exit_status options_parse(struct options *options, int argc, char **argv);
void options_help(void);

#endif
