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
	int fd;				/* of a DRM file, -1: open cards */
	const char *connector;		/* name or id; NULL: the first */
	unsigned int crtc;		/* id, 0: any */
	const char *mode;		/* NULL: the preferred one */
	const char *format;		/* NULL: the first; "all" */
	const char *source;		/* of the plane */
	const char *output;		/* directory, or "-" */
	unsigned int frames;		/* 0: until interrupted */
	unsigned int every;		/* write each @every-th frame */
	unsigned int timeout_ms;
	bool any_mode;
	bool live;
	bool allow_modeset;
	bool no_output;
	bool raw;
	bool json;
	bool list;
	bool info;
	bool help;
	bool quiet;
};

enum exit_status options_parse(struct options *options, int argc, char **argv);
void options_help(void);

/* Is the output video on standard output, not files? */
bool options_stream(const struct options *options);

/* Is there room for only one card and one format? */
bool options_single(const struct options *options);

#endif
