// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "options.h"

static const char help[] =
"Usage: wbcapture [OPTION]...\n"
"\n"
"Shows a test picture on a display pipe, captures it through the pipe's\n"
"writeback connector, compares every frame with what was drawn, writes the\n"
"frames as PNG files and prints a table; one card after the other. Needs cards\n"
"that no display server holds.\n"
"\n"
"  -l, --list            list cards, writeback connectors, formats and modes\n"
"  -c, --card CARD       a path or a number, may be given several times; default:\n"
"                        all cards that have a writeback connector\n"
"  -C, --connector NAME  a name or an id; default: the first of each card\n"
"  -m, --mode WxH[@R]    default: the preferred one. A connector without modes\n"
"                        gets timings by CVT\n"
"      --any-mode        let --mode set a mode that is not listed, by CVT\n"
"  -f, --format FORMAT   of the captured picture, or \"all\"; default: XRGB8888\n"
"                        when offered, else the first\n"
"  -s, --source FORMAT   of the picture on the plane; default: XRGB8888 when\n"
"                        offered, else the first\n"
"  -n, --frames N        frames to capture in each format; default: 10\n"
"  -o, --output DIR      where pictures go, made when missing; default: .\n"
"  -e, --every N         write only each N-th frame, and the wrong ones\n"
"      --no-output       write no file\n"
"  -r, --raw             write the bytes of the format instead of PNG\n"
"  -t, --timeout MS      for each fence; default: 10000\n"
"  -j, --json            print JSON instead of a table\n"
"  -q, --quiet           show no progress\n"
"  -h, --help            this text\n"
"\n"
"The table counts frames whose fence was good, and how many of these show a\n"
"wrong picture. Their time is that from the commit to the fence. The last column\n"
"is the first fence that was not good, and how many were not.\n"
"\n"
"Exit status:\n"
"    0  every frame was captured and is right\n"
"    1  a picture is wrong\n"
"    2  wrong usage\n"
"    3  no card, or it cannot be used\n"
"    4  no permission to open the card\n"
"    5  not master: a display server holds the card\n"
"    6  no such writeback connector, or none at all\n"
"    7  the mode is not offered\n"
"    8  the format is not offered, or cannot be converted\n"
"    9  the kernel refused a buffer or a commit\n"
"   10  a fence did not signal in time\n"
"   11  a fence signalled an error\n"
"   12  a file could not be written\n"
"  130  interrupted\n";

/* Options without a short form. */
enum {
	ANY_MODE = 256,
	NO_OUTPUT,
};

static const struct setting {
	int letter;
	enum { FLAG, TEXT, NUMBER, CARD } kind;
	size_t offset;
} settings[] = {
#define SETTING(letter, kind, member) \
	{ letter, kind, offsetof(struct options, member) }
	SETTING('l', FLAG, list),
	SETTING('c', CARD, cards),
	SETTING('C', TEXT, connector),
	SETTING('m', TEXT, mode),
	SETTING(ANY_MODE, FLAG, any_mode),
	SETTING('f', TEXT, format),
	SETTING('s', TEXT, source),
	SETTING('n', NUMBER, frames),
	SETTING('o', TEXT, output),
	SETTING('e', NUMBER, every),
	SETTING(NO_OUTPUT, FLAG, no_output),
	SETTING('r', FLAG, raw),
	SETTING('t', NUMBER, timeout_ms),
	SETTING('j', FLAG, json),
	SETTING('q', FLAG, quiet),
	SETTING('h', FLAG, help),
};

static const char letters[] = "lc:C:m:f:s:n:o:e:rt:jqh";

static const struct option longs[] = {
	{ "list", no_argument, NULL, 'l' },
	{ "card", required_argument, NULL, 'c' },
	{ "connector", required_argument, NULL, 'C' },
	{ "mode", required_argument, NULL, 'm' },
	{ "any-mode", no_argument, NULL, ANY_MODE },
	{ "format", required_argument, NULL, 'f' },
	{ "source", required_argument, NULL, 's' },
	{ "frames", required_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "every", required_argument, NULL, 'e' },
	{ "no-output", no_argument, NULL, NO_OUTPUT },
	{ "raw", no_argument, NULL, 'r' },
	{ "timeout", required_argument, NULL, 't' },
	{ "json", no_argument, NULL, 'j' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

void options_help(void)
{
	fputs(help, stdout);
}

static const char *long_name(int letter)
{
	const struct option *option = longs;

	while (option->val != letter)
		option++;
	return option->name;
}

static enum exit_status to_uint(int letter, const char *text,
				unsigned int *value)
{
	unsigned long parsed;
	char *end;

	errno = 0;
	parsed = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || !parsed ||
	    parsed > INT_MAX)
		return fail(EXIT_USAGE, "--%s %s: not a positive number",
			    long_name(letter), text);
	*value = parsed;
	return EXIT_OK;
}

static enum exit_status add_card(struct options *options, const char *name)
{
	if (options->n_cards == CARD_MAX)
		return fail(EXIT_USAGE, "--card %s: no more than %u cards",
			    name, CARD_MAX);
	options->cards[options->n_cards++] = name;
	return EXIT_OK;
}

static enum exit_status set(struct options *options,
			    const struct setting *setting)
{
	void *member = (char *)options + setting->offset;

	switch (setting->kind) {
	case FLAG:
		*(bool *)member = true;
		return EXIT_OK;
	case TEXT:
		*(const char **)member = optarg;
		return EXIT_OK;
	case CARD:
		return add_card(options, optarg);
	default:
		return to_uint(setting->letter, optarg, member);
	}
}

static enum exit_status take(struct options *options, int letter)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (settings[i].letter == letter)
			return set(options, &settings[i]);
	return fail(EXIT_USAGE, "see wbcapture --help");
}

enum exit_status options_parse(struct options *options, int argc, char **argv)
{
	enum exit_status status = EXIT_OK;
	int letter;

	*options = (struct options) {
		.output = ".",
		.frames = 10,
		.every = 1,
		.timeout_ms = 10000,
	};
	while (!status && (letter = getopt_long(argc, argv, letters, longs,
						NULL)) != -1)
		status = take(options, letter);
	if (!status && optind < argc)
		return fail(EXIT_USAGE, "%s: not an option, see wbcapture --help",
			    argv[optind]);
	return status;
}
