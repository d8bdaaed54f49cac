/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds what the command line names: card, connector, mode, formats. Each
 * function says what is wrong, and what is offered instead. Of a capture they use
 * card, pipe and options.
 */
#ifndef SELECT_H
#define SELECT_H

#include "capture.h"

/*
 * Opens the cards that are named, else all with a writeback connector; @cards
 * has room for CARD_MAX. Leaves out those that cannot be used, and returns why
 * the first of these cannot. The caller closes the @n others.
 */
enum exit_status select_cards(struct card *cards, unsigned int *n,
			      const struct options *options);

enum exit_status select_pipe(struct pipe *pipe, const struct card *card,
			     const struct options *options);
/* Which of the ways it will be, and for WAY_LIVE @monitor to fill. */
enum exit_status select_way(struct capture *capture, struct monitor *monitor);

enum exit_status select_mode(drmModeModeInfo *mode,
			     const struct capture *capture);
enum exit_status select_source(const struct format **source,
			       const struct capture *capture);

/* A list of pointers that the caller frees, and its length. */
enum exit_status select_formats(const struct format ***formats,
				unsigned int *n, const struct capture *capture);

/* The @n-th writeback connector of a card, with the CRTC that is wanted. */
enum exit_status open_pipe(struct pipe *pipe, const struct card *card,
			   unsigned int n, const struct options *options);

/*
 * For a loop over the cards that the options name, else all, from @n = 0; false
 * after the last. Also those without a writeback connector.
 */
bool next_card(struct card *card, unsigned int *n, enum exit_status *status,
	       const struct options *options);

#endif
