// SPDX-License-Identifier: GPL-2.0-only

#include <stdio.h>

#include "info.h"
#include "list.h"
#include "mode.h"
#include "select.h"

static void json_display(const struct able *able)
{
	static const char *const abilities[] = {
		[ABILITY_LIVE] = "live",
		[ABILITY_MODESET] = "modeset",
		[ABILITY_TOGETHER] = "together",
		[ABILITY_NEVER] = "never",
		[ABILITY_UNKNOWN] = "unknown",
	};
	char mode[32];

	printf("{\"name\": \"%s\", \"id\": %u, ", able->monitor.name,
	       able->monitor.id);
	if (able->on)
		printf("\"crtc\": %u, \"mode\": \"%s\", ",
		       (unsigned int)able->monitor.crtc,
		       mode_name(&able->mode, mode));
	printf("\"capture\": \"%s\"}", abilities[able->ability]);
}

static void json_displays(const struct card *card, const struct pipe *pipe,
			  unsigned int n)
{
	struct able able;
	unsigned int m;

	printf(", \"displays\": [");
	for (m = 0; !able_init(&able, card, m, pipe, n); m++) {
		printf("%s", m ? ", " : "");
		json_display(&able);
		able_fini(&able);
	}
	printf("]");
}

static void json_captures(const struct pipe *pipe)
{
	unsigned int i, bits;
	char name[16];

	printf(", \"formats\": [");
	for (i = 0; i < pipe->n_formats; i++) {
		bits = info_png_bits(pipe->formats[i]);
		printf("%s{\"name\": \"%s\"", i ? ", " : "",
		       format_name(pipe->formats[i], name));
		if (bits)
			printf(", \"png_bits\": %u", bits);
		printf("}");
	}
	printf("]");
}

static void json_crtcs(const struct card *card, const struct pipe *pipe)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	const char *separator = "";
	int i;

	printf(", \"crtcs\": [");
	for (i = 0; res && i < res->count_crtcs; i++) {
		if (!(pipe->crtc.possible & (1u << i)))
			continue;
		printf("%s%u", separator, res->crtcs[i]);
		separator = ", ";
	}
	printf("]");
	drmModeFreeResources(res);
}

static void json_properties(const struct card *card, const struct pipe *pipe)
{
	char name[DRM_PROP_NAME_LEN];
	unsigned int n;

	printf(", \"properties\": [");
	for (n = 0; info_property(card, pipe, n, name); n++)
		printf("%s\"%s\"", n ? ", " : "", name);
	printf("]");
}

static void json_connector(const struct card *card, const struct pipe *pipe,
			   unsigned int n)
{
	printf("{\"name\": \"%s\", \"id\": %u", pipe->connector.name,
	       pipe->connector.id);
	json_crtcs(card, pipe);
	json_displays(card, pipe, n);
	json_captures(pipe);
	json_formats("sources", pipe->plane_formats, pipe->n_plane_formats);
	json_modes(pipe);
	json_properties(card, pipe);
	printf("}");
}

static void json_limits(const struct card *card)
{
	drmModeRes *res = drmModeGetResources(card->fd);

	if (res)
		printf("\"smallest\": \"%ux%u\", \"largest\": \"%ux%u\", ",
		       res->min_width, res->min_height, res->max_width,
		       res->max_height);
	drmModeFreeResources(res);
}

static enum exit_status json_card(const struct card *card,
				  const struct options *options)
{
	unsigned int n, count = card_count_writebacks(card), printed = 0;
	enum exit_status failed, status = EXIT_OK;
	struct pipe pipe;

	printf("{\"card\": \"%s\", \"driver\": \"%s\", \"device\": \"%s\", \"master\": %s, ",
	       card->path, card->driver, card->device,
	       card_is_master(card) ? "true" : "false");
	json_limits(card);
	printf("\"connectors\": [");
	for (n = 0; n < count; n++) {
		failed = open_pipe(&pipe, card, n, options);
		status = failed ? failed : status;
		if (failed)
			continue;
		printf("%s", printed++ ? ", " : "");
		json_connector(card, &pipe, n);
		pipe_fini(&pipe);
	}
	printf("]}");
	return status;
}

enum exit_status info_cards_json(const struct options *options)
{
	return json_cards(options, json_card);
}
