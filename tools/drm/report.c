// SPDX-License-Identifier: GPL-2.0-only

#include <stdio.h>

#include "fence.h"
#include "mode.h"
#include "report.h"

static unsigned int median_us(const struct result *result)
{
	return result->frames ? result->times_us[result->frames / 2] : 0;
}

static unsigned int worst_us(const struct result *result)
{
	return result->frames ? result->times_us[result->frames - 1] : 0;
}

/* "none": the run ended before there was any fence. */
static const char *fence_name(const struct result *result)
{
	if (!result->frames && !result->fence_errors)
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

static void table_row(const struct result *result)
{
	const struct capture *capture = result->capture;
	char mode[32], fence[48];

	printf("%-6s  %-14s  %-12s  %-13s  %-13s  %6u  %5u  %9.1f  %8.1f  %s\n",
	       capture->card->name, capture->card->device,
	       capture->pipe->connector.name, mode_name(capture->mode, mode),
	       capture->format->name, result->frames, result->wrong,
	       median_us(result) / 1000.0, worst_us(result) / 1000.0,
	       fence_text(result, fence));
}

void report_table(const struct board *boards, unsigned int n)
{
	unsigned int i;

	printf("%-6s  %-14s  %-12s  %-13s  %-13s  %6s  %5s  %9s  %8s  %s\n",
	       "card", "device", "connector", "mode", "format", "frames",
	       "wrong", "median ms", "worst ms", "fence");
	for (; n--; boards++)
		for (i = 0; i < boards->n; i++)
			table_row(&boards->results[i]);
}

static void json_row(const struct result *result)
{
	const struct capture *capture = result->capture;
	char mode[32];

	printf("{\"card\": \"%s\", \"driver\": \"%s\", \"device\": \"%s\", ",
	       capture->card->path, capture->card->driver,
	       capture->card->device);
	printf("\"connector\": \"%s\", ", capture->pipe->connector.name);
	printf("\"mode\": \"%s\", \"source\": \"%s\", \"format\": \"%s\", ",
	       mode_name(capture->mode, mode), capture->source->name,
	       capture->format->name);
	printf("\"frames\": %u, \"wrong\": %u, ", result->frames,
	       result->wrong);
	printf("\"median_us\": %u, \"worst_us\": %u, ", median_us(result),
	       worst_us(result));
	printf("\"fence\": \"%s\", \"fence_errors\": %u, \"status\": %d}",
	       fence_name(result), result->fence_errors, result->status);
}

void report_json(const struct board *boards, unsigned int n)
{
	const char *separator = "";
	unsigned int i;

	printf("[");
	for (; n--; boards++) {
		for (i = 0; i < boards->n; i++) {
			printf("%s", separator);
			json_row(&boards->results[i]);
			separator = ",\n ";
		}
	}
	printf("]\n");
}
