// SPDX-License-Identifier: GPL-2.0-only

#include <stdio.h>
#include <string.h>

#include "info.h"
#include "list.h"
#include "mode.h"
#include "select.h"

unsigned int info_png_bits(uint32_t fourcc)
{
	const struct format *format = format_find(fourcc);

	if (!format)
		return 0;
	return format_depth(format) > 8 ? 16 : 8;
}

static bool is_own_property(const struct card *card, uint32_t id,
			    char name[DRM_PROP_NAME_LEN])
{
	drmModePropertyRes *prop = drmModeGetProperty(card->fd, id);

	if (!prop)
		return false;
	memcpy(name, prop->name, DRM_PROP_NAME_LEN);
	drmModeFreeProperty(prop);
	return !strncmp(name, "WRITEBACK_", strlen("WRITEBACK_"));
}

const char *info_property(const struct card *card, const struct pipe *pipe,
			  unsigned int n, char name[DRM_PROP_NAME_LEN])
{
	drmModeObjectProperties *props;
	bool found = false;
	uint32_t i;

	props = drmModeObjectGetProperties(card->fd, pipe->connector.id,
					   DRM_MODE_OBJECT_CONNECTOR);
	for (i = 0; props && i < props->count_props && !found; i++)
		found = is_own_property(card, props->props[i], name) && !n--;
	drmModeFreeObjectProperties(props);
	return found ? name : NULL;
}

static const char *ability_text(enum ability ability)
{
	switch (ability) {
	case ABILITY_LIVE:
		return "captured live, without a modeset";
	case ABILITY_MODESET:
		return "captured after a modeset, which blanks it shortly";
	case ABILITY_TOGETHER:
		return "can be captured; whether without a modeset is seen when it is on";
	case ABILITY_NEVER:
		return "cannot be captured";
	default:
		return "not known, only the card's master may ask";
	}
}

static void show_display(const struct able *able)
{
	char mode[32], where[64] = "off";

	if (able->on)
		snprintf(where, sizeof(where), "%s on CRTC %u",
			 mode_name(&able->mode, mode),
			 (unsigned int)able->monitor.crtc);
	printf("    display     %s (%s): %s\n", able->monitor.name, where,
	       ability_text(able->ability));
}

static void show_displays(const struct card *card, const struct pipe *pipe,
			  unsigned int n)
{
	struct able able;
	unsigned int m;

	for (m = 0; !able_init(&able, card, m, pipe, n); m++) {
		show_display(&able);
		able_fini(&able);
	}
	if (!m)
		printf("    display     none is connected, but test pictures can be captured\n");
}

static void show_format(uint32_t fourcc)
{
	const struct format *format = format_find(fourcc);
	unsigned int bits = info_png_bits(fourcc);
	char name[16];

	printf("    format      %-13s ", format_name(fourcc, name));
	if (!format)
		printf("no conversion is known\n");
	else if (format_is_yuv(format))
		printf("PNG of %u bits a channel (BT.709, limited range), video YUV4MPEG2\n",
		       bits);
	else
		printf("PNG of %u bits a channel, video raw\n", bits);
}

static void show_crtcs(const struct card *card, const struct pipe *pipe)
{
	drmModeRes *res = drmModeGetResources(card->fd);
	int i;

	printf("    CRTC       ");
	for (i = 0; res && i < res->count_crtcs; i++)
		if (pipe->crtc.possible & (1u << i))
			printf(" %u", res->crtcs[i]);
	printf("\n");
	drmModeFreeResources(res);
}

static void show_properties(const struct card *card, const struct pipe *pipe)
{
	char name[DRM_PROP_NAME_LEN];
	unsigned int n = 0;

	printf("    properties ");
	while (info_property(card, pipe, n++, name))
		printf(" %s", name);
	printf("\n");
}

static void show_connector(const struct card *card, const struct pipe *pipe,
			   unsigned int n)
{
	unsigned int i;

	printf("\n  %s, id %u, %s\n", pipe->connector.name,
	       pipe->connector.id, connection_name(pipe->connector.connection));
	show_crtcs(card, pipe);
	show_displays(card, pipe, n);
	for (i = 0; i < pipe->n_formats; i++)
		show_format(pipe->formats[i]);
	printf("    sources     ");
	list_formats(stdout, pipe->plane_formats, pipe->n_plane_formats);
	printf("\n    modes       ");
	list_modes(stdout, pipe->modes, pipe->n_modes);
	printf("%s\n", pipe->n_modes ? "" : "none: --mode sets any, by CVT");
	show_properties(card, pipe);
}

static void show_driver(const struct card *card)
{
	drmVersionPtr version = drmGetVersion(card->fd);

	if (version)
		printf("  driver      %s %d.%d.%d, %s\n", version->name,
		       version->version_major, version->version_minor,
		       version->version_patchlevel, version->desc);
	drmFreeVersion(version);
}

static void show_limits(const struct card *card)
{
	drmModeRes *res = drmModeGetResources(card->fd);

	if (res)
		printf("  buffers     %ux%u to %ux%u\n", res->min_width,
		       res->min_height, res->max_width, res->max_height);
	drmModeFreeResources(res);
}

static enum exit_status show_card(const struct card *card,
				  const struct options *options)
{
	unsigned int n, count = card_count_writebacks(card);
	enum exit_status failed, status = EXIT_OK;
	struct pipe pipe;

	printf("%s\n", card->path);
	show_driver(card);
	printf("  device      %s\n", card->device);
	printf("  master      %s\n", card_is_master(card) ? "yes" :
	       "no, another program holds the card");
	show_limits(card);
	if (!count)
		printf("  writeback   no connector\n");
	for (n = 0; n < count; n++) {
		failed = open_pipe(&pipe, card, n, options);
		status = failed ? failed : status;
		if (failed)
			continue;
		show_connector(card, &pipe, n);
		pipe_fini(&pipe);
	}
	return status;
}

enum exit_status info_cards(const struct options *options)
{
	enum exit_status failed, status = EXIT_OK;
	unsigned int n = 0, shown = 0;
	struct card card;

	while (next_card(&card, &n, &failed, options)) {
		if (!failed) {
			printf("%s", shown++ ? "\n" : "");
			failed = show_card(&card, options);
			card_close(&card);
		}
		status = failed ? failed : status;
	}
	return status;
}
