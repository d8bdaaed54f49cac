// SPDX-License-Identifier: GPL-2.0-only

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "mode.h"
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

enum exit_status select_cards(struct card *cards, unsigned int *n,
			      const struct options *options)
{
	*n = 0;
	return options->n_cards ? open_these(cards, n, options) :
				  open_all(cards, n);
}

bool next_card(struct card *card, unsigned int *n, enum exit_status *status)
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

enum exit_status open_pipe(struct pipe *pipe, const struct card *card,
			   unsigned int n)
{
	int error = pipe_init(pipe, card, n);

	switch (error) {
	case 0:
		return EXIT_OK;
	case -ENXIO:
		return fail(EXIT_NO_CONNECTOR,
			    "%s: writeback connector %u has no CRTC with a primary plane",
			    card->path, n + 1);
	case -EPROTO:
		return fail(EXIT_NO_CONNECTOR,
			    "%s: writeback connector %u lacks a property of the writeback interface",
			    card->path, n + 1);
	default:
		return fail(EXIT_NO_CONNECTOR, "%s: writeback connector %u: %s",
			    card->path, n + 1, reason(error));
	}
}

static bool pipe_is(const struct pipe *pipe, const char *name)
{
	if (!name || !strcmp(pipe->connector.name, name))
		return true;
	return isdigit((unsigned char)*name) &&
	       strtoul(name, NULL, 10) == pipe->connector.id;
}

enum exit_status select_pipe(struct pipe *pipe, const struct card *card,
			     const struct options *options)
{
	unsigned int n, count = card_count_writebacks(card);
	enum exit_status status;

	for (n = 0; n < count; n++) {
		status = open_pipe(pipe, card, n);
		if (status)
			return status;
		if (pipe_is(pipe, options->connector))
			return EXIT_OK;
		pipe_fini(pipe);
	}
	if (!count)
		return fail(EXIT_NO_CONNECTOR, "%s (%s): no writeback connector",
			    card->path, card->driver);
	return fail(EXIT_NO_CONNECTOR,
		    "%s: no writeback connector %s; see wbcapture --list",
		    card->path, options->connector);
}

static enum exit_status no_such_mode(const struct capture *capture)
{
	fail(EXIT_NO_MODE,
	     "%s %s: mode %s is not listed; --any-mode sets it all the same. Listed:",
	     capture->card->path, capture->pipe->connector.name,
	     capture->options->mode);
	list_modes(stderr, capture->pipe);
	fputc('\n', stderr);
	return EXIT_NO_MODE;
}

enum exit_status select_mode(drmModeModeInfo *mode,
			     const struct capture *capture)
{
	const struct options *options = capture->options;
	const struct pipe *pipe = capture->pipe;
	struct mode_wish wish = { .width = 1024, .height = 768 };
	const drmModeModeInfo *found;

	if (options->mode && !mode_parse(options->mode, &wish))
		return fail(EXIT_USAGE, "--mode %s: not WIDTHxHEIGHT[@HZ]",
			    options->mode);

	if (options->mode)
		found = mode_find(pipe->modes, pipe->n_modes, &wish);
	else
		found = mode_preferred(pipe->modes, pipe->n_modes);
	if (!found && pipe->n_modes && !options->any_mode)
		return no_such_mode(capture);

	if (found)
		*mode = *found;
	else
		mode_cvt(mode, &wish);
	return EXIT_OK;
}

static enum exit_status no_such_format(const struct card *card,
				       const char *object, const char *name,
				       const uint32_t *offered, unsigned int n)
{
	fail(EXIT_NO_FORMAT, "%s %s: format %s is not offered. Offered:",
	     card->path, object, name);
	list_formats(stderr, offered, n);
	fputc('\n', stderr);
	return EXIT_NO_FORMAT;
}

static bool offered(uint32_t fourcc, const uint32_t *list, unsigned int n)
{
	while (n--)
		if (*list++ == fourcc)
			return true;
	return false;
}

/* @name from the list, or without a name XRGB8888, else the first we know. */
static const struct format *choose(const char *name, const uint32_t *list,
				   unsigned int n)
{
	const struct format *format;
	unsigned int i;

	format = format_find_name(name ? name : "XRGB8888");
	if (format && offered(format->fourcc, list, n))
		return format;
	format = NULL;
	for (i = 0; i < n && !name && !format; i++)
		format = format_find(list[i]);
	return format;
}

enum exit_status select_source(const struct format **source,
			       const struct capture *capture)
{
	const struct options *options = capture->options;
	const struct pipe *pipe = capture->pipe;

	*source = choose(options->source, pipe->plane_formats,
			 pipe->n_plane_formats);
	if (!*source)
		return no_such_format(capture->card, "plane",
				      options->source ? options->source : "",
				      pipe->plane_formats,
				      pipe->n_plane_formats);
	if (format_is_yuv(*source))
		return fail(EXIT_NO_FORMAT,
			    "--source %s: the picture is drawn in RGB formats only",
			    (*source)->name);
	return EXIT_OK;
}

static unsigned int all_formats(const struct format **formats,
				const struct pipe *pipe)
{
	unsigned int i, n = 0;
	char name[16];

	for (i = 0; i < pipe->n_formats; i++) {
		formats[n] = format_find(pipe->formats[i]);
		if (formats[n])
			n++;
		else
			fprintf(stderr,
				"wbcapture: %s: format %s left out, no conversion is known\n",
				pipe->connector.name,
				format_name(pipe->formats[i], name));
	}
	return n;
}

static unsigned int one_format(const struct format **formats,
			       const struct pipe *pipe, const char *name)
{
	formats[0] = choose(name, pipe->formats, pipe->n_formats);
	return formats[0] ? 1 : 0;
}

enum exit_status select_formats(const struct format ***formats,
				unsigned int *n, const struct capture *capture)
{
	const char *name = capture->options->format;
	const struct pipe *pipe = capture->pipe;

	*formats = calloc(pipe->n_formats + 1, sizeof(**formats));
	if (!*formats)
		return fail(EXIT_REFUSED, "out of memory");
	if (name && !strcmp(name, "all"))
		*n = all_formats(*formats, pipe);
	else
		*n = one_format(*formats, pipe, name);
	if (*n)
		return EXIT_OK;
	free(*formats);
	*formats = NULL;
	return no_such_format(capture->card, pipe->connector.name,
			      name ? name : "known here", pipe->formats,
			      pipe->n_formats);
}
