// SPDX-License-Identifier: GPL-2.0-only
/*
 * wbcapture - captures what a display shows through a writeback connector
 *
 * See options.c for how to use it, board.c and capture.c for what it does.
 */

#include <signal.h>
#include <stdlib.h>

#include "board.h"
#include "list.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "report.h"
#include "select.h"

/* There is no point in going on with the next card. */
static bool ends_all(enum exit_status status)
{
	return status == EXIT_INTERRUPTED || status == EXIT_NO_OUTPUT;
}

static void report(const struct board *boards, unsigned int n,
		   const struct options *options)
{
	unsigned int i, results = 0;

	for (i = 0; i < n; i++)
		results += boards[i].n;
	if (results && options->json)
		report_json(boards, n);
	else if (results)
		report_table(boards, n);
}

static enum exit_status capture_boards(struct board *boards,
				       const struct card *cards,
				       unsigned int n,
				       const struct options *options)
{
	enum exit_status status = EXIT_OK, first = EXIT_OK;
	unsigned int i;

	for (i = 0; i < n && !ends_all(status); i++) {
		status = board_run(&boards[i], &cards[i], options);
		first = first ? first : status;
	}
	report(boards, n, options);
	for (i = 0; i < n; i++)
		board_fini(&boards[i]);
	return first;
}

static enum exit_status capture_with(const struct card *cards, unsigned int n,
				     const struct options *options)
{
	struct board *boards = calloc(n, sizeof(*boards));
	enum exit_status status;

	if (!boards)
		return fail(EXIT_REFUSED, "out of memory");
	status = capture_boards(boards, cards, n, options);
	free(boards);
	return status;
}

/* A card that cannot be used does not keep others from being captured. */
static enum exit_status capture_cards(const struct options *options)
{
	enum exit_status status, selected;
	struct card cards[CARD_MAX];
	unsigned int n = 0;

	status = output_prepare(options);
	if (status)
		return status;
	selected = select_cards(cards, &n, options);
	if (n)
		status = capture_with(cards, n, options);
	while (n--)
		card_close(&cards[n]);
	return selected ? selected : status;
}

static void on_signal(int signal)
{
	(void)signal;
	capture_stop();
}

/* The pipe is switched off before the tool ends. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	action.sa_flags = SA_RESETHAND;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

int main(int argc, char **argv)
{
	struct options options;
	enum exit_status status = options_parse(&options, argc, argv);

	if (status)
		return status;
	if (options.help) {
		options_help();
		return EXIT_OK;
	}
	if (options.list)
		return options.json ? list_cards_json() : list_cards();
	progress_init(!options.quiet);
	catch_signals();
	return capture_cards(&options);
}
