// SPDX-License-Identifier: GPL-2.0-only

#include "format.h"
#include "list.h"
#include "mode.h"
#include "select.h"

void json_formats(const char *key, const uint32_t *formats, unsigned int n)
{
	char name[16];
	unsigned int i;

	printf(", \"%s\": [", key);
	for (i = 0; i < n; i++)
		printf("%s\"%s\"", i ? ", " : "",
		       format_name(formats[i], name));
	printf("]");
}

void json_modes(const struct pipe *pipe)
{
	const drmModeModeInfo *modes = pipe->modes;
	char name[32];
	unsigned int i;

	printf(", \"modes\": [");
	for (i = 0; i < pipe->n_modes; i++)
		if (!i || !same_mode_name(&modes[i], &modes[i - 1]))
			printf("%s\"%s\"", i ? ", " : "",
			       mode_name(&modes[i], name));
	printf("]");
}

static void json_pipe(const struct pipe *pipe)
{
	printf("{\"name\": \"%s\", \"id\": %u, \"connection\": \"%s\"",
	       pipe->connector.name, pipe->connector.id,
	       connection_name(pipe->connector.connection));
	json_formats("captures", pipe->formats, pipe->n_formats);
	json_formats("shows", pipe->plane_formats, pipe->n_plane_formats);
	json_modes(pipe);
	printf("}");
}

static enum exit_status json_card(const struct card *card,
				  const struct options *options)
{
	unsigned int n, count = card_count_writebacks(card), printed = 0;
	enum exit_status status = EXIT_OK;
	struct pipe pipe;

	printf("{\"card\": \"%s\", \"driver\": \"%s\", \"connectors\": [",
	       card->path, card->driver);
	for (n = 0; n < count; n++) {
		enum exit_status failed = open_pipe(&pipe, card, n, options);

		if (failed) {
			status = failed;
			continue;
		}
		printf("%s", printed++ ? ", " : "");
		json_pipe(&pipe);
		pipe_fini(&pipe);
	}
	printf("]}");
	return status;
}

enum exit_status json_cards(const struct options *options,
			    enum exit_status (*json_card)(const struct card *card,
							  const struct options *options))
{
	enum exit_status failed, status = EXIT_OK;
	unsigned int n = 0, printed = 0;
	struct card card;

	printf("[");
	while (next_card(&card, &n, &failed, options)) {
		if (!failed) {
			printf("%s", printed++ ? ",\n " : "");
			failed = json_card(&card, options);
			card_close(&card);
		}
		status = failed ? failed : status;
	}
	printf("]\n");
	return status;
}

enum exit_status list_cards_json(const struct options *options)
{
	return json_cards(options, json_card);
}
