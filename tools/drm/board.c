// SPDX-License-Identifier: GPL-2.0-only

#include <stdlib.h>

#include "board.h"
#include "select.h"

/* Fatal for the formats that follow too. */
static bool is_final(enum exit_status status)
{
	return status && status != EXIT_WRONG_PICTURE &&
	       status != EXIT_FENCE_ERROR && status != EXIT_REFUSED;
}

static enum exit_status capture_formats(struct board *board, unsigned int n)
{
	enum exit_status status = EXIT_OK, first = EXIT_OK;

	while (board->n < n && !is_final(status) && !capture_is_stopped()) {
		status = capture_run(&board->captures[board->n],
				     &board->results[board->n]);
		board->n++;
		first = first ? first : status;
	}
	return first;
}

static enum exit_status capture_with(struct board *board,
				     const struct capture *common,
				     const struct format **formats,
				     unsigned int n)
{
	unsigned int i;

	board->captures = calloc(n, sizeof(*board->captures));
	board->results = calloc(n, sizeof(*board->results));
	if (!board->captures || !board->results)
		return fail(EXIT_REFUSED, "out of memory");

	for (i = 0; i < n; i++) {
		board->captures[i] = *common;
		board->captures[i].format = formats[i];
	}
	return capture_formats(board, n);
}

enum exit_status board_run(struct board *board, const struct card *card,
			   const struct options *options)
{
	struct capture common = {
		.card = card,
		.pipe = &board->pipe,
		.mode = &board->mode,
		.options = options,
	};
	const struct format **formats;
	enum exit_status status;
	unsigned int n;

	status = select_pipe(&board->pipe, card, options);
	if (!status)
		status = select_way(&common, &board->monitor);
	if (!status)
		status = select_mode(&board->mode, &common);
	if (!status)
		status = select_source(&common.source, &common);
	if (!status)
		status = select_formats(&formats, &n, &common);
	if (status)
		return status;
	status = capture_with(board, &common, formats, n);
	free(formats);
	return status;
}

void board_fini(struct board *board)
{
	free(board->results);
	free(board->captures);
	monitor_fini(&board->monitor);
	pipe_fini(&board->pipe);
}
