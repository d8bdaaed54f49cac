// SPDX-License-Identifier: GPL-2.0-only

#include <string.h>

#include "format.h"
#include "list.h"
#include "mode.h"
#include "select.h"

const char *connection_name(drmModeConnection connection)
{
	switch (connection) {
	case DRM_MODE_CONNECTED:
		return "connected";
	case DRM_MODE_DISCONNECTED:
		return "disconnected";
	default:
		return "unknown";
	}
}

void list_formats(FILE *file, const uint32_t *formats, unsigned int n)
{
	char name[16];
	unsigned int i;

	for (i = 0; i < n; i++)
		fprintf(file, "%s%s", i ? " " : "",
			format_name(formats[i], name));
}

/* Modes that differ in their blanking only have the same name. */
bool same_mode_name(const drmModeModeInfo *a, const drmModeModeInfo *b)
{
	char first[32], second[32];

	return !strcmp(mode_name(a, first), mode_name(b, second));
}

void list_modes(FILE *file, const drmModeModeInfo *modes, unsigned int n)
{
	char name[32];
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!i || !same_mode_name(&modes[i], &modes[i - 1]))
			fprintf(file, "%s%s", i ? " " : "",
				mode_name(&modes[i], name));
}

static void list_pipe(const struct pipe *pipe)
{
	printf("  %s  id %u, %s, CRTC %u, plane %u\n", pipe->connector.name,
	       pipe->connector.id, connection_name(pipe->connector.connection),
	       pipe->crtc.id, pipe->plane.id);
	printf("    captures: ");
	list_formats(stdout, pipe->formats, pipe->n_formats);
	printf("\n    shows:    ");
	list_formats(stdout, pipe->plane_formats, pipe->n_plane_formats);
	printf("\n    modes:    ");
	list_modes(stdout, pipe->modes, pipe->n_modes);
	printf("%s\n", pipe->n_modes ? "" : "none: --mode sets any, by CVT");
}

static enum exit_status list_card(const struct card *card,
				  const struct options *options)
{
	unsigned int n, count = card_count_writebacks(card);
	enum exit_status status = EXIT_OK;
	struct pipe pipe;

	printf("%s  %s%s\n", card->path, card->driver,
	       count ? "" : ": no writeback connector");
	for (n = 0; n < count; n++) {
		enum exit_status failed = open_pipe(&pipe, card, n, options);

		if (failed) {
			status = failed;
			continue;
		}
		list_pipe(&pipe);
		pipe_fini(&pipe);
	}
	return status;
}

enum exit_status list_cards(const struct options *options)
{
	enum exit_status failed, status = EXIT_OK;
	struct card card;
	unsigned int n = 0;

	while (next_card(&card, &n, &failed, options)) {
		if (!failed) {
			failed = list_card(&card, options);
			card_close(&card);
		}
		status = failed ? failed : status;
	}
	return status;
}
