// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "options.h"

static const char help[] =
"Usage: wbcapture [OPTION]...\n"
"\n"
"Shows test pictures on a display pipe, captures them through the pipe's\n"
"writeback connector, compares every frame with what was drawn, writes the frames\n"
"as PNG files and prints a table; one card after the other. Needs cards that no\n"
"display server holds, or a DRM file that one hands over (--fd).\n"
"\n"
"  -l, --list            list cards, writeback connectors, formats and modes\n"
"  -i, --info            the same with all that a connector can do: which\n"
"                        displays it captures, what a PNG holds, limits\n"
"  -c, --card CARD       a path or a number, may be given several times; default:\n"
"                        all cards that have a writeback connector\n"
"      --fd N            use the DRM file, or the lease, that was inherited as\n"
"                        descriptor N. A display that runs is captured as it is:\n"
"                        the connector joins its CRTC and leaves it at the end\n"
"  -C, --connector NAME  a name or an id; default: the first of each card\n"
"      --crtc ID         default: one that is off; with --fd one that is on\n"
"  -L, --live            run a display with a new picture at each vblank; join\n"
"                        it, capture, leave it, all without a modeset\n"
"      --allow-modeset   join a running display also where that blanks it shortly\n"
"  -m, --mode WxH[@R]    default: the preferred one. A connector without modes\n"
"                        gets timings by CVT\n"
"      --any-mode        let --mode set a mode that is not listed, by CVT\n"
"  -f, --format FORMAT   of the captured picture, or \"all\"; default: XRGB8888\n"
"                        when offered, else the first\n"
"  -s, --source FORMAT   of the picture on the plane; default: XRGB8888 when\n"
"                        offered, else the first\n"
"  -n, --frames N        frames to capture in each format; default: 10. 0: until\n"
"                        interrupted\n"
"  -o, --output DIR      where pictures go, made when missing; default: .\n"
"               -        video to standard output (the table goes to stderr):\n"
"                        YUV4MPEG2 for YUV formats, else raw frames\n"
"  -e, --every N         write only each N-th frame, and the wrong ones\n"
"      --no-output       write no file\n"
"  -r, --raw             write the bytes of the format instead of PNG, YUV4MPEG2\n"
"  -t, --timeout MS      for each fence; default: 10000\n"
"  -j, --json            print JSON instead of text\n"
"  -q, --quiet           show no progress\n"
"  -h, --help            this text\n"
"\n"
"Video for ffmpeg; for RGB formats, wbcapture says with which options to read it:\n"
"  wbcapture -n 0 -f NV12 -o - | ffmpeg -i - -colorspace bt709 out.mkv\n"
"  wbcapture -n 0 -f XRGB8888 -m 1024x768@60 -o - | ffmpeg -f rawvideo\n"
"    -pixel_format bgr0 -video_size 1024x768 -framerate 60 -i - out.mkv\n"
"\n"
"The table counts frames whose fence was good, how many of these show a wrong\n"
"picture (with --fd nobody knows the right one: -), and how many were late. Their\n"
"time is that from the commit to the fence. The fence is the first one that was\n"
"not good, and how many were not. With --live it names the display and counts its\n"
"flips, those that came later than the next vblank, and those that never came.\n"
"\n"
"Exit status:\n"
"    0  every frame was captured and is right\n"
"    1  a picture is wrong\n"
"    2  wrong usage\n"
"    3  no card, or it cannot be used, or it went away\n"
"    4  no permission to open the card\n"
"    5  not master: a display server holds the card\n"
"    6  no such writeback connector, or none at all, or no display for --live\n"
"    7  the mode is not offered\n"
"    8  the format is not offered, or cannot be converted\n"
"    9  the kernel refused a buffer or a commit\n"
"   10  a fence did not signal in time\n"
"   11  a fence signalled an error\n"
"   12  a file or standard output could not be written\n"
"   13  a display lost a flip\n"
"  130  interrupted before the last frame; an endless run (-n 0) ends with 0\n";

/* Options without a short form. */
enum {
	ANY_MODE = 256,
	NO_OUTPUT,
	FD,
	ALLOW_MODESET,
	CRTC,
};

static const struct setting {
	int letter;
	enum { FLAG, TEXT, NUMBER, COUNT, DESCRIPTOR, CARD } kind;
	size_t offset;
} settings[] = {
#define SETTING(letter, kind, member) \
	{ letter, kind, offsetof(struct options, member) }
	SETTING('l', FLAG, list),
	SETTING('i', FLAG, info),
	SETTING('c', CARD, cards),
	SETTING(FD, DESCRIPTOR, fd),
	SETTING('C', TEXT, connector),
	SETTING(CRTC, NUMBER, crtc),
	SETTING('L', FLAG, live),
	SETTING(ALLOW_MODESET, FLAG, allow_modeset),
	SETTING('m', TEXT, mode),
	SETTING(ANY_MODE, FLAG, any_mode),
	SETTING('f', TEXT, format),
	SETTING('s', TEXT, source),
	SETTING('n', COUNT, frames),
	SETTING('o', TEXT, output),
	SETTING('e', NUMBER, every),
	SETTING(NO_OUTPUT, FLAG, no_output),
	SETTING('r', FLAG, raw),
	SETTING('t', NUMBER, timeout_ms),
	SETTING('j', FLAG, json),
	SETTING('q', FLAG, quiet),
	SETTING('h', FLAG, help),
};

static const char letters[] = "lic:C:Lm:f:s:n:o:e:rt:jqh";

static const struct option longs[] = {
	{ "list", no_argument, NULL, 'l' },
	{ "info", no_argument, NULL, 'i' },
	{ "card", required_argument, NULL, 'c' },
	{ "fd", required_argument, NULL, FD },
	{ "connector", required_argument, NULL, 'C' },
	{ "crtc", required_argument, NULL, CRTC },
	{ "live", no_argument, NULL, 'L' },
	{ "allow-modeset", no_argument, NULL, ALLOW_MODESET },
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

static enum exit_status to_number(int letter, const char *text,
				  unsigned int least, unsigned int *value)
{
	unsigned long parsed;
	char *end;

	errno = 0;
	parsed = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || parsed < least ||
	    parsed > INT_MAX)
		return fail(EXIT_USAGE, "--%s %s: not a %snumber",
			    long_name(letter), text, least ? "positive " : "");
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
		return to_number(setting->letter, optarg,
				 setting->kind == NUMBER, member);
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

bool options_stream(const struct options *options)
{
	return !options->no_output && !strcmp(options->output, "-");
}

bool options_single(const struct options *options)
{
	return !options->frames || options_stream(options);
}

/* What does not go together. */
static enum exit_status check(const struct options *options)
{
	if (options->fd >= 0 && options->n_cards)
		return fail(EXIT_USAGE, "--fd and --card: choose one of them");
	if (options->fd >= 0 && options->live)
		return fail(EXIT_USAGE,
			    "--fd and --live: --live runs a display of its own");
	if (options->list && options->info)
		return fail(EXIT_USAGE, "--list and --info: choose one of them");
	if (options_single(options) && options->format &&
	    !strcmp(options->format, "all"))
		return fail(EXIT_USAGE,
			    "--format all: %s captures in one format",
			    options->frames ? "--output -" : "--frames 0");
	return EXIT_OK;
}

enum exit_status options_parse(struct options *options, int argc, char **argv)
{
	enum exit_status status = EXIT_OK;
	int letter;

	*options = (struct options) {
		.fd = -1,
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
	return status ? status : check(options);
}
