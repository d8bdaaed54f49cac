// SPDX-License-Identifier: GPL-2.0-only

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "mode.h"
#include "select.h"

enum exit_status open_pipe(struct pipe *pipe, const struct card *card,
			   unsigned int n, const struct options *options)
{
	bool running = options->fd >= 0 || options->crtc;
	int error = running ? pipe_init_running(pipe, card, n, options->crtc) :
			      pipe_init(pipe, card, n);

	switch (error) {
	case 0:
		return EXIT_OK;
	case -ENXIO:
		if (options->crtc)
			return fail(EXIT_NO_CONNECTOR,
				    "%s: writeback connector %u cannot be on CRTC %u; see wbcapture --info",
				    card->path, n + 1, options->crtc);
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
		status = open_pipe(pipe, card, n, options);
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

/* With a CRTC that sleeps its owner would get it back in another state. */
static enum exit_status select_for_fd(struct capture *capture)
{
	const struct pipe *pipe = capture->pipe;

	if (pipe_is_active(pipe, capture->card, NULL)) {
		capture->way = WAY_SHOWN;
		return EXIT_OK;
	}
	if (!pipe_has_mode(pipe, capture->card))
		return EXIT_OK;
	return fail(EXIT_REFUSED,
		    "%s: CRTC %u has a display that sleeps; wake it up first",
		    capture->card->path, pipe->crtc.id);
}

static enum exit_status select_monitor(struct capture *capture,
				       struct monitor *monitor)
{
	if (monitor_find(monitor, capture->card, capture->pipe))
		return fail(EXIT_NO_CONNECTOR,
			    "%s: --live: no display is connected that CRTC %u can feed beside %s",
			    capture->card->path, capture->pipe->crtc.id,
			    capture->pipe->connector.name);
	capture->way = WAY_LIVE;
	capture->monitor = monitor;
	return EXIT_OK;
}

enum exit_status select_way(struct capture *capture, struct monitor *monitor)
{
	const struct pipe *pipe = capture->pipe;
	enum exit_status status = EXIT_OK;

	capture->way = WAY_OWN;
	if (capture->options->fd >= 0)
		status = select_for_fd(capture);
	else if (capture->options->live)
		status = select_monitor(capture, monitor);
	if (status || capture->way == WAY_SHOWN || pipe->plane.id)
		return status;
	return fail(EXIT_NO_CONNECTOR,
		    "%s: CRTC %u is off and has no primary plane here to show a picture on",
		    capture->card->path, pipe->crtc.id);
}

static enum exit_status no_such_mode(const struct capture *capture,
				     const drmModeModeInfo *modes,
				     unsigned int n)
{
	fail(EXIT_NO_MODE,
	     "%s %s: mode %s is not listed; --any-mode sets it all the same. Listed:",
	     capture->card->path, capture->monitor ?
	     capture->monitor->name : capture->pipe->connector.name,
	     capture->options->mode);
	list_modes(stderr, modes, n);
	fputc('\n', stderr);
	return EXIT_NO_MODE;
}

/* The display's mode decides when there is one; else any will do. */
static enum exit_status choose_mode(drmModeModeInfo *mode,
				    const struct capture *capture,
				    const drmModeModeInfo *modes,
				    unsigned int n)
{
	const struct options *options = capture->options;
	struct mode_wish wish = { .width = 1024, .height = 768 };
	const drmModeModeInfo *found;

	if (options->mode && !mode_parse(options->mode, &wish))
		return fail(EXIT_USAGE, "--mode %s: not WIDTHxHEIGHT[@HZ]",
			    options->mode);

	if (options->mode)
		found = mode_find(modes, n, &wish);
	else
		found = mode_preferred(modes, n);
	if (!found && n && !options->any_mode)
		return no_such_mode(capture, modes, n);

	if (found)
		*mode = *found;
	else
		mode_cvt(mode, &wish);
	return EXIT_OK;
}

static enum exit_status present_mode(drmModeModeInfo *mode,
				     const struct capture *capture)
{
	if (capture->options->mode)
		return fail(EXIT_USAGE,
			    "--mode: the display on CRTC %u runs and keeps its mode",
			    capture->pipe->crtc.id);
	if (pipe_is_active(capture->pipe, capture->card, mode))
		return EXIT_OK;
	return fail(EXIT_REFUSED, "%s: the display went off",
		    capture->card->path);
}

enum exit_status select_mode(drmModeModeInfo *mode,
			     const struct capture *capture)
{
	const struct monitor *monitor = capture->monitor;
	const struct pipe *pipe = capture->pipe;

	if (capture->way == WAY_SHOWN)
		return present_mode(mode, capture);
	if (monitor)
		return choose_mode(mode, capture, monitor->modes,
				   monitor->n_modes);
	return choose_mode(mode, capture, pipe->modes, pipe->n_modes);
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

	*source = NULL;
	if (capture->way == WAY_SHOWN)
		return EXIT_OK;
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
