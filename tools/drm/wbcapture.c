// SPDX-License-Identifier: GPL-2.0-only
/*
 * wbcapture - captures what a display shows through a writeback connector
 *
 * See options.c for how to use it, board.c and capture.c for what it does.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "board.h"
#include "buffer.h"
#include "clock.h"
#include "info.h"
#include "list.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "report.h"
#include "select.h"
#include "stream.h"

#define INSIST_US 500000

/* There is no point in going on with the next card. */
static bool ends_all(enum exit_status status)
{
	return capture_is_stopped() || status == EXIT_NO_OUTPUT;
}

static void report(const struct board *boards, unsigned int n,
		   const struct options *options)
{
	FILE *file = options_stream(options) ? stderr : stdout;
	unsigned int i, results = 0;

	for (i = 0; i < n; i++)
		results += boards[i].n;
	if (results && options->json)
		report_json(file, boards, n);
	else if (results)
		report_table(file, boards, n);
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

/*
 * Ends well at the first signal, and at once when the user insists. timeout(1)
 * sends a signal to the program and to its group, so it may come twice.
 */
static void on_signal(int signal)
{
	static uint64_t first_us;
	uint64_t now = clock_us();

	(void)signal;
	if (!first_us)
		first_us = now;
	else if (now - first_us > INSIST_US)
		_exit(EXIT_INTERRUPTED);
	capture_stop();
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	buffers_outlive_card();
	/* A reader that goes away is an error of a write, which has a message. */
	signal(SIGPIPE, SIG_IGN);
}

/* No card may be opened in the place of a closed standard stream. */
static void occupy_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

static enum exit_status run(const struct options *options)
{
	if (options->help) {
		options_help();
		return EXIT_OK;
	}
	if (options->list)
		return options->json ? list_cards_json(options) :
				       list_cards(options);
	if (options->info)
		return options->json ? info_cards_json(options) :
				       info_cards(options);
	progress_init(!options->quiet);
	return capture_cards(options);
}

int main(int argc, char **argv)
{
	struct options options;
	enum exit_status status;

	occupy_standard_streams();
	catch_signals();
	status = options_parse(&options, argc, argv);
	if (status)
		return status;
	status = run(&options);
	return status ? status : stream_end();
}
