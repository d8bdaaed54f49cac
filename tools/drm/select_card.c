// SPDX-License-Identifier: GPL-2.0-only
/* Which cards are used: --card, --fd, or all. */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "select.h"

static enum exit_status cannot_open(const char *path, int error)
{
	switch (error) {
	case -EACCES:
	case -EPERM:
		return fail(EXIT_NO_PERMISSION,
			    "%s: no permission; run as root or join the group that owns it",
			    path);
	case -EOPNOTSUPP:
		return fail(EXIT_NO_CONNECTOR,
			    "%s: no atomic modesetting or no writeback in this driver or kernel; choose another card",
			    path);
	case -ENOTTY:
		return fail(EXIT_NO_CARD, "%s: not a DRM card", path);
	default:
		return fail(EXIT_NO_CARD, "%s: %s; see wbcapture --list", path,
			    reason(error));
	}
}

static enum exit_status no_card(const struct card *card, int error)
{
	switch (error) {
	case -ENOENT:
		return fail(EXIT_NO_CARD,
			    "no /dev/dri/card*: no display driver is loaded");
	case -ENODEV:
		return fail(EXIT_NO_CONNECTOR,
			    "no card has a writeback connector; vkms has one when loaded with enable_writeback=1");
	default:
		return cannot_open(card->path, error);
	}
}

static enum exit_status open_named(struct card *card, const char *name)
{
	char path[sizeof(card->path)];
	int error;

	if (isdigit((unsigned char)*name))
		card_path(atoi(name), path, sizeof(path));
	else
		snprintf(path, sizeof(path), "%s", name);
	error = card_open(card, path);
	return error ? cannot_open(path, error) : EXIT_OK;
}

static enum exit_status need_master(struct card *card)
{
	if (card_is_master(card))
		return EXIT_OK;
	fail(EXIT_NOT_MASTER,
	     "%s: not master, another program (a display server) holds the card; end it and try again",
	     card->path);
	card_close(card);
	return EXIT_NOT_MASTER;
}

static enum exit_status open_these(struct card *cards, unsigned int *n,
				   const struct options *options)
{
	enum exit_status status, first = EXIT_OK;
	unsigned int i;

	for (i = 0; i < options->n_cards; i++) {
		status = open_named(&cards[*n], options->cards[i]);
		if (!status)
			status = need_master(&cards[*n]);
		*n += !status;
		first = first ? first : status;
	}
	return first;
}

static enum exit_status open_all(struct card *cards, unsigned int *n)
{
	enum exit_status status, first = EXIT_OK;
	unsigned int number = 0, opened = 0;
	int error;

	while (!(error = card_open_next(&cards[*n], &number))) {
		opened++;
		status = need_master(&cards[*n]);
		*n += !status;
		first = first ? first : status;
	}
	return opened ? first : no_card(cards, error);
}

static enum exit_status open_fd(struct card *card, int fd)
{
	int error = card_open_fd(card, fd);
	char name[24];

	snprintf(name, sizeof(name), "--fd %d", fd);
	switch (error) {
	case 0:
		return EXIT_OK;
	case -EBADF:
		return fail(EXIT_NO_CARD,
			    "%s: not open; who starts wbcapture has to hand the DRM file down as this descriptor",
			    name);
	case -ENOTTY:
		return fail(EXIT_NO_CARD, "%s: not a DRM file", name);
	default:
		return cannot_open(name, error);
	}
}

static enum exit_status open_any(struct card *cards, unsigned int *n,
				 const struct options *options)
{
	enum exit_status status;

	if (options->fd < 0)
		return options->n_cards ? open_these(cards, n, options) :
					  open_all(cards, n);
	/* Whether it is master is its owner's affair: commits will tell. */
	status = open_fd(cards, options->fd);
	*n = !status;
	return status;
}

enum exit_status select_cards(struct card *cards, unsigned int *n,
			      const struct options *options)
{
	enum exit_status status;

	*n = 0;
	status = open_any(cards, n, options);
	if (*n < 2 || !options_single(options))
		return status;
	while (*n)
		card_close(&cards[--*n]);
	return fail(EXIT_USAGE,
		    "%s captures one card, and there are several: choose one with --card",
		    options->frames ? "--output -" : "--frames 0");
}

/* Leaves out numbers without a node. */
static bool open_number(struct card *card, unsigned int *n,
			enum exit_status *status)
{
	char path[sizeof(card->path)];
	int error;

	while (*n < CARD_MAX && !card_path(*n, path, sizeof(path)))
		(*n)++;
	if (*n == CARD_MAX)
		return false;
	(*n)++;
	error = card_open(card, path);
	*status = error ? cannot_open(path, error) : EXIT_OK;
	return true;
}

bool next_card(struct card *card, unsigned int *n, enum exit_status *status,
	       const struct options *options)
{
	unsigned int i = *n;

	if (options->fd < 0 && !options->n_cards)
		return open_number(card, n, status);
	if (i == (options->fd < 0 ? options->n_cards : 1))
		return false;
	++*n;
	*status = options->fd < 0 ? open_named(card, options->cards[i]) :
				    open_fd(card, options->fd);
	return true;
}
