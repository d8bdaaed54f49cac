// SPDX-License-Identifier: GPL-2.0-only

#include <stdio.h>

#include "fence.h"
#include "mode.h"
#include "report.h"

/* "none": the run ended before there was any fence. */
static const char *fence_name(const struct result *result)
{
	if (!result->times.count && !result->fence_errors)
		return "none";
	return fence_status_name(result->fence);
}

static const char *fence_text(const struct result *result, char text[48])
{
	if (!result->fence_errors)
		return fence_name(result);
	snprintf(text, 48, "%s (%u)", fence_name(result),
		 result->fence_errors);
	return text;
}

static const char *display_name(const struct capture *capture)
{
	switch (capture->way) {
	case WAY_LIVE:
		return capture->monitor->name;
	case WAY_SHOWN:
		return "as it is";
	default:
		return "-";
	}
}

/* A number that there is not always. */
static const char *count_text(bool known, unsigned int count, char text[16])
{
	snprintf(text, 16, known ? "%u" : "-", count);
	return text;
}

static void table_row(FILE *file, const struct result *result)
{
	const struct capture *capture = result->capture;
	char mode[32], fence[48], wrong[16], flips[16], lost[16];
	bool live = capture->way == WAY_LIVE;

	fprintf(file,
		"%-6s  %-14s  %-12s  %-13s  %-12s  %6u  %5s  %4u  %9.1f  %8.1f  %-7s  %-9s  %5s  %4s\n",
		capture->card->name, capture->card->device,
		capture->pipe->connector.name, mode_name(capture->mode, mode),
		capture->format->name, result->times.count,
		count_text(capture->way != WAY_SHOWN, result->wrong, wrong),
		result->late, stats_median_us(&result->times) / 1000.0,
		result->times.worst_us / 1000.0, fence_text(result, fence),
		display_name(capture),
		count_text(live, result->flips.shown, flips),
		count_text(live, result->flips.lost, lost));
}

void report_table(FILE *file, const struct board *boards, unsigned int n)
{
	unsigned int i;

	fprintf(file,
		"%-6s  %-14s  %-12s  %-13s  %-12s  %6s  %5s  %4s  %9s  %8s  %-7s  %-9s  %5s  %4s\n",
		"card", "device", "connector", "mode", "format", "frames",
		"wrong", "late", "median ms", "worst ms", "fence", "display",
		"flips", "lost");
	for (; n--; boards++)
		for (i = 0; i < boards->n; i++)
			table_row(file, &boards->results[i]);
}

static void json_capture(FILE *file, const struct capture *capture)
{
	static const char *const ways[] = {
		[WAY_OWN] = "own",
		[WAY_LIVE] = "live",
		[WAY_SHOWN] = "shown",
	};
	char mode[32];

	fprintf(file, "\"card\": \"%s\", \"driver\": \"%s\", \"device\": \"%s\", ",
		capture->card->path, capture->card->driver,
		capture->card->device);
	fprintf(file, "\"connector\": \"%s\", \"way\": \"%s\", ",
		capture->pipe->connector.name, ways[capture->way]);
	fprintf(file, "\"mode\": \"%s\", ", mode_name(capture->mode, mode));
	if (capture->source)
		fprintf(file, "\"source\": \"%s\", ", capture->source->name);
	fprintf(file, "\"format\": \"%s\"", capture->format->name);
}

static void json_row(FILE *file, const struct result *result)
{
	const struct capture *capture = result->capture;

	fputs("{", file);
	json_capture(file, capture);
	fprintf(file, ", \"frames\": %u", result->times.count);
	if (capture->way != WAY_SHOWN)
		fprintf(file, ", \"wrong\": %u", result->wrong);
	fprintf(file, ", \"late\": %u, \"median_us\": %u, \"worst_us\": %u, ",
		result->late, stats_median_us(&result->times),
		result->times.worst_us);
	if (capture->way == WAY_LIVE)
		fprintf(file, "\"display\": \"%s\", \"flips\": %u, \"lost\": %u, ",
			capture->monitor->name, result->flips.shown,
			result->flips.lost);
	fprintf(file, "\"fence\": \"%s\", \"fence_errors\": %u, \"status\": %d}",
		fence_name(result), result->fence_errors, result->status);
}

void report_json(FILE *file, const struct board *boards, unsigned int n)
{
	const char *separator = "";
	unsigned int i;

	fputs("[", file);
	for (; n--; boards++) {
		for (i = 0; i < boards->n; i++) {
			fputs(separator, file);
			json_row(file, &boards->results[i]);
			separator = ",\n ";
		}
	}
	fputs("]\n", file);
}
